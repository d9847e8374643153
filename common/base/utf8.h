// base/utf8.h: reading UTF-8 strictly, and telling which characters may be shown.
//
// Strict: no overlong forms, no surrogates, nothing above U+10FFFF. may_be_shown is the one list of what can move a
// cursor, hide or reorder text; log lines, terminal texts and configuration files all ask it.
#pragma once

#include <cstddef>
#include <string_view>

namespace countersign::base {

struct CodePoint {
  char32_t value = 0;      // the byte itself where `valid` is false
  std::size_t length = 1;  // bytes taken
  bool valid = false;
};

// The first code point of `text`, which must not be empty. Where the bytes are not UTF-8, one byte is taken.
[[nodiscard]] CodePoint decode_utf8(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

// False for control characters (tab and newline among them), C1, bidirectional marks, zero-width and other invisible
// characters, line and paragraph separators, private and unassigned-by-design code points.
[[nodiscard]] bool may_be_shown(char32_t value);

}  // namespace countersign::base
