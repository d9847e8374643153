// A pairing by its token: the phone's side (PROTOCOL.md section 9.4).
#include "common/policy/session.h"
#include "common/statement/pairing_token.h"
#include "registry/net/peer.h"
#include "registry/routes/access.h"
#include "registry/routes/handlers.h"
#include "registry/routes/pairing_view.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kTries = "tries with unknown pairing codes";

// A try that hit nothing. An address that has spent its tries is not even looked up. The count over all addresses only
// ends the tries of those who hit nothing: a stranger must not be able to keep others from pairing.
Error unknown_token(const net::Request& request, Context& context) {
  const std::string source = net::counting_key(request.peer);
  if (auto room = context.rates.unknown_pairings.take(source, std::string(kTries) + " from this address"); !room)
    return room.error();
  if (auto room = context.rates.all_unknown_pairings.take("all", kTries); !room) return room.error();
  return Error(ErrorCode::not_authorized, "unknown pairing code");
}

Result<store::Pairing> authorize_pairing(const net::Request& request, Context& context) {
  const std::string source = net::counting_key(request.peer);
  const auto room = context.rates.unknown_pairings.has_room(source, std::string(kTries) + " from this address");
  if (!room) return room.error();
  const auto text = bearer_of(request);
  if (!text) return text.error();
  const auto token = statement::PairingToken::parse(*text);
  if (!token) return unknown_token(request, context);
  const std::string id = token->hash().str();
  auto pairing = context.store.pairing(id);
  if (!pairing && pairing.error().code == ErrorCode::not_found) return unknown_token(request, context);
  if (!pairing) return pairing;
  if (auto rate = context.rates.pairings.take(id, "requests for this pairing"); !rate) return rate.error();
  return pairing;
}

// What the record would refuse later is refused now, while the person still looks at the phone.
Result<void> refuse_known_key(const base::UserName& user, const crypto::PublicKey& key, Context& context) {
  const auto contents = context.store.contents(user);
  if (!contents) return contents.error();
  const std::string fingerprint = key.fingerprint();
  for (const store::LoginKey& row : contents->login_keys) {
    if (row.fingerprint == fingerprint) {
      return Error(ErrorCode::key_has_both_roles, "a login key cannot become an approver");
    }
  }
  for (const store::Approver& row : contents->approvers) {
    if (row.fingerprint == fingerprint) return Error(ErrorCode::already_exists, "this key is an approver already");
  }
  return {};
}

Result<std::string> verify_for(const store::Pairing& pairing, const std::string& text, Context& context) {
  const policy::RegistryExpectation expected{context.settings.url, context.settings.phone, context.clock.now()};
  const auto id = statement::Hash32::parse(pairing.id);
  if (!id) return Error(ErrorCode::internal, "pairing: " + id.error().detail);
  const auto levels = levels_of(pairing);
  if (!levels) return levels.error();
  const auto enrolment = policy::verify_enrolment(text, expected, {pairing.user, *id, *levels});
  if (!enrolment) return enrolment.error();
  if (auto free = refuse_known_key(pairing.user, (*enrolment)->key, context); !free) return free.error();
  return (*enrolment)->key.fingerprint();
}

// The fifth that fails ends the pairing: whoever holds the code does not hold a key for it.
Error failed(const store::Pairing& pairing, const Error& why, const net::Request& request, Context& context) {
  const auto last = context.store.fail_enrolment(pairing.id);
  if (!last) return last.error();
  context.journal.note(
      log::Event("enrolment_failed").with("user", pairing.user.str()).with(why).with("peer", request.peer));
  if (*last) {
    context.journal.warn(log::Event("pairing_refused").with("user", pairing.user.str()).with("pairing", pairing.id));
    wake_pairing(context, pairing.id);
  }
  return why;
}

}  // namespace

Result<Outcome> get_pairing(const net::Request& request, Context& context) {
  const auto pairing = authorize_pairing(request, context);
  if (!pairing) return pairing.error();
  const auto look = [&context, id = pairing->id]() -> Result<store::Pairing> {
    auto now = context.store.pairing(id);
    if (!now && now.error().code == ErrorCode::not_found)
      return Error(ErrorCode::not_authorized, "the pairing is gone");
    return now;
  };
  const auto text = [&context](const store::Pairing& now) { return pairing_fields(now, context); };
  return answer_pairing(request, context, pairing->id, look, text);
}

Result<Outcome> post_pairing(const net::Request& request, Context& context) {
  if (auto typed = require_text_body(request); !typed) return typed.error();
  const auto pairing = authorize_pairing(request, context);
  if (!pairing) return pairing.error();
  if (pairing->state != store::PairingState::open) return store::pairing_error(pairing->state);
  const auto fingerprint = verify_for(*pairing, request.body, context);
  if (!fingerprint) {
    if (fingerprint.error().code == ErrorCode::internal || fingerprint.error().code == ErrorCode::io_error) {
      return fingerprint.error();  // our fault, not the phone's
    }
    return failed(*pairing, fingerprint.error(), request, context);
  }
  const auto enrolled = context.store.enrol_pairing(pairing->id, request.body, *fingerprint);
  if (!enrolled) return enrolled.error();
  context.journal.note(log::Event("pairing_enrolled")
                           .with("user", pairing->user.str())
                           .with("pairing", pairing->id)
                           .with("approver", *fingerprint)
                           .with("peer", request.peer));
  wake_pairing(context, pairing->id);
  const auto now = context.store.pairing(pairing->id);
  if (!now) return now.error();
  return Outcome(text_response(201, pairing_fields(*now, context)));
}

}  // namespace countersign::registry::routes
