#include "common/policy/answer.h"

namespace countersign::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using statement::Decision;
using statement::Reply;

// Parsing, the way it came, and the question it answers.
Result<Reply> read_reply(std::string_view text, const AnswerExpectation& expected) {
  auto reply = Reply::parse(text);
  if (!reply) return reply;
  if (reply->answer().via != expected.via) {
    return Error(ErrorCode::bad_statement, "via: " + std::string(to_string(reply->answer().via)) + ", but it came by " +
                                               std::string(to_string(expected.via)));
  }
  if (reply->challenge_text() != expected.challenge.text()) {
    const auto& asked = expected.challenge.statement().fields();
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const statement::Field& repeated = reply->statement().fields().at(i);
      if (repeated.text != asked[i].text) return Error(ErrorCode::challenge_mismatch, std::string(repeated.name));
    }
    return Error(ErrorCode::challenge_mismatch);
  }
  if (expected.deadline_passed) return Error(ErrorCode::challenge_expired);
  return reply;
}

Result<void> decision_of(const statement::AnswerFields& answer) {
  switch (answer.decision) {
    case Decision::approve: return {};
    case Decision::deny: return Error(ErrorCode::answer_denied);
    case Decision::report: return Error(ErrorCode::answer_reported);
  }
  return Error(ErrorCode::internal);
}

}  // namespace

Result<void> NumberCheck::verify(const statement::AnswerFields& answer) const {
  if (std::holds_alternative<NotKnown>(what_)) return {};
  const auto* shown = std::get_if<statement::LoginNumber>(&what_);
  const bool must_carry = answer.via == statement::Via::registry && shown != nullptr;
  const bool fits = must_carry ? answer.number == *shown : !answer.number;
  if (!fits) return Error(ErrorCode::wrong_number);
  return {};
}

Result<Approval> authorize_answer(std::string_view text, const AnswerExpectation& expected,
                                  const VerifiedRecord& record, const keys::Signers& signers) {
  auto reply = read_reply(text, expected);
  if (!reply) return reply.error();
  const auto approver = verify_signed_by_approver(
      *reply, {expected.challenge->user, expected.login_person, expected.accepted_levels, expected.phone, expected.now},
      record, signers);
  if (!approver) return approver.error();
  if (auto done = decision_of(reply->answer()); !done) return done.error();
  if (auto done = expected.number.verify(reply->answer()); !done) return done.error();
  return Approval(**approver, std::move(*reply));
}

}  // namespace countersign::policy
