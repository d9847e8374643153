// command/program.h: a program that is a table of commands.
//
// A command is a table of options, a help text and a function. Exit codes are for scripts: 0 yes, done; 1 no, refused;
// 2 the question itself was wrong, or nothing could be said about it. What the program prints about foreign bytes is
// harmless for a terminal.
#pragma once

#include <ostream>
#include <span>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/command/options.h"

namespace countersign::command {

enum class ExitCode { yes = 0, no = 1, misused = 2 };

struct Streams {
  int in;             // a descriptor: what is read may be binary and large
  std::ostream& out;  // what was asked for
  std::ostream& notes;
};

struct Command {
  std::string_view name;     // "verify", or "user add"
  std::string_view summary;  // one line of `PROGRAM --help`
  std::string_view help;     // `PROGRAM NAME --help`
  std::span<const OptionSpec> options;
  Operands operands;
  // An error it returns is printed, and is "no" but for bad_usage.
  base::Result<ExitCode> (*run)(const Options& options, const Streams& streams);
};

struct Program {
  std::string_view name;
  std::string_view introduction;  // of --help, above the list of commands
  std::string_view closing;       // below it
  std::vector<Command> commands;
};

// "PROGRAM: bad_usage: …", each line of it cleaned alone: a configuration's faults come one a line.
void complain(std::string_view program, std::ostream& stream, const base::Error& error);

// Runs the command line without its first word. Never throws.
ExitCode run(const Program& program, std::span<const std::string_view> words, const Streams& streams) noexcept;

// All of main(): an output that could not be written, a full disk's or a closed pipe's, is no yes.
int run_main(const Program& program, int count, char** arguments);

}  // namespace countersign::command
