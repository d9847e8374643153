// cli/command.h: what a subcommand is, and what it prints through.
//
// A subcommand is a table of options, a help text and a function. Its exit codes are for scripts: 0 yes, 1 no, 2 the
// question itself was wrong (unknown option, file that cannot be read, malformed input). Everything printed goes
// through say(), which makes foreign bytes harmless for a terminal.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "cli/options.h"
#include "common/base/result.h"

namespace countersign::cli {

enum ExitCode : int { kYes = 0, kNo = 1, kMisused = 2 };

struct Streams {
  int in = 0;  // a descriptor: messages are binary and may be large
  std::ostream& out;
  std::ostream& error;
};

struct Command {
  std::string_view name;
  std::string_view summary;  // one line of `countersign --help`
  std::string_view help;     // `countersign NAME --help`
  std::span<const OptionSpec> options;
  std::size_t most_operands = 0;
  int (*run)(const Options& options, const Streams& streams) = nullptr;
};

const Command& verify_command();
const Command& approve_command();
const Command& check_config_command();

// One line, cleaned.
void say(std::ostream& stream, std::string_view text);
// "countersign: bad_usage: …" with what to do about it, as one line.
void complain(std::ostream& stream, const base::Error& error);

// The content of a file that a person named, at most `most` bytes: not_found, io_error or too_large. No claim about who
// could have written it: for files whose content is checked by itself.
base::Result<std::string> read_named_file(const std::string& path, std::size_t most);

// Runs the command line without its first word (the program's name). Never throws.
int run(std::span<const std::string_view> words, const Streams& streams) noexcept;

}  // namespace countersign::cli
