#include "common/crypto/aes_gcm.h"

#include <climits>

#include "common/crypto/digest.h"
#include "common/crypto/import.h"

namespace countersign::crypto {
namespace {

using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, base::Deleter<EVP_CIPHER_CTX_free>>;

}  // namespace

base::Bytes seal_aes128_gcm(base::ByteView key, base::ByteView nonce, base::ByteView text) {
  const ErrorQueueGuard guard;
  const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  base::Bytes out(text.size() + aes_gcm_tag_size);
  int written = 0;
  int last = 0;
  if (key.size() != aes_gcm_key_size || nonce.size() != aes_gcm_nonce_size || text.size() > INT_MAX || !context ||
      EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, key.data(), nonce.data()) != 1 ||
      EVP_EncryptUpdate(context.get(), out.data(), &written, text.data(), static_cast<int>(text.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), out.data() + written, &last) != 1 ||
      static_cast<std::size_t>(written) + static_cast<std::size_t>(last) != text.size() ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, aes_gcm_tag_size, out.data() + text.size()) != 1) {
    throw CryptoUnavailable("OpenSSL cannot encrypt with AES-128-GCM");
  }
  return out;
}

}  // namespace countersign::crypto
