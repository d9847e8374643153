#include <algorithm>

#include "registry/store/sqlite_impl.h"

namespace countersign::registry::store {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UserName;

namespace {

Error no_user(const UserName& name) { return Error(ErrorCode::not_found, "no user " + name.str()); }

Result<User> user_row(const Query& query) {
  auto name = UserName::parse(query.text(0));
  if (!name) return broken_row(name.error());
  return User{*std::move(name),      query.text(1),    query.integer(2) != 0,
              query.integer(3) != 0, query.integer(4), time_of(query.integer(5))};
}

Result<UserContents> read_contents(Database& database, const UserName& name) {
  auto user = read_user(database, name);
  if (!user) return user.error();
  UserContents contents{*std::move(user), {}, {}};
  auto keys = database.query(
      "SELECT fingerprint, key, line, person, label, added, reported FROM login_keys WHERE user = ? ORDER BY id");
  keys.with(std::string_view(name.str()));
  for (;;) {
    const auto row = keys.step();
    if (!row) return row.error();
    if (!*row) break;
    contents.login_keys.push_back(LoginKey{keys.text(0), keys.text(1), keys.text(2), optional_text(keys, 3),
                                           keys.text(4), time_of(keys.integer(5)), optional_time(keys, 6)});
  }
  auto approvers = database.query(
      "SELECT fingerprint, key, level, person, label, added, endorsement FROM approvers WHERE user = ? ORDER BY id");
  approvers.with(std::string_view(name.str()));
  for (;;) {
    const auto row = approvers.step();
    if (!row) return row.error();
    if (!*row) break;
    contents.approvers.push_back(Approver{approvers.text(0), approvers.text(1), approvers.text(2),
                                          optional_text(approvers, 3), approvers.text(4), time_of(approvers.integer(5)),
                                          approvers.text(6)});
  }
  return contents;
}

// not_found unless the statement before changed a row.
Result<void> changed_one(const Database& database, const std::string& what) {
  if (database.changes() == 0) return Error(ErrorCode::not_found, what);
  return {};
}

Result<void> refuse_other_role(Database& database, std::string_view sql, const UserName& name, const std::string& key) {
  auto query = database.query(sql);
  const auto row = query.with(std::string_view(name.str())).with(std::string_view(key)).step();
  if (!row) return row.error();
  if (*row) return Error(ErrorCode::key_has_both_roles, "one key cannot be login key and approver of one user");
  return {};
}

// After an insertion: the revision, then the caller's check of the whole.
Result<void> check_addition(Database& database, const UserName& name, const ContentsCheck& check) {
  const auto raised = raise_revision(database, name);
  if (!raised) return raised;
  const auto contents = read_contents(database, name);
  if (!contents) return contents.error();
  return check(*contents);
}

Result<void> finish_change(Database& database, Transaction& transaction, const UserName& name,
                           const std::string& what) {
  const auto changed = changed_one(database, what);
  if (!changed) return changed;
  const auto raised = raise_revision(database, name);
  if (!raised) return raised;
  return transaction.commit();
}

// With what it may still list, and with what it was about to add.
Result<void> take_approver_away(Database& database, const UserName& name, const std::string& fingerprint,
                                std::int64_t now_ms) {
  auto approver = database.query("DELETE FROM approvers WHERE user = ? AND fingerprint = ?");
  const auto gone = approver.with(std::string_view(name.str())).with(std::string_view(fingerprint)).run();
  if (!gone) return gone;
  auto sessions = database.query("DELETE FROM sessions WHERE user = ? AND fingerprint = ?");
  const auto ended = sessions.with(std::string_view(name.str())).with(std::string_view(fingerprint)).run();
  if (!ended) return ended;
  auto pairings = database.query(
      "UPDATE pairings SET state = 'refused', closed_ms = ? WHERE user = ? AND made_by = ? AND state IN ('open', "
      "'enrolled') AND deadline_ms > ?");
  pairings.with(now_ms).with(std::string_view(name.str())).with(std::string_view(fingerprint));
  return pairings.with(now_ms).run();
}

}  // namespace

Result<User> read_user(Database& database, const UserName& name) {
  auto query = database.query("SELECT name, hosts, disabled, offline, revision, created FROM users WHERE name = ?");
  const auto row = query.with(std::string_view(name.str())).step();
  if (!row) return row.error();
  if (!*row) return no_user(name);
  return user_row(query);
}

Result<void> raise_revision(Database& database, const UserName& name) {
  const auto raised = database.query("UPDATE users SET revision = revision + 1 WHERE name = ?")
                          .with(std::string_view(name.str()))
                          .run();
  if (!raised) return raised;
  return changed_one(database, "no user " + name.str());
}

Result<void> SqliteImpl::add_user(const User& user) {
  const Lease db(*this);
  auto query =
      db->query("INSERT INTO users (name, hosts, disabled, offline, revision, created) VALUES (?, ?, ?, ?, ?, ?)");
  query.with(std::string_view(user.name.str())).with(std::string_view(user.hosts));
  query.with(std::int64_t{user.disabled})
      .with(std::int64_t{user.offline})
      .with(user.revision)
      .with(seconds(user.created));
  return query.run();
}

Result<User> SqliteImpl::user(const UserName& name) {
  const Lease db(*this);
  return read_user(*db, name);
}

Result<std::vector<User>> SqliteImpl::users() {
  const Lease db(*this);
  auto query = db->query("SELECT name, hosts, disabled, offline, revision, created FROM users ORDER BY name");
  std::vector<User> all;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return all;
    auto user = user_row(query);
    if (!user) return user.error();
    all.push_back(*std::move(user));
  }
}

Result<void> SqliteImpl::remove_user(const UserName& name) {
  const Lease db(*this);
  const auto removed = db->query("DELETE FROM users WHERE name = ?").with(std::string_view(name.str())).run();
  if (!removed) return removed;
  return changed_one(*db, "no user " + name.str());
}

Result<void> SqliteImpl::set_user_hosts(const UserName& name, const std::string& hosts) {
  const Lease db(*this);
  auto query = db->query("UPDATE users SET hosts = ?, revision = revision + 1 WHERE name = ?");
  const auto set = query.with(std::string_view(hosts)).with(std::string_view(name.str())).run();
  if (!set) return set;
  return changed_one(*db, "no user " + name.str());
}

Result<void> SqliteImpl::set_user_disabled(const UserName& name, bool disabled) {
  const Lease db(*this);
  auto query = db->query("UPDATE users SET disabled = ?, revision = revision + 1 WHERE name = ?");
  const auto set = query.with(std::int64_t{disabled}).with(std::string_view(name.str())).run();
  if (!set) return set;
  return changed_one(*db, "no user " + name.str());
}

Result<UserContents> SqliteImpl::contents(const UserName& name) {
  const Lease db(*this);
  Transaction transaction(*db, Transaction::Kind::read);  // three reads of one moment
  if (!transaction.begun()) return transaction.begun().error();
  return read_contents(*db, name);
}

Result<void> SqliteImpl::add_login_key(const UserName& name, const LoginKey& key, const ContentsCheck& check) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  const auto exists = read_user(*db, name);
  if (!exists) return exists.error();
  const auto free = refuse_other_role(*db, "SELECT 1 FROM approvers WHERE user = ? AND key = ?", name, key.key);
  if (!free) return free;
  auto query = db->query(
      "INSERT INTO login_keys (user, fingerprint, key, line, person, label, added, reported) VALUES (?, ?, ?, ?, ?, ?, "
      "?, ?)");
  query.with(std::string_view(name.str())).with(std::string_view(key.fingerprint)).with(std::string_view(key.key));
  query.with(std::string_view(key.line)).with(key.person).with(std::string_view(key.label));
  const auto added = query.with(seconds(key.added)).with(seconds(key.reported)).run();
  if (!added) return added.error().within("login key");
  if (const auto fits = check_addition(*db, name, check); !fits) return fits;
  return transaction.commit();
}

Result<void> SqliteImpl::remove_login_key(const UserName& name, const std::string& fingerprint) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  auto query = db->query("DELETE FROM login_keys WHERE user = ? AND fingerprint = ?");
  const auto removed = query.with(std::string_view(name.str())).with(std::string_view(fingerprint)).run();
  if (!removed) return removed;
  return finish_change(*db, transaction, name, name.str() + " has no login key " + fingerprint);
}

Result<void> SqliteImpl::set_login_key_reported(const UserName& name, const std::string& fingerprint,
                                                std::optional<base::Time> when) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  auto query = db->query(
      "UPDATE login_keys SET reported = CASE WHEN ?1 IS NULL THEN NULL ELSE coalesce(reported, ?1) END "
      "WHERE user = ?2 AND fingerprint = ?3");
  const auto set =
      query.with(seconds(when)).with(std::string_view(name.str())).with(std::string_view(fingerprint)).run();
  if (!set) return set;
  return finish_change(*db, transaction, name, name.str() + " has no login key " + fingerprint);
}

Result<void> insert_approver(Database& database, const UserName& name, const Approver& approver,
                             const ContentsCheck& check) {
  const auto exists = read_user(database, name);
  if (!exists) return exists.error();
  const auto free =
      refuse_other_role(database, "SELECT 1 FROM login_keys WHERE user = ? AND key = ?", name, approver.key);
  if (!free) return free;
  auto query = database.query(
      "INSERT INTO approvers (user, fingerprint, key, level, person, label, added, endorsement) VALUES (?, ?, ?, ?, ?, "
      "?, ?, ?)");
  query.with(std::string_view(name.str()))
      .with(std::string_view(approver.fingerprint))
      .with(std::string_view(approver.key));
  query.with(std::string_view(approver.level)).with(approver.person).with(std::string_view(approver.label));
  const auto added = query.with(seconds(approver.added)).with(std::string_view(approver.endorsement)).run();
  if (!added) return added.error().within("approver");
  return check_addition(database, name, check);
}

Result<void> SqliteImpl::add_approver(const UserName& name, const Approver& approver, const ContentsCheck& check) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  if (const auto added = insert_approver(*db, name, approver, check); !added) return added;
  return transaction.commit();
}

Result<void> SqliteImpl::replace_endorsement(const UserName& name, const Approver& approver) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  auto query = db->query(
      "UPDATE approvers SET endorsement = ?, added = ? WHERE user = ? AND key = ? AND level = ? AND person IS ?");
  query.with(std::string_view(approver.endorsement)).with(seconds(approver.added)).with(std::string_view(name.str()));
  query.with(std::string_view(approver.key)).with(std::string_view(approver.level)).with(approver.person);
  const auto replaced = query.run();
  if (!replaced) return replaced;
  return finish_change(*db, transaction, name, name.str() + " has no such approver " + approver.fingerprint);
}

Result<Removal> SqliteImpl::remove_approver(const UserName& name, const std::string& fingerprint,
                                            const RemovalPlan& plan) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun().error();
  const auto contents = read_contents(*db, name);
  if (!contents) return contents.error();
  const auto& all = contents->approvers;
  if (std::none_of(all.begin(), all.end(), [&](const Approver& each) { return each.fingerprint == fingerprint; })) {
    return Error(ErrorCode::not_found, name.str() + " has no approver " + fingerprint);
  }
  auto removal = plan(*contents);
  if (!removal) return removal;
  if (const auto gone = take_approver_away(*db, name, fingerprint, clock_.now_unix_ms()); !gone) return gone.error();
  for (const std::string& other : removal->also) {
    if (const auto gone = take_approver_away(*db, name, other, clock_.now_unix_ms()); !gone) return gone.error();
  }
  for (const Removal::Endorsed& stays : removal->endorsed) {
    auto query = db->query("UPDATE approvers SET endorsement = ? WHERE user = ? AND fingerprint = ?");
    query.with(std::string_view(stays.endorsement)).with(std::string_view(name.str()));
    const auto set = query.with(std::string_view(stays.fingerprint)).run();
    if (!set) return set.error();
  }
  if (const auto raised = raise_revision(*db, name); !raised) return raised.error();
  if (const auto done = transaction.commit(); !done) return done.error();
  return removal;
}

}  // namespace countersign::registry::store
