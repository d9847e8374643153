#include <array>

#include "common/keys/authorized_keys.h"
#include "common/keys/public_key_line.h"
#include "registry/admin/command.h"
#include "registry/admin/job.h"
#include "registry/records/record_builder.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kAddHelp = R"(countersign-registry key add: login keys of a user.

Usage: countersign-registry key add USER (FILE | - | LINE) [OPTION…]

  FILE           lines as in authorized_keys or a .pub file; "-" reads standard input
  LINE           one such line as one argument
  --label TEXT   for people; without it the line's comment
  --person NAME  whose key it is, in an account that several people share: only that person's approvers then count
  --config FILE

Options a line may carry: from, command, restrict, no-agent-forwarding, no-port-forwarding, no-pty, no-user-rc,
no-X11-forwarding, permitopen, permitlisten, expiry-time, verify-required. Any other refuses the line. A key that is an
approver of the user is refused, as is one with which the record would grow beyond 64 KiB.

Example: countersign-registry key add alice 'no-agent-forwarding ssh-ed25519 AAAA… alice@laptop'
)";

constexpr std::string_view kListHelp = R"(countersign-registry key list: the login keys of a user, one a line.

Usage: countersign-registry key list USER [--config FILE]

A key marked REPORTED was taken out of the record by an approver who did not start a login with it.
)";

constexpr std::string_view kRemoveHelp = R"(countersign-registry key remove: takes a login key away.

Usage: countersign-registry key remove USER FINGERPRINT [--config FILE]

Hosts learn of it when they next ask, within a minute by default.

Example: countersign-registry key remove alice SHA256:5vN…
)";

constexpr std::string_view kRestoreHelp =
    R"(countersign-registry key restore: puts a reported login key back into the record.

Usage: countersign-registry key restore USER FINGERPRINT [--config FILE]

An approver's report takes the key out because somebody else seemed to use it. Restore it only when that is cleared up.
)";

// What follows the key on the line.
std::string comment_of(const std::string& line, const std::string& key) {
  const std::size_t at = line.find(key.substr(key.find(' ') + 1));
  if (at == std::string::npos) return {};
  const std::size_t begin = line.find_first_not_of(" \t", at + key.size() - key.find(' ') - 1);
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

Result<store::LoginKey> read_line(const std::string& line, const Options& options, base::Time now) {
  const auto parsed = keys::parse_authorized_key(line);
  if (!parsed) return parsed.error();
  const std::string key = keys::print_public_key(parsed->key);
  auto label = label_of(options, comment_of(line, key));
  if (!label) return label.error();
  auto person = person_of(options);
  if (!person) return person.error();
  return store::LoginKey{
      parsed->key.fingerprint(), key, keys::print_record_key(*parsed), *std::move(person), *std::move(label), now, {}};
}

Result<std::vector<store::LoginKey>> read_lines(const std::string& text, const Options& options, base::Time now) {
  std::vector<store::LoginKey> rows;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos || line[first] == '#') continue;
    auto row = read_line(line, options, now);
    if (!row) return row.error().within("line " + std::to_string(number));
    rows.push_back(*std::move(row));
  }
  if (rows.empty()) return Error(ErrorCode::bad_public_key, "no key there");
  return rows;
}

Result<void> run_add(const Options& options, const Streams& streams) {
  const auto name = user_operand(options);
  if (!name) return name.error();
  const auto text = read_named_or_text(options.operands().at(1));
  if (!text) return text.error();
  const auto rows = read_lines(*text, options, base::SystemClock().now());
  if (!rows) return rows.error();
  const auto site = open_site(options);
  if (!site) return site.error();
  if (auto online = refuse_offline(*site, *name); !online) return online;
  const auto signing_key = load_signing_key(site->config);
  if (!signing_key) return signing_key.error();
  const auto fits = [&](const store::UserContents& contents) {
    return records::check_contents(contents, *signing_key);
  };
  for (const store::LoginKey& row : *rows) {
    const auto added = site->store->add_login_key(*name, row, fits);
    if (!added && added.error().code == ErrorCode::already_exists) {
      return Error(ErrorCode::already_exists, name->str() + " has the login key " + row.fingerprint);
    }
    if (!added) return added.error().within(row.fingerprint);
    streams.notes << "Added " << describe(row) << '\n';
  }
  return {};
}

Result<void> remove_key(const Job& job, const base::UserName& name) {
  return job.site.store->remove_login_key(name, job.options.operands().at(1));
}

Result<void> restore_key(const Job& job, const base::UserName& name) {
  return job.site.store->set_login_key_reported(name, job.options.operands().at(1), std::nullopt);
}

constexpr std::array kAddOptions{OptionSpec{"label"}, OptionSpec{"person"}, kConfigOption};
constexpr std::array kPlainOptions{kConfigOption};
constexpr UserWork* kList = list_rows<&store::UserContents::login_keys>;
constexpr std::array kCommands{
    Command{"key add", "adds login keys to a user", kAddHelp, kAddOptions, {2, 2}, plain<run_add>},
    Command{"key list", "a user's login keys", kListHelp, kPlainOptions, {1, 1}, on_user<kList>},
    Command{"key remove", "takes a login key away", kRemoveHelp, kPlainOptions, {2, 2}, on_user<online<remove_key>>},
    Command{"key restore", "puts a reported login key back", kRestoreHelp, kPlainOptions, {2, 2}, on_user<restore_key>},
};

}  // namespace

std::span<const Command> key_commands() { return kCommands; }

}  // namespace countersign::registry::admin
