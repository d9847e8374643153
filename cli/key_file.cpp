#include "cli/key_file.h"

#include <string>

#include "common/encoding/base64.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;

}  // namespace

base::Result<crypto::PublicKey> parse_public_key_file(std::string_view content) {
  if (content.ends_with('\n')) content.remove_suffix(1);
  if (content.ends_with('\r')) content.remove_suffix(1);
  const auto type_end = content.find(' ');
  if (content.find('\n') != content.npos || type_end == content.npos) {
    return Error(ErrorCode::bad_public_key, "expected one line, TYPE BASE64 [COMMENT], as in a .pub file");
  }
  const std::string_view type = content.substr(0, type_end);
  const std::string_view rest = content.substr(type_end + 1);
  if (type.find("-cert-v") != type.npos) {
    return Error(ErrorCode::unsupported_key_type, "a certificate is no key; give the key's own .pub file");
  }
  const auto blob = encoding::base64_decode(rest.substr(0, rest.find(' ')));
  if (!blob || blob->empty()) return Error(ErrorCode::bad_public_key, "what follows the type is not base64");
  auto key = crypto::PublicKey::from_blob(*blob);
  if (!key) return key.error();
  if (key->type_name() != type) {
    return Error(ErrorCode::bad_public_key,
                 "the line says " + std::string(type) + ", the key is " + std::string(key->type_name()));
  }
  return key;
}

}  // namespace countersign::cli
