#include "registry/admin/command.h"

#include <algorithm>
#include <exception>
#include <vector>

#include "common/log/clean.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

enum ExitCode : int { kDone = 0, kRefused = 1, kMisused = 2 };

constexpr std::string_view kIntroduction =
    R"(countersign-registry: login keys, approvers and challenges for Countersign.

Usage: countersign-registry COMMAND [OPTION…]
       countersign-registry COMMAND --help
       countersign-registry --version

Commands:
)";

constexpr std::string_view kClosing = R"(
All commands but init take --config FILE (default /etc/countersign-registry/registry.yaml) and may run beside the
server: it sees their changes at once. Run them as root or as the user the registry runs as.

A first site:
  countersign-registry init --url https://registry.example.com
  countersign-registry user add alice --hosts '@web'
  countersign-registry key add alice ~alice/.ssh/id_ed25519.pub
  countersign-registry approver add alice --level ssh-key approver.pub
  countersign-registry host add web-01 --group web > token
  countersign-registry serve

Exit codes: 0 done; 1 refused; 2 misused. Manual: countersign-registry(8).
)";

std::vector<Command> commands() {
  std::vector<Command> all;
  for (const auto group : {init_commands(), serve_commands(), user_commands(), key_commands(), approver_commands(),
                           host_commands(), record_commands()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

void print_help(std::ostream& out) {
  out << kIntroduction;
  for (const Command& command : commands()) {
    out << "  " << command.name << std::string(20 - command.name.size(), ' ') << command.summary << '\n';
  }
  out << kClosing;
}

void complain(std::ostream& stream, const Error& error) {
  stream << "countersign-registry: ";
  // A configuration's faults come one a line; each is cleaned alone.
  std::string_view rest = error.detail;
  stream << base::to_string(error.code) << ": ";
  for (bool more = true; more;) {
    const auto end = rest.find('\n');
    more = end != std::string_view::npos && end + 1 < rest.size();
    stream << log::clean_for_terminal(rest.substr(0, end)) << '\n';
    if (more) rest.remove_prefix(end + 1);
  }
}

int misused(const Streams& streams, const Error& error, std::string_view see) {
  complain(streams.notes, error);
  streams.notes << "See: countersign-registry" << see << " --help\n";
  return kMisused;
}

int run_command(const Command& command, std::span<const std::string_view> words, const Streams& streams) {
  const auto end = std::find(words.begin(), words.end(), "--");
  if (std::find(words.begin(), end, "--help") != end || std::find(words.begin(), end, "-h") != end) {
    streams.out << command.help;
    return kDone;
  }
  const std::string see = " " + std::string(command.name);
  const auto options = Options::parse(command.options, words, command.least_operands, command.most_operands);
  if (!options) return misused(streams, options.error(), see);
  const auto done = command.run(*options, streams);
  if (done) return kDone;
  if (done.error().code == ErrorCode::bad_usage) return misused(streams, done.error(), see);
  complain(streams.notes, done.error());
  return kRefused;
}

int dispatch(std::span<const std::string_view> words, const Streams& streams) {
  if (words.empty()) {
    print_help(streams.notes);
    return kMisused;
  }
  const std::string_view first = words.front();
  if (first == "--help" || first == "-h" || first == "help") {
    print_help(streams.out);
    return kDone;
  }
  if (first == "--version") {
    streams.out << "countersign-registry " COUNTERSIGN_VERSION "\n";
    return kDone;
  }
  const std::string both = words.size() > 1 ? std::string(first) + " " + std::string(words[1]) : std::string();
  std::string group;
  for (const Command& command : commands()) {
    if (command.name == first) return run_command(command, words.subspan(1), streams);
    if (command.name == both) return run_command(command, words.subspan(2), streams);
    if (command.name.starts_with(std::string(first) + " "))
      group.append(group.empty() ? "" : ", ").append(command.name);
  }
  if (!group.empty()) return misused(streams, Error(ErrorCode::bad_usage, "one of: " + group), "");
  return misused(streams, Error(ErrorCode::bad_usage, "unknown command \"" + std::string(first) + "\""), "");
}

}  // namespace

int run(std::span<const std::string_view> words, const Streams& streams) noexcept {
  try {
    return dispatch(words, streams);
  } catch (const std::exception& e) {
    streams.notes << "countersign-registry: internal: " << log::clean_for_terminal(e.what()) << '\n';
  } catch (...) {
    streams.notes << "countersign-registry: internal\n";
  }
  return kRefused;
}

}  // namespace countersign::registry::admin
