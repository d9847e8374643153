#include <algorithm>
#include <array>

#include "common/statement/values.h"
#include "registry/admin/command.h"
#include "registry/admin/listing.h"
#include "registry/admin/site.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UserName;
using Takes = OptionSpec::Takes;

namespace {

constexpr std::string_view kAddHelp = R"(countersign-registry user add: a new user.

Usage: countersign-registry user add USER --hosts SCOPE [--config FILE]

  --hosts SCOPE  where the user may log in: '*' for all hosts, or hosts and @groups separated by spaces or commas

USER is the name that getpwnam gives on the hosts.

Example: countersign-registry user add alice --hosts '@web db-01'
)";

constexpr std::string_view kSetHelp = R"(countersign-registry user set: changes a user.

Usage: countersign-registry user set USER [--hosts SCOPE] [--disable | --enable] [--config FILE]

  --hosts SCOPE  as for user add
  --disable      no host gets a record of the user any more; those that hold one serve it until they ask again
  --enable       takes --disable back

Example: countersign-registry user set alice --disable
)";

constexpr std::string_view kRemoveHelp =
    R"(countersign-registry user remove: removes a user with keys, approvers and sessions.

Usage: countersign-registry user remove USER [--config FILE]

Only the newest serial is remembered, so that a user of the same name can come back and hosts accept the record.

Example: countersign-registry user remove alice
)";

constexpr std::string_view kListHelp = R"(countersign-registry user list: all users, one a line: name, state, hosts.

Usage: countersign-registry user list [--config FILE]

The state is active, disabled or offline (records are signed elsewhere and imported).
)";

constexpr std::string_view kShowHelp =
    R"(countersign-registry user show: one user with login keys, approvers and newest record.

Usage: countersign-registry user show USER [--config FILE]
)";

std::string_view state_of(const store::User& user) {
  if (user.disabled) return "disabled";
  return user.offline ? "offline" : "active";
}

// "@web db-01" or "@web,db-01" or "*", in the one spelling of a record.
Result<statement::HostScope> read_scope(const std::string& text) {
  if (text == "*") return statement::HostScope::all();
  std::vector<statement::HostOrGroup> members;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(" ,", at), text.size());
    if (end > at) {
      auto member = statement::HostOrGroup::parse(text.substr(at, end - at));
      if (!member) return Error(ErrorCode::bad_usage, "--hosts: " + member.error().detail);
      members.push_back(*std::move(member));
    }
    at = end + 1;
  }
  auto scope = statement::HostScope::of(std::move(members));
  if (!scope) return Error(ErrorCode::bad_usage, "--hosts: " + scope.error().detail);
  return scope;
}

Result<void> run_add(const Options& options, const Streams& streams) {
  const auto name = user_operand(options);
  if (!name) return name.error();
  const auto hosts = options.value("hosts");
  if (!hosts) return Error(ErrorCode::bad_usage, "--hosts is missing");
  const auto scope = read_scope(*hosts);
  if (!scope) return scope.error();
  const auto site = open_site(options);
  if (!site) return site.error();
  const auto added = site->store->add_user(store::User{*name, scope->str(), false, false, 1, site->clock->now()});
  if (!added && added.error().code == ErrorCode::already_exists)
    return Error(ErrorCode::already_exists, "user " + name->str());
  if (added) streams.notes << "Added " << name->str() << " on " << scope->str() << ". Next: key add, approver add.\n";
  return added;
}

Result<void> run_set(const Options& options, const Streams&) {
  const auto name = user_operand(options);
  if (!name) return name.error();
  const auto hosts = options.value("hosts");
  const bool disable = options.has("disable");
  const bool enable = options.has("enable");
  if (disable && enable) return Error(ErrorCode::bad_usage, "--disable and --enable contradict each other");
  if (!hosts && !disable && !enable) return Error(ErrorCode::bad_usage, "nothing to change");
  std::optional<std::string> scope;
  if (hosts) {
    const auto read = read_scope(*hosts);
    if (!read) return read.error();
    scope = read->str();
  }
  const auto site = open_site(options);
  if (!site) return site.error();
  if (scope) {
    if (auto online = refuse_offline(*site, *name); !online) return online;
    if (auto set = site->store->set_user_hosts(*name, *scope); !set) return set;
  }
  if (disable || enable) return site->store->set_user_disabled(*name, disable);
  return {};
}

Result<void> run_remove(const Options& options, const Streams&) {
  const auto name = user_operand(options);
  if (!name) return name.error();
  const auto site = open_site(options);
  if (!site) return site.error();
  return site->store->remove_user(*name);
}

Result<void> run_list(const Options& options, const Streams& streams) {
  const auto site = open_site(options);
  if (!site) return site.error();
  const auto users = site->store->users();
  if (!users) return users.error();
  for (const store::User& user : *users)
    streams.out << user.name.str() << ' ' << state_of(user) << ' ' << user.hosts << '\n';
  return {};
}

Result<void> run_show(const Options& options, const Streams& streams) {
  const auto name = user_operand(options);
  if (!name) return name.error();
  const auto site = open_site(options);
  if (!site) return site.error();
  const auto contents = site->store->contents(*name);
  if (!contents) return contents.error();
  const store::User& user = contents->user;
  streams.out << "user: " << user.name.str() << "\nstate: " << state_of(user) << "\nhosts: " << user.hosts
              << "\ncreated: " << base::format_time(user.created) << '\n';
  for (const store::LoginKey& key : contents->login_keys) streams.out << "login-key: " << describe(key) << '\n';
  for (const store::Approver& approver : contents->approvers) streams.out << "approver: " << describe(approver) << '\n';
  const auto record = site->store->record(*name);
  if (record) {
    streams.out << "record: serial " << record->serial << ", issued " << base::format_time(record->issued)
                << ", expires " << base::format_time(record->expires) << '\n';
  }
  return {};
}

constexpr std::array kAddOptions{OptionSpec{"hosts", Takes::value}, kConfigOption};
constexpr std::array kSetOptions{OptionSpec{"hosts", Takes::value}, OptionSpec{"disable", Takes::nothing},
                                 OptionSpec{"enable", Takes::nothing}, kConfigOption};
constexpr std::array kPlainOptions{kConfigOption};
constexpr std::array kCommands{
    Command{"user add", "a new user", kAddHelp, kAddOptions, 1, 1, run_add},
    Command{"user set", "changes a user's hosts, disables or enables", kSetHelp, kSetOptions, 1, 1, run_set},
    Command{"user list", "all users", kListHelp, kPlainOptions, 0, 0, run_list},
    Command{"user show", "one user with keys, approvers and record", kShowHelp, kPlainOptions, 1, 1, run_show},
    Command{"user remove", "removes a user", kRemoveHelp, kPlainOptions, 1, 1, run_remove},
};

}  // namespace

std::span<const Command> user_commands() { return kCommands; }

}  // namespace countersign::registry::admin
