#include "cli/command.h"

#include <gtest/gtest.h>

#include <sstream>

namespace countersign::cli {
namespace {

std::string help_of(const std::vector<std::string_view>& words) {
  std::ostringstream out;
  std::ostringstream notes;
  EXPECT_EQ(command::run(program(), words, {0, out, notes}), ExitCode::yes);
  EXPECT_EQ(notes.str(), "");
  return out.str();
}

TEST(Command, HelpNamesEveryCommandAndIsWorthReading) {
  const std::string all = help_of({"--help"});
  for (const Command& command : program().commands) {
    EXPECT_NE(all.find("  " + std::string(command.name) + " "), std::string::npos);
    const std::string own = help_of({command.name, "--help"});
    EXPECT_TRUE(own.starts_with("Usage: countersign " + std::string(command.name))) << own;
    for (const OptionSpec& option : command.options) {
      EXPECT_NE(own.find("--" + std::string(option.name)), std::string::npos) << option.name;
    }
    std::istringstream lines(own);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 90U) << line;
  }
}

}  // namespace
}  // namespace countersign::cli
