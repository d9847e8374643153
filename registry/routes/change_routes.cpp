// Changes that an approver signs (PROTOCOL.md section 9.5). The signature is the authority: no token.
#include <algorithm>

#include "common/policy/session.h"
#include "common/statement/field_lines.h"
#include "common/statement/pairing_token.h"
#include "registry/net/peer.h"
#include "registry/records/removal.h"
#include "registry/routes/counter.h"
#include "registry/routes/handlers.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr base::Seconds kPairingLife{600};

Result<Outcome> make_pairing(const policy::VerifiedChange& change, Context& context) {
  const statement::Approver& maker = change.approver();
  const auto token = statement::PairingToken::random();
  const std::string id = token.hash().str();
  const base::Time expires = context.clock.now() + kPairingLife;
  // It will be endorsed by its maker, and an ordinary key cannot vouch for more than its like (section 4.2).
  const bool weak = maker.level == statement::Level::ssh_key;
  const store::Pairing row{.id = id,
                           .user = change->user,
                           .levels = weak ? "ssh-key" : "passkey hardware",
                           .person = maker.person ? std::optional(maker.person->str()) : std::nullopt,
                           .label = {},
                           .made_by = maker.key.fingerprint(),
                           .deadline_ms = expires.time_since_epoch().count() * 1000,
                           .state = store::PairingState::open,
                           .enrolment = {},
                           .fingerprint = {}};
  if (auto added = context.store.add_pairing(row); !added) return added.error();
  context.journal.note(
      log::Event("pairing_made").with("user", row.user.str()).with("pairing", id).with("approver", *row.made_by));
  return Outcome(
      text_response(200, statement::print_field_lines(
                             {{"token", token.text()}, {"pairing", id}, {"expires", base::format_time(expires)}})));
}

Result<void> require_same_person(const policy::VerifiedChange& change, const std::string& fingerprint,
                                 const records::Current& current) {
  for (const statement::Approver& approver : current.record->approvers) {
    if (approver.key.fingerprint() != fingerprint) continue;
    if (approver.person == change.approver().person) return {};
    return Error(ErrorCode::wrong_person, "the approver of another person");
  }
  return Error(ErrorCode::not_found, "no approver " + fingerprint);
}

// The plan, for one who is an approver still: of two that remove each other at once, one stays.
store::RemovalPlan by_approver(const std::string& fingerprint, store::RemovalPlan plan) {
  return [fingerprint, plan = std::move(plan)](const store::UserContents& contents) -> Result<store::Removal> {
    const auto& all = contents.approvers;
    if (std::any_of(all.begin(), all.end(), [&](const auto& row) { return row.fingerprint == fingerprint; })) {
      return plan(contents);
    }
    return Error(ErrorCode::not_an_approver, "removed meanwhile");
  };
}

Result<Outcome> remove_approver(const policy::VerifiedChange& change, std::string_view name, records::LastApprover last,
                                const records::Current& current, Context& context) {
  const auto fingerprint = statement::Fingerprint::parse(name);
  if (!fingerprint) return Error(ErrorCode::registry_refused, "change: expected a fingerprint, SHA256:…");
  if (auto mine = require_same_person(change, fingerprint->str(), current); !mine) return mine.error();
  const std::string by = change.approver().key.fingerprint();
  const auto plan = by_approver(
      by, records::removal_plan(fingerprint->str(), {context.settings.registry_endorses, last}, context.records.key()));
  const auto removed = context.store.remove_approver(change->user, fingerprint->str(), plan);
  if (!removed) return removed.error();
  const auto note = [&](log::Key event, const std::string& approver) {
    context.journal.warn(log::Event(event).with("user", change->user.str()).with("approver", approver).with("by", by));
  };
  note("approver_removed", fingerprint->str());
  for (const std::string& other : removed->also) note("approver_removed", other);
  for (const auto& other : removed->endorsed) note("approver_endorsed_anew", other.fingerprint);
  context.hub.wake(Topic::cards(change->user));  // a removed approver's wait ends now
  return Outcome(net::Response{204, {}, {}, {}});
}

Result<Outcome> carry_out(const policy::VerifiedChange& change, const records::Current& current, Context& context) {
  constexpr std::string_view kRemove = "remove approver ";
  constexpr std::string_view kRemoveLast = "remove last approver ";
  const Error unknown(ErrorCode::registry_refused, "change: this registry takes one line, of those it knows");
  if (change->changes.size() != 1) return unknown;
  const std::string_view line = change->changes.front();
  if (line == "pair approver") return make_pairing(change, context);
  if (line.starts_with(kRemove)) {
    return remove_approver(change, line.substr(kRemove.size()), records::LastApprover::refuse, current, context);
  }
  if (line.starts_with(kRemoveLast)) {
    return remove_approver(change, line.substr(kRemoveLast.size()), records::LastApprover::require, current, context);
  }
  return unknown;
}

// A change of an account whose records are signed elsewhere would never reach a host.
Result<void> refuse_offline(const base::UserName& name, Context& context) {
  const auto user = context.store.user(name);
  if (!user) return user.error();
  if (user->offline) return Error(ErrorCode::registry_refused, "the records of this user are signed elsewhere");
  return {};
}

}  // namespace

Result<Outcome> post_change(const net::Request& request, Context& context) {
  if (auto typed = require_text_body(request); !typed) return typed.error();
  const auto claimed = statement::Change::parse(request.body);
  if (!claimed) return claimed.error();
  const policy::RegistryExpectation expected{context.settings.url, context.settings.phone, context.clock.now()};
  // As for a session: nothing before this look-up, and one answer after it, tells a name from another.
  if (auto here = policy::verify_change_claim(claimed->fields(), expected); !here) return here.error();
  const Error no_approver(ErrorCode::not_an_approver, "this key approves for no such user");
  const auto current = context.records.current((*claimed)->user);
  if (!current && current.error().code == ErrorCode::record_unknown) return no_approver;
  if (!current) return current.error();
  const base::Bytes& signer = claimed->signature().public_key;
  if ((*current)->record->approver(signer) == nullptr) return no_approver;
  const auto rate = context.rates.changes.take(net::counting_key(request.peer) + " " + crypto::fingerprint(signer),
                                               "changes by this key from this address");
  if (!rate) return rate.error();
  const auto change = policy::verify_change(request.body, expected, (*current)->record, (*current)->signers);
  if (!change) return change.error();
  if (auto online = refuse_offline((*change)->user, context); !online) return online.error();
  const auto once = context.store.use_nonce((*change)->nonce.str(), (*change)->expires);
  if (!once && once.error().code == ErrorCode::already_exists) {
    return Error(ErrorCode::registry_refused, "nonce: this change was made before");
  }
  if (!once) return once.error();
  note_counter((*change)->user, claimed->signature(), context);
  return carry_out(*change, **current, context);
}

}  // namespace countersign::registry::routes
