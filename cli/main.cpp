#include "cli/command.h"

int main(int count, char** arguments) {
  return countersign::command::run_main(countersign::cli::program(), count, arguments);
}
