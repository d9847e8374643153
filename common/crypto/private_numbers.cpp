#include "common/crypto/private_numbers.h"

#include <array>
#include <utility>

namespace countersign::crypto {
namespace {

using base::Bytes;
using base::ByteView;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;
using encoding::SecretWireWriter;
using encoding::WireReader;

constexpr std::size_t max_number = 2049;  // an mpint of 16384 bits
constexpr std::size_t ed25519_bytes = 32;

Result<SecretBytes> number_of(const ImportedKey& key, const char* name) {
  BIGNUM* raw = nullptr;
  const bool ok = EVP_PKEY_get_bn_param(key.pkey.get(), name, &raw) == 1;
  const BnPtr number(raw);
  if (!ok) return {ErrorCode::bad_private_key, std::string("OpenSSL does not give the number ") + name};
  return number_bytes(number.get());
}

Result<Bytes> point_of(const ImportedKey& key, const Curve& curve) {
  Bytes point(curve.point_bytes());
  std::size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(key.pkey.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) !=
          1 ||
      size != point.size()) {
    return {ErrorCode::bad_private_key, "OpenSSL does not give the public point"};
  }
  return point;
}

using GetRaw = int (*)(const EVP_PKEY*, unsigned char*, std::size_t*);

template <typename Out>
Result<Out> raw_half(const ImportedKey& key, GetRaw get) {
  Out out(ed25519_bytes);
  std::size_t size = out.size();
  if (get(key.pkey.get(), out.data(), &size) != 1 || size != out.size()) {
    return {ErrorCode::bad_private_key, "OpenSSL does not give the Ed25519 key"};
  }
  return out;
}

// value mod (prime - 1)
SecretBytes reduced_exponent(ByteView value, ByteView prime) {
  const BnCtxPtr context(BN_CTX_secure_new());
  const BnPtr d(BN_bin2bn(value.data(), static_cast<int>(value.size()), nullptr));
  const BnPtr p(BN_bin2bn(prime.data(), static_cast<int>(prime.size()), nullptr));
  const BnPtr result(BN_new());
  if (!context || !d || !p || !result || BN_sub_word(p.get(), 1) != 1) return {};
  BN_set_flags(d.get(), BN_FLG_CONSTTIME);
  BN_set_flags(p.get(), BN_FLG_CONSTTIME);
  if (BN_mod(result.get(), d.get(), p.get(), context.get()) != 1) return {};
  return number_bytes(result.get());
}

ByteView positive(WireReader& reader) {
  const auto number = encoding::read_mpint(reader.string(max_number));
  if (!number || number->empty()) {
    reader.fail({ErrorCode::bad_private_key, "a number is not positive or not in its shortest form"});
    return {};
  }
  return *number;
}

Result<PkeyPtr> import_rsa_fields(WireReader& reader) {
  const ByteView n = positive(reader);
  const ByteView e = positive(reader);
  const ByteView d = positive(reader);
  const ByteView inverse = positive(reader);
  const ByteView p = positive(reader);
  const ByteView q = positive(reader);
  if (!reader.ok()) return reader.finish().error();
  return KeyParams()
      .number(OSSL_PKEY_PARAM_RSA_N, n)
      .number(OSSL_PKEY_PARAM_RSA_E, e)
      .number(OSSL_PKEY_PARAM_RSA_D, d)
      .number(OSSL_PKEY_PARAM_RSA_FACTOR1, p)
      .number(OSSL_PKEY_PARAM_RSA_FACTOR2, q)
      .number(OSSL_PKEY_PARAM_RSA_EXPONENT1, reduced_exponent(d, p))
      .number(OSSL_PKEY_PARAM_RSA_EXPONENT2, reduced_exponent(d, q))
      .number(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, inverse)
      .import_as("RSA", EVP_PKEY_KEYPAIR);
}

Result<PkeyPtr> import_ec_fields(WireReader& reader, const Curve& curve) {
  const std::string_view name = reader.text(32);
  const ByteView point = reader.string(256);
  const ByteView secret = positive(reader);
  if (!reader.ok()) return reader.finish().error();
  if (name != curve.ssh_name) return {ErrorCode::bad_private_key, "the curve is not " + std::string(curve.ssh_name)};
  return KeyParams()
      .text(OSSL_PKEY_PARAM_GROUP_NAME, curve.openssl_name)
      .octets(OSSL_PKEY_PARAM_PUB_KEY, point)
      .number(OSSL_PKEY_PARAM_PRIV_KEY, secret)
      .import_as("EC", EVP_PKEY_KEYPAIR);
}

Result<PkeyPtr> import_ed25519_fields(WireReader& reader) {
  const ByteView public_half = reader.string(ed25519_bytes);
  const ByteView both = reader.string(2 * ed25519_bytes);
  if (!reader.ok()) return reader.finish().error();
  WireReader halves(both);
  const ByteView seed = halves.bytes(ed25519_bytes);
  const ByteView again = halves.bytes(ed25519_bytes);
  if (!halves.finish() || base::as_text(public_half) != base::as_text(again)) {
    return {ErrorCode::bad_private_key, "the Ed25519 key's two public halves differ"};
  }
  return PkeyPtr(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
}

Result<void> write_numbers(SecretWireWriter& writer, const ImportedKey& key, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto number = number_of(key, name);
    if (!number) return number.error();
    writer.string(encoding::mpint_content_secret(*number));
  }
  return {};
}

}  // namespace

SecretBytes number_bytes(const BIGNUM* number) {
  SecretBytes out(static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2binpad(number, out.data(), static_cast<int>(out.size()));
  return out;
}

Result<Bytes> public_blob_of(const ImportedKey& key, KeyType type) {
  encoding::WireWriter writer;
  writer.string(to_string(type));
  if (type == KeyType::rsa) {
    const auto e = number_of(key, OSSL_PKEY_PARAM_RSA_E);
    const auto n = number_of(key, OSSL_PKEY_PARAM_RSA_N);
    if (!e || !n) return e ? n.error() : e.error();
    return writer.string(encoding::mpint_content(*e)).string(encoding::mpint_content(*n)).take();
  }
  if (const Curve* curve = curve_of(type); curve != nullptr) {
    const auto point = point_of(key, *curve);
    if (!point) return point.error();
    return writer.string(curve->ssh_name).string(*point).take();
  }
  const auto half = raw_half<Bytes>(key, EVP_PKEY_get_raw_public_key);
  if (!half) return half.error();
  return writer.string(*half).take();
}

Result<void> write_private_fields(SecretWireWriter& writer, const ImportedKey& key, KeyType type) {
  if (type == KeyType::rsa) {
    return write_numbers(writer, key,
                         {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
                          OSSL_PKEY_PARAM_RSA_COEFFICIENT1, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2});
  }
  if (const Curve* curve = curve_of(type); curve != nullptr) {
    const auto point = point_of(key, *curve);
    if (!point) return point.error();
    writer.string(curve->ssh_name).string(*point);
    return write_numbers(writer, key, {OSSL_PKEY_PARAM_PRIV_KEY});
  }
  const auto public_half = raw_half<Bytes>(key, EVP_PKEY_get_raw_public_key);
  const auto seed = raw_half<SecretBytes>(key, EVP_PKEY_get_raw_private_key);
  if (!public_half || !seed) return public_half ? seed.error() : public_half.error();
  writer.string(*public_half).u32(2 * ed25519_bytes).raw(*seed).raw(*public_half);
  return {};
}

Result<ImportedKey> read_private_fields(WireReader& reader, KeyType type) {
  const ErrorQueueGuard guard;
  const Curve* curve = curve_of(type);
  auto pkey = type == KeyType::rsa ? import_rsa_fields(reader)
              : curve != nullptr   ? import_ec_fields(reader, *curve)
                                   : import_ed25519_fields(reader);
  if (!pkey) return pkey.error();
  if (!*pkey) return {ErrorCode::bad_private_key, "OpenSSL refuses the key's numbers"};
  return ImportedKey{std::move(*pkey)};
}

}  // namespace countersign::crypto
