#include "common/base/utf8.h"

#include <array>

namespace countersign::base {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array<Range, 18> kHidden{{
    {0x0000, 0x001F},     // C0
    {0x007F, 0x009F},     // DEL and C1
    {0x00AD, 0x00AD},     // soft hyphen
    {0x034F, 0x034F},     // combining grapheme joiner
    {0x061C, 0x061C},     // Arabic letter mark
    {0x115F, 0x1160},     // Hangul fillers
    {0x17B4, 0x17B5},     // Khmer inherent vowels
    {0x180B, 0x180F},     // Mongolian separators
    {0x200B, 0x200F},     // zero width, left-to-right and right-to-left marks
    {0x2028, 0x202E},     // line and paragraph separators, embeddings and overrides
    {0x2060, 0x206F},     // word joiner, isolates, deprecated format characters
    {0x3164, 0x3164},     // Hangul filler
    {0xE000, 0xF8FF},     // private use
    {0xFE00, 0xFE0F},     // variation selectors
    {0xFEFF, 0xFEFF},     // byte order mark
    {0xFFA0, 0xFFA0},     // halfwidth Hangul filler
    {0xFFF0, 0xFFFF},     // interlinear annotation, specials
    {0xE0000, 0x10FFFF},  // tags, variation selectors, private use
}};

constexpr bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

struct Lead {
  std::size_t length;
  char32_t bits;
  char32_t least;  // anything smaller has a shorter form
};

constexpr Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, byte & 0x1FU, 0x80};
  if (byte >= 0xE0 && byte <= 0xEF) return {3, byte & 0x0FU, 0x800};
  if (byte >= 0xF0 && byte <= 0xF4) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

}  // namespace

CodePoint decode_utf8(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const CodePoint broken{first, 1, false};
  const Lead lead = lead_of(first);
  if (lead.length == 0 || text.size() < lead.length) return broken;
  char32_t value = lead.bits;
  for (const char byte : text.substr(1, lead.length - 1)) {
    if (!is_continuation(byte)) return broken;
    value = (value << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  if (value < lead.least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return broken;
  return {value, lead.length, true};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    if (!point.valid) return false;
    text.remove_prefix(point.length);
  }
  return true;
}

bool may_be_shown(char32_t value) {
  if ((value & 0xFFFEU) == 0xFFFEU || value > 0x10FFFF) return false;
  for (const Range& range : kHidden) {
    if (value >= range.first && value <= range.last) return false;
  }
  return true;
}

}  // namespace countersign::base
