// countersign-example host|registry: prints the example file that etc/ ships. Run by people who change the schema.
#include <cstdio>
#include <string>
#include <string_view>

#include "common/config/example.h"

int main(int argc, char** argv) {
  using namespace countersign::config;
  const std::string_view which = argc == 2 ? argv[1] : "";
  if (which != "host" && which != "registry") {
    std::fputs("usage: countersign-example host|registry\n", stderr);
    return 2;
  }
  const std::string text = example_file(which == "host" ? host_schema() : registry_schema());
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
