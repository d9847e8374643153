#include "common/policy/answer.h"
#include "registry/net/peer.h"
#include "registry/routes/counter.h"
#include "registry/routes/handlers.h"

namespace countersign::registry::routes {

using base::ChallengeId;
using base::Error;
using base::ErrorCode;
using base::Result;
using statement::Decision;

namespace {

// Whose login key asked, in an account that several people share.
std::optional<base::PersonName> login_person(const statement::Challenge& challenge,
                                             const statement::RecordFields& record) {
  for (const statement::LoginKey& key : record.login_keys) {
    if (challenge->login_key && key.line.key.fingerprint() == challenge->login_key->str()) return key.person;
  }
  return std::nullopt;
}

// As a host would (PROTOCOL.md section 7.2), but for the number, which is not known here, and the host's own settings.
Result<void> verify_answer(const std::string& text, const statement::Challenge& challenge, Context& context) {
  const auto current = context.records.current(challenge->user);
  if (!current) return current.error();
  const policy::AnswerExpectation expected{.challenge = challenge,
                                           .deadline_passed = false,  // the store decides, when it takes the answer
                                           .number = policy::NumberCheck::not_known(),
                                           .via = statement::Via::registry,
                                           .login_person = login_person(challenge, (*current)->record.fields()),
                                           .accepted_levels = policy::all_levels(),
                                           .phone = context.settings.phone,
                                           .now = context.clock.now()};
  const auto approval = policy::authorize_answer(text, expected, (*current)->record, (*current)->signers);
  if (approval) return {};
  const ErrorCode code = approval.error().code;
  // A no is as good an answer as a yes: it comes from a valid approver.
  if (code == ErrorCode::answer_denied || code == ErrorCode::answer_reported) return {};
  return approval.error();
}

// Takes a verified answer. A report says "I did not start this": the login key is known to somebody else and leaves the
// record in the same moment, the user stays.
Result<void> take_answer(const store::Challenge& row, const std::string& text, Decision decision, Context& context) {
  if (decision != Decision::report) return context.store.answer_challenge(row.id, text);
  const auto marked = context.store.report_challenge(row.id, text, context.clock.now());
  if (!marked) return marked.error();
  if (*marked) {
    context.journal.warn(
        log::Event("login_key_reported").with("user", row.user.str()).with("login_key", row.login_key));
  }
  return {};
}

}  // namespace

Result<Outcome> post_answer(const net::Request& request, Context& context) {
  if (auto typed = require_text_body(request); !typed) return typed.error();
  const auto id = ChallengeId::parse(request.target.segments.at(2));
  if (!id) return id.error();
  const auto row = context.store.challenge(*id);
  if (!row) return row.error();
  if (row->state != store::ChallengeState::posted) return store::closed_error(row->state);
  // Who knows no id costs one look-up, as who knows no token does; a count by address alone would let a neighbour
  // behind the same address keep approvers out.
  const auto rate = context.rates.answers.take(net::counting_key(request.peer) + " " + id->str(),
                                               "answers to this challenge from this address");
  if (!rate) return rate.error();
  const auto challenge = statement::Challenge::parse(row->text);
  if (!challenge) return Error(ErrorCode::internal, challenge.error().detail);
  if (auto verified = verify_answer(request.body, *challenge, context); !verified) return verified.error();
  const auto reply = statement::Reply::parse(request.body);
  if (!reply) return reply.error();
  const Decision decision = reply->answer().decision;
  if (auto taken = take_answer(*row, request.body, decision, context); !taken) return taken.error();
  note_counter(row->user, reply->signature(), context);
  context.journal.note(log::Event("challenge_answered")
                           .with("id", id->str())
                           .with("host", row->host.str())
                           .with("user", row->user.str())
                           .with("decision", to_string(decision))
                           .with("approver", crypto::fingerprint(reply->signature().public_key))
                           .with("peer", request.peer));
  wake_about(context, *id, row->user);
  return Outcome(net::Response{204, {}, {}, {}});
}

}  // namespace countersign::registry::routes
