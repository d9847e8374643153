#include "common/sshsig/signature.h"

#include <optional>

#include "common/crypto/public_key.h"
#include "common/encoding/wire.h"
#include "common/sshsig/armor.h"

namespace countersign::sshsig {
namespace {

using base::ByteView;
using base::ErrorCode;
using base::Result;
using encoding::WireReader;

constexpr std::string_view magic = "SSHSIG";
constexpr std::uint32_t version = 1;
constexpr std::size_t max_namespace = 256;

std::optional<crypto::Hash> hash_named(std::string_view name) {
  if (name == "sha512") return crypto::Hash::sha512;
  if (name == "sha256") return crypto::Hash::sha256;
  return std::nullopt;
}

}  // namespace

Result<Signature> parse_signature(ByteView blob) {
  if (blob.size() > max_blob) return {ErrorCode::too_large, "a signature of more than 16384 bytes"};
  WireReader reader(blob);
  if (base::as_text(reader.bytes(magic.size())) != magic) {
    return {ErrorCode::bad_sshsig, "the signature does not start with SSHSIG"};
  }
  const std::uint32_t seen_version = reader.u32();
  if (reader.ok() && seen_version != version) {
    return {ErrorCode::unsupported_sshsig_version, "SSHSIG version " + std::to_string(seen_version) + ", 1 wanted"};
  }
  const ByteView public_key = reader.string(crypto::PublicKey::max_blob);
  const std::string_view name_space = reader.text(max_namespace);
  const ByteView reserved = reader.string(max_blob);
  const std::string_view hash_name = reader.text(max_namespace);
  const ByteView signature_blob = reader.string(max_blob);
  if (auto end = reader.finish(); !end) return end.error().within("SSHSIG");

  if (name_space.empty() || name_space.find('\0') != std::string_view::npos) {
    return {ErrorCode::bad_sshsig, "the namespace is empty or holds NUL"};
  }
  if (!reserved.empty()) return {ErrorCode::bad_sshsig, "the reserved field is not empty"};
  const auto hash = hash_named(hash_name);
  if (!hash) return {ErrorCode::unsupported_hash, std::string(hash_name) + ", sha512 or sha256 wanted"};
  auto signature = crypto::parse_signature_blob(signature_blob);
  if (!signature) return signature.error();
  return Signature{{public_key.begin(), public_key.end()}, std::string(name_space), *hash, std::move(*signature)};
}

base::Bytes serialize(const Signature& signature) {
  encoding::WireWriter writer;
  writer.raw(magic).u32(version).string(signature.public_key).string(signature.name_space).string("");
  writer.string(crypto::to_string(signature.hash));
  return writer.string(crypto::serialize_signature_blob(signature.signature)).take();
}

Result<Signature> parse_armored_signature(std::string_view text) {
  const auto blob = parse_armor(text);
  if (!blob) return blob.error();
  return parse_signature(*blob);
}

base::Bytes signed_data(std::string_view name_space, crypto::Hash hash, ByteView message_digest) {
  encoding::WireWriter writer;
  writer.raw(magic).string(name_space).string("").string(crypto::to_string(hash)).string(message_digest);
  return writer.take();
}

}  // namespace countersign::sshsig
