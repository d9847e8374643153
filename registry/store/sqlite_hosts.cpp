#include <algorithm>

#include "registry/store/sqlite_impl.h"

namespace countersign::registry::store {

using base::Error;
using base::ErrorCode;
using base::GroupName;
using base::HostName;
using base::Result;
using base::UserName;

namespace {

std::string join(const std::vector<GroupName>& groups) {
  std::string text;
  for (const GroupName& group : groups) text.append(text.empty() ? "" : " ").append(group.str());
  return text;
}

Result<std::vector<GroupName>> split(const std::string& text) {
  std::vector<GroupName> groups;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    auto group = GroupName::parse(text.substr(at, end - at));
    if (!group) return broken_row(group.error());
    groups.push_back(*std::move(group));
    at = end + 1;
  }
  return groups;
}

Result<Host> host_row(const Query& query) {
  auto name = HostName::parse(query.text(0));
  if (!name) return broken_row(name.error());
  auto groups = split(query.text(1));
  if (!groups) return groups.error();
  return Host{*std::move(name), *std::move(groups), query.text(2), optional_time(query, 3), time_of(query.integer(4))};
}

Result<Host> one_host(Query& query, const std::string& what) {
  const auto row = query.step();
  if (!row) return row.error();
  if (!*row) return Error(ErrorCode::not_found, what);
  return host_row(query);
}

}  // namespace

Result<void> SqliteImpl::add_host(const Host& host) {
  const Lease db(*this);
  auto query = db->query("INSERT INTO hosts (name, groups, token_hash, token_expires, created) VALUES (?, ?, ?, ?, ?)");
  query.with(std::string_view(host.name.str())).with(std::string_view(join(host.groups)));
  return query.with(std::string_view(host.token_hash))
      .with(seconds(host.token_expires))
      .with(seconds(host.created))
      .run();
}

Result<Host> SqliteImpl::host(const HostName& name) {
  const Lease db(*this);
  auto query = db->query("SELECT name, groups, token_hash, token_expires, created FROM hosts WHERE name = ?");
  return one_host(query.with(std::string_view(name.str())), "no host " + name.str());
}

Result<Host> SqliteImpl::host_by_token(const std::string& token_hash) {
  const Lease db(*this);
  auto query = db->query("SELECT name, groups, token_hash, token_expires, created FROM hosts WHERE token_hash = ?");
  return one_host(query.with(std::string_view(token_hash)), "no such token");
}

Result<std::vector<Host>> SqliteImpl::hosts() {
  const Lease db(*this);
  auto query = db->query("SELECT name, groups, token_hash, token_expires, created FROM hosts ORDER BY name");
  std::vector<Host> all;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return all;
    auto host = host_row(query);
    if (!host) return host.error();
    all.push_back(*std::move(host));
  }
}

Result<void> SqliteImpl::remove_host(const HostName& name) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  const auto removed = db->query("DELETE FROM hosts WHERE name = ?").with(std::string_view(name.str())).run();
  if (!removed) return removed;
  if (db->changes() == 0) return Error(ErrorCode::not_found, "no host " + name.str());
  auto withdraw =
      db->query("UPDATE challenges SET state = 'withdrawn', closed_ms = ? WHERE host = ? AND state = 'posted'");
  const auto withdrawn = withdraw.with(clock_.now_unix_ms()).with(std::string_view(name.str())).run();
  if (!withdrawn) return withdrawn;
  return transaction.commit();
}

Result<void> SqliteImpl::set_host_token(const HostName& name, const std::string& token_hash,
                                        std::optional<base::Time> expires) {
  const Lease db(*this);
  auto query = db->query("UPDATE hosts SET token_hash = ?, token_expires = ? WHERE name = ?");
  const auto set =
      query.with(std::string_view(token_hash)).with(seconds(expires)).with(std::string_view(name.str())).run();
  if (!set) return set;
  if (db->changes() == 0) return Error(ErrorCode::not_found, "no host " + name.str());
  return {};
}

Result<void> SqliteImpl::add_session(const Session& session) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  auto query = db->query("INSERT INTO sessions (token_hash, user, fingerprint, nonce, expires) VALUES (?, ?, ?, ?, ?)");
  query.with(std::string_view(session.token_hash)).with(std::string_view(session.user.str()));
  query.with(std::string_view(session.fingerprint)).with(std::string_view(session.nonce));
  const auto added = query.with(seconds(session.expires)).run();
  if (!added) return added;
  auto trim = db->query(
      "DELETE FROM sessions WHERE user = ?1 AND fingerprint = ?2 AND token_hash NOT IN "
      "(SELECT token_hash FROM sessions WHERE user = ?1 AND fingerprint = ?2 ORDER BY expires DESC LIMIT ?3)");
  trim.with(std::string_view(session.user.str())).with(std::string_view(session.fingerprint));
  const auto trimmed = trim.with(static_cast<std::int64_t>(kSessionsPerApprover)).run();
  if (!trimmed) return trimmed;
  return transaction.commit();
}

Result<Session> SqliteImpl::session(const std::string& token_hash) {
  const Lease db(*this);
  auto query = db->query(
      "SELECT token_hash, user, fingerprint, nonce, expires FROM sessions WHERE token_hash = ? AND expires > ?");
  const auto row = query.with(std::string_view(token_hash)).with(seconds(clock_.now())).step();
  if (!row) return row.error();
  if (!*row) return Error(ErrorCode::not_found, "no such session");
  auto user = UserName::parse(query.text(1));
  if (!user) return broken_row(user.error());
  return Session{query.text(0), *std::move(user), query.text(2), query.text(3), time_of(query.integer(4))};
}

Result<void> SqliteImpl::forget_sessions() {
  const Lease db(*this);
  return db->query("DELETE FROM sessions WHERE expires <= ?").with(seconds(clock_.now())).run();
}

}  // namespace countersign::registry::store
