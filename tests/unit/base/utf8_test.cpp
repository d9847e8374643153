#include "common/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::base {
namespace {

TEST(Utf8, DecodesEveryLength) {
  EXPECT_EQ(decode_utf8("a").value, U'a');
  EXPECT_EQ(decode_utf8("\xc3\xa9").value, U'\u00e9');
  EXPECT_EQ(decode_utf8("\xe2\x82\xac").value, U'\u20ac');
  EXPECT_EQ(decode_utf8("\xf0\x9f\x94\x91").value, U'\U0001F511');
  EXPECT_EQ(decode_utf8("\xf4\x8f\xbf\xbf").value, char32_t{0x10FFFF});
  EXPECT_EQ(decode_utf8("\xf0\x9f\x94\x91z").length, 4U);
}

TEST(Utf8, RefusesWhatOnlyLooksLikeIt) {
  for (const char* bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xff"}) {
    EXPECT_FALSE(decode_utf8(bad).valid) << bad;
    EXPECT_EQ(decode_utf8(bad).length, 1U);
    EXPECT_FALSE(is_utf8(std::string("a") + bad + "b"));
  }
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("Zürich \xf0\x9f\x94\x91"));
}

TEST(Utf8, HiddenCharactersAreNotShown) {
  for (const auto hidden : {0x00U,   0x09U,   0x0aU,   0x1bU,   0x7fU,    0x80U,    0x9bU,    0xadU,   0x061cU,
                            0x200bU, 0x200eU, 0x200fU, 0x2028U, 0x2029U,  0x202aU,  0x202eU,  0x2060U, 0x2066U,
                            0x2069U, 0xfeffU, 0xfff9U, 0xffffU, 0x1fffeU, 0xe0041U, 0x110000U}) {
    EXPECT_FALSE(may_be_shown(hidden)) << std::hex << hidden;
  }
  for (const auto shown : {0x20U, 0x41U, 0x7eU, 0xa0U, 0xe9U, 0x2014U, 0x20acU, 0x2588U, 0x1f511U}) {
    EXPECT_TRUE(may_be_shown(shown)) << std::hex << shown;
  }
}

}  // namespace
}  // namespace countersign::base
