#include "registry/store/schema.h"

#include <array>

namespace countersign::registry::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::int64_t kApplicationId = 0x43735267;  // "CsRg"

// Step N brings version N to N + 1. A released step is never changed. Times are Unix seconds, or milliseconds where the
// name says so.
constexpr std::array<const char*, 2> kSteps{R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE users (
  name TEXT PRIMARY KEY,
  hosts TEXT NOT NULL,
  disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
  offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
  revision INTEGER NOT NULL,
  created INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE login_keys (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
  fingerprint TEXT NOT NULL,
  key TEXT NOT NULL,
  line TEXT NOT NULL,
  person TEXT,
  label TEXT NOT NULL,
  added INTEGER NOT NULL,
  reported INTEGER,
  UNIQUE (user, key));

CREATE TABLE approvers (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
  fingerprint TEXT NOT NULL,
  key TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('passkey', 'hardware', 'ssh-key')),
  person TEXT,
  label TEXT NOT NULL,
  added INTEGER NOT NULL,
  endorsement TEXT NOT NULL,
  UNIQUE (user, key));

-- No reference to users: a serial stays taken when the user is gone.
CREATE TABLE serials (user TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE records (
  user TEXT PRIMARY KEY REFERENCES users (name) ON DELETE CASCADE,
  serial INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  text TEXT NOT NULL);

CREATE TABLE hosts (
  name TEXT PRIMARY KEY,
  groups TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  token_expires INTEGER,
  created INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE challenges (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  user TEXT NOT NULL,
  login_key TEXT NOT NULL,
  address TEXT NOT NULL,
  connection TEXT NOT NULL,
  text TEXT NOT NULL,
  posted_ms INTEGER NOT NULL,
  deadline_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('posted', 'replaced', 'answered', 'withdrawn', 'expired')),
  closed_ms INTEGER,
  wrong_number INTEGER NOT NULL DEFAULT 0,
  answer TEXT NOT NULL DEFAULT '');
CREATE INDEX challenges_posted ON challenges (user, posted_ms) WHERE state = 'posted';
CREATE INDEX challenges_wrong ON challenges (user, login_key, address, closed_ms) WHERE wrong_number = 1;
CREATE INDEX challenges_closed ON challenges (closed_ms) WHERE state != 'posted';
CREATE INDEX challenges_connection ON challenges (host, connection) WHERE state = 'posted';

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
  fingerprint TEXT NOT NULL,
  nonce TEXT NOT NULL UNIQUE,
  expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user, expires);
)sql",
                                            R"sql(
CREATE TABLE pairings (
  id TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
  levels TEXT NOT NULL,
  person TEXT,
  label TEXT NOT NULL,
  made_by TEXT,
  deadline_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'enrolled', 'waiting', 'added', 'refused')),
  closed_ms INTEGER,
  failed INTEGER NOT NULL DEFAULT 0,
  enrolment TEXT NOT NULL,
  fingerprint TEXT NOT NULL);
CREATE INDEX pairings_user ON pairings (user, state);

-- Of statements that count once and open nothing.
CREATE TABLE nonces (nonce TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;

-- No reference to approvers: those of an offline user stand in the record alone.
CREATE TABLE push_subscriptions (
  user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
  fingerprint TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  PRIMARY KEY (user, fingerprint)) WITHOUT ROWID;

CREATE TABLE counters (
  user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
  fingerprint TEXT NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY (user, fingerprint)) WITHOUT ROWID;

CREATE TABLE notices (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('approver-added', 'approver-removed')),
  fingerprint TEXT NOT NULL,
  label TEXT NOT NULL,
  at INTEGER);

-- Triggers, so that no way to add or remove an approver, present or future, can forget what follows from it.
CREATE TRIGGER approver_added AFTER INSERT ON approvers BEGIN
  INSERT INTO notices (user, what, fingerprint, label, at)
    VALUES (NEW.user, 'approver-added', NEW.fingerprint, NEW.label, NEW.added);
END;
CREATE TRIGGER approver_removed AFTER DELETE ON approvers BEGIN
  DELETE FROM push_subscriptions WHERE user = OLD.user AND fingerprint = OLD.fingerprint;
  DELETE FROM counters WHERE user = OLD.user AND fingerprint = OLD.fingerprint;
  INSERT INTO notices (user, what, fingerprint, label)
    SELECT OLD.user, 'approver-removed', OLD.fingerprint, OLD.label FROM users WHERE name = OLD.user;
END;
)sql"};

Result<std::int64_t> pragma(Database& database, std::string_view sql) {
  auto query = database.query(sql);
  const auto row = query.step();
  if (!row) return row.error();
  return query.integer(0);
}

}  // namespace

Result<void> prepare_schema(Database& database) {
  Transaction transaction(database);
  if (!transaction.begun()) return transaction.begun();
  const auto version = pragma(database, "PRAGMA user_version");
  const auto application = pragma(database, "PRAGMA application_id");
  if (!version) return version.error();
  if (!application) return application.error();
  const auto known = static_cast<std::int64_t>(kSteps.size());
  if (*version > 0 && *application != kApplicationId) {
    return Error(ErrorCode::bad_config, "database: not a registry's database");
  }
  if (*version > known) {
    return Error(ErrorCode::bad_config, "database: schema version " + std::to_string(*version) +
                                            " is newer than this program, which knows " + std::to_string(known));
  }
  if (*version == known) return transaction.commit();
  for (std::int64_t step = *version; step < known; ++step) {
    const auto done = database.execute(kSteps.at(static_cast<std::size_t>(step)));
    if (!done) return done;
  }
  const std::string stamp =
      "PRAGMA user_version = " + std::to_string(known) + "; PRAGMA application_id = " + std::to_string(kApplicationId);
  const auto stamped = database.execute(stamp.c_str());
  if (!stamped) return stamped;
  return transaction.commit();
}

}  // namespace countersign::registry::store
