#include "common/crypto/private_key.h"

#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "common/crypto/digest.h"
#include "common/crypto/import.h"
#include "common/crypto/private_numbers.h"
#include "common/crypto/signature_blob.h"
#include "common/encoding/wire.h"

namespace countersign::crypto {
namespace {

using base::Bytes;
using base::ByteView;
using base::ErrorCode;
using base::Result;
using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, base::Deleter<ECDSA_SIG_free>>;

Result<Bytes> openssl_failed() { return {ErrorCode::internal, "OpenSSL cannot sign with this key"}; }

Result<Bytes> sign_ed25519(EVP_PKEY* key, ByteView data) {
  const MdCtxPtr context(EVP_MD_CTX_new());
  Bytes value(64);
  std::size_t size = value.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), value.data(), &size, data.data(), data.size()) != 1 || size != value.size()) {
    return openssl_failed();
  }
  return value;
}

Result<Bytes> sign_hashed(EVP_PKEY* key, Hash hash, bool is_rsa, ByteView data) {
  const Bytes hashed = digest(hash, data);
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  Bytes value(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = value.size();
  if (!context || EVP_PKEY_sign_init(context.get()) != 1) return openssl_failed();
  if (is_rsa && (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
                 EVP_PKEY_CTX_set_signature_md(context.get(), evp_md(hash)) != 1)) {
    return openssl_failed();
  }
  if (EVP_PKEY_sign(context.get(), value.data(), &size, hashed.data(), hashed.size()) != 1) return openssl_failed();
  value.resize(size);
  return value;
}

Result<Bytes> mpints_of_der(ByteView der) {
  const unsigned char* at = der.data();
  const EcdsaSigPtr numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!numbers) return openssl_failed();
  encoding::WireWriter writer;
  for (const BIGNUM* number : {ECDSA_SIG_get0_r(numbers.get()), ECDSA_SIG_get0_s(numbers.get())}) {
    writer.string(encoding::mpint_content(number_bytes(number)));
  }
  return writer.take();
}

SignatureAlgorithm algorithm_of(KeyType type, Hash rsa_hash) {
  if (type == KeyType::rsa) {
    return rsa_hash == Hash::sha256 ? SignatureAlgorithm::rsa_sha2_256 : SignatureAlgorithm::rsa_sha2_512;
  }
  return *signature_algorithm_named(to_string(type));
}

PkeyPtr generate_pkey(KeyType type, int rsa_bits) {
  if (const Curve* curve = curve_of(type); curve != nullptr) {
    return PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve->openssl_name));
  }
  if (type == KeyType::rsa) {
    return PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(rsa_bits)));
  }
  return PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

}  // namespace

Result<PrivateKey> PrivateKey::generate(KeyType type, int rsa_bits) {
  if (is_sk(type)) return {ErrorCode::unsupported_key_type, "security keys make their own keys"};
  if (type == KeyType::rsa && rsa_bits < 2048) return {ErrorCode::weak_key, "RSA keys start at 2048 bits"};
  if (type == KeyType::rsa && rsa_bits > 16384) return {ErrorCode::too_large, "RSA keys end at 16384 bits"};
  const ErrorQueueGuard guard;
  ImportedKey key{generate_pkey(type, rsa_bits)};
  if (!key.pkey) return {ErrorCode::internal, "OpenSSL cannot generate the key"};
  return from_imported(std::move(key), type);
}

Result<PrivateKey> PrivateKey::from_imported(ImportedKey&& key, KeyType type) {
  const auto blob = public_blob_of(key, type);
  if (!blob) return blob.error();
  auto public_key = PublicKey::from_blob(*blob);
  if (!public_key) return public_key.error();
  PrivateKey made(std::move(*public_key), std::make_shared<const ImportedKey>(std::move(key)));

  // Two halves that do not belong together would make signatures that can give the private half away.
  const ByteView probe = base::as_bytes("countersign key check");
  const auto signature = made.sign(probe);
  if (!signature) return {ErrorCode::bad_private_key, "OpenSSL cannot sign with this key"};
  const auto parsed = parse_signature_blob(*signature);
  if (!parsed || !verify_signature(made.public_key_, *parsed, probe)) {
    return {ErrorCode::bad_private_key, "the private half does not belong to the public half"};
  }
  return made;
}

Result<Bytes> PrivateKey::sign(ByteView data, Hash rsa_hash) const {
  if (rsa_hash == Hash::sha384) return {ErrorCode::unsupported_hash, "there is no rsa-sha2-384"};
  const ErrorQueueGuard guard;
  const KeyType type = public_key_.type();
  SignatureBlob signature;
  signature.algorithm = algorithm_of(type, rsa_hash);
  const auto make = [&]() -> Result<Bytes> {
    if (const Curve* curve = curve_of(type); curve != nullptr) {
      const auto der = sign_hashed(key_->pkey.get(), curve->hash, false, data);
      return der ? mpints_of_der(*der) : der;
    }
    if (type == KeyType::rsa) return sign_hashed(key_->pkey.get(), rsa_hash, true, data);
    return sign_ed25519(key_->pkey.get(), data);
  };
  auto value = make();
  if (!value) return value.error();
  signature.value = std::move(*value);
  return serialize_signature_blob(signature);
}

}  // namespace countersign::crypto
