#include "helper/authorized_keys/options.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

namespace countersign::authorized_keys {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct PathFlag {
  std::string_view name;
  std::string Options::*field;
};
constexpr std::array kPathFlags{PathFlag{"--signers", &Options::signers}, PathFlag{"--cache", &Options::cache},
                                PathFlag{"--config", &Options::config}, PathFlag{"--courier", &Options::courier}};

struct DurationFlag {
  std::string_view name;
  base::Seconds Options::*field;
  base::Seconds least, most;
};
constexpr std::array kDurationFlags{
    DurationFlag{"--fresh", &Options::fresh, base::Seconds(0), base::Seconds(600)},
    DurationFlag{"--max-life", &Options::max_life, base::Seconds(60), base::Seconds(30 * 24 * 3600)}};

Error bad_usage(std::string_view flag, std::string_view what) {
  return {ErrorCode::bad_usage, std::string(flag).append(": ").append(what)};
}

Result<void> take_path(std::string& field, std::string_view flag, std::string_view value) {
  if (!value.starts_with('/')) return bad_usage(flag, "expected an absolute path");
  field = value;
  return {};
}

Result<void> take_duration(Options& options, const DurationFlag& flag, std::string_view value) {
  const auto duration = base::parse_duration(value);
  const bool whole = duration && *duration % base::Seconds(1) == base::Milliseconds(0);
  if (!whole || *duration < flag.least || *duration > flag.most) {
    return bad_usage(flag.name, "expected a duration from " + base::format_duration(flag.least) + " to " +
                                    base::format_duration(flag.most));
  }
  options.*flag.field = std::chrono::duration_cast<base::Seconds>(*duration);
  return {};
}

Result<void> take_flag(Options& options, std::string_view flag, std::string_view value) {
  for (const PathFlag& known : kPathFlags) {
    if (flag == known.name) return take_path(options.*known.field, flag, value);
  }
  for (const DurationFlag& known : kDurationFlags) {
    if (flag == known.name) return take_duration(options, known, value);
  }
  if (flag == "--chain") return take_path(options.chain.emplace(), flag, value);
  if (flag == "--group") {
    const auto group = base::GroupName::parse(value);
    if (!group) return bad_usage(flag, "expected the name of a group of hosts");
    options.identity.groups.push_back(*group);
    return {};
  }
  return bad_usage(flag, "no such option");
}

Result<void> take_names(Options& options, const std::vector<std::string_view>& names) {
  if (names.empty() || names.size() > 2) return {ErrorCode::bad_usage, "expected USER and perhaps a FINGERPRINT"};
  if (options.explain && names.size() > 1) return {ErrorCode::bad_usage, "--explain takes a USER only"};
  options.user = names[0];
  if (names.size() > 1) options.fingerprint = names[1];
  return {};
}

}  // namespace

Result<Options> parse_options(std::span<const std::string_view> arguments) {
  // The host comes first of all, because there are no options without one.
  const auto host_flag = std::find(arguments.begin(), arguments.end(), "--host");
  if (host_flag == arguments.end() || host_flag + 1 == arguments.end()) {
    return {ErrorCode::bad_usage, "--host NAME is missing"};
  }
  const auto host = base::HostName::parse(*(host_flag + 1));
  if (!host) return bad_usage("--host", "expected this host's name as the registry knows it");
  Options options(*host);

  std::vector<std::string_view> names;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (!argument.starts_with("--")) {
      names.push_back(argument);
      continue;
    }
    if (!seen.insert(argument).second && argument != "--group") return bad_usage(argument, "given twice");
    if (argument == "--explain") {
      options.explain = true;
      continue;
    }
    if (++i == arguments.size()) return bad_usage(argument, "expected a value");
    if (argument == "--host") continue;
    if (const auto taken = take_flag(options, argument, arguments[i]); !taken) return taken.error();
  }
  if (const auto taken = take_names(options, names); !taken) return taken.error();
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
