// crypto/derive.h: bytes derived from a text at a price (RFC 8018).
#pragma once

#include <cstddef>

#include "common/base/bytes.h"

namespace countersign::crypto {

// PBKDF2 with HMAC-SHA-256. Throws CryptoUnavailable (crypto/digest.h) when OpenSSL cannot.
base::Bytes pbkdf2_sha256(base::ByteView password, base::ByteView salt, unsigned rounds, std::size_t size);

}  // namespace countersign::crypto
