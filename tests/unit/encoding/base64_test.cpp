#include "common/encoding/base64.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::encoding {
namespace {

using base::as_bytes;
using base::as_text;
using base::ErrorCode;

// RFC 4648 section 10.
struct Pair {
  std::string_view bytes;
  std::string_view text;
};
constexpr Pair rfc4648[] = {{"", ""},
                            {"f", "Zg=="},
                            {"fo", "Zm8="},
                            {"foo", "Zm9v"},
                            {"foob", "Zm9vYg=="},
                            {"fooba", "Zm9vYmE="},
                            {"foobar", "Zm9vYmFy"}};

TEST(Base64, GivesAndTakesTheTextsOfRfc4648) {
  for (const auto& [bytes, text] : rfc4648) {
    EXPECT_EQ(base64_encode(as_bytes(bytes)), text);
    EXPECT_EQ(as_text(base64_decode(text).value()), bytes);
    EXPECT_EQ(as_text(base64_encode_secret(as_bytes(bytes))), text);
    EXPECT_EQ(as_text(base64_decode_secret(text).value()), bytes);
  }
}

TEST(Base64, UnpaddedFormsLeaveThePaddingOut) {
  for (const auto& [bytes, text] : rfc4648) {
    const std::string_view bare = text.substr(0, text.find('='));
    EXPECT_EQ(base64_encode_unpadded(as_bytes(bytes)), bare);
    EXPECT_EQ(base64url_encode(as_bytes(bytes)), bare);
    EXPECT_EQ(as_text(base64_decode_unpadded(bare).value()), bytes);
    EXPECT_EQ(as_text(base64url_decode(bare).value()), bytes);
  }
}

TEST(Base64, TheUrlAlphabetDiffersInTwoCharacters) {
  const base::Bytes bytes{0xfb, 0xff, 0xbf};
  EXPECT_EQ(base64_encode(bytes), "+/+/");
  EXPECT_EQ(base64url_encode(bytes), "-_-_");
  EXPECT_EQ(base64_decode("-_-_").error().code, ErrorCode::bad_base64);
  EXPECT_EQ(base64url_decode("+/+/").error().code, ErrorCode::bad_base64);
}

TEST(Base64, RefusesEverySecondSpelling) {
  for (const std::string_view text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8=Zm8=", "=", "==", "====", "Z===",
                                      "Zg==\n", " Zg==", "Zm9v\nZm9v", "Zm9v=", "Zm9v====", "Z g=", "Zm\x80v"}) {
    EXPECT_EQ(base64_decode(text).error().code, ErrorCode::bad_base64) << text;
  }
  EXPECT_EQ(base64_decode(std::string_view("Zg=\0", 4)).error().code, ErrorCode::bad_base64);
  for (const std::string_view text : {"Z", "Zg==", "Zm8=", "Zh", "Zm9", "Zm9vZ", "Zm 9"}) {
    EXPECT_EQ(base64url_decode(text).error().code, ErrorCode::bad_base64) << text;
    EXPECT_EQ(base64_decode_unpadded(text).error().code, ErrorCode::bad_base64) << text;
  }
}

TEST(Base64, OfTheTextsOfFourCharactersExactlyTheCanonicalOnesDecode) {
  // Every text that decodes is the text of its bytes: tried with all last characters of a one- and a two-byte group.
  for (int c = 0; c < 256; ++c) {
    for (const std::string& text :
         {std::string("Z") + static_cast<char>(c) + "==", std::string("Zm") + static_cast<char>(c) + "="}) {
      const auto bytes = base64_decode(text);
      EXPECT_TRUE(!bytes || base64_encode(*bytes) == text) << text;
    }
  }
}

TEST(Hex, IsLowerCaseAndEven) {
  const base::Bytes bytes{0x00, 0xff, 0x1a};
  EXPECT_EQ(hex_encode(bytes), "00ff1a");
  EXPECT_EQ(hex_decode("00ff1a").value(), bytes);
  for (const std::string_view text : {"0", "0G", "FF", "0x00", " 00"}) {
    EXPECT_EQ(hex_decode(text).error().code, ErrorCode::bad_text) << text;
  }
}

}  // namespace
}  // namespace countersign::encoding
