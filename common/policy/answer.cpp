#include "common/policy/answer.h"

namespace countersign::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using statement::Answer;
using statement::Approver;
using statement::Challenge;
using statement::Decision;

// Parsing, the way it came, and the question it answers.
Result<Answer> read_answer(std::string_view text, const AnswerExpectation& expected) {
  auto answer = Answer::parse(text);
  if (!answer) return answer;
  if (answer->fields().via != expected.via) {
    return Error(ErrorCode::bad_statement, "via: " + std::string(to_string(answer->fields().via)) +
                                               ", but it came by " + std::string(to_string(expected.via)));
  }
  if (challenge_text(*answer) != expected.challenge.text()) {
    const auto& asked = expected.challenge.statement().fields();
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const statement::Field& repeated = answer->statement().fields().at(i);
      if (repeated.text != asked[i].text) return Error(ErrorCode::challenge_mismatch, std::string(repeated.name));
    }
    return Error(ErrorCode::challenge_mismatch);
  }
  if (expected.deadline_passed) return Error(ErrorCode::challenge_expired);
  return answer;
}

std::string described(const std::optional<base::PersonName>& person) { return person ? person->str() : "nobody"; }

// The approver who made the signature, if that approver counts for this login.
Result<const Approver*> find_approver(const Answer& answer, const AnswerExpectation& expected,
                                      const VerifiedRecord& record, const keys::Signers& signers) {
  if (record->user != expected.challenge->user) {
    return Error(ErrorCode::wrong_user, "the record is that of " + record->user.str());
  }
  const Approver* approver = record->approver(answer.signature().public_key);
  if (approver == nullptr) {
    return Error(ErrorCode::not_an_approver, crypto::fingerprint(answer.signature().public_key));
  }
  if (approver->person != expected.login_person) {
    return Error(ErrorCode::wrong_person,
                 described(approver->person) + " approves, " + described(expected.login_person) + " logs in");
  }
  const auto endorsed = verify_endorsement(record, *approver, signers, expected.phone, expected.now);
  if (!endorsed) return endorsed.error();
  if (!expected.accepted_levels.contains(approver->level)) {
    return Error(ErrorCode::level_not_accepted, std::string(to_string(approver->level)));
  }
  return approver;
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
  const auto answer = read_answer(text, expected);
  if (!answer) return answer.error();
  const auto approver = find_approver(*answer, expected, record, signers);
  if (!approver) return approver.error();
  const auto verified = verify_approver_signature(answer->signature(), (*approver)->key, (*approver)->level,
                                                  statement::Kind::answer, answer->signed_message(), expected.phone);
  if (!verified) return verified.error();
  if (auto done = decision_of(answer->fields()); !done) return done.error();
  if (auto done = expected.number.verify(answer->fields()); !done) return done.error();
  return Approval(statement::Fingerprint::of(verified->key().blob()), (*approver)->level, expected.challenge.id(),
                  answer->text());
}

}  // namespace countersign::policy
