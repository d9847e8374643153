#include "common/encoding/text.h"

#include "common/base/utf8.h"

namespace countersign::encoding {
namespace {

using base::ErrorCode;
using base::Result;

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029; }

bool is_bidi_control(char32_t c) {
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

Result<void> check_text(std::string_view text) {
  const auto bad_at = [size = text.size(), &text](const char* problem) -> Result<void> {
    return {ErrorCode::bad_text, "byte " + std::to_string(size - text.size() + 1) + ": " + problem};
  };
  while (!text.empty()) {
    const base::CodePoint point = base::decode_utf8(text);
    if (!point.valid) return bad_at("not UTF-8");
    if (is_control(point.value)) return bad_at("a control character");
    if (is_bidi_control(point.value)) return bad_at("a character that changes the direction of text");
    text.remove_prefix(point.length);
  }
  return {};
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto tail = [&](unsigned shift) { out.push_back(static_cast<char>(0x80U | (code_point >> shift & 0x3fU))); };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xc0U | code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xe0U | code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0U | code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace countersign::encoding
