#include "common/policy/trust.h"

#include <algorithm>
#include <string>

namespace countersign::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> verify_fit(const statement::TrustFields& trust, const TrustExpectation& expected) {
  const statement::ChallengeFields& given = trust.answer.challenge;
  const auto unlike = [](std::string_view field) { return Error(ErrorCode::trust_does_not_fit, std::string(field)); };
  if (given.user != expected.user) return unlike("user");
  if (given.service != expected.service) return unlike("service");
  if (!expected.login_key || given.login_key != expected.login_key) return unlike("login-key");
  if (expected.address.is_console() || given.address != expected.address) return unlike("address");
  if (given.host != expected.host || trust.hosts.str() != expected.host.str()) return unlike("hosts");
  return {};
}

Result<void> verify_time(const statement::TrustFields& trust, const TrustExpectation& expected) {
  const base::Time issued = trust.answer.challenge.issued;
  if (issued > expected.now + clock_tolerance) return Error(ErrorCode::trust_expired, "issued in the future");
  if (expected.now >= std::min(trust.until, issued + expected.max_trust)) return Error(ErrorCode::trust_expired);
  return {};
}

Result<void> verify_not_revoked(const statement::Trust& trust, const statement::RecordFields& record) {
  const auto& revoked = record.revoked_trust;
  if (std::find(revoked.begin(), revoked.end(), trust.id()) != revoked.end()) {
    return Error(ErrorCode::trust_revoked, "the record lists it");
  }
  if (record.trust_not_before && trust->answer.challenge.issued < *record.trust_not_before) {
    return Error(ErrorCode::trust_revoked, "given before the record's trust-not-before");
  }
  return {};
}

}  // namespace

Result<Approval> authorize_trust(std::string_view text, const TrustExpectation& expected, const VerifiedRecord& record,
                                 const keys::Signers& signers) {
  auto reply = statement::Reply::parse(text);
  if (!reply) return reply.error();
  const statement::Trust* trust = reply->trust();
  if (trust == nullptr) return Error(ErrorCode::wrong_kind, "an answer admits one login, and had its time");
  if (auto fits = verify_fit(trust->fields(), expected); !fits) return fits.error();
  if (auto in_time = verify_time(trust->fields(), expected); !in_time) return in_time.error();
  if (auto holds = verify_not_revoked(*trust, record.fields()); !holds) return holds.error();
  const auto approver = verify_signed_by_approver(
      *reply, {expected.user, expected.login_person, expected.accepted_levels, expected.phone, expected.now}, record,
      signers);
  if (!approver) return approver.error();
  return Approval(**approver, std::move(*reply));
}

}  // namespace countersign::policy
