#include "common/crypto/hkdf.h"

#include <openssl/kdf.h>

#include <array>

#include "common/crypto/digest.h"
#include "common/crypto/import.h"

namespace countersign::crypto {
namespace {

using KdfPtr = std::unique_ptr<EVP_KDF, base::Deleter<EVP_KDF_free>>;
using KdfCtxPtr = std::unique_ptr<EVP_KDF_CTX, base::Deleter<EVP_KDF_CTX_free>>;

OSSL_PARAM octets(const char* name, base::ByteView bytes) {
  // The parameters of a derivation are only read; OpenSSL's type has no const.
  // An empty sequence may have no address, and OpenSSL takes none for a missing parameter.
  static std::uint8_t nothing = 0;
  auto* const data = bytes.empty() ? &nothing : const_cast<std::uint8_t*>(bytes.data());
  return OSSL_PARAM_construct_octet_string(name, data, bytes.size());
}

}  // namespace

base::SecretBytes hkdf_sha256(base::ByteView secret, base::ByteView salt, base::ByteView info, std::size_t size) {
  const ErrorQueueGuard guard;
  const KdfPtr kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const KdfCtxPtr context(EVP_KDF_CTX_new(kdf.get()));
  std::array<char, 7> hash{"SHA256"};
  const std::array<OSSL_PARAM, 5> params{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), 0),
                                         octets(OSSL_KDF_PARAM_KEY, secret), octets(OSSL_KDF_PARAM_SALT, salt),
                                         octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  base::SecretBytes out(size);
  if (!context || EVP_KDF_derive(context.get(), out.data(), out.size(), params.data()) != 1) {
    throw CryptoUnavailable("OpenSSL cannot compute HKDF");
  }
  return out;
}

}  // namespace countersign::crypto
