#include "common/policy/endorsement.h"

#include <string>

namespace countersign::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using statement::Approver;
using statement::Kind;
using statement::Level;

Error not_endorsed(const Approver& approver, std::string_view why) {
  return {ErrorCode::not_endorsed, approver.key.fingerprint() + ": " + std::string(why)};
}

// Who of the record endorsed `approver`: somebody else, of the same person, and not of a weaker kind.
Result<const Approver*> endorser_in(const VerifiedRecord& record, const Approver& approver, const Error& not_a_signer) {
  const Approver* endorser = record->approver(approver.endorsement.public_key);
  if (endorser == nullptr) return not_endorsed(approver, base::to_string(not_a_signer));
  if (endorser->key == approver.key) return not_endorsed(approver, "endorsed by itself");
  if (endorser->person != approver.person) return not_endorsed(approver, "endorsed by another person's approver");
  if (endorser->level == Level::ssh_key && approver.level != Level::ssh_key) {
    return not_endorsed(approver, "endorsed by an approver of a weaker level");
  }
  return endorser;
}

}  // namespace

Result<sshsig::VerifiedSignature> verify_approver_signature(const sshsig::Signature& signature,
                                                            const crypto::PublicKey& key, Level level, Kind kind,
                                                            std::string_view message, const PhoneExpectation& phone) {
  sshsig::Requirements requirements;
  requirements.user_presence = true;
  requirements.user_verification = level == Level::passkey;
  requirements.webauthn = phone;
  auto verified = sshsig::verify(signature, key, statement::name_space(kind), base::as_bytes(message), requirements);
  if (!verified) return verified.error();
  if (level == Level::passkey && !verified->is_webauthn()) {
    return Error(ErrorCode::unsupported_signature_type, "a passkey signs as webauthn does");
  }
  return verified;
}

Result<void> verify_endorsement(const VerifiedRecord& record, const Approver& approver, const keys::Signers& signers,
                                const PhoneExpectation& phone, base::Time now) {
  const std::string name_space = statement::name_space(Kind::approver);
  const Approver* current = &approver;
  // Each approver has one endorsement, so the way to a signer is a single chain; one longer than there are approvers
  // runs in a circle.
  for (std::size_t steps = 0; steps < record->approvers.size(); ++steps) {
    const sshsig::Signature& endorsement = current->endorsement;
    const std::string message = record->endorsed_message(*current);
    const auto signer = signers.find(record->user.str(), name_space, endorsement.public_key, now);
    if (signer) {
      const auto verified =
          sshsig::verify(endorsement, *signer, name_space, base::as_bytes(message), sshsig::Requirements{});
      if (!verified) return not_endorsed(*current, base::to_string(verified.error()));
      return {};
    }
    const auto endorser = endorser_in(record, *current, signer.error());
    if (!endorser) return endorser.error();
    const auto verified =
        verify_approver_signature(endorsement, (*endorser)->key, (*endorser)->level, Kind::approver, message, phone);
    if (!verified) return not_endorsed(*current, base::to_string(verified.error()));
    current = *endorser;
  }
  return not_endorsed(approver, "its endorsers endorse each other in a circle");
}

}  // namespace countersign::policy
