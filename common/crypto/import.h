// crypto/import.h: SSH key numbers into OpenSSL keys, and the curves' constants. For this room's .cpp files only.
#pragma once

#include <cstddef>
#include <list>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/crypto/algorithms.h"
#include "common/crypto/openssl.h"

namespace countersign::crypto {

struct ImportedKey {
  PkeyPtr pkey;
};

struct Curve {
  std::string_view ssh_name;  // "nistp256"
  const char* openssl_name;   // "prime256v1"
  std::size_t field_bytes;
  int bits;
  Hash hash;             // fixed by RFC 5656 section 6.2.1
  base::ByteView order;  // big-endian, without zero bytes in front

  [[nodiscard]] std::size_t point_bytes() const { return 1 + 2 * field_bytes; }
};

const Curve* curve_of(KeyType type);  // null for types without one

// Leaves OpenSSL's error queue, which the process around us may use, as it was found.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() { ERR_set_mark(); }
  ~ErrorQueueGuard() { ERR_pop_to_mark(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

// Each says bad_public_key when OpenSSL refuses the numbers, a point off its curve above all.
base::Result<ImportedKey> import_ed25519(base::ByteView key);
base::Result<ImportedKey> import_ec(const Curve& curve, base::ByteView point);
base::Result<ImportedKey> import_rsa(base::ByteView modulus, base::ByteView exponent);

// The numbers of one key on their way into OpenSSL, in memory that is wiped (OpenSSL's own parameter builder wipes
// nothing).
class KeyParams {
 public:
  KeyParams& number(const char* name, base::ByteView magnitude);  // big-endian
  KeyParams& octets(const char* name, base::ByteView bytes);
  KeyParams& text(const char* name, std::string_view text);

  // `selection` is EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR; null when OpenSSL refuses.
  [[nodiscard]] PkeyPtr import_as(const char* type, int selection);

 private:
  base::SecretBytes& keep(base::SecretBytes bytes);

  std::list<base::SecretBytes> buffers_;  // a list, because `params_` points into it
  std::vector<OSSL_PARAM> params_;
};

}  // namespace countersign::crypto
