// A FIDO authenticator in software, for tests: makes sk-* signatures, and WebAuthn assertions packed as SSHSIG in the
// way the phone's page packs them. Each field can be made wrong on purpose.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/crypto/private_key.h"
#include "common/sshsig/signature.h"

namespace countersign::testing {

struct AssertionOptions {
  std::uint8_t flags = crypto::flag_user_present | crypto::flag_user_verified;
  std::uint32_t counter = 1;
  base::Bytes extensions = {};
  crypto::Hash hash = crypto::Hash::sha512;

  // WebAuthn only.
  std::string origin = "https://phone.example.com";        // as it stands in clientDataJSON
  std::string tail = R"(,"crossOrigin":false})";           // what follows the origin there
  std::optional<std::string> origin_field = std::nullopt;  // the signature's own origin field, when it differs
  std::optional<std::string> client_data = std::nullopt;   // the whole clientDataJSON; CHALLENGE is replaced
};

class SoftAuthenticator {
 public:
  // sk_ed25519 or sk_ecdsa_p256.
  explicit SoftAuthenticator(crypto::KeyType type, std::string application = "ssh:");

  [[nodiscard]] const crypto::PublicKey& public_key() const { return public_key_; }

  [[nodiscard]] sshsig::Signature sign(std::string_view name_space, std::string_view message,
                                       const AssertionOptions& options = {}) const;
  [[nodiscard]] sshsig::Signature assert_webauthn(std::string_view name_space, std::string_view message,
                                                  const AssertionOptions& options = {}) const;

 private:
  [[nodiscard]] base::Bytes sign_raw(base::ByteView given, const AssertionOptions& options) const;

  std::string application_;
  crypto::PrivateKey key_;
  crypto::PublicKey public_key_;
};

}  // namespace countersign::testing
