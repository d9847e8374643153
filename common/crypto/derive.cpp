#include "common/crypto/derive.h"

#include "common/crypto/digest.h"
#include "common/crypto/openssl.h"

namespace countersign::crypto {

base::Bytes pbkdf2_sha256(base::ByteView password, base::ByteView salt, unsigned rounds, std::size_t size) {
  base::Bytes out(size);
  const std::string_view text = base::as_text(password);
  const int done =
      PKCS5_PBKDF2_HMAC(text.data(), static_cast<int>(text.size()), salt.data(), static_cast<int>(salt.size()),
                        static_cast<int>(rounds), EVP_sha256(), static_cast<int>(out.size()), out.data());
  if (done != 1) throw CryptoUnavailable("OpenSSL cannot compute PBKDF2");
  return out;
}

}  // namespace countersign::crypto
