#include "registry/admin/command.h"

int main(int count, char** arguments) {
  return countersign::command::run_main(countersign::registry::admin::program(), count, arguments);
}
