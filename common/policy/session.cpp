#include "common/policy/session.h"

#include <string>

namespace countersign::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using statement::Kind;
using statement::Level;

Result<void> verify_place(const base::Origin& registry, const base::UserName& user, const RegistryExpectation& expected,
                          const base::UserName& expected_user) {
  if (registry != expected.registry) return Error(ErrorCode::wrong_origin, "made for " + registry.str());
  if (user != expected_user) return Error(ErrorCode::wrong_user, "made by " + user.str());
  return {};
}

Result<void> verify_time(base::Time issued, base::Time expires, base::Time now) {
  if (issued > now + clock_tolerance) {
    return Error(ErrorCode::statement_from_future, "issued " + base::format_time(issued));
  }
  if (now >= expires) return Error(ErrorCode::statement_expired, "expired " + base::format_time(expires));
  return {};
}

}  // namespace

Result<void> verify_session_claim(const statement::SessionFields& fields, const RegistryExpectation& expected) {
  if (auto done = verify_place(fields.registry, fields.user, expected, fields.user); !done) return done;
  return verify_time(fields.issued, fields.expires, expected.now);
}

Result<VerifiedSession> verify_session(std::string_view text, const RegistryExpectation& expected,
                                       const VerifiedRecord& record, const keys::Signers& signers) {
  auto session = statement::Session::parse(text);
  if (!session) return session.error();
  const statement::SessionFields& fields = session->fields();
  if (auto done = verify_place(fields.registry, fields.user, expected, record->user); !done) return done.error();
  if (auto done = verify_time(fields.issued, fields.expires, expected.now); !done) return done.error();

  const statement::Approver* approver = record->approver(fields.key.blob());
  if (approver == nullptr) return Error(ErrorCode::not_an_approver, fields.key.fingerprint());
  const auto endorsed = verify_endorsement(record, *approver, signers, expected.phone, expected.now);
  if (!endorsed) return endorsed.error();
  const auto verified = verify_approver_signature(session->signature(), approver->key, approver->level, Kind::session,
                                                  session->signed_message(), expected.phone);
  if (!verified) return verified.error();
  return VerifiedSession(std::move(*session));
}

Result<void> verify_change_claim(const statement::ChangeFields& fields, const RegistryExpectation& expected) {
  if (auto done = verify_place(fields.registry, fields.user, expected, fields.user); !done) return done;
  return verify_time(fields.issued, fields.expires, expected.now);
}

Result<VerifiedChange> verify_change(std::string_view text, const RegistryExpectation& expected,
                                     const VerifiedRecord& record, const keys::Signers& signers) {
  auto change = statement::Change::parse(text);
  if (!change) return change.error();
  const statement::ChangeFields& fields = change->fields();
  if (auto done = verify_place(fields.registry, fields.user, expected, record->user); !done) return done.error();
  if (auto done = verify_time(fields.issued, fields.expires, expected.now); !done) return done.error();

  const base::Bytes& signer = change->signature().public_key;
  const statement::Approver* approver = record->approver(signer);
  if (approver == nullptr) return Error(ErrorCode::not_an_approver, crypto::fingerprint(signer));
  const auto endorsed = verify_endorsement(record, *approver, signers, expected.phone, expected.now);
  if (!endorsed) return endorsed.error();
  const auto verified = verify_approver_signature(change->signature(), approver->key, approver->level, Kind::change,
                                                  change->signed_message(), expected.phone);
  if (!verified) return verified.error();
  return VerifiedChange(std::move(*change), *approver);
}

Result<VerifiedEnrolment> verify_enrolment(std::string_view text, const RegistryExpectation& expected,
                                           const PairingExpectation& pairing) {
  auto enrolment = statement::Enrolment::parse(text);
  if (!enrolment) return enrolment.error();
  const statement::EnrolmentFields& fields = enrolment->fields();
  if (auto done = verify_place(fields.registry, fields.user, expected, pairing.user); !done) return done.error();
  if (fields.pairing != pairing.pairing) return Error(ErrorCode::not_authorized, "of another pairing");
  if (!pairing.levels.contains(fields.level)) {
    return Error(ErrorCode::level_not_accepted, std::string(to_string(fields.level)));
  }
  if (auto done = verify_time(fields.issued, fields.issued + clock_tolerance, expected.now); !done) return done.error();
  const auto verified = verify_approver_signature(enrolment->signature(), fields.key, fields.level, Kind::enrolment,
                                                  enrolment->signed_message(), expected.phone);
  if (!verified) return verified.error();
  return VerifiedEnrolment(std::move(*enrolment));
}

}  // namespace countersign::policy
