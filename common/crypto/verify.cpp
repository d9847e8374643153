#include <openssl/rsa.h>

#include "common/crypto/digest.h"
#include "common/crypto/import.h"
#include "common/crypto/signature_blob.h"
#include "common/encoding/wire.h"

namespace countersign::crypto {
namespace {

using base::Bytes;
using base::ByteView;
using base::ErrorCode;
using base::Result;

void put_der_length(Bytes& out, std::size_t length) {
  if (length >= 0x80) out.push_back(0x81);
  out.push_back(static_cast<std::uint8_t>(length));
}

// SEQUENCE { INTEGER r, INTEGER s }. The content of a minimal mpint is the content of a DER INTEGER.
Result<Bytes> ecdsa_der(ByteView value) {
  encoding::WireReader reader(value);
  const ByteView r = reader.string(value.size());
  const ByteView s = reader.string(value.size());
  if (auto end = reader.finish(); !end) return end.error().within("ECDSA signature");
  if (r.size() > 0x7f || s.size() > 0x7f) return {ErrorCode::bad_signature_encoding, "r or s is too long"};
  Bytes der;
  der.reserve(value.size() + 8);
  der.push_back(0x30);
  put_der_length(der, r.size() + s.size() + 4);
  for (const ByteView number : {r, s}) {
    der.push_back(0x02);
    put_der_length(der, number.size());
    der.insert(der.end(), number.begin(), number.end());
  }
  return der;
}

bool verify_ed25519(EVP_PKEY* key, ByteView value, ByteView data) {
  const MdCtxPtr context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), value.data(), value.size(), data.data(), data.size()) == 1;
}

bool verify_hashed(EVP_PKEY* key, Hash hash, bool is_rsa, ByteView value, ByteView data) {
  const Bytes hashed = digest(hash, data);
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1) return false;
  if (is_rsa && (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
                 EVP_PKEY_CTX_set_signature_md(context.get(), evp_md(hash)) != 1)) {
    return false;
  }
  return EVP_PKEY_verify(context.get(), value.data(), value.size(), hashed.data(), hashed.size()) == 1;
}

// What an authenticator signs in place of `data` (PROTOCOL.md section 5.1).
Bytes authenticator_data(const PublicKey& key, const SignatureBlob& signature, ByteView data) {
  encoding::WireWriter writer;
  writer.raw(sha256(base::as_bytes(key.application()))).u8(signature.flags).u32(signature.counter);
  return writer.raw(signature.extensions).raw(sha256(data)).take();
}

Result<void> verify_value(const PublicKey& key, const SignatureBlob& signature, ByteView data) {
  const ErrorQueueGuard guard;
  EVP_PKEY* pkey = key.imported().pkey.get();
  bool valid = false;
  if (const Curve* curve = curve_of(key.type()); curve != nullptr) {
    const auto der = ecdsa_der(signature.value);
    if (!der) return der.error();
    valid = verify_hashed(pkey, curve->hash, false, *der, data);
  } else if (key.type() == KeyType::rsa) {
    if (signature.value.size() != static_cast<std::size_t>(EVP_PKEY_get_size(pkey))) {
      return {ErrorCode::bad_signature_encoding, "the RSA signature is not exactly as long as the modulus"};
    }
    const Hash hash = signature.algorithm == SignatureAlgorithm::rsa_sha2_256 ? Hash::sha256 : Hash::sha512;
    valid = verify_hashed(pkey, hash, true, signature.value, data);
  } else {
    valid = verify_ed25519(pkey, signature.value, data);
  }
  if (!valid) return {ErrorCode::signature_mismatch, "the signature is not by " + key.fingerprint()};
  return {};
}

}  // namespace

Result<void> verify_signature(const PublicKey& key, const SignatureBlob& signature, ByteView data) {
  if (key_type_of(signature.algorithm) != key.type()) {
    return {ErrorCode::unsupported_signature_type, std::string(to_string(signature.algorithm)) +
                                                       " cannot be by a key of type " + std::string(key.type_name())};
  }
  if (!is_sk(signature.algorithm)) return verify_value(key, signature, data);
  return verify_value(key, signature, authenticator_data(key, signature, data));
}

}  // namespace countersign::crypto
