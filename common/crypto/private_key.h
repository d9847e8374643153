// crypto/private_key.h: a private key that is held in memory: the registry's signing key, and the software approver's.
//
// Files are OpenSSH's own format without a passphrase ("openssh-key-v1", cipher none), so stock ssh-keygen reads what
// we write and the other way round. Parsing checks that the two halves belong together. Security-key files hold only a
// handle, not a key, and are refused with a word on what to use instead.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/crypto/public_key.h"

namespace countersign::crypto {

class PrivateKey {
 public:
  // ed25519, ecdsa_* or rsa (`rsa_bits` 2048 to 16384). unsupported_key_type for sk keys, weak_key for too few bits.
  static base::Result<PrivateKey> generate(KeyType type, int rsa_bits = 3072);

  // The whole file. bad_private_key (a passphrase is named in the detail), unsupported_key_type, and whatever
  // PublicKey::from_blob says of its public half.
  static base::Result<PrivateKey> parse_openssh(std::string_view file);

  // The file to store (mode 0600 is the caller's duty).
  [[nodiscard]] base::Result<base::SecretBytes> serialize_openssh(std::string_view comment) const;

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }

  // An SSH signature blob (crypto/signature_blob.h). `rsa_hash` (sha256 or sha512) matters to RSA keys only.
  [[nodiscard]] base::Result<base::Bytes> sign(base::ByteView data, Hash rsa_hash = Hash::sha512) const;

 private:
  PrivateKey(PublicKey public_key, std::shared_ptr<const ImportedKey> key)
      : public_key_(std::move(public_key)), key_(std::move(key)) {}
  static base::Result<PrivateKey> from_imported(ImportedKey&& key, KeyType type);

  PublicKey public_key_;
  std::shared_ptr<const ImportedKey> key_;
};

}  // namespace countersign::crypto
