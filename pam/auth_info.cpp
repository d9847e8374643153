#include "pam/auth_info.h"

#include <algorithm>

namespace countersign::pam {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxLine = 16384;
constexpr std::size_t kMaxLines = 32;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool is_word(std::string_view text) { return !text.empty() && text.find(' ') == std::string_view::npos; }

Result<void> parse_line(std::string_view line, AuthInfo& info) {
  if (line.size() > kMaxLine) return {ErrorCode::bad_auth_info, "a line is longer than 16384 bytes"};
  if (line.empty() || !is_printable(line)) return {ErrorCode::bad_auth_info, "a line is not printable ASCII"};
  const auto space = line.find(' ');
  const auto method = line.substr(0, space);
  if (method == "keyboard-interactive/pam") info.keyboard_interactive = true;
  if (method != "publickey") return {};
  const auto key = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
  const auto middle = key.find(' ');
  if (middle == std::string_view::npos || !is_word(key.substr(0, middle)) || !is_word(key.substr(middle + 1))) {
    return {ErrorCode::bad_auth_info, "a publickey line is not `publickey TYPE BASE64`"};
  }
  info.keys.emplace_back(key);
  return {};
}

}  // namespace

Result<AuthInfo> parse_auth_info(std::string_view text) {
  AuthInfo info;
  for (std::size_t lines = 0; !text.empty(); ++lines) {
    if (lines == kMaxLines) return {ErrorCode::bad_auth_info, "more than 32 lines"};
    const auto end = text.find('\n');
    if (auto line = parse_line(text.substr(0, end), info); !line) return line.error();
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return info;
}

}  // namespace countersign::pam
