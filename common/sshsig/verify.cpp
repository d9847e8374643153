#include "common/sshsig/verify.h"

#include "common/crypto/digest.h"
#include "common/sshsig/client_data.h"

namespace countersign::sshsig {
namespace {

using base::ByteView;
using base::ErrorCode;
using base::Result;
using crypto::SignatureBlob;

bool has(const SignatureBlob& blob, std::uint8_t flag) { return (blob.flags & flag) != 0; }

// The two bits that say which bytes follow the counter. Plain sk signatures carry neither.
Result<void> check_layout_flags(const SignatureBlob& blob) {
  if (has(blob, crypto::flag_attested_data)) {
    return {ErrorCode::bad_signature_encoding, "the flag for attested credential data is set"};
  }
  if (has(blob, crypto::flag_extensions) == blob.extensions.empty()) {
    return {ErrorCode::bad_signature_encoding, "the flag for extensions does not agree with the extensions"};
  }
  return {};
}

Result<void> check_user(const SignatureBlob& blob, bool presence, bool verification) {
  if (presence && !has(blob, crypto::flag_user_present)) {
    return {ErrorCode::user_presence_missing, "the security key was not touched"};
  }
  if (verification && !has(blob, crypto::flag_user_verified)) {
    return {ErrorCode::user_verification_missing, "the authenticator did not verify its user (PIN or fingerprint)"};
  }
  return {};
}

Result<void> check_webauthn(const SignatureBlob& blob, const crypto::PublicKey& key, ByteView challenge,
                            const Requirements& requirements) {
  if (!requirements.webauthn) {
    return {ErrorCode::unsupported_signature_type, "a WebAuthn signature, but no phone origin is configured"};
  }
  if (auto user = check_user(blob, true, true); !user) return user;
  if (!requirements.webauthn->synced &&
      (has(blob, crypto::flag_backup_eligible) || has(blob, crypto::flag_backed_up))) {
    return {ErrorCode::synced_not_accepted, "the passkey is not bound to one device"};
  }
  if (key.application() != requirements.webauthn->rp_id) {
    return {ErrorCode::wrong_rp_id,
            "the passkey is for " + std::string(key.application()) + ", not for " + requirements.webauthn->rp_id};
  }
  return check_client_data(base::as_text(blob.client_data), {challenge, blob.origin, requirements.webauthn->origin});
}

}  // namespace

Result<VerifiedSignature> verify_digest(const Signature& signature, const crypto::PublicKey& expected_key,
                                        std::string_view expected_namespace, ByteView message_digest,
                                        const Requirements& requirements) {
  const SignatureBlob& blob = signature.signature;
  if (signature.public_key != expected_key.blob()) {
    return {ErrorCode::key_mismatch, "the signature is by " + crypto::fingerprint(signature.public_key) +
                                         ", expected " + expected_key.fingerprint()};
  }
  if (expected_namespace.empty() || signature.name_space != expected_namespace) {
    return {ErrorCode::wrong_namespace, "the signature is for \"" + signature.name_space + "\", expected \"" +
                                            std::string(expected_namespace) + '"'};
  }
  if (message_digest.size() != crypto::digest_size(signature.hash)) {
    return {ErrorCode::internal, "the message was hashed with another hash than the signature names"};
  }
  const base::Bytes data = signed_data(expected_namespace, signature.hash, message_digest);
  VerifiedSignature verified(expected_key, expected_namespace);
  verified.algorithm_ = blob.algorithm;

  ByteView given_to_signer = data;
  if (crypto::is_sk(blob.algorithm)) {
    if (auto layout = check_layout_flags(blob); !layout) return layout.error();
    if (auto user = check_user(blob, requirements.user_presence, requirements.user_verification); !user) {
      return user.error();
    }
    verified.flags_ = blob.flags;
    verified.counter_ = blob.counter;
  }
  if (verified.is_webauthn()) {
    if (auto ok = check_webauthn(blob, expected_key, data, requirements); !ok) return ok.error();
    given_to_signer = blob.client_data;
  }
  if (auto ok = crypto::verify_signature(expected_key, blob, given_to_signer); !ok) return ok.error();
  return verified;
}

Result<VerifiedSignature> verify(const Signature& signature, const crypto::PublicKey& expected_key,
                                 std::string_view expected_namespace, ByteView message,
                                 const Requirements& requirements) {
  return verify_digest(signature, expected_key, expected_namespace, crypto::digest(signature.hash, message),
                       requirements);
}

}  // namespace countersign::sshsig
