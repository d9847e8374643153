#include "common/command/program.h"

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

namespace countersign::command {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array<OptionSpec, 1> kOptions{{{"to", Takes::value, true}}};

base::Result<ExitCode> greet(const Options& options, const Streams& streams) {
  const std::string to = options.required("to");
  if (to == "nobody") return Error(ErrorCode::not_found, "nobody\x1b\nis there\n");
  if (to == "?") return Error(ErrorCode::bad_usage, "--to: a name");
  if (to == "no") return ExitCode::no;
  if (to == "fault") throw std::runtime_error("out of\nink");
  streams.out << "Hello " << to << '\n';
  return ExitCode::yes;
}

Program program() {
  return {"greeter",
          "Usage: greeter COMMAND\n",
          "The end.\n",
          {{"say", "says it", "Usage: greeter say\n", kOptions, {}, greet},
           {"card write", "writes it", "Usage: greeter card write\n", kOptions, {1, 1}, greet},
           {"card post", "posts it", "Usage: greeter card post\n", {}, {}, greet}}};
}

struct Said {
  ExitCode code;
  std::string out;
  std::string notes;
};

Said run_words(const std::vector<std::string_view>& words) {
  std::ostringstream out;
  std::ostringstream notes;
  const ExitCode code = run(program(), words, {0, out, notes});
  return {code, out.str(), notes.str()};
}

TEST(Program, HelpListsTheCommands) {
  constexpr std::string_view kText =
      "Usage: greeter COMMAND\n"
      "  say         says it\n"
      "  card write  writes it\n"
      "  card post   posts it\n"
      "The end.\n";
  for (const std::string_view word : {"--help", "-h", "help"}) {
    const Said said = run_words({word});
    EXPECT_EQ(said.code, ExitCode::yes);
    EXPECT_EQ(said.out, kText);
    EXPECT_EQ(said.notes, "");
  }
  const Said nothing = run_words({});
  EXPECT_EQ(nothing.code, ExitCode::misused);
  EXPECT_EQ(nothing.out, "");
  EXPECT_EQ(nothing.notes, kText);
}

TEST(Program, HelpOfACommandWinsOverItsFaults) {
  for (const auto& words : {std::vector<std::string_view>{"card", "write", "--nonsense", "--help"},
                            std::vector<std::string_view>{"card", "write", "-h"}}) {
    const Said said = run_words(words);
    EXPECT_EQ(said.code, ExitCode::yes);
    EXPECT_EQ(said.out, "Usage: greeter card write\n");
  }
  EXPECT_EQ(run_words({"card", "write", "--to=you", "--", "--help"}).out, "Hello you\n");
}

TEST(Program, VersionIsOneLine) { EXPECT_EQ(run_words({"--version"}).out, "greeter " COUNTERSIGN_VERSION "\n"); }

struct Row {
  std::vector<std::string_view> words;
  ExitCode code;
  std::string_view notes;
};

TEST(Program, ExitCodeAndWordsForEveryEnd) {
  for (const Row& row : {
           Row{{"say", "--to", "you"}, ExitCode::yes, ""},
           Row{{"say", "--to", "no"}, ExitCode::no, ""},
           Row{{"say", "--to", "nobody"}, ExitCode::no, "greeter: not_found: nobody\\x1b\nis there\n"},
           Row{{"say", "--to", "?"}, ExitCode::misused, "greeter: bad_usage: --to: a name\nSee: greeter say --help\n"},
           Row{{"say", "--to", "fault"}, ExitCode::misused, "greeter: internal: out of\\x0aink\n"},
           Row{{"say"}, ExitCode::misused, "greeter: bad_usage: --to is missing\nSee: greeter say --help\n"},
           Row{{"sing\x1b"},
               ExitCode::misused,
               "greeter: bad_usage: unknown command \"sing\\x1b\"\nSee: greeter --help\n"},
           Row{{"card"}, ExitCode::misused, "greeter: bad_usage: one of: card write, card post\nSee: greeter --help\n"},
           Row{{"card", "write", "--to=x"},
               ExitCode::misused,
               "greeter: bad_usage: something is missing\nSee: greeter card write --help\n"},
       }) {
    const Said said = run_words(row.words);
    EXPECT_EQ(said.code, row.code) << row.notes;
    EXPECT_EQ(said.notes, row.notes);
  }
}

}  // namespace
}  // namespace countersign::command
