#include "common/config/diagnostics.h"

#include <gtest/gtest.h>

#include <array>

namespace countersign::config {
namespace {

TEST(Diagnostics, OneLineAFaultInTheOrderOfTheFile) {
  Diagnostics diagnostics("/etc/c.yaml");
  EXPECT_TRUE(diagnostics.empty());
  diagnostics.not_allowed({12, 14}, "challenge.timeout", in_quotes("soon"), "a duration from 10s to 115s");
  diagnostics.add({2, 1}, "hots", "unknown key");
  diagnostics.add({2, 3}, "", "tags are not allowed");
  EXPECT_FALSE(diagnostics.empty());
  EXPECT_EQ(diagnostics.error().code, base::ErrorCode::bad_config);
  EXPECT_EQ(diagnostics.error().detail,
            "/etc/c.yaml:2:1: hots: unknown key\n"
            "/etc/c.yaml:2:3: tags are not allowed\n"
            "/etc/c.yaml:12:14: challenge.timeout: found \"soon\", allowed is a duration from 10s to 115s");
}

TEST(Diagnostics, WhatIsQuotedIsCleanAndShort) {
  EXPECT_EQ(in_quotes("\x1b[2J"), "\"\\x1b[2J\"");
  EXPECT_LE(in_quotes(std::string(1000, 'a')).size(), 82U);
}

TEST(Diagnostics, AreCapped) {
  Diagnostics diagnostics("f");
  for (int i = 0; i < 1000; ++i) diagnostics.add({i + 1, 1}, "k", "unknown key");
  EXPECT_LT(diagnostics.error().detail.size(), 10'000U);
}

TEST(DidYouMean, NamesTheNearestOnly) {
  constexpr std::array<std::string_view, 4> kKeys{"timeout", "number", "max_trust", "levels"};
  EXPECT_EQ(did_you_mean("timout", kKeys), ", did you mean \"timeout\"?");
  EXPECT_EQ(did_you_mean("level", kKeys), ", did you mean \"levels\"?");
  EXPECT_EQ(did_you_mean("maxtrust", kKeys), ", did you mean \"max_trust\"?");
  EXPECT_EQ(did_you_mean("colour", kKeys), "");
  EXPECT_EQ(did_you_mean("", kKeys), "");
  EXPECT_EQ(did_you_mean(std::string(100, 'a'), kKeys), "");
}

}  // namespace
}  // namespace countersign::config
