// cli/command.h: the subcommands of `countersign`, and how they speak.
//
// Their exit codes: 0 yes, 1 no, 2 the question itself was wrong (unknown option, file that cannot be read, malformed
// input).
#pragma once

#include <ostream>
#include <string_view>

#include "common/command/program.h"

namespace countersign::cli {

using command::Command;
using command::ExitCode;
using command::Options;
using command::OptionSpec;
using command::Streams;
using command::Takes;

Command verify_command();
Command approve_command();
Command enrol_command();
Command check_config_command();
Command explain_command();

command::Program program();

// One line, cleaned.
void say(std::ostream& stream, std::string_view text);
// One error, told.
void complain(const Streams& streams, const base::Error& error);
// The same, for one that is not "no": the exit code to return.
ExitCode misused(const Streams& streams, const base::Error& error);

}  // namespace countersign::cli
