// crypto/random.h: bytes nobody can guess, and a comparison that does not tell how far two secrets agree.
#pragma once

#include <cstddef>

#include "common/base/bytes.h"
#include "common/crypto/digest.h"

namespace countersign::crypto {

// From the system's generator through OpenSSL. Throws CryptoUnavailable when there is none.
base::Bytes random_bytes(std::size_t count);
base::SecretBytes random_secret(std::size_t count);

// The time taken depends on the sizes only. Sequences of different size are different.
bool constant_time_equal(base::ByteView a, base::ByteView b);

}  // namespace countersign::crypto
