#include "cli/command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>

#include "common/log/clean.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kIntroduction = R"(countersign: a second signature for logins, for the people involved.

Usage: countersign COMMAND [OPTION…]
       countersign COMMAND --help
       countersign --version

Commands:
)";

constexpr std::string_view kClosing = R"(
Exit codes: 0 yes; 1 no; 2 misused or malformed. Manual: countersign(1).
)";

std::array<const Command*, 3> commands() { return {&verify_command(), &approve_command(), &check_config_command()}; }

void print_help(std::ostream& out) {
  out << kIntroduction;
  for (const Command* command : commands()) {
    out << "  " << command->name << std::string(14 - command->name.size(), ' ') << command->summary << '\n';
  }
  out << kClosing;
}

int misused(const Streams& streams, const Error& error, std::string_view see) {
  complain(streams.error, error);
  streams.error << "See: " << see << " --help\n";
  return kMisused;
}

int run_command(const Command& command, std::span<const std::string_view> words, const Streams& streams) {
  const auto end = std::find(words.begin(), words.end(), "--");
  if (std::find(words.begin(), end, "--help") != end || std::find(words.begin(), end, "-h") != end) {
    streams.out << command.help;
    return kYes;
  }
  const auto options = Options::parse(command.options, words, command.most_operands);
  if (!options) return misused(streams, options.error(), "countersign " + std::string(command.name));
  return command.run(*options, streams);
}

int dispatch(std::span<const std::string_view> words, const Streams& streams) {
  if (words.empty()) {
    print_help(streams.error);
    return kMisused;
  }
  const std::string_view first = words.front();
  if (first == "--help" || first == "-h" || first == "help") {
    print_help(streams.out);
    return kYes;
  }
  if (first == "--version") {
    streams.out << "countersign " COUNTERSIGN_VERSION "\n";
    return kYes;
  }
  for (const Command* command : commands()) {
    if (command->name == first) return run_command(*command, words.subspan(1), streams);
  }
  return misused(streams, Error(ErrorCode::bad_usage, "unknown command \"" + std::string(first) + "\""), "countersign");
}

}  // namespace

void say(std::ostream& stream, std::string_view text) { stream << log::clean_for_terminal(text) << '\n'; }

void complain(std::ostream& stream, const Error& error) { say(stream, "countersign: " + to_string(error)); }

base::Result<std::string> read_named_file(const std::string& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int why = errno;
    return Error(why == ENOENT ? ErrorCode::not_found : ErrorCode::io_error, path + ": " + std::strerror(why));
  }
  std::string content(most + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad() || (file.fail() && !file.eof())) return Error(ErrorCode::io_error, path + ": cannot be read");
  const auto size = static_cast<std::size_t>(file.gcount());
  if (size > most) return Error(ErrorCode::too_large, path + ": more than " + std::to_string(most) + " bytes");
  content.resize(size);
  return content;
}

int run(std::span<const std::string_view> words, const Streams& streams) noexcept {
  try {
    return dispatch(words, streams);
  } catch (const std::exception& e) {
    streams.error << "countersign: internal: " << log::clean_for_terminal(e.what()) << '\n';
  } catch (...) {
    streams.error << "countersign: internal\n";
  }
  return kMisused;
}

}  // namespace countersign::cli
