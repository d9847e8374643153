#include "common/crypto/signature_blob.h"

#include <algorithm>
#include <array>

#include "common/crypto/import.h"
#include "common/encoding/wire.h"

namespace countersign::crypto {
namespace {

using base::ByteView;
using base::ErrorCode;
using base::Result;
using encoding::WireReader;

constexpr std::size_t max_value = 2048;  // an RSA number of 16384 bits
constexpr std::size_t max_origin = 512;
constexpr std::size_t max_client_data = 8192;
constexpr std::size_t max_extensions = 1024;

// The order L of Ed25519's group, little-endian.
constexpr std::array<std::uint8_t, 32> ed25519_order{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                                     0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                                     0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

Result<void> check_ed25519(ByteView value) {
  if (value.size() != 64) return {ErrorCode::bad_signature_encoding, "an Ed25519 signature has 64 bytes"};
  const ByteView s = value.last(32);
  if (!std::lexicographical_compare(s.rbegin(), s.rend(), ed25519_order.rbegin(), ed25519_order.rend())) {
    return {ErrorCode::bad_signature_encoding, "S is not below the order of the group"};
  }
  return {};
}

bool below(ByteView number, ByteView limit) {  // both big-endian, without zero bytes in front
  if (number.size() != limit.size()) return number.size() < limit.size();
  return std::lexicographical_compare(number.begin(), number.end(), limit.begin(), limit.end());
}

Result<void> check_ecdsa(ByteView value, const Curve& curve) {
  WireReader reader(value);
  const std::array<ByteView, 2> numbers{reader.string(max_value), reader.string(max_value)};
  if (auto end = reader.finish(); !end) return end.error().within("ECDSA signature");
  for (const ByteView content : numbers) {
    const auto number = encoding::read_mpint(content);
    if (!number) return {ErrorCode::bad_signature_encoding, "r or s is negative or not in its shortest form"};
    if (number->empty() || !below(*number, curve.order)) {
      return {ErrorCode::bad_signature_encoding, "r or s is 0 or not below the order of the curve"};
    }
  }
  return {};
}

Result<void> check_value(SignatureAlgorithm algorithm, ByteView value) {
  const KeyType type = key_type_of(algorithm);
  if (const Curve* curve = curve_of(type); curve != nullptr) return check_ecdsa(value, *curve);
  if (type != KeyType::rsa) return check_ed25519(value);
  if (value.empty()) return {ErrorCode::bad_signature_encoding, "an empty RSA signature"};
  return {};
}

}  // namespace

Result<SignatureBlob> parse_signature_blob(ByteView blob) {
  WireReader reader(blob);
  const std::string_view name = reader.text(64);
  if (!reader.ok()) return reader.finish().error().within("signature");
  const auto algorithm = signature_algorithm_named(name);
  if (!algorithm) return {ErrorCode::unsupported_signature_type, std::string(name)};

  SignatureBlob signature;
  signature.algorithm = *algorithm;
  const ByteView value = reader.string(max_value);
  signature.value.assign(value.begin(), value.end());
  if (is_sk(*algorithm)) {
    signature.flags = reader.u8();
    signature.counter = reader.u32();
  }
  if (*algorithm == SignatureAlgorithm::webauthn_sk_ecdsa_p256) {
    signature.origin = reader.text(max_origin);
    const ByteView client_data = reader.string(max_client_data);
    signature.client_data.assign(client_data.begin(), client_data.end());
    const ByteView extensions = reader.string(max_extensions);
    signature.extensions.assign(extensions.begin(), extensions.end());
  }
  if (auto end = reader.finish(); !end) return end.error().within("signature");
  if (auto ok = check_value(*algorithm, value); !ok) return ok.error();
  return signature;
}

base::Bytes serialize_signature_blob(const SignatureBlob& signature) {
  encoding::WireWriter writer;
  writer.string(to_string(signature.algorithm)).string(signature.value);
  if (is_sk(signature.algorithm)) writer.u8(signature.flags).u32(signature.counter);
  if (signature.algorithm == SignatureAlgorithm::webauthn_sk_ecdsa_p256) {
    writer.string(signature.origin).string(signature.client_data).string(signature.extensions);
  }
  return writer.take();
}

}  // namespace countersign::crypto
