#include "common/base/ids.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::base {
namespace {

TEST(UserName, AllowList) {
  for (const char* good : {"alice", "CORP\\alice", "alice@corp.example", "build-bot$", "_apt", "a+b"}) {
    EXPECT_EQ(UserName::parse(good)->str(), good);
  }
  for (const std::string& bad :
       {std::string(), std::string("-alice"), std::string("a b"), std::string("a/b"), std::string("a*"),
        std::string("a,b"), std::string("a\n"), std::string("\xc3\xa9"), std::string("a%b"), std::string("a\"b"),
        std::string(129, 'a'), std::string("a\0b", 3)}) {
    EXPECT_EQ(UserName::parse(bad).error().code, ErrorCode::bad_text) << bad;
  }
}

TEST(HostName, AllowList) {
  for (const char* good : {"web-01", "a", "db.eu.example.com"}) EXPECT_EQ(HostName::parse(good)->str(), good);
  for (const char* bad : {"", "Web", "-web", "web-", ".web", "web.", "we_b", "we b", "*"}) {
    EXPECT_EQ(HostName::parse(bad).error().code, ErrorCode::bad_text) << bad;
  }
}

TEST(ChallengeId, IsCanonical) {
  const std::string good(43, 'A');
  EXPECT_EQ(ChallengeId::parse(good)->str(), good);
  std::string twin = good;
  twin.back() = 'B';  // decodes to the same 32 bytes
  EXPECT_EQ(ChallengeId::parse(twin).error().code, ErrorCode::bad_text);
  EXPECT_EQ(ChallengeId::parse(std::string(42, 'A')).error().code, ErrorCode::bad_text);
  EXPECT_EQ(ChallengeId::parse(std::string(42, 'A') + "/").error().code, ErrorCode::bad_text);
}

}  // namespace
}  // namespace countersign::base
