#include "common/encoding/text.h"

#include <cstdint>
#include <optional>

namespace countersign::encoding {
namespace {

using base::ErrorCode;
using base::Result;

// How a lead byte continues: the whole length, the bits it carries, and the smallest value that needs this length.
struct Lead {
  std::size_t length;
  char32_t bits;
  char32_t least;
};

std::optional<Lead> read_lead(std::uint8_t byte) {
  if (byte < 0x80) return Lead{1, byte, 0};
  if ((byte & 0xe0U) == 0xc0) return Lead{2, byte & 0x1fU, 0x80};
  if ((byte & 0xf0U) == 0xe0) return Lead{3, byte & 0x0fU, 0x800};
  if ((byte & 0xf8U) == 0xf0) return Lead{4, byte & 0x07U, 0x10000};
  return std::nullopt;
}

// Takes one character off the front of `text`; nothing when it is not one.
std::optional<char32_t> take_character(std::string_view& text) {
  const auto lead = read_lead(static_cast<std::uint8_t>(text.front()));
  if (!lead || text.size() < lead->length) return std::nullopt;
  char32_t code = lead->bits;
  for (const char c : text.substr(1, lead->length - 1)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xc0U) != 0x80) return std::nullopt;
    code = code << 6 | (byte & 0x3fU);
  }
  if (code < lead->least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return std::nullopt;
  text.remove_prefix(lead->length);
  return code;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029; }

bool is_bidi_control(char32_t c) {
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

template <typename Check>
Result<void> check_characters(std::string_view text, Check&& problem_of) {
  const std::size_t size = text.size();
  while (!text.empty()) {
    const std::size_t at = size - text.size() + 1;
    const auto code = take_character(text);
    const char* problem = code ? problem_of(*code) : "not UTF-8";
    if (problem != nullptr) return {ErrorCode::bad_text, "byte " + std::to_string(at) + ": " + problem};
  }
  return {};
}

}  // namespace

Result<void> check_text(std::string_view text) {
  return check_characters(text, [](char32_t code) -> const char* {
    if (is_control(code)) return "a control character";
    if (is_bidi_control(code)) return "a character that changes the direction of text";
    return nullptr;
  });
}

Result<void> check_utf8(std::string_view text) {
  return check_characters(text, [](char32_t) -> const char* { return nullptr; });
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
