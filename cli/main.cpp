#include <csignal>
#include <iostream>
#include <vector>

#include "cli/command.h"

int main(int argc, char** argv) {
  (void)std::signal(SIGPIPE, SIG_IGN);  // a reader or a child that went away is an error to report, not a silent end
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  const int code = countersign::cli::run(words, {0, std::cout, std::cerr});
  // What could not be printed was not said: a full disk or a closed pipe must not look like a yes.
  std::cout.flush();
  return std::cout ? code : countersign::cli::kMisused;
}
