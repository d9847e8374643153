#include "common/crypto/p256.h"

#include <openssl/ecdsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

#include "common/crypto/digest.h"
#include "common/crypto/import.h"
#include "common/encoding/base64.h"

namespace countersign::crypto {
namespace {

using base::Bytes;
using base::ByteView;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;
using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, base::Deleter<ECDSA_SIG_free>>;
using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, base::Deleter<PKCS8_PRIV_KEY_INFO_free>>;  // wipes

constexpr std::string_view header = "-----BEGIN PRIVATE KEY-----\n";
constexpr std::string_view footer = "-----END PRIVATE KEY-----\n";
constexpr std::size_t line_width = 64;  // RFC 7468 section 2
constexpr std::size_t max_file = 4096;
constexpr std::size_t coordinate = 32;

[[noreturn]] void openssl_failed() { throw CryptoUnavailable("OpenSSL cannot compute with P-256"); }

Result<SecretBytes> decode_pem(std::string_view file) {
  if (file.size() > max_file) return {ErrorCode::bad_private_key, "a PEM file of more than 4096 bytes"};
  if (!file.starts_with(header) || !file.ends_with(footer) || file.size() < header.size() + footer.size()) {
    return {ErrorCode::bad_private_key, "not one PEM block \"PRIVATE KEY\" (PKCS #8 without a passphrase)"};
  }
  file.remove_prefix(header.size());
  file.remove_suffix(footer.size());
  SecretBytes digits;
  std::copy_if(file.begin(), file.end(), std::back_inserter(digits), [](char c) { return c != '\n'; });
  auto bytes = encoding::base64_decode_secret(base::as_text(digits));
  if (!bytes) return {ErrorCode::bad_private_key, bytes.error().detail};
  return bytes;
}

SecretBytes encode_pem(ByteView der) {
  SecretBytes text(header.begin(), header.end());
  const SecretBytes digits = encoding::base64_encode_secret(der);
  for (std::string_view rest = base::as_text(digits); !rest.empty();
       rest.remove_prefix(std::min(line_width, rest.size()))) {
    const std::string_view line = rest.substr(0, line_width);
    text.insert(text.end(), line.begin(), line.end());
    text.push_back('\n');
  }
  text.insert(text.end(), footer.begin(), footer.end());
  return text;
}

Result<void> require_p256(EVP_PKEY* key) {
  std::array<char, 32> group{};
  std::size_t size = 0;
  const bool has_group =
      EVP_PKEY_is_a(key, "EC") == 1 &&
      EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), &size) == 1;
  if (!has_group || std::string_view(group.data(), size) != curve_of(KeyType::ecdsa_p256)->openssl_name) {
    return {ErrorCode::unsupported_key_type, "not a key on P-256 (prime256v1)"};
  }
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || EVP_PKEY_check(context.get()) != 1) {
    return {ErrorCode::bad_private_key, "the private half does not belong to the public half"};
  }
  return {};
}

}  // namespace

Result<P256Point> P256Point::parse(ByteView bytes) {
  if (bytes.size() != size || bytes.front() != 0x04) {
    return {ErrorCode::bad_public_key, "a point of P-256 has 65 bytes, the first 0x04"};
  }
  auto key = import_ec(*curve_of(KeyType::ecdsa_p256), bytes);
  if (!key) return key.error();
  return P256Point({bytes.begin(), bytes.end()}, std::make_shared<const ImportedKey>(std::move(*key)));
}

Result<P256Key> P256Key::from_imported(ImportedKey&& key) {
  if (auto fits = require_p256(key.pkey.get()); !fits) return fits.error();
  Bytes bytes(P256Point::size);
  std::size_t size = 0;
  // A file may hold the point compressed; what goes out is not.
  if (EVP_PKEY_set_utf8_string_param(key.pkey.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed") != 1 ||
      EVP_PKEY_get_octet_string_param(key.pkey.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), bytes.size(), &size) !=
          1 ||
      size != bytes.size()) {
    return {ErrorCode::bad_private_key, "OpenSSL does not give the key's point"};
  }
  auto point = P256Point::parse(bytes);
  if (!point) return point.error();
  return P256Key(*std::move(point), std::make_shared<const ImportedKey>(std::move(key)));
}

P256Key P256Key::generate() {
  const ErrorQueueGuard guard;
  PkeyPtr pkey(EVP_EC_gen(curve_of(KeyType::ecdsa_p256)->openssl_name));
  if (!pkey) openssl_failed();
  auto key = from_imported(ImportedKey{std::move(pkey)});
  if (!key) openssl_failed();
  return *std::move(key);
}

Result<P256Key> P256Key::parse_pem(std::string_view file) {
  const ErrorQueueGuard guard;
  const auto der = decode_pem(file);
  if (!der) return der.error();
  const unsigned char* at = der->data();
  const Pkcs8Ptr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der->size())));
  if (!info || at != der->data() + der->size()) return {ErrorCode::bad_private_key, "not a PKCS #8 key"};
  PkeyPtr pkey(EVP_PKCS82PKEY(info.get()));
  if (!pkey) return {ErrorCode::bad_private_key, "OpenSSL refuses the key"};
  return from_imported(ImportedKey{std::move(pkey)});
}

SecretBytes P256Key::serialize_pem() const {
  const ErrorQueueGuard guard;
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(key_->pkey.get()));
  const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : 0;
  if (size <= 0) openssl_failed();
  SecretBytes der(static_cast<std::size_t>(size));
  unsigned char* at = der.data();
  if (i2d_PKCS8_PRIV_KEY_INFO(info.get(), &at) != size) openssl_failed();
  return encode_pem(der);
}

Bytes P256Key::sign_es256(ByteView data) const {
  const ErrorQueueGuard guard;
  const MdCtxPtr context(EVP_MD_CTX_new());
  Bytes der(static_cast<std::size_t>(EVP_PKEY_get_size(key_->pkey.get())));
  std::size_t size = der.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size, data.data(), data.size()) != 1) {
    openssl_failed();
  }
  const unsigned char* at = der.data();
  const EcdsaSigPtr numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  Bytes signature(2 * coordinate);
  if (!numbers ||
      BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), signature.data(), coordinate) != static_cast<int>(coordinate) ||
      BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), signature.data() + coordinate, coordinate) !=
          static_cast<int>(coordinate)) {
    openssl_failed();
  }
  return signature;
}

SecretBytes P256Key::shared_secret(const P256Point& with_whom) const {
  const ErrorQueueGuard guard;
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key_->pkey.get(), nullptr));
  SecretBytes secret(coordinate);
  std::size_t size = secret.size();
  if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), with_whom.key_->pkey.get()) != 1 ||
      EVP_PKEY_derive(context.get(), secret.data(), &size) != 1 || size != secret.size()) {
    openssl_failed();
  }
  return secret;
}

}  // namespace countersign::crypto
