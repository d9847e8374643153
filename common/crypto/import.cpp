#include "common/crypto/import.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <utility>

namespace countersign::crypto {
namespace {

using base::ByteView;
using base::ErrorCode;
using base::Result;

constexpr std::array<std::uint8_t, 32> order_p256{0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                                  0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                                  0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
constexpr std::array<std::uint8_t, 48> order_p384{
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf,
    0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73};
constexpr std::array<std::uint8_t, 66> order_p521{
    0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfa,
    0x51, 0x86, 0x87, 0x83, 0xbf, 0x2f, 0x96, 0x6b, 0x7f, 0xcc, 0x01, 0x48, 0xf7, 0x09, 0xa5, 0xd0, 0x3b,
    0xb5, 0xc9, 0xb8, 0x89, 0x9c, 0x47, 0xae, 0xbb, 0x6f, 0xb7, 0x1e, 0x91, 0x38, 0x64, 0x09};

constexpr Curve p256{"nistp256", "prime256v1", 32, 256, Hash::sha256, order_p256};
constexpr Curve p384{"nistp384", "secp384r1", 48, 384, Hash::sha384, order_p384};
constexpr Curve p521{"nistp521", "secp521r1", 66, 521, Hash::sha512, order_p521};

}  // namespace

const Curve* curve_of(KeyType type) {
  switch (type) {
    case KeyType::ecdsa_p256:
    case KeyType::sk_ecdsa_p256: return &p256;
    case KeyType::ecdsa_p384: return &p384;
    case KeyType::ecdsa_p521: return &p521;
    case KeyType::ed25519:
    case KeyType::sk_ed25519:
    case KeyType::rsa: return nullptr;
  }
  return nullptr;
}

base::SecretBytes& KeyParams::keep(base::SecretBytes bytes) { return buffers_.emplace_back(std::move(bytes)); }

KeyParams& KeyParams::number(const char* name, ByteView magnitude) {
  base::SecretBytes& native = keep({magnitude.begin(), magnitude.end()});
  if constexpr (std::endian::native == std::endian::little) std::reverse(native.begin(), native.end());
  params_.push_back(OSSL_PARAM_construct_BN(name, native.data(), native.size()));
  return *this;
}

KeyParams& KeyParams::octets(const char* name, ByteView bytes) {
  base::SecretBytes& copy = keep({bytes.begin(), bytes.end()});
  params_.push_back(OSSL_PARAM_construct_octet_string(name, copy.data(), copy.size()));
  return *this;
}

KeyParams& KeyParams::text(const char* name, std::string_view text) {
  base::SecretBytes& copy = keep({text.begin(), text.end()});
  copy.push_back(0);
  params_.push_back(OSSL_PARAM_construct_utf8_string(name, reinterpret_cast<char*>(copy.data()), text.size()));
  return *this;
}

PkeyPtr KeyParams::import_as(const char* type, int selection) {
  params_.push_back(OSSL_PARAM_construct_end());
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params_.data()) != 1) {
    return nullptr;
  }
  return PkeyPtr(key);
}

Result<ImportedKey> import_ed25519(ByteView key) {
  const ErrorQueueGuard guard;
  PkeyPtr pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  if (!pkey) return {ErrorCode::bad_public_key, "not an Ed25519 key"};
  return ImportedKey{std::move(pkey)};
}

Result<ImportedKey> import_ec(const Curve& curve, ByteView point) {
  const ErrorQueueGuard guard;
  KeyParams params;
  params.text(OSSL_PKEY_PARAM_GROUP_NAME, curve.openssl_name).octets(OSSL_PKEY_PARAM_PUB_KEY, point);
  PkeyPtr pkey = params.import_as("EC", EVP_PKEY_PUBLIC_KEY);
  if (!pkey) return {ErrorCode::bad_public_key, "the point is not on " + std::string(curve.ssh_name)};
  return ImportedKey{std::move(pkey)};
}

Result<ImportedKey> import_rsa(ByteView modulus, ByteView exponent) {
  const ErrorQueueGuard guard;
  KeyParams params;
  params.number(OSSL_PKEY_PARAM_RSA_N, modulus).number(OSSL_PKEY_PARAM_RSA_E, exponent);
  PkeyPtr pkey = params.import_as("RSA", EVP_PKEY_PUBLIC_KEY);
  if (!pkey) return {ErrorCode::bad_public_key, "OpenSSL refuses the RSA numbers"};
  return ImportedKey{std::move(pkey)};
}

}  // namespace countersign::crypto
