#include <algorithm>
#include <array>

#include "registry/admin/command.h"
#include "registry/admin/job.h"
#include "registry/routes/access.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kAddHelp = R"(countersign-registry host add: a new host; prints its token, once.

Usage: countersign-registry host add NAME [--group GROUP]… [--token-life DURATION] [--config FILE]

  NAME                   as host.name in the host's countersign.yaml
  --group GROUP          may be given several times; as host.groups there
  --token-life DURATION  90d, say; without it the token does not expire

The token lets the host read records of users who may log in there, and post challenges in its own name. It belongs into
/etc/countersign/token on the host (root:countersign 0640). The registry keeps only its SHA-256.

Example: countersign-registry host add web-01 --group web > token
)";

constexpr std::string_view kListHelp =
    R"(countersign-registry host list: all hosts, one a line: name, groups, end of the token.

Usage: countersign-registry host list [--config FILE]
)";

constexpr std::string_view kRemoveHelp =
    R"(countersign-registry host remove: its token counts no more, its challenges are withdrawn.

Usage: countersign-registry host remove NAME [--config FILE]
)";

constexpr std::string_view kRotateHelp =
    R"(countersign-registry host rotate-token: a new token, printed once; the old one counts no more.

Usage: countersign-registry host rotate-token NAME [--token-life DURATION] [--config FILE]

Example: countersign-registry host rotate-token web-01 --token-life 90d > token
)";

// In a record's order, each once.
Result<std::vector<base::GroupName>> read_groups(const Options& options) {
  std::vector<base::GroupName> groups;
  for (const std::string& text : options.values("group")) {
    auto group = base::GroupName::parse(text);
    if (!group) return Error(ErrorCode::bad_usage, "--group: " + group.error().detail);
    groups.push_back(*std::move(group));
  }
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

Result<std::optional<base::Time>> token_end(const Options& options) {
  const auto text = options.value("token-life");
  if (!text) return std::optional<base::Time>();
  const auto life = base::parse_duration(*text);
  if (!life || *life < base::Seconds{1} || *life > std::chrono::hours{24 * 3660}) {
    return Error(ErrorCode::bad_usage, "--token-life: a duration of at most ten years, for example 90d");
  }
  return std::optional(base::SystemClock().now() + std::chrono::duration_cast<base::Seconds>(*life));
}

Result<void> add_host(const Job& job, const base::HostName& name) {
  auto groups = read_groups(job.options);
  if (!groups) return groups.error();
  const auto end = token_end(job.options);
  if (!end) return end.error();
  const routes::NewToken token = routes::make_host_token();
  const auto added =
      job.site.store->add_host(store::Host{name, *std::move(groups), token.hash, *end, job.site.clock->now()});
  if (!added && added.error().code == ErrorCode::already_exists)
    return Error(ErrorCode::already_exists, "host " + name.str());
  if (added) job.streams.out << token.text << '\n';
  return added;
}

Result<void> list_hosts(const Job& job) {
  const auto hosts = job.site.store->hosts();
  if (!hosts) return hosts.error();
  for (const store::Host& host : *hosts) {
    std::string groups;
    for (const base::GroupName& group : host.groups) groups.append(groups.empty() ? "@" : ",@").append(group.str());
    job.streams.out << host.name.str() << ' ' << (groups.empty() ? "-" : groups) << ' '
                    << (host.token_expires ? base::format_time(*host.token_expires) : "-") << '\n';
  }
  return {};
}

Result<void> remove_host(const Job& job, const base::HostName& name) { return job.site.store->remove_host(name); }

Result<void> rotate_token(const Job& job, const base::HostName& name) {
  const auto end = token_end(job.options);
  if (!end) return end.error();
  const routes::NewToken token = routes::make_host_token();
  const auto set = job.site.store->set_host_token(name, token.hash, *end);
  if (set) job.streams.out << token.text << '\n';
  return set;
}

constexpr std::array kAddOptions{OptionSpec{"group", Takes::values}, OptionSpec{"token-life"}, kConfigOption};
constexpr std::array kRotateOptions{OptionSpec{"token-life"}, kConfigOption};
constexpr std::array kPlainOptions{kConfigOption};
constexpr std::array kCommands{
    Command{"host add", "a new host; prints its token", kAddHelp, kAddOptions, {1, 1}, on_host<add_host>},
    Command{"host list", "all hosts", kListHelp, kPlainOptions, {}, on_site<list_hosts>},
    Command{"host rotate-token", "a new token for a host", kRotateHelp, kRotateOptions, {1, 1}, on_host<rotate_token>},
    Command{"host remove", "removes a host", kRemoveHelp, kPlainOptions, {1, 1}, on_host<remove_host>},
};

}  // namespace

std::span<const Command> host_commands() { return kCommands; }

}  // namespace countersign::registry::admin
