#include "pam/auth_info.h"

#include <algorithm>
#include <string>

#include "common/encoding/base64.h"
#include "common/encoding/wire.h"
#include "pam/certificate.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxLine = 16384;
constexpr std::size_t kMaxLines = 32;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

Result<crypto::PublicKey> parse_key(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos)
    return {ErrorCode::bad_auth_info, "a publickey line is not `publickey TYPE BASE64`"};
  const auto blob = encoding::base64_decode(text.substr(space + 1));
  if (!blob) return Result<crypto::PublicKey>(ErrorCode::bad_auth_info, "a publickey line's key is not base64");
  encoding::WireReader reader(*blob);
  if (reader.text(kMaxLine) != text.substr(0, space)) {
    return {ErrorCode::bad_auth_info, "a publickey line names another type than its key"};
  }
  auto key = plain_key(*blob);
  if (!key) return {ErrorCode::bad_auth_info, "a publickey line's key: " + to_string(key.error())};
  return key;
}

Result<void> parse_line(std::string_view line, AuthInfo& info) {
  if (line.size() > kMaxLine) return {ErrorCode::bad_auth_info, "a line is longer than 16384 bytes"};
  if (line.empty() || !is_printable(line)) return {ErrorCode::bad_auth_info, "a line is not printable ASCII"};
  const auto space = line.find(' ');
  const auto method = line.substr(0, space);
  if (line == "keyboard-interactive/pam") info.keyboard_interactive = true;
  if (method != "publickey") return {};
  auto key = parse_key(space == std::string_view::npos ? std::string_view{} : line.substr(space + 1));
  if (!key) return key.error();
  info.keys.push_back(std::move(*key));
  return {};
}

}  // namespace

Result<AuthInfo> parse_auth_info(std::string_view text) {
  AuthInfo info;
  if (!text.empty() && text.back() != '\n') return {ErrorCode::bad_auth_info, "the last line has no end"};
  for (std::size_t lines = 0; !text.empty(); ++lines) {
    if (lines == kMaxLines) return {ErrorCode::bad_auth_info, "more than 32 lines"};
    const auto end = text.find('\n');
    if (auto line = parse_line(text.substr(0, end), info); !line) return line.error();
    text.remove_prefix(end + 1);
  }
  return info;
}

}  // namespace countersign::pam
