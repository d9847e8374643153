#include "cli/command.h"

#include "common/log/clean.h"

namespace countersign::cli {
namespace {

constexpr std::string_view kName = "countersign";

constexpr std::string_view kIntroduction = R"(countersign: a second signature for logins, for the people involved.

Usage: countersign COMMAND [OPTION…]
       countersign COMMAND --help
       countersign --version

Commands:
)";

constexpr std::string_view kClosing = R"(
Exit codes: 0 yes; 1 no; 2 misused or malformed. Manual: countersign(1).
)";

}  // namespace

command::Program program() {
  return {kName,
          kIntroduction,
          kClosing,
          {verify_command(), approve_command(), enrol_command(), check_config_command(), explain_command()}};
}

void say(std::ostream& stream, std::string_view text) { stream << log::clean_for_terminal(text) << '\n'; }

void complain(const Streams& streams, const base::Error& error) { command::complain(kName, streams.notes, error); }

ExitCode misused(const Streams& streams, const base::Error& error) {
  complain(streams, error);
  return ExitCode::misused;
}

}  // namespace countersign::cli
