#include <algorithm>
#include <array>

#include "common/statement/values.h"
#include "registry/admin/command.h"
#include "registry/admin/job.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UserName;

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

Result<void> add_user(const Job& job, const UserName& name) {
  const auto scope = read_scope(job.options.required("hosts"));
  if (!scope) return scope.error();
  const auto added = job.site.store->add_user(store::User{name, scope->str(), false, false, 1, job.site.clock->now()});
  if (!added && added.error().code == ErrorCode::already_exists)
    return Error(ErrorCode::already_exists, "user " + name.str());
  if (added) {
    job.streams.notes << "Added " << name.str() << " on " << scope->str() << ". Next: key add, approver add.\n";
  }
  return added;
}

Result<void> set_user(const Job& job, const UserName& name) {
  const auto hosts = job.options.value("hosts");
  const bool disable = job.options.has("disable");
  const bool enable = job.options.has("enable");
  if (disable && enable) return Error(ErrorCode::bad_usage, "--disable and --enable contradict each other");
  if (!hosts && !disable && !enable) return Error(ErrorCode::bad_usage, "nothing to change");
  if (hosts) {
    const auto scope = read_scope(*hosts);
    if (!scope) return scope.error();
    if (auto checked = refuse_offline(job.site, name); !checked) return checked;
    if (auto set = job.site.store->set_user_hosts(name, scope->str()); !set) return set;
  }
  if (disable || enable) return job.site.store->set_user_disabled(name, disable);
  return {};
}

Result<void> remove_user(const Job& job, const UserName& name) { return job.site.store->remove_user(name); }

Result<void> list_users(const Job& job) {
  const auto users = job.site.store->users();
  if (!users) return users.error();
  for (const store::User& user : *users)
    job.streams.out << user.name.str() << ' ' << state_of(user) << ' ' << user.hosts << '\n';
  return {};
}

Result<void> show_user(const Job& job, const UserName& name) {
  const auto contents = job.site.store->contents(name);
  if (!contents) return contents.error();
  const store::User& user = contents->user;
  std::ostream& out = job.streams.out;
  out << "user: " << user.name.str() << "\nstate: " << state_of(user) << "\nhosts: " << user.hosts
      << "\ncreated: " << base::format_time(user.created) << '\n';
  for (const store::LoginKey& key : contents->login_keys) out << "login-key: " << describe(key) << '\n';
  for (const store::Approver& approver : contents->approvers) out << "approver: " << describe(approver) << '\n';
  const auto record = job.site.store->record(name);
  if (record) {
    out << "record: serial " << record->serial << ", issued " << base::format_time(record->issued) << ", expires "
        << base::format_time(record->expires) << '\n';
  }
  return {};
}

constexpr std::array kAddOptions{OptionSpec{"hosts", Takes::value, true}, kConfigOption};
constexpr std::array kSetOptions{OptionSpec{"hosts"}, OptionSpec{"disable", Takes::nothing},
                                 OptionSpec{"enable", Takes::nothing}, kConfigOption};
constexpr std::array kPlainOptions{kConfigOption};
constexpr std::array kCommands{
    Command{"user add", "a new user", kAddHelp, kAddOptions, {1, 1}, on_user<add_user>},
    Command{
        "user set", "changes a user's hosts, disables or enables", kSetHelp, kSetOptions, {1, 1}, on_user<set_user>},
    Command{"user list", "all users", kListHelp, kPlainOptions, {}, on_site<list_users>},
    Command{
        "user show", "one user with keys, approvers and record", kShowHelp, kPlainOptions, {1, 1}, on_user<show_user>},
    Command{"user remove", "removes a user", kRemoveHelp, kPlainOptions, {1, 1}, on_user<remove_user>},
};

}  // namespace

std::span<const Command> user_commands() { return kCommands; }

}  // namespace countersign::registry::admin
