// crypto/hkdf.h: keys from a shared secret: HKDF with SHA-256 (RFC 5869). CryptoUnavailable where OpenSSL cannot.
#pragma once

#include <cstddef>
#include <string_view>

#include "common/base/bytes.h"

namespace countersign::crypto {

base::SecretBytes hkdf_sha256(base::ByteView secret, base::ByteView salt, base::ByteView info, std::size_t size);

}  // namespace countersign::crypto
