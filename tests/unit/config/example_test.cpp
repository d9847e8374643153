#include "common/config/example.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "common/config/host_config.h"
#include "common/config/registry_config.h"

namespace countersign::config {
namespace {

std::string shipped(const char* name) {
  std::ifstream in(std::string(COUNTERSIGN_ETC) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What an administrator does: takes away the "#" in front of every setting.
std::string all_switched_on(const std::string& example) {
  std::istringstream in(example);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const std::size_t hash = line.find_first_not_of(' ');
    if (hash != std::string::npos && line[hash] == '#') {
      const std::string_view rest = std::string_view(line).substr(hash + 1);
      const bool comment = rest.size() > 1 && rest[0] == ' ' && rest[1] != ' ';
      if (!comment) line.erase(hash, 1);
    }
    out.append(line).append("\n");
  }
  return out;
}

TEST(Example, TheShippedFilesAreTheOnesTheSchemaWrites) {
  EXPECT_EQ(shipped("countersign.yaml"), example_file(host_schema())) << "run countersign-example host";
  EXPECT_EQ(shipped("registry.yaml"), example_file(registry_schema())) << "run countersign-example registry";
}

TEST(Example, ParsesAsItIs) {
  const auto host = parse_host_config(shipped("countersign.yaml"), "countersign.yaml");
  EXPECT_TRUE(host) << host.error().detail;
  const auto registry = parse_registry_config(shipped("registry.yaml"), "registry.yaml");
  EXPECT_TRUE(registry) << registry.error().detail;
}

TEST(Example, ParsesWithEverySettingSwitchedOn) {
  const auto host = parse_host_config(all_switched_on(shipped("countersign.yaml")), "countersign.yaml");
  ASSERT_TRUE(host) << host.error().detail;
  EXPECT_TRUE(host->phone && host->registry.ca);
  EXPECT_EQ(host->rules.rules.size(), 2U);
  EXPECT_EQ(host->rules.bastions.size(), 1U);
  const auto registry = parse_registry_config(all_switched_on(shipped("registry.yaml")), "registry.yaml");
  ASSERT_TRUE(registry) << registry.error().detail;
  EXPECT_TRUE(registry->phone && registry->tls);
}

// Of a list of mappings the first line; what follows is an example.
std::string line_of(const std::string& name, const Setting& setting) {
  if (schema_of_items(setting.type) != nullptr) return "#" + name + ":\n#  - ";
  return name + ": " + std::string(setting.value) + "\n";
}

TEST(Example, HasALineForEverySetting) {
  for (const Schema* schema : {&host_schema(), &registry_schema()}) {
    const std::string text = example_file(*schema);
    for (const Setting& setting : schema->settings) {
      const std::size_t dot = setting.key.find('.');
      const std::string name(dot == std::string_view::npos ? setting.key : setting.key.substr(dot + 1));
      EXPECT_NE(text.find(line_of(name, setting)), std::string::npos) << setting.key;
    }
  }
}

}  // namespace
}  // namespace countersign::config
