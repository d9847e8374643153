#include "common/encoding/text.h"

#include <gtest/gtest.h>

namespace countersign::encoding {
namespace {

using base::ErrorCode;

std::string utf8(char32_t code_point) {
  std::string out;
  append_utf8(out, code_point);
  return out;
}

TEST(Text, CleanLinesPass) {
  for (const std::string_view text : {"", "alice", "alice@web-01 — 47", "žluťoučký", "日本", "🔑", "a b~!"}) {
    EXPECT_TRUE(check_text(text)) << text;
  }
}

TEST(Text, ControlCharactersAndDirectionMarksDoNot) {
  for (char32_t code = 0; code < 0x3000; ++code) {
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
    const bool bidi = code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                      (code >= 0x2066 && code <= 0x2069);
    EXPECT_EQ(check_text(utf8(code)).has_value(), !control && !bidi) << "U+" << std::hex << static_cast<unsigned>(code);
  }
}

TEST(Text, InvalidUtf8IsRefused) {
  const std::string_view bad[] = {"\x80",
                                  "\xbf",
                                  "\xc0\x80",
                                  "\xc1\xbf",
                                  "\xe0\x80\x80",
                                  "\xe0\x9f\xbf",
                                  "\xf0\x80\x80\x80",
                                  "\xf0\x8f\xbf\xbf",
                                  "\xed\xa0\x80",
                                  "\xed\xbf\xbf",
                                  "\xf4\x90\x80\x80",
                                  "\xf8\x88\x80\x80\x80",
                                  "\xfe",
                                  "\xff",
                                  "\xc3",
                                  "\xe2\x82",
                                  "\xf0\x9f\x94",
                                  "\xc3(",
                                  "\xe2(\xa1",
                                  "\xf0\x9f(\x91"};
  for (const std::string_view text : bad) {
    EXPECT_EQ(check_text(text).error().code, ErrorCode::bad_text);
  }
}

TEST(Text, TheErrorNamesTheByte) { EXPECT_EQ(check_text("é\tb").error().detail, "byte 3: a control character"); }

TEST(Text, TheEdgesOfEachLengthAreEncodedAndRead) {
  for (const char32_t code :
       {U'\x7e', U'\xa0', U'\x7ff', U'\x800', U'\xd7ff', U'\xe000', U'\xfffd', U'\x10000', U'\x10ffff'}) {
    EXPECT_TRUE(check_text(utf8(code)));
  }
  EXPECT_EQ(utf8(U'🔑'), "\xf0\x9f\x94\x91");
}

}  // namespace
}  // namespace countersign::encoding
