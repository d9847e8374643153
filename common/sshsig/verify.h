// sshsig/verify.h: the one place where a signature becomes a fact.
//
// verify() rebuilds the signed bytes from the namespace and message that the caller expects, never from the blob, and
// requires the blob's key to equal the expected key byte for byte. Only it makes a VerifiedSignature, which says "this
// key signed this message in this namespace"; whether the key may say so is a question for policy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/crypto/public_key.h"
#include "common/sshsig/signature.h"

namespace countersign::sshsig {

// Where the phone's page lives: the origin and rpId of the site's configuration.
struct WebauthnExpectation {
  std::string origin;  // "https://phone.example.com"
  std::string rp_id;   // "phone.example.com"
  bool synced = true;  // whether a passkey counts whose authenticator says that it may be, or is, copied elsewhere
};

struct Requirements {
  bool user_presence = true;       // of sk keys; a webauthn signature needs presence and verification whatever is set
  bool user_verification = false;  // of sk keys
  std::optional<WebauthnExpectation> webauthn = std::nullopt;  // without it, webauthn signatures are refused
};

class VerifiedSignature {
 public:
  [[nodiscard]] const crypto::PublicKey& key() const { return key_; }
  [[nodiscard]] const std::string& name_space() const { return name_space_; }
  [[nodiscard]] crypto::SignatureAlgorithm algorithm() const { return algorithm_; }
  [[nodiscard]] bool is_webauthn() const { return algorithm_ == crypto::SignatureAlgorithm::webauthn_sk_ecdsa_p256; }

  // sk and webauthn; zero and nothing for others.
  [[nodiscard]] std::uint8_t flags() const { return flags_; }
  [[nodiscard]] bool user_present() const { return (flags_ & crypto::flag_user_present) != 0; }
  [[nodiscard]] bool user_verified() const { return (flags_ & crypto::flag_user_verified) != 0; }
  [[nodiscard]] std::optional<std::uint32_t> counter() const { return counter_; }

 private:
  VerifiedSignature(crypto::PublicKey key, std::string_view name_space)
      : key_(std::move(key)), name_space_(name_space) {}
  friend base::Result<VerifiedSignature> verify_digest(const Signature&, const crypto::PublicKey&, std::string_view,
                                                       base::ByteView, const Requirements&);

  crypto::PublicKey key_;
  std::string name_space_;
  crypto::SignatureAlgorithm algorithm_ = crypto::SignatureAlgorithm::ed25519;
  std::uint8_t flags_ = 0;
  std::optional<std::uint32_t> counter_;
};

// key_mismatch, wrong_namespace, signature_mismatch, unsupported_signature_type, bad_signature_encoding,
// user_presence_missing, user_verification_missing, synced_not_accepted, wrong_rp_id, wrong_origin or bad_client_data.
base::Result<VerifiedSignature> verify(const Signature& signature, const crypto::PublicKey& expected_key,
                                       std::string_view expected_namespace, base::ByteView message,
                                       const Requirements& requirements);

// The same for a message that was hashed as it came by: `message_digest` is its hash under signature.hash.
base::Result<VerifiedSignature> verify_digest(const Signature& signature, const crypto::PublicKey& expected_key,
                                              std::string_view expected_namespace, base::ByteView message_digest,
                                              const Requirements& requirements);

}  // namespace countersign::sshsig
