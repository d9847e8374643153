#include "cli/command.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace countersign::cli {
namespace {

struct Said {
  int code;
  std::string out;
  std::string error;
};

Said run_words(const std::vector<std::string_view>& words) {
  std::ostringstream out;
  std::ostringstream error;
  const int code = run(words, {0, out, error});
  return {code, out.str(), error.str()};
}

TEST(Command, HelpNamesEveryCommandAndIsWorthReading) {
  const Said help = run_words({"--help"});
  EXPECT_EQ(help.code, kYes);
  EXPECT_EQ(help.error, "");
  for (const Command* command : {&verify_command(), &approve_command(), &check_config_command()}) {
    EXPECT_NE(help.out.find("  " + std::string(command->name) + " "), std::string::npos);
    const Said own = run_words({command->name, "--help"});
    EXPECT_EQ(own.code, kYes);
    EXPECT_TRUE(own.out.starts_with("Usage: countersign " + std::string(command->name))) << own.out;
    for (const OptionSpec& option : command->options) {
      EXPECT_NE(own.out.find("--" + std::string(option.name)), std::string::npos) << option.name;
    }
    std::istringstream lines(own.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 90U) << line;
  }
}

TEST(Command, VersionIsOneLine) { EXPECT_EQ(run_words({"--version"}).out, "countersign " COUNTERSIGN_VERSION "\n"); }

TEST(Command, MisuseIsTwoAndSaysWhereToLook) {
  EXPECT_EQ(run_words({}).code, kMisused);
  const Said unknown = run_words({"verfy\x1b[2J"});
  EXPECT_EQ(unknown.code, kMisused);
  EXPECT_EQ(unknown.out, "");
  EXPECT_EQ(unknown.error, "countersign: bad_usage: unknown command \"verfy\\x1b[2J\"\nSee: countersign --help\n");
  const Said option = run_words({"verify", "--nonsense"});
  EXPECT_EQ(option.code, kMisused);
  EXPECT_EQ(option.error, "countersign: bad_usage: unknown option --nonsense\nSee: countersign verify --help\n");
}

TEST(ReadNamedFile, NamesWhatIsWrong) {
  EXPECT_EQ(read_named_file("/nonexistent/x", 10).error().code, base::ErrorCode::not_found);
  EXPECT_EQ(read_named_file("/", 10).error().code, base::ErrorCode::io_error);
  EXPECT_EQ(read_named_file("/dev/zero", 10).error().code, base::ErrorCode::too_large);
  EXPECT_EQ(read_named_file("/dev/null", 10).value(), "");
}

}  // namespace
}  // namespace countersign::cli
