#include "common/crypto/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <climits>

namespace countersign::crypto {
namespace {

template <typename Out>
Out random(std::size_t count) {
  Out out(count);
  if (count > INT_MAX || RAND_bytes(out.data(), static_cast<int>(count)) != 1) {
    throw CryptoUnavailable("OpenSSL has no random numbers");
  }
  return out;
}

}  // namespace

base::Bytes random_bytes(std::size_t count) { return random<base::Bytes>(count); }
base::SecretBytes random_secret(std::size_t count) { return random<base::SecretBytes>(count); }

bool constant_time_equal(base::ByteView a, base::ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace countersign::crypto
