#include <gtest/gtest.h>

#include "common/keys/line.h"

namespace countersign::keys {
namespace {

TEST(PatternList, StarsAndQuestionMarks) {
  for (const char* pattern :
       {"alice", "*", "a*", "*e", "a?ice", "a*c*", "?????", "**", "a**e", "*a*l*i*c*e*", "bob,alice"}) {
    EXPECT_TRUE(matches_pattern_list("alice", pattern)) << pattern;
  }
  for (const char* pattern :
       {"", "alic", "alicee", "Alice", "????", "??????", "b*", "*b", "a*d*", "bob,carol", "[a]lice"}) {
    EXPECT_FALSE(matches_pattern_list("alice", pattern)) << pattern;
  }
  EXPECT_TRUE(matches_pattern_list("", "*"));
  EXPECT_FALSE(matches_pattern_list("", "?"));
}

TEST(PatternList, ANegationWinsWhereverItStands) {
  EXPECT_FALSE(matches_pattern_list("alice", "!alice,*"));
  EXPECT_FALSE(matches_pattern_list("alice", "*,!alice"));
  EXPECT_FALSE(matches_pattern_list("alice", "*,!a*"));
  EXPECT_TRUE(matches_pattern_list("bob", "*,!a*"));
  EXPECT_FALSE(matches_pattern_list("bob", "!alice")) << "a list of negations matches nobody";
}

TEST(PatternList, TakesNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern.append("a*");
  EXPECT_FALSE(matches_pattern_list(std::string(5000, 'a') + "c", pattern + "b"));
}

TEST(PatternList, AllowList) {
  EXPECT_TRUE(is_pattern_list("a,!b*,c?d", ""));
  EXPECT_TRUE(is_pattern_list("a.b", "."));
  for (const char* bad : {"", ",", "a,", ",a", "a,,b", "!", "a,!", "!!a", "a b", "a.b", "a!", "\xc3\xa9"}) {
    EXPECT_FALSE(is_pattern_list(bad, "")) << bad;
  }
}

TEST(CompactTime, HasThreeLengths) {
  EXPECT_EQ(parse_compact_time("19700101Z")->unix_seconds, 0);
  EXPECT_EQ(parse_compact_time("202611210930Z")->unix_seconds, 1795253400);
  EXPECT_EQ(parse_compact_time("20261121093007Z")->unix_seconds, 1795253407);
  EXPECT_TRUE(parse_compact_time("20261121Z")->utc);
  EXPECT_FALSE(parse_compact_time("20261121")->utc);
  for (const char* bad :
       {"", "Z", "2026", "202611", "2026112", "202611210", "20261121093", "2026112109300", "20261131Z", "20261121T0930",
        "-0261121", "202611212400", "20261121096000", "20261121ZZ", "0x261121"}) {
    EXPECT_EQ(parse_compact_time(bad).error().code, base::ErrorCode::bad_time) << bad;
  }
}

}  // namespace
}  // namespace countersign::keys
