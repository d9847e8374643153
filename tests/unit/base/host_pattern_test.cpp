#include "common/base/host_pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace countersign::base {
namespace {

bool matches(std::string_view pattern, std::string_view origin) {
  return HostPattern::parse(pattern)->matches(*Origin::parse(origin));
}

TEST(HostPattern, OneHost) {
  EXPECT_TRUE(matches("push.example.com", "https://push.example.com"));
  EXPECT_FALSE(matches("push.example.com", "https://a.push.example.com"));
  EXPECT_FALSE(matches("push.example.com", "https://push.example.com.evil.example"));
  EXPECT_FALSE(matches("push.example.com", "https://evil-push.example.com"));
  EXPECT_FALSE(matches("push.example.com", "https://push.example.com:8443"));
  EXPECT_FALSE(matches("localhost:8080", "http://localhost:8080"));
}

TEST(HostPattern, EveryHostBelow) {
  EXPECT_TRUE(matches("*.push.example.com", "https://a.push.example.com"));
  EXPECT_TRUE(matches("*.push.example.com", "https://a.b.push.example.com"));
  EXPECT_FALSE(matches("*.push.example.com", "https://push.example.com"));
  EXPECT_FALSE(matches("*.push.example.com", "https://evilpush.example.com"));
  EXPECT_FALSE(matches("*.push.example.com", "https://a.push.example.com.evil.example"));
}

TEST(HostPattern, APortThatIsNamed) {
  EXPECT_TRUE(matches("localhost:8443", "https://localhost:8443"));
  EXPECT_FALSE(matches("localhost:8443", "https://localhost"));
  EXPECT_TRUE(matches("*.example.com:8443", "https://a.example.com:8443"));
  EXPECT_TRUE(matches("[::1]:8443", "https://[::1]:8443"));
}

TEST(HostPattern, WhatIsNone) {
  for (const std::string text :
       {"", "*", "*.", "*example.com", "a.*.example.com", "**.example.com", "https://example.com", "example.com/",
        "Example.com", "example.com:443", "example.com:0", "user@example.com", "example.com:", ".example.com",
        "example.com.", "a..b", "a b"}) {
    const auto parsed = HostPattern::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::bad_text) << text;
  }
}

}  // namespace
}  // namespace countersign::base
