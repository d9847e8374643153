#include "common/log/clean.h"

#include <array>
#include <cstdio>

#include "common/base/utf8.h"

namespace countersign::log {
namespace {

enum class Quotes { leave, escape };

std::string escaped(const base::CodePoint& point, std::string_view bytes, Quotes quotes) {
  std::array<char, 16> text{};
  int length = 0;
  if (!point.valid || (point.value < 0x80 && !base::may_be_shown(point.value))) {
    length = std::snprintf(text.data(), text.size(), "\\x%02x", static_cast<unsigned>(point.value));
  } else if (!base::may_be_shown(point.value)) {
    length = std::snprintf(text.data(), text.size(), "\\u{%x}", static_cast<unsigned>(point.value));
  } else if (quotes == Quotes::escape && (point.value == U'"' || point.value == U'\\')) {
    return std::string("\\").append(bytes);
  } else {
    return std::string(bytes);
  }
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string clean(std::string_view text, std::size_t limit, Quotes quotes) {
  constexpr std::string_view kCut = "...";
  std::string out;
  std::size_t end_with_room_for_cut = 0;  // a cut never splits an escape or a character
  while (!text.empty()) {
    const base::CodePoint point = base::decode_utf8(text);
    const std::string piece = escaped(point, text.substr(0, point.length), quotes);
    if (out.size() + piece.size() > limit) {
      out.resize(end_with_room_for_cut);
      return out.append(kCut);
    }
    out.append(piece);
    if (out.size() + kCut.size() <= limit) end_with_room_for_cut = out.size();
    text.remove_prefix(point.length);
  }
  return out;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-+:/@,").find(c) != std::string_view::npos;
}

}  // namespace

std::string clean_for_terminal(std::string_view text, std::size_t limit) { return clean(text, limit, Quotes::leave); }

std::string quote_value(std::string_view text, std::size_t limit) {
  std::string cleaned = clean(text, limit, Quotes::escape);
  bool plain = !cleaned.empty();
  for (const char c : cleaned) plain = plain && is_plain(c);
  if (plain) return cleaned;
  return std::string("\"").append(cleaned).append("\"");
}

}  // namespace countersign::log
