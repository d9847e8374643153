#include "common/policy/approver.h"

#include <string>

namespace countersign::policy {

using base::Error;
using base::ErrorCode;
using base::Result;
using statement::Approver;

namespace {

std::string described(const std::optional<base::PersonName>& person) { return person ? person->str() : "nobody"; }

Result<const Approver*> find_approver(const statement::Reply& reply, const ApproverExpectation& expected,
                                      const VerifiedRecord& record, const keys::Signers& signers) {
  if (record->user != expected.user) {
    return Error(ErrorCode::wrong_user, "the record is that of " + record->user.str());
  }
  const Approver* approver = record->approver(reply.signature().public_key);
  if (approver == nullptr) {
    return Error(ErrorCode::not_an_approver, crypto::fingerprint(reply.signature().public_key));
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

}  // namespace

Result<const Approver*> verify_signed_by_approver(const statement::Reply& reply, const ApproverExpectation& expected,
                                                  const VerifiedRecord& record, const keys::Signers& signers) {
  const auto approver = find_approver(reply, expected, record, signers);
  if (!approver) return approver.error();
  const auto verified = verify_approver_signature(reply.signature(), (*approver)->key, (*approver)->level, reply.kind(),
                                                  reply.statement().signed_message(), expected.phone);
  if (!verified) return verified.error();
  return approver;
}

}  // namespace countersign::policy
