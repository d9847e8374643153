// registry/admin/command.h: the subcommands of countersign-registry.
//
// Each says what it did on `out` (only what scripts want) and `notes` (for people). Exit codes: 0 done; 1 refused (not
// there, there already, does not fit, cannot be read or written); 2 misused.
#pragma once

#include <span>

#include "common/command/program.h"

namespace countersign::registry::admin {

using command::Command;
using command::ExitCode;
using command::Options;
using command::OptionSpec;
using command::Streams;
using command::Takes;

std::span<const Command> init_commands();
std::span<const Command> serve_commands();
std::span<const Command> user_commands();
std::span<const Command> key_commands();
std::span<const Command> approver_commands();
std::span<const Command> pair_commands();
std::span<const Command> host_commands();
std::span<const Command> record_commands();

command::Program program();

// Work is done or it failed: no command of the registry says "no".
inline base::Result<ExitCode> exit_code(const base::Result<void>& done) {
  if (!done) return done.error();
  return ExitCode::yes;
}

// A table's `run` for a function that does all itself.
template <base::Result<void> (*work)(const Options&, const Streams&)>
base::Result<ExitCode> plain(const Options& options, const Streams& streams) {
  return exit_code(work(options, streams));
}

}  // namespace countersign::registry::admin
