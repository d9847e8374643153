#include "common/keys/public_key_line.h"

#include "common/encoding/base64.h"
#include "common/keys/line.h"

namespace countersign::keys {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using crypto::PublicKey;

Result<PublicKey> from_words(std::string_view type, std::string_view base64) {
  if (type.empty() || base64.empty()) return Error(ErrorCode::bad_public_key, "not TYPE BASE64");
  if (!crypto::key_type_named(type)) {
    return Error(ErrorCode::unsupported_key_type, "\"" + std::string(type.substr(0, 64)) + "\"");
  }
  if (base64.size() > PublicKey::max_blob * 4 / 3 + 4) return Error(ErrorCode::too_large, "the key");
  const auto blob = encoding::base64_decode(base64);
  if (!blob) return blob.error().within("the key");
  auto key = PublicKey::from_blob(*blob);
  if (key && key->type_name() != type) {
    return Error(ErrorCode::bad_public_key,
                 "the line says " + std::string(type) + ", the key is " + std::string(key->type_name()));
  }
  return key;
}

}  // namespace

Result<PublicKey> parse_public_key(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return Error(ErrorCode::bad_public_key, "not TYPE BASE64");
  return from_words(text.substr(0, space), text.substr(space + 1));
}

std::string print_public_key(const PublicKey& key) {
  return std::string(key.type_name()).append(" ").append(encoding::base64_encode(key.blob()));
}

Result<PublicKey> parse_public_key_file(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (const auto clean = check_line(text, ErrorCode::bad_public_key); !clean) return clean.error();
  const std::string_view type = take_word(text);
  return from_words(type, take_word(text));
}

}  // namespace countersign::keys
