#include "common/crypto/public_key.h"

#include <algorithm>
#include <array>
#include <bit>

#include "common/crypto/digest.h"
#include "common/crypto/import.h"
#include "common/encoding/base64.h"
#include "common/encoding/text.h"
#include "common/encoding/wire.h"

namespace countersign::crypto {
namespace {

using base::Bytes;
using base::ByteView;
using base::ErrorCode;
using base::Result;
using encoding::WireReader;

constexpr int min_rsa_bits = 2048;
constexpr int max_rsa_bits = 16384;
constexpr std::size_t max_application = 255;

using EdKey = std::array<std::uint8_t, 32>;

// The y coordinates (little-endian, without the sign bit) of the points whose order divides 8. Under such a key some
// signatures hold for many messages.
constexpr std::array<EdKey, 5> small_order_ys{{
    {},
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
}};

// y is below p = 2^255 - 19, so the encoding is the only one of its point.
bool is_canonical(const EdKey& y) {
  const bool all_ones = std::all_of(y.begin() + 1, y.end() - 1, [](std::uint8_t b) { return b == 0xff; });
  return !(all_ones && y.back() == 0x7f && y.front() >= 0xed);
}

Result<void> check_ed25519(ByteView key) {
  EdKey y{};
  if (key.size() != y.size()) return {ErrorCode::bad_public_key, "an Ed25519 key has 32 bytes"};
  std::copy(key.begin(), key.end(), y.begin());
  y.back() &= 0x7f;
  if (!is_canonical(y)) return {ErrorCode::bad_public_key, "the Ed25519 key is not in canonical form"};
  if (std::find(small_order_ys.begin(), small_order_ys.end(), y) != small_order_ys.end()) {
    return {ErrorCode::weak_key, "an Ed25519 key of small order"};
  }
  return {};
}

struct RsaNumbers {
  ByteView exponent;
  ByteView modulus;
  int bits = 0;
};

Result<RsaNumbers> check_rsa(ByteView exponent_mpint, ByteView modulus_mpint) {
  const auto e = encoding::read_mpint(exponent_mpint);
  const auto n = encoding::read_mpint(modulus_mpint);
  if (!e || !n || e->empty() || n->empty()) {
    return {ErrorCode::bad_public_key, "an RSA number is not positive or not in its shortest form"};
  }
  const int bits = static_cast<int>(n->size() * 8) - std::countl_zero(n->front());
  if (bits < min_rsa_bits) return {ErrorCode::weak_key, "RSA with " + std::to_string(bits) + " bits, 2048 wanted"};
  if (bits > max_rsa_bits) return {ErrorCode::too_large, "RSA with more than 16384 bits"};
  if ((n->back() & 1U) == 0) return {ErrorCode::weak_key, "an even RSA modulus"};
  if (e->size() > 8) return {ErrorCode::bad_public_key, "an RSA exponent of more than 64 bits"};
  std::uint64_t value = 0;
  for (const std::uint8_t byte : *e) value = value << 8 | byte;
  if (value < 65537 || value % 2 == 0) return {ErrorCode::weak_key, "an RSA exponent that is even or below 65537"};
  return RsaNumbers{*e, *n, bits};
}

Result<void> check_application(std::string_view application) {
  if (application.empty()) return {ErrorCode::bad_public_key, "a security key without application"};
  if (!encoding::check_text(application)) return {ErrorCode::bad_public_key, "the application is not clean text"};
  return {};
}

// The fields of each type after its name, all read before any of them is looked at.
struct Fields {
  ByteView ed25519;
  std::string_view curve;
  ByteView point;
  ByteView exponent;
  ByteView modulus;
  std::string_view application;
};

Result<Fields> read_fields(WireReader& reader, KeyType type) {
  Fields fields;
  if (type == KeyType::rsa) {
    fields.exponent = reader.string(PublicKey::max_blob);
    fields.modulus = reader.string(PublicKey::max_blob);
  } else if (curve_of(type) != nullptr) {
    fields.curve = reader.text(PublicKey::max_blob);
    fields.point = reader.string(PublicKey::max_blob);
  } else {
    fields.ed25519 = reader.string(PublicKey::max_blob);
  }
  if (is_sk(type)) fields.application = reader.text(max_application);
  if (auto end = reader.finish(); !end) return end.error().within("public key");
  return fields;
}

struct Checked {
  ImportedKey key;
  int bits;
};

Result<Checked> check_and_import(KeyType type, const Fields& fields) {
  if (is_sk(type)) {
    if (auto ok = check_application(fields.application); !ok) return ok.error();
  }
  if (type == KeyType::rsa) {
    auto numbers = check_rsa(fields.exponent, fields.modulus);
    if (!numbers) return numbers.error();
    auto key = import_rsa(numbers->modulus, numbers->exponent);
    if (!key) return key.error();
    return Checked{std::move(*key), numbers->bits};
  }
  if (const Curve* curve = curve_of(type); curve != nullptr) {
    if (fields.curve != curve->ssh_name) {
      return {ErrorCode::bad_public_key, "the curve is not " + std::string(curve->ssh_name)};
    }
    if (fields.point.size() != curve->point_bytes() || fields.point.front() != 0x04) {
      return {ErrorCode::bad_public_key, "the point is not in uncompressed form"};
    }
    auto key = import_ec(*curve, fields.point);
    if (!key) return key.error();
    return Checked{std::move(*key), curve->bits};
  }
  if (auto ok = check_ed25519(fields.ed25519); !ok) return ok.error();
  auto key = import_ed25519(fields.ed25519);
  if (!key) return key.error();
  return Checked{std::move(*key), 256};
}

}  // namespace

Result<PublicKey> PublicKey::from_blob(ByteView blob) {
  if (blob.size() > max_blob) return {ErrorCode::too_large, "a public key of more than 4096 bytes"};
  WireReader reader(blob);
  const std::string_view name = reader.text(64);
  if (!reader.ok()) return reader.finish().error().within("public key");
  const auto type = key_type_named(name);
  if (!type) return {ErrorCode::unsupported_key_type, std::string(name)};
  const auto fields = read_fields(reader, *type);
  if (!fields) return fields.error();
  auto checked = check_and_import(*type, *fields);
  if (!checked) return checked.error();

  PublicKey key;
  key.blob_.assign(blob.begin(), blob.end());
  key.type_ = *type;
  key.bits_ = checked->bits;
  key.application_ = fields->application;
  key.imported_ = std::make_shared<const ImportedKey>(std::move(checked->key));
  return key;
}

std::string PublicKey::fingerprint() const { return crypto::fingerprint(blob_); }

std::string fingerprint(ByteView blob) { return "SHA256:" + encoding::base64_encode_unpadded(sha256(blob)); }

}  // namespace countersign::crypto
