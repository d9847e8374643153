// The file format of OpenSSH's PROTOCOL.key, without a passphrase.
#include <algorithm>

#include "common/crypto/import.h"
#include "common/crypto/private_key.h"
#include "common/crypto/private_numbers.h"
#include "common/crypto/random.h"
#include "common/encoding/base64.h"
#include "common/encoding/text.h"
#include "common/encoding/wire.h"

namespace countersign::crypto {
namespace {

using base::ByteView;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;
using encoding::SecretWireWriter;
using encoding::WireReader;

constexpr std::string_view header = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view footer = "-----END OPENSSH PRIVATE KEY-----";
constexpr std::string_view magic{"openssh-key-v1\0", 15};
constexpr std::size_t line_width = 70;
constexpr std::size_t block_size = 8;
constexpr std::size_t max_file = 65536;

Result<SecretBytes> decode_file(std::string_view file) {
  if (file.size() > max_file) return {ErrorCode::too_large, "a private key file of more than 64 KiB"};
  if (!file.starts_with(header)) {
    return {ErrorCode::bad_private_key, "the file does not start with an OpenSSH private key header"};
  }
  file.remove_prefix(header.size());
  const std::size_t end = file.find(footer);
  if (end == std::string_view::npos) return {ErrorCode::bad_private_key, "the footer line is missing"};
  if (file.substr(end + footer.size()).find_first_not_of(" \t\r\n") != std::string_view::npos) {
    return {ErrorCode::bad_private_key, "text after the footer line"};
  }
  SecretBytes digits;
  std::copy_if(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(end), std::back_inserter(digits),
               [](char c) { return c != '\n'; });
  auto bytes = encoding::base64_decode_secret(base::as_text(digits));
  if (!bytes) return {ErrorCode::bad_private_key, bytes.error().detail};
  return bytes;
}

struct Envelope {
  ByteView public_blob;
  ByteView secret;
};

Result<Envelope> open_envelope(ByteView bytes) {
  WireReader reader(bytes);
  const std::string_view seen_magic = base::as_text(reader.bytes(magic.size()));
  const std::string_view cipher = reader.text(64);
  const std::string_view kdf = reader.text(64);
  const ByteView kdf_options = reader.string(256);
  const std::uint32_t keys = reader.u32();
  const Envelope envelope{reader.string(PublicKey::max_blob), reader.string(max_file)};
  if (auto end = reader.finish(); !end) return {ErrorCode::bad_private_key, end.error().detail};
  if (seen_magic != magic) return {ErrorCode::bad_private_key, "not an openssh-key-v1 file"};
  if (cipher != "none" || kdf != "none" || !kdf_options.empty()) {
    return {ErrorCode::bad_private_key,
            "the key is protected by a passphrase; make one without: ssh-keygen -p -N '' -f FILE"};
  }
  if (keys != 1) return {ErrorCode::bad_private_key, "the file does not hold exactly one key"};
  return envelope;
}

// 1, 2, 3, … up to the block size: what fills the last block.
bool is_padding(ByteView bytes) {
  std::uint8_t expected = 1;
  return bytes.size() < block_size &&
         std::all_of(bytes.begin(), bytes.end(), [&](std::uint8_t b) { return b == expected++; });
}

}  // namespace

Result<PrivateKey> PrivateKey::parse_openssh(std::string_view file) {
  const auto bytes = decode_file(file);
  if (!bytes) return bytes.error();
  const auto envelope = open_envelope(*bytes);
  if (!envelope) return envelope.error();

  WireReader reader(envelope->secret);
  const bool checks_agree = reader.u32() == reader.u32();
  const std::string_view name = reader.text(64);
  if (!reader.ok() || !checks_agree) return {ErrorCode::bad_private_key, "the private part is damaged"};
  const auto type = key_type_named(name);
  if (!type) return {ErrorCode::unsupported_key_type, std::string(name)};
  if (is_sk(*type)) {
    return {ErrorCode::unsupported_key_type,
            "the file holds a handle to a security key; sign with ssh-keygen -Y sign, which asks the device"};
  }
  auto imported = read_private_fields(reader, *type);
  if (!imported) return {ErrorCode::bad_private_key, imported.error().detail};
  (void)reader.text(4096);
  if (!is_padding(reader.rest()) || !reader.finish()) {
    return {ErrorCode::bad_private_key, "the private part ends wrongly"};
  }
  auto key = from_imported(std::move(*imported), *type);
  if (!key) return key.error();
  if (base::as_text(key->public_key().blob()) != base::as_text(envelope->public_blob)) {
    return {ErrorCode::bad_private_key, "the file's public key is another one"};
  }
  return key;
}

Result<SecretBytes> PrivateKey::serialize_openssh(std::string_view comment) const {
  if (auto clean = encoding::check_text(comment); !clean) return clean.error().within("comment");
  SecretWireWriter secret;
  const auto check = random_secret(4);
  secret.raw(check).raw(check).string(public_key_.type_name());
  if (auto ok = write_private_fields(secret, *key_, public_key_.type()); !ok) return ok.error();
  secret.string(comment);
  for (std::uint8_t fill = 1; secret.view().size() % block_size != 0; ++fill) secret.u8(fill);

  SecretWireWriter file;
  file.raw(magic).string("none").string("none").string("").u32(1).string(public_key_.blob()).string(secret.view());
  const SecretBytes digits = encoding::base64_encode_secret(file.view());
  SecretWireWriter text;
  text.raw(header);
  for (std::string_view rest = base::as_text(digits); !rest.empty();
       rest.remove_prefix(std::min(line_width, rest.size()))) {
    text.raw(rest.substr(0, line_width)).raw("\n");
  }
  return text.raw(footer).raw("\n").take();
}

}  // namespace countersign::crypto
