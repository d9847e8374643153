#include "helper/authorized_keys/options.h"

#include <array>

#include "common/command/options.h"

namespace countersign::authorized_keys {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using command::OptionSpec;
using command::Takes;

struct PathOption {
  std::string_view name;
  std::string Options::*field;
};
constexpr std::array kPaths{PathOption{"signers", &Options::signers}, PathOption{"cache", &Options::cache},
                            PathOption{"config", &Options::config}, PathOption{"courier", &Options::courier}};

struct DurationOption {
  std::string_view name;
  base::Seconds Options::*field;
  base::Seconds least, most;
};
constexpr std::array kDurations{
    DurationOption{"fresh", &Options::fresh, base::Seconds(0), base::Seconds(600)},
    DurationOption{"max-life", &Options::max_life, base::Seconds(60), base::Seconds(30 * 24 * 3600)}};

constexpr std::array<OptionSpec, 10> kTable{{{"host", Takes::value, true},
                                             {"group", Takes::values},
                                             {"signers"},
                                             {"cache"},
                                             {"config"},
                                             {"courier"},
                                             {"fresh"},
                                             {"max-life"},
                                             {"chain"},
                                             {"explain", Takes::nothing}}};

Error bad_usage(std::string_view option, std::string_view what) {
  return {ErrorCode::bad_usage, std::string("--").append(option).append(": ").append(what)};
}

Result<void> take_path(std::string& field, std::string_view option, const std::optional<std::string>& given) {
  if (!given) return {};
  if (!given->starts_with('/')) return bad_usage(option, "expected an absolute path");
  field = *given;
  return {};
}

Result<void> take_duration(base::Seconds& field, const DurationOption& known, const std::optional<std::string>& given) {
  if (!given) return {};
  const auto duration = base::parse_duration(*given);
  const bool whole = duration && *duration % base::Seconds(1) == base::Milliseconds(0);
  if (!whole || *duration < known.least || *duration > known.most) {
    return bad_usage(known.name, "expected a duration from " + base::format_duration(known.least) + " to " +
                                     base::format_duration(known.most));
  }
  field = std::chrono::duration_cast<base::Seconds>(*duration);
  return {};
}

}  // namespace

Result<Options> parse_options(std::span<const std::string_view> arguments) {
  const auto given = command::Options::parse(kTable, arguments, {1, 2});
  if (!given) return given.error();
  const auto host = base::HostName::parse(given->required("host"));
  if (!host) return bad_usage("host", "expected this host's name as the registry knows it");
  Options options(*host);
  for (const std::string& name : given->values("group")) {
    const auto group = base::GroupName::parse(name);
    if (!group) return bad_usage("group", "expected the name of a group of hosts");
    options.identity.groups.push_back(*group);
  }
  for (const PathOption& known : kPaths) {
    if (auto taken = take_path(options.*known.field, known.name, given->value(known.name)); !taken)
      return taken.error();
  }
  for (const DurationOption& known : kDurations) {
    auto taken = take_duration(options.*known.field, known, given->value(known.name));
    if (!taken) return taken.error();
  }
  if (given->has("chain")) {
    if (auto taken = take_path(options.chain.emplace(), "chain", given->value("chain")); !taken) return taken.error();
  }
  options.explain = given->has("explain");
  options.user = given->operands().front();
  if (given->operands().size() == 2) options.fingerprint = given->operands().back();
  if (options.explain && options.fingerprint) return {ErrorCode::bad_usage, "--explain takes a USER only"};
  return options;
}

std::string_view usage() {
  return "usage: countersign-authorized-keys --host NAME [OPTION]… USER [FINGERPRINT]\n"
         "       countersign-authorized-keys --host NAME [OPTION]… --explain USER\n"
         "\n"
         "Prints the login keys of USER on this host as authorized_keys lines, for sshd:\n"
         "\n"
         "    AuthorizedKeysCommand /usr/libexec/countersign/countersign-authorized-keys --host web-01 --group web %u "
         "%f\n"
         "    AuthorizedKeysCommandUser countersign\n"
         "\n"
         "The keys come from a record that a key in the signers file has signed. It is taken from the cache, and "
         "fetched\n"
         "from the registry when it is no longer fresh. No valid record: no output, exit 0.\n"
         "\n"
         "  --host NAME        this host's name as the registry knows it\n"
         "  --group NAME       a group this host belongs to; may be repeated\n"
         "  --signers FILE     who may sign records (default /etc/countersign/signers)\n"
         "  --cache DIR        where records are kept (default /var/cache/countersign)\n"
         "  --courier PROGRAM  what asks the registry (default /usr/libexec/countersign/countersign-courier)\n"
         "  --config FILE      the courier's configuration (default /etc/countersign/countersign.yaml)\n"
         "  --fresh TIME       how long a record counts without asking, 0s to 10m (default 60s)\n"
         "  --max-life TIME    the longest lifetime of a record that is accepted, 1m to 30d (default 7d)\n"
         "  --chain PROGRAM    also print what this other AuthorizedKeysCommand prints for USER and FINGERPRINT\n"
         "  --explain          tell a person what would happen and why; changes nothing\n";
}

}  // namespace countersign::authorized_keys
