// crypto/aes_gcm.h: AES-128-GCM (RFC 5116), one message under one key. The caller sees to it that no key meets one
// nonce twice. CryptoUnavailable where OpenSSL cannot.
#pragma once

#include <cstddef>

#include "common/base/bytes.h"

namespace countersign::crypto {

inline constexpr std::size_t aes_gcm_key_size = 16;
inline constexpr std::size_t aes_gcm_nonce_size = 12;
inline constexpr std::size_t aes_gcm_tag_size = 16;

// The ciphertext and its tag; no further data is authenticated. `key` and `nonce` have the sizes above.
base::Bytes seal_aes128_gcm(base::ByteView key, base::ByteView nonce, base::ByteView text);

}  // namespace countersign::crypto
