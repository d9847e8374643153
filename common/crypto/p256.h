// crypto/p256.h: P-256 keys as the web uses them: points of 65 bytes, ES256 signatures as r ‖ s (RFC 7518 section 3.4),
// and the Diffie-Hellman secret of RFC 8291.
//
// A P256Point is on its curve, wherever it is. A key's file is PEM (PKCS #8, "BEGIN PRIVATE KEY"), one block with
// nothing around it, without a passphrase; `openssl pkey` reads it. Copies share the imported key, which several
// threads may use at once. Where OpenSSL itself fails, CryptoUnavailable is thrown.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace countersign::crypto {

struct ImportedKey;  // OpenSSL's form of the key; seen only inside this room

class P256Point {
 public:
  static constexpr std::size_t size = 65;

  static base::Result<P256Point> parse(base::ByteView bytes);  // 0x04 and both coordinates; else bad_public_key

  [[nodiscard]] const base::Bytes& bytes() const { return bytes_; }

 private:
  friend class P256Key;
  P256Point(base::Bytes bytes, std::shared_ptr<const ImportedKey> key)
      : bytes_(std::move(bytes)), key_(std::move(key)) {}

  base::Bytes bytes_;
  std::shared_ptr<const ImportedKey> key_;
};

class P256Key {
 public:
  static P256Key generate();

  static base::Result<P256Key> parse_pem(std::string_view file);  // bad_private_key, unsupported_key_type
  [[nodiscard]] base::SecretBytes serialize_pem() const;          // mode 0600 is the caller's duty

  [[nodiscard]] const P256Point& point() const { return point_; }

  [[nodiscard]] base::Bytes sign_es256(base::ByteView data) const;                  // 64 bytes
  [[nodiscard]] base::SecretBytes shared_secret(const P256Point& with_whom) const;  // 32 bytes

 private:
  P256Key(P256Point point, std::shared_ptr<const ImportedKey> key) : point_(std::move(point)), key_(std::move(key)) {}
  static base::Result<P256Key> from_imported(ImportedKey&& key);

  P256Point point_;
  std::shared_ptr<const ImportedKey> key_;
};

}  // namespace countersign::crypto
