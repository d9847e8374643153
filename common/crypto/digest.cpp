#include "common/crypto/digest.h"

#include <openssl/crypto.h>

#include "common/crypto/openssl.h"

namespace countersign::crypto {
namespace {

void digest_into(Hash hash, base::ByteView bytes, std::span<std::uint8_t> out) {
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, evp_md(hash), nullptr) != 1) {
    throw CryptoUnavailable("OpenSSL cannot compute a SHA-2 hash");
  }
}

}  // namespace

std::array<std::uint8_t, 32> sha256(base::ByteView bytes) {
  std::array<std::uint8_t, 32> out{};
  digest_into(Hash::sha256, bytes, out);
  return out;
}

std::array<std::uint8_t, 64> sha512(base::ByteView bytes) {
  std::array<std::uint8_t, 64> out{};
  digest_into(Hash::sha512, bytes, out);
  return out;
}

base::Bytes digest(Hash hash, base::ByteView bytes) {
  base::Bytes out(digest_size(hash));
  digest_into(hash, bytes, out);
  return out;
}

struct Digest::State {
  explicit State(Hash hash) : context(EVP_MD_CTX_new()), size(digest_size(hash)) {}  // clang 14 needs it spelt out
  MdCtxPtr context;
  std::size_t size;
};

Digest::Digest(Hash hash) : state_(std::make_unique<State>(hash)) {
  if (!state_->context || EVP_DigestInit_ex(state_->context.get(), evp_md(hash), nullptr) != 1) {
    throw CryptoUnavailable("OpenSSL cannot start a SHA-2 hash");
  }
}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

Digest& Digest::update(base::ByteView bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1) {
    throw CryptoUnavailable("OpenSSL cannot continue a SHA-2 hash");
  }
  return *this;
}

base::Bytes Digest::finish() {
  base::Bytes out(state_->size);
  if (EVP_DigestFinal_ex(state_->context.get(), out.data(), nullptr) != 1) {
    throw CryptoUnavailable("OpenSSL cannot finish a SHA-2 hash");
  }
  return out;
}

void start_lean() {
  // What is said "no" to first stays off. A failure is harmless: then OpenSSL starts in full when it is first used.
  (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                                OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
                            nullptr);
}

}  // namespace countersign::crypto
