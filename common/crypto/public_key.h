// crypto/public_key.h: a public key that has been checked.
//
// from_blob() is the only way to make one, so wherever a PublicKey is, its blob is the one encoding of a usable key:
// the type's own name, no alias, nothing left over; EC points uncompressed, on the curve that is named twice; Ed25519
// keys in canonical form and not of small order; RSA from 2048 to 16384 bits with an odd exponent of at least 65537.
// Two keys are the same key exactly when their blobs are equal. Certificates are not keys.
//
// Copies share the imported key; a PublicKey may be used by several threads at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/crypto/algorithms.h"

namespace countersign::crypto {

struct ImportedKey;  // OpenSSL's form of the key; seen only inside this room

class PublicKey {
 public:
  static constexpr std::size_t max_blob = 4096;

  // truncated, trailing_bytes, too_large, unsupported_key_type, bad_public_key or weak_key.
  static base::Result<PublicKey> from_blob(base::ByteView blob);

  [[nodiscard]] const base::Bytes& blob() const { return blob_; }
  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] std::string_view type_name() const { return to_string(type_); }
  [[nodiscard]] int bits() const { return bits_; }  // as `ssh-keygen -l` counts them
  [[nodiscard]] std::string fingerprint() const;    // "SHA256:…" as `ssh-keygen -lf` prints it
  [[nodiscard]] std::string_view application() const { return application_; }  // sk keys; empty for others

  [[nodiscard]] const ImportedKey& imported() const { return *imported_; }

  friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.blob_ == b.blob_; }

 private:
  PublicKey() = default;

  base::Bytes blob_;
  KeyType type_ = KeyType::ed25519;
  int bits_ = 0;
  std::string application_;
  std::shared_ptr<const ImportedKey> imported_;
};

// The fingerprint of any key blob, checked or not.
std::string fingerprint(base::ByteView blob);

}  // namespace countersign::crypto
