#include <algorithm>
#include <array>

#include "registry/store/sqlite_impl.h"

namespace countersign::registry::store {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UserName;

namespace {

constexpr std::int64_t kRememberedMs = 3600LL * 1000;
constexpr std::int64_t kWaitingMs = 24LL * 3600 * 1000;
// A statement is judged by a clock that was read before its nonce is looked up, and clocks are set back.
constexpr base::Seconds kNonceOutlives{3600};

constexpr std::array kStates{PairingState::open,  PairingState::enrolled, PairingState::waiting,
                             PairingState::added, PairingState::refused,  PairingState::expired};

Result<PairingState> parse_state(const std::string& text) {
  const auto* const state =
      std::find_if(kStates.begin(), kStates.end(), [&](PairingState each) { return to_string(each) == text; });
  if (state == kStates.end()) return Error(ErrorCode::io_error, "database: unknown pairing state");
  return *state;
}

Result<Pairing> pairing_row(const Query& query, std::int64_t now_ms) {
  auto user = UserName::parse(query.text(1));
  const auto state = parse_state(query.text(7));
  if (!user) return broken_row(user.error());
  if (!state) return state.error();
  Pairing pairing{query.text(0),           *std::move(user), query.text(2), optional_text(query, 3), query.text(4),
                  optional_text(query, 5), query.integer(6), *state,        query.text(8),           query.text(9)};
  if (!is_final(pairing.state) && pairing.deadline_ms <= now_ms) pairing.state = PairingState::expired;
  return pairing;
}

// An ended pairing is remembered for an hour: those whose time passed in no final state ended at their deadline.
Result<Pairing> read_pairing(Database& database, const std::string& id, std::int64_t now_ms) {
  auto query = database.query(
      "SELECT id, user, levels, person, label, made_by, deadline_ms, state, enrolment, fingerprint FROM pairings "
      "WHERE id = ? AND min(deadline_ms, coalesce(closed_ms, deadline_ms)) > ?");
  const auto row = query.with(std::string_view(id)).with(now_ms - kRememberedMs).step();
  if (!row) return row.error();
  if (!*row) return Error(ErrorCode::not_found, "no such pairing");
  return pairing_row(query, now_ms);
}

// The pairing in one of these states, or the error that tells the one it is in.
Result<Pairing> pairing_in(Database& database, const std::string& id, std::initializer_list<PairingState> states,
                           std::int64_t now_ms) {
  auto pairing = read_pairing(database, id, now_ms);
  if (!pairing) return pairing;
  if (std::find(states.begin(), states.end(), pairing->state) != states.end()) return pairing;
  return pairing_error(pairing->state);
}

// The approver whose change makes a pairing may have been removed since the change was verified.
Result<void> require_maker(Database& database, const Pairing& pairing) {
  if (!pairing.made_by) return {};
  auto query = database.query("SELECT 1 FROM approvers WHERE user = ? AND fingerprint = ?");
  const auto row = query.with(std::string_view(pairing.user.str())).with(std::string_view(*pairing.made_by)).step();
  if (!row) return row.error();
  if (!*row) return Error(ErrorCode::not_an_approver, "the approver that makes the pairing is gone");
  return {};
}

Result<void> close_pairing(Database& database, const std::string& id, PairingState state, std::int64_t now_ms) {
  auto query = database.query("UPDATE pairings SET state = ?, closed_ms = ? WHERE id = ?");
  return query.with(to_string(state)).with(now_ms).with(std::string_view(id)).run();
}

}  // namespace

Result<void> SqliteImpl::add_pairing(const Pairing& pairing) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  if (const auto user = read_user(*db, pairing.user); !user) return user.error();
  if (const auto maker = require_maker(*db, pairing); !maker) return maker;
  auto count = db->query(
      "SELECT count(*) FROM pairings WHERE user = ? AND made_by IS ? AND state IN ('open', 'enrolled') AND deadline_ms "
      "> "
      "?");
  const auto row =
      count.with(std::string_view(pairing.user.str())).with(pairing.made_by).with(clock_.now_unix_ms()).step();
  if (!row) return row.error();
  if (count.integer(0) >= static_cast<std::int64_t>(kPairingsPerMaker)) {
    return Error(ErrorCode::quota_exceeded,
                 "too many pairings of " + pairing.user.str() + " by one maker are under way");
  }
  auto query = db->query(
      "INSERT INTO pairings (id, user, levels, person, label, made_by, deadline_ms, state, enrolment, fingerprint) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, 'open', '', '')");
  query.with(std::string_view(pairing.id)).with(std::string_view(pairing.user.str()));
  query.with(std::string_view(pairing.levels)).with(pairing.person).with(std::string_view(pairing.label));
  const auto added = query.with(pairing.made_by).with(pairing.deadline_ms).run();
  if (!added) return added.error().within("pairing");
  return transaction.commit();
}

Result<Pairing> SqliteImpl::pairing(const std::string& id) {
  const Lease db(*this);
  return read_pairing(*db, id, clock_.now_unix_ms());
}

Result<Pairing> SqliteImpl::waiting_pairing(const UserName& name, const std::string& fingerprint) {
  const Lease db(*this);
  auto query = db->query(
      "SELECT id, user, levels, person, label, made_by, deadline_ms, state, enrolment, fingerprint FROM pairings "
      "WHERE user = ? AND fingerprint = ? AND state = 'waiting' AND deadline_ms > ? ORDER BY deadline_ms DESC");
  query.with(std::string_view(name.str())).with(std::string_view(fingerprint)).with(clock_.now_unix_ms());
  const auto row = query.step();
  if (!row) return row.error();
  if (!*row) return Error(ErrorCode::not_found, "no pairing of this key waits");
  return pairing_row(query, clock_.now_unix_ms());
}

Result<void> SqliteImpl::enrol_pairing(const std::string& id, const std::string& enrolment,
                                       const std::string& fingerprint) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  const auto open = pairing_in(*db, id, {PairingState::open}, clock_.now_unix_ms());
  if (!open) return open.error();
  auto query = db->query("UPDATE pairings SET state = 'enrolled', enrolment = ?, fingerprint = ? WHERE id = ?");
  query.with(std::string_view(enrolment)).with(std::string_view(fingerprint));
  const auto done = query.with(std::string_view(id)).run();
  if (!done) return done;
  return transaction.commit();
}

Result<bool> SqliteImpl::fail_enrolment(const std::string& id) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun().error();
  const auto open = pairing_in(*db, id, {PairingState::open}, clock_.now_unix_ms());
  if (!open) return open.error();
  auto raise = db->query("UPDATE pairings SET failed = failed + 1 WHERE id = ?");
  if (const auto raised = raise.with(std::string_view(id)).run(); !raised) return raised.error();
  auto close = db->query("UPDATE pairings SET state = 'refused', closed_ms = ? WHERE id = ? AND failed >= ?");
  const auto closed = close.with(clock_.now_unix_ms()).with(std::string_view(id)).with(kFailedEnrolments).run();
  if (!closed) return closed.error();
  const bool last = db->changes() > 0;
  const auto done = transaction.commit();
  if (!done) return done.error();
  return last;
}

Result<void> SqliteImpl::await_endorsement(const std::string& id) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  const auto enrolled = pairing_in(*db, id, {PairingState::enrolled}, clock_.now_unix_ms());
  if (!enrolled) return enrolled.error();
  auto query = db->query("UPDATE pairings SET state = 'waiting', deadline_ms = ? WHERE id = ?");
  const auto done = query.with(clock_.now_unix_ms() + kWaitingMs).with(std::string_view(id)).run();
  if (!done) return done;
  return transaction.commit();
}

Result<void> SqliteImpl::add_paired_approver(const std::string& id, const Approver& approver,
                                             const ContentsCheck& check) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  const auto compared = pairing_in(*db, id, {PairingState::enrolled, PairingState::waiting}, clock_.now_unix_ms());
  if (!compared) return compared.error();
  if (compared->fingerprint != approver.fingerprint) {
    return Error(ErrorCode::key_mismatch, "the pairing is that of " + compared->fingerprint);
  }
  if (const auto added = insert_approver(*db, compared->user, approver, check); !added) return added;
  const auto closed = close_pairing(*db, id, PairingState::added, clock_.now_unix_ms());
  if (!closed) return closed;
  return transaction.commit();
}

Result<void> SqliteImpl::refuse_pairing(const std::string& id) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  const auto pairing = read_pairing(*db, id, clock_.now_unix_ms());
  if (!pairing) return pairing.error();
  if (pairing->state == PairingState::refused) return {};
  if (is_final(pairing->state)) return pairing_error(pairing->state);
  const auto closed = close_pairing(*db, id, PairingState::refused, clock_.now_unix_ms());
  if (!closed) return closed;
  return transaction.commit();
}

Result<void> SqliteImpl::forget_pairings() {
  const Lease db(*this);
  auto query = db->query("DELETE FROM pairings WHERE min(deadline_ms, coalesce(closed_ms, deadline_ms)) <= ?");
  return query.with(clock_.now_unix_ms() - kRememberedMs).run();
}

Result<void> SqliteImpl::use_nonce(const std::string& nonce, base::Time expires) {
  const Lease db(*this);
  auto forget = db->query("DELETE FROM nonces WHERE expires <= ?");
  const auto forgotten = forget.with(seconds(clock_.now() - kNonceOutlives)).run();
  if (!forgotten) return forgotten;
  return db->query("INSERT INTO nonces (nonce, expires) VALUES (?, ?)")
      .with(std::string_view(nonce))
      .with(seconds(expires))
      .run();
}

}  // namespace countersign::registry::store
