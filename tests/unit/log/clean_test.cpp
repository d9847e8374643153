#include "common/log/clean.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/utf8.h"

namespace countersign::log {
namespace {

TEST(QuoteValue, PlainWordsStayBare) {
  for (const char* word : {"alice", "10.0.0.1", "2001:db8::1", "SHA256:ab/c+d", "2026-11-21T09:30:00Z", "a,b", "a@b"}) {
    EXPECT_EQ(quote_value(word), word);
  }
}

TEST(QuoteValue, EverythingElseIsQuotedAndEscaped) {
  EXPECT_EQ(quote_value(""), "\"\"");
  EXPECT_EQ(quote_value("a b"), "\"a b\"");
  EXPECT_EQ(quote_value("user=root"), "\"user=root\"");
  EXPECT_EQ(quote_value("say \"hi\""), "\"say \\\"hi\\\"\"");
  EXPECT_EQ(quote_value("CORP\\alice"), "\"CORP\\\\alice\"");
  EXPECT_EQ(quote_value("a\nevent=login_allowed"), "\"a\\x0aevent=login_allowed\"");
  EXPECT_EQ(quote_value("\x1b[2J"), "\"\\x1b[2J\"");
  EXPECT_EQ(quote_value("\xc2\x9b"), "\"\\u{9b}\"");
  EXPECT_EQ(quote_value("a\xe2\x80\xae"), "\"a\\u{202e}\"");
  EXPECT_EQ(quote_value("\xff\xfe"), "\"\\xff\\xfe\"");
  EXPECT_EQ(quote_value(std::string("a\0b", 3)), "\"a\\x00b\"");
  EXPECT_EQ(quote_value("Zürich"), "\"Zürich\"");
  EXPECT_EQ(quote_value("100%n"), "\"100%n\"");
}

TEST(QuoteValue, TheCapNeverSplitsAnEscapeOrACharacter) {
  EXPECT_EQ(quote_value(std::string(256, 'a')), std::string(256, 'a'));
  EXPECT_EQ(quote_value(std::string(257, 'a')), std::string(253, 'a') + "...");
  for (std::size_t limit = 3; limit < 40; ++limit) {
    const std::string cut =
        clean_for_terminal("\x1b\xc3\xa9\x1b\xe2\x82\xac\x1b\xf0\x9f\x94\x91\x1b\x1b\x1b\x1b", limit);
    EXPECT_LE(cut.size(), limit);
    EXPECT_TRUE(base::is_utf8(cut)) << cut;
    EXPECT_EQ(cut.find('\x1b'), std::string::npos);
    const std::size_t backslash = cut.rfind('\\');
    if (backslash != std::string::npos) {
      EXPECT_EQ(cut.substr(backslash, 4), "\\x1b");
    }
  }
}

TEST(CleanForTerminal, KeepsPeoplesTextAndShowsTheRest) {
  EXPECT_EQ(clean_for_terminal("CORP\\alice said \"no\""), "CORP\\alice said \"no\"");
  EXPECT_EQ(clean_for_terminal("two\r\nlines"), "two\\x0d\\x0alines");
  EXPECT_EQ(clean_for_terminal("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
}

TEST(CleanForTerminal, NoByteSequenceBringsAControlCharacterThrough) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const std::string cleaned = clean_for_terminal(text);
      EXPECT_TRUE(base::is_utf8(cleaned));
      for (const char c : cleaned) EXPECT_FALSE((c >= 0 && c < 0x20) || c == 0x7f);
      EXPECT_NE(cleaned.substr(0, 1), "\xc2\x9b");
    }
  }
}

}  // namespace
}  // namespace countersign::log
