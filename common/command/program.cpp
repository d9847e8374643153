#include "common/command/program.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>

#include "common/log/clean.h"

namespace countersign::command {
namespace {

using base::Error;
using base::ErrorCode;

void print_help(const Program& program, std::ostream& out) {
  std::size_t widest = 0;
  for (const Command& command : program.commands) widest = std::max(widest, command.name.size());
  out << program.introduction;
  for (const Command& command : program.commands) {
    out << "  " << command.name << std::string(widest + 2 - command.name.size(), ' ') << command.summary << '\n';
  }
  out << program.closing;
}

ExitCode misused(const Program& program, std::string_view command, const Streams& streams, const Error& error) {
  complain(program.name, streams.notes, error);
  streams.notes << "See: " << program.name << (command.empty() ? "" : " ") << command << " --help\n";
  return ExitCode::misused;
}

ExitCode run_command(const Program& program, const Command& command, std::span<const std::string_view> words,
                     const Streams& streams) {
  const auto end = std::find(words.begin(), words.end(), "--");
  if (std::find(words.begin(), end, "--help") != end || std::find(words.begin(), end, "-h") != end) {
    streams.out << command.help;
    return ExitCode::yes;
  }
  const auto options = Options::parse(command.options, words, command.operands);
  if (!options) return misused(program, command.name, streams, options.error());
  const auto code = command.run(*options, streams);
  if (code) return *code;
  if (code.error().code == ErrorCode::bad_usage) return misused(program, command.name, streams, code.error());
  complain(program.name, streams.notes, code.error());
  return ExitCode::no;
}

ExitCode dispatch(const Program& program, std::span<const std::string_view> words, const Streams& streams) {
  if (words.empty()) {
    print_help(program, streams.notes);
    return ExitCode::misused;
  }
  const std::string first(words.front());
  if (first == "--help" || first == "-h" || first == "help") {
    print_help(program, streams.out);
    return ExitCode::yes;
  }
  if (first == "--version") {
    streams.out << program.name << " " COUNTERSIGN_VERSION "\n";
    return ExitCode::yes;
  }
  const std::string both = words.size() > 1 ? first + " " + std::string(words[1]) : std::string();
  std::string group;
  for (const Command& command : program.commands) {
    if (command.name == first) return run_command(program, command, words.subspan(1), streams);
    if (command.name == both) return run_command(program, command, words.subspan(2), streams);
    if (command.name.starts_with(first + " ")) group.append(group.empty() ? "" : ", ").append(command.name);
  }
  const std::string what = group.empty() ? "unknown command \"" + first + "\"" : "one of: " + group;
  return misused(program, "", streams, Error(ErrorCode::bad_usage, what));
}

}  // namespace

void complain(std::string_view program, std::ostream& stream, const Error& error) {
  const std::string text = to_string(error);
  stream << program << ": ";
  std::string_view rest = text;
  for (bool more = true; more;) {
    const auto end = rest.find('\n');
    more = end != std::string_view::npos && end + 1 < rest.size();
    stream << log::clean_for_terminal(rest.substr(0, end)) << '\n';
    if (more) rest.remove_prefix(end + 1);
  }
}

ExitCode run(const Program& program, std::span<const std::string_view> words, const Streams& streams) noexcept {
  try {
    return dispatch(program, words, streams);
  } catch (const std::exception& e) {
    streams.notes << program.name << ": internal: " << log::clean_for_terminal(e.what()) << '\n';
  } catch (...) {
    streams.notes << program.name << ": internal\n";
  }
  return ExitCode::misused;
}

int run_main(const Program& program, int count, char** arguments) {
  (void)std::signal(SIGPIPE, SIG_IGN);  // a reader or a child that went away is an error to report, not a silent end
  const std::vector<std::string_view> words(arguments + 1, arguments + count);
  const ExitCode code = run(program, words, {0, std::cout, std::cerr});
  std::cout.flush();
  return static_cast<int>(std::cout ? code : ExitCode::misused);
}

}  // namespace countersign::command
