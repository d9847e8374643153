// A pairing as the approver sees it whose change made it (PROTOCOL.md section 9.5).
#include "common/encoding/base64.h"
#include "common/policy/endorsement.h"
#include "common/statement/enrolment.h"
#include "registry/records/record_builder.h"
#include "registry/routes/access.h"
#include "registry/routes/handlers.h"
#include "registry/routes/pairing_view.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// not_found for a pairing that another made, as for none.
Result<store::Pairing> own_pairing(const store::Session& session, const std::string& id, Context& context) {
  auto pairing = context.store.pairing(id);
  if (!pairing) return pairing;
  if (pairing->user == session.user && pairing->made_by == session.fingerprint) return pairing;
  return Error(ErrorCode::not_found, "no such pairing");
}

struct Request {
  store::Session session;
  store::Pairing pairing;
};

Result<Request> read_request(const net::Request& request, Context& context) {
  auto session = authorize_session(request, context);
  if (!session) return session.error();
  const auto id = statement::Hash32::parse(request.target.segments.at(2));
  if (!id) return Error(ErrorCode::bad_request, "pairing: " + id.error().detail);
  auto pairing = own_pairing(*session, id->str(), context);
  if (!pairing) return pairing.error();
  if (auto rate = context.rates.own_pairings.take(id->str(), "requests for this pairing"); !rate) return rate.error();
  return Request{*std::move(session), *std::move(pairing)};
}

// The statement says exactly what was enrolled, no more and no less.
Result<void> require_fit(const statement::EndorsementFields& endorsed, const statement::EnrolmentFields& enrolled,
                         const statement::Approver& endorser, base::Time now) {
  if (endorsed.user != enrolled.user) return Error(ErrorCode::wrong_user, "endorsement");
  if (endorsed.person != endorser.person) return Error(ErrorCode::wrong_person, "endorsement");
  if (endorsed.key != enrolled.key) return Error(ErrorCode::key_mismatch, "endorsement: another key than enrolled");
  if (endorsed.level != enrolled.level) return Error(ErrorCode::level_not_accepted, "endorsement: not as enrolled");
  if (endorsed.added > now + policy::clock_tolerance) return Error(ErrorCode::statement_from_future, "added");
  if (endorsed.added + policy::clock_tolerance <= now) return Error(ErrorCode::statement_expired, "added");
  return {};
}

Result<store::Approver> verify_endorsement_of(const Request& request, const std::string& text, Context& context) {
  const auto endorsement = statement::Endorsement::parse(text);
  if (!endorsement) return endorsement.error();
  const auto enrolment = statement::Enrolment::parse(request.pairing.enrolment);
  if (!enrolment) return Error(ErrorCode::internal, "pairing: " + enrolment.error().detail);
  const auto current = context.records.current(request.session.user);
  if (!current) return current.error();
  const sshsig::Signature& signature = endorsement->signature();
  const statement::Approver* endorser = (*current)->record->approver(signature.public_key);
  if (endorser == nullptr || endorser->key.fingerprint() != request.session.fingerprint) {
    return Error(ErrorCode::not_an_approver, "endorsed by another key than the session's");
  }
  // What hosts would not follow is not worth storing.
  const auto endorsed = policy::verify_endorsement((*current)->record, *endorser, (*current)->signers,
                                                   context.settings.phone, context.clock.now());
  if (!endorsed) return endorsed.error();
  const auto fits = require_fit(endorsement->fields(), enrolment->fields(), *endorser, context.clock.now());
  if (!fits) return fits.error();
  const auto verified =
      policy::verify_approver_signature(signature, endorser->key, endorser->level, statement::Kind::approver,
                                        endorsement->signed_message(), context.settings.phone);
  if (!verified) return verified.error();
  return records::approver_row(endorsement->fields(), encoding::base64_encode(sshsig::serialize(signature)),
                               request.pairing.label);
}

}  // namespace

Result<Outcome> get_own_pairing(const net::Request& request, Context& context) {
  const auto asked = read_request(request, context);
  if (!asked) return asked.error();
  const auto look = [&context, token = asked->session.token_hash, id = asked->pairing.id]() -> Result<store::Pairing> {
    const auto session = session_with_token(token, context);
    if (!session) return session.error();
    return own_pairing(*session, id, context);
  };
  return answer_pairing(request, context, asked->pairing.id, look, own_pairing_fields);
}

Result<Outcome> delete_own_pairing(const net::Request& request, Context& context) {
  const auto asked = read_request(request, context);
  if (!asked) return asked.error();
  if (auto refused = context.store.refuse_pairing(asked->pairing.id); !refused) return refused.error();
  context.journal.note(log::Event("pairing_refused")
                           .with("user", asked->pairing.user.str())
                           .with("pairing", asked->pairing.id)
                           .with("by", asked->session.fingerprint));
  wake_pairing(context, asked->pairing.id);
  return Outcome(net::Response{204, {}, {}, {}});
}

Result<Outcome> post_endorsement(const net::Request& request, Context& context) {
  if (auto typed = require_text_body(request); !typed) return typed.error();
  const auto asked = read_request(request, context);
  if (!asked) return asked.error();
  if (asked->pairing.state != store::PairingState::enrolled) return store::pairing_error(asked->pairing.state);
  const auto approver = verify_endorsement_of(*asked, request.body, context);
  if (!approver) return approver.error();
  const auto fits = [&](const store::UserContents& contents) {
    return records::check_contents(contents, context.records.key());
  };
  const auto added = context.store.add_paired_approver(asked->pairing.id, *approver, fits);
  if (!added) return added.error();
  context.journal.note(log::Event("approver_added")
                           .with("user", asked->pairing.user.str())
                           .with("approver", approver->fingerprint)
                           .with("level", approver->level)
                           .with("by", asked->session.fingerprint));
  wake_pairing(context, asked->pairing.id);
  return Outcome(net::Response{204, {}, {}, {}});
}

}  // namespace countersign::registry::routes
