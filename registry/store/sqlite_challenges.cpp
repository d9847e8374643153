#include "registry/store/sqlite_impl.h"

namespace countersign::registry::store {

using base::ChallengeId;
using base::Error;
using base::ErrorCode;
using base::HostName;
using base::Result;
using base::UserName;

namespace {

// PROTOCOL.md section 9.1: three wrong numbers within ten minutes start ten quiet minutes for that source: what one
// host says of numbers must not silence another.
constexpr std::int64_t kWrongNumbers = 3;
constexpr std::int64_t kQuietMs = 10 * 60 * 1000;

Result<ChallengeState> parse_state(const std::string& text) {
  if (text == "posted") return ChallengeState::posted;
  if (text == "replaced") return ChallengeState::replaced;
  if (text == "answered") return ChallengeState::answered;
  if (text == "withdrawn") return ChallengeState::withdrawn;
  if (text == "expired") return ChallengeState::expired;
  return Error(ErrorCode::io_error, "database: unknown challenge state");
}

// The columns of every SELECT below, in this order.
Result<Challenge> challenge_row(const Query& query, std::int64_t now_ms) {
  auto id = ChallengeId::parse(query.text(0));
  auto host = HostName::parse(query.text(1));
  auto user = UserName::parse(query.text(2));
  auto state = parse_state(query.text(9));
  if (!id) return broken_row(id.error());
  if (!host) return broken_row(host.error());
  if (!user) return broken_row(user.error());
  if (!state) return state.error();
  Challenge challenge{*std::move(id), *std::move(host), *std::move(user), query.text(3), query.text(4), query.text(5),
                      query.text(6),  query.integer(7), query.integer(8), *state,        query.text(10)};
  if (challenge.state == ChallengeState::posted && challenge.deadline_ms <= now_ms)
    challenge.state = ChallengeState::expired;
  return challenge;
}

Result<std::vector<Challenge>> all_rows(Query& query, std::int64_t now_ms) {
  std::vector<Challenge> all;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return all;
    auto challenge = challenge_row(query, now_ms);
    if (!challenge) return challenge.error();
    all.push_back(*std::move(challenge));
  }
}

Result<Challenge> read_challenge(Database& database, const ChallengeId& id, std::int64_t now_ms) {
  auto query = database.query(
      "SELECT id, host, user, login_key, address, connection, text, posted_ms, deadline_ms, state, answer "
      "FROM challenges WHERE id = ?");
  const auto row = query.with(std::string_view(id.str())).step();
  if (!row) return row.error();
  if (!*row) return Error(ErrorCode::not_found, "no such challenge");
  return challenge_row(query, now_ms);
}

Result<void> write_down_expired(Database& database, std::int64_t now_ms) {
  auto query = database.query(
      "UPDATE challenges SET state = 'expired', closed_ms = deadline_ms WHERE state = 'posted' AND deadline_ms <= ?");
  return query.with(now_ms).run();
}

Result<void> refuse_full(Database& database, const Challenge& challenge, const PostLimits& limits) {
  auto query = database.query(
      "SELECT count(*) FROM challenges WHERE state = 'posted' AND user = ? AND login_key = ? AND address = ? "
      "AND host = ?");
  query.with(std::string_view(challenge.user.str())).with(std::string_view(challenge.login_key));
  const auto row = query.with(std::string_view(challenge.address)).with(std::string_view(challenge.host.str())).step();
  if (!row) return row.error();
  if (query.integer(0) >= static_cast<std::int64_t>(limits.pending_per_source)) {
    return Error(ErrorCode::quota_exceeded, "too many challenges of this host wait for this user, key and address");
  }
  return {};
}

Result<void> refuse_quiet(Database& database, const Challenge& challenge, std::int64_t now_ms) {
  auto query = database.query(
      "SELECT closed_ms FROM challenges WHERE wrong_number = 1 AND user = ? AND login_key = ? AND address = ? "
      "AND host = ? ORDER BY closed_ms DESC LIMIT ?");
  query.with(std::string_view(challenge.user.str())).with(std::string_view(challenge.login_key));
  query.with(std::string_view(challenge.address)).with(std::string_view(challenge.host.str())).with(kWrongNumbers);
  std::int64_t newest = 0;
  std::int64_t oldest = 0;
  for (std::int64_t count = 0; count < kWrongNumbers; ++count) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return {};
    oldest = query.integer(0);
    if (count == 0) newest = oldest;
  }
  if (newest - oldest > kQuietMs || now_ms >= newest + kQuietMs) return {};
  return Error(ErrorCode::quota_exceeded,
               "three wrong numbers: quiet time on this host for this user, key and address");
}

Result<std::vector<ChallengeId>> replace_on_connection(Database& database, const Challenge& challenge,
                                                       std::int64_t now_ms) {
  std::vector<ChallengeId> replaced;
  if (challenge.connection == "none") return replaced;
  auto find = database.query("SELECT id FROM challenges WHERE state = 'posted' AND host = ? AND connection = ?");
  find.with(std::string_view(challenge.host.str())).with(std::string_view(challenge.connection));
  for (;;) {
    const auto row = find.step();
    if (!row) return row.error();
    if (!*row) break;
    auto id = ChallengeId::parse(find.text(0));
    if (!id) return broken_row(id.error());
    replaced.push_back(*std::move(id));
  }
  auto mark = database.query(
      "UPDATE challenges SET state = 'replaced', closed_ms = ? WHERE state = 'posted' AND host = ? AND connection = ?");
  mark.with(now_ms).with(std::string_view(challenge.host.str()));
  const auto marked = mark.with(std::string_view(challenge.connection)).run();
  if (!marked) return marked.error();
  return replaced;
}

Result<void> insert(Database& database, const Challenge& challenge) {
  auto query = database.query(
      "INSERT INTO challenges (id, host, user, login_key, address, connection, text, posted_ms, deadline_ms, state) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'posted')");
  query.with(std::string_view(challenge.id.str())).with(std::string_view(challenge.host.str()));
  query.with(std::string_view(challenge.user.str())).with(std::string_view(challenge.login_key));
  query.with(std::string_view(challenge.address)).with(std::string_view(challenge.connection));
  query.with(std::string_view(challenge.text));
  return query.with(challenge.posted_ms).with(challenge.deadline_ms).run();
}

// Only the host knows the number: it learns from the answer that it was wrong.
Result<void> note_wrong_number(Database& database, const ChallengeId& id) {
  return database.query("UPDATE challenges SET wrong_number = 1 WHERE id = ?").with(std::string_view(id.str())).run();
}

// Compare and set: the state and the deadline are part of the condition, so that one of two comes first. False: it came
// second.
Result<bool> close_posted(Database& database, const ChallengeId& id, std::string_view state, const std::string& answer,
                          bool wrong_number, std::int64_t now_ms) {
  auto query = database.query(
      "UPDATE challenges SET state = ?, answer = ?, wrong_number = ?, closed_ms = ? "
      "WHERE id = ? AND state = 'posted' AND deadline_ms > ?");
  query.with(state).with(std::string_view(answer)).with(std::int64_t{wrong_number}).with(now_ms);
  const auto closed = query.with(std::string_view(id.str())).with(now_ms).run();
  if (!closed) return closed.error();
  return database.changes() == 1;
}

Result<bool> mark_reported(Database& database, const Challenge& challenge, base::Time when) {
  auto query =
      database.query("UPDATE login_keys SET reported = coalesce(reported, ?) WHERE user = ? AND fingerprint = ?");
  query.with(seconds(when)).with(std::string_view(challenge.user.str()));
  const auto marked = query.with(std::string_view(challenge.login_key)).run();
  if (!marked) return marked.error();
  if (database.changes() == 0) return false;
  const auto raised = raise_revision(database, challenge.user);
  if (!raised) return raised.error();
  return true;
}

}  // namespace

Result<Posted> SqliteImpl::post_challenge(const Challenge& challenge, const PostLimits& limits) {
  const Lease db(*this);
  const std::int64_t now_ms = clock_.now_unix_ms();
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun().error();
  const auto before = read_challenge(*db, challenge.id, now_ms);
  if (before) {
    if (before->host != challenge.host) return Error(ErrorCode::already_exists, "this challenge is another host's");
    if (before->state != ChallengeState::posted) return closed_error(before->state);
    return Posted{{}, true};
  }
  if (before.error().code != ErrorCode::not_found) return before.error();
  const auto expired = write_down_expired(*db, now_ms);
  if (!expired) return expired.error();
  const auto quiet = refuse_quiet(*db, challenge, now_ms);
  if (!quiet) return quiet.error();
  auto replaced = replace_on_connection(*db, challenge, now_ms);
  if (!replaced) return replaced.error();
  const auto room = refuse_full(*db, challenge, limits);
  if (!room) return room.error();
  const auto inserted = insert(*db, challenge);
  if (!inserted) return inserted.error();
  const auto committed = transaction.commit();
  if (!committed) return committed.error();
  return Posted{*std::move(replaced), false};
}

Result<Challenge> SqliteImpl::challenge(const ChallengeId& id) {
  const Lease db(*this);
  return read_challenge(*db, id, clock_.now_unix_ms());
}

Result<std::vector<Challenge>> SqliteImpl::posted_challenges(const UserName& name) {
  const Lease db(*this);
  const std::int64_t now_ms = clock_.now_unix_ms();
  auto query = db->query(
      "SELECT id, host, user, login_key, address, connection, text, posted_ms, deadline_ms, state, answer "
      "FROM challenges WHERE state = 'posted' AND user = ? AND deadline_ms > ? ORDER BY posted_ms, rowid");
  return all_rows(query.with(std::string_view(name.str())).with(now_ms), now_ms);
}

Result<std::vector<Challenge>> SqliteImpl::posted_challenges() {
  const Lease db(*this);
  const std::int64_t now_ms = clock_.now_unix_ms();
  auto query = db->query(
      "SELECT id, host, user, login_key, address, connection, text, posted_ms, deadline_ms, state, answer "
      "FROM challenges WHERE state = 'posted' AND deadline_ms > ? ORDER BY posted_ms, rowid");
  return all_rows(query.with(now_ms), now_ms);
}

Result<void> SqliteImpl::close_challenge(const ChallengeId& id, std::string_view state, const std::string& answer,
                                         bool wrong_number) {
  const Lease db(*this);
  const std::int64_t now_ms = clock_.now_unix_ms();
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  const auto closed = close_posted(*db, id, state, answer, wrong_number, now_ms);
  if (!closed) return closed.error();
  if (*closed) return transaction.commit();
  const auto now_is = read_challenge(*db, id, now_ms);
  if (!now_is) return now_is.error();
  if (wrong_number && now_is->state == ChallengeState::answered) {
    const auto noted = note_wrong_number(*db, id);
    if (!noted) return noted;
    const auto committed = transaction.commit();
    if (!committed) return committed;
  }
  return closed_error(now_is->state);
}

Result<void> SqliteImpl::answer_challenge(const ChallengeId& id, const std::string& answer) {
  return close_challenge(id, "answered", answer, false);
}

Result<bool> SqliteImpl::report_challenge(const ChallengeId& id, const std::string& answer, base::Time when) {
  const Lease db(*this);
  const std::int64_t now_ms = clock_.now_unix_ms();
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun().error();
  const auto closed = close_posted(*db, id, "answered", answer, /*wrong_number=*/false, now_ms);
  if (!closed) return closed;
  const auto challenge = read_challenge(*db, id, now_ms);
  if (!challenge) return challenge.error();
  if (!*closed) return closed_error(challenge->state);
  const auto marked = mark_reported(*db, *challenge, when);
  if (!marked) return marked;
  const auto committed = transaction.commit();
  if (!committed) return committed.error();
  return marked;
}

Result<void> SqliteImpl::withdraw_challenge(const ChallengeId& id, bool wrong_number) {
  return close_challenge(id, "withdrawn", {}, wrong_number);
}

Result<void> SqliteImpl::forget_challenges(std::int64_t closed_before_ms) {
  const Lease db(*this);
  const auto expired = write_down_expired(*db, clock_.now_unix_ms());
  if (!expired) return expired;
  return db->query("DELETE FROM challenges WHERE state != 'posted' AND closed_ms < ?").with(closed_before_ms).run();
}

}  // namespace countersign::registry::store
