// registry/admin/command.h: what a subcommand is.
//
// A table of options, a help text and a function that says what it did on `out` (only what scripts want) and `notes`
// (for people). Exit codes: 0 done; 1 refused (not there, there already, does not fit, cannot be read or written); 2
// misused.
#pragma once

#include <ostream>
#include <span>
#include <string_view>

#include "common/base/result.h"
#include "registry/admin/options.h"

namespace countersign::registry::admin {

struct Streams {
  std::ostream& out;
  std::ostream& notes;
};

struct Command {
  std::string_view name;  // "user add"
  std::string_view summary;
  std::string_view help;
  std::span<const OptionSpec> options;
  std::size_t least_operands;
  std::size_t most_operands;
  base::Result<void> (*run)(const Options& options, const Streams& streams);
};

std::span<const Command> init_commands();
std::span<const Command> serve_commands();
std::span<const Command> user_commands();
std::span<const Command> key_commands();
std::span<const Command> approver_commands();
std::span<const Command> host_commands();
std::span<const Command> record_commands();

// Runs the command line without its first word. Never throws.
int run(std::span<const std::string_view> words, const Streams& streams) noexcept;

}  // namespace countersign::registry::admin
