#include <iostream>
#include <vector>

#include "registry/admin/command.h"

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  const int code = countersign::registry::admin::run(words, {std::cout, std::cerr});
  // A token or record that could not be printed was not handed over.
  std::cout.flush();
  return std::cout ? code : 1;
}
