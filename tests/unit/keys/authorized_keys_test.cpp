#include "common/keys/authorized_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/keys/public_key_line.h"
#include "tests/unit/keys/test_keys.h"

namespace countersign::keys {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

TEST(AuthorizedKeys, ParseThenPrintIsIdentity) {
  for (const std::string& options : {
           std::string(),
           std::string("restrict "),
           std::string("no-agent-forwarding,no-port-forwarding,no-pty,no-user-rc,no-X11-forwarding "),
           std::string("from=\"10.0.0.0/8,!10.1.*,2001:db8::/32,*.example.com\",verify-required "),
           std::string("permitopen=\"db:5432\",permitopen=\"[::1]:*\",permitopen=\"*:80\" "),
           std::string("permitlisten=\"8080\",permitlisten=\"localhost:8080\" "),
           std::string("expiry-time=\"20270101\",restrict "),
           std::string("expiry-time=\"202701012359Z\" "),
           std::string("command=\"/usr/bin/backup --to 'x y', z\" "),
           std::string("command=\"echo \\\"quoted\\\" \\n \\\\\\\"x\" "),
       }) {
    const auto key = parse_record_key(options + key_a);
    ASSERT_TRUE(key) << options << base::to_string(key.error());
    EXPECT_EQ(print_record_key(*key), options + key_a);
    EXPECT_EQ(print_public_key(key->key), key_a);
  }
}

TEST(AuthorizedKeys, QuotingIsOpenSshs) {
  const auto key = parse_record_key("command=\"a\\\"b\\c\\\\\\\"d\" " + key_a);
  EXPECT_EQ(key->find(OptionName::command)->value(), "a\"b\\c\\\\\"d");
  EXPECT_EQ(key->find(OptionName::from), nullptr);
  const auto spaced = parse_record_key("command=\"a, b ssh-ed25519 AAAA\",restrict " + key_a);
  EXPECT_EQ(spaced->find(OptionName::command)->value(), "a, b ssh-ed25519 AAAA");
  EXPECT_NE(spaced->find(OptionName::restrict_all), nullptr);
}

TEST(AuthorizedKeys, PrintingNeverWritesWhatWouldReadDifferently) {
  for (const std::string& value : {std::string("a\"b"), std::string("\\\""), std::string("\"\""), std::string("a\\b"),
                                   std::string("\\\\\"\\x"), std::string("x\" ssh-ed25519 AAAA")}) {
    auto option = Option::make(OptionName::command, value);
    ASSERT_TRUE(option) << value;
    const AuthorizedKey key{{*option}, *parse_public_key(key_a)};
    const auto again = parse_record_key(print_record_key(key));
    ASSERT_TRUE(again) << print_record_key(key);
    EXPECT_EQ(again->find(OptionName::command)->value(), value);
  }
  for (const std::string& value :
       {std::string("ends with \\"), std::string("two\nlines"), std::string("tab\there"), std::string("\x1b"),
        std::string("a\0b", 3), std::string("\xff"), std::string("\xe2\x80\xae"), std::string()}) {
    EXPECT_EQ(Option::make(OptionName::command, value).error().code, ErrorCode::bad_key_option) << value;
  }
  EXPECT_EQ(Option::make(OptionName::no_pty, "x").error().code, ErrorCode::bad_key_option);
}

TEST(AuthorizedKeys, RefusesEveryOtherOptionByName) {
  for (const char* name : {"cert-authority", "environment=\"A=b\"", "principals=\"alice\"", "tunnel=\"0\"",
                           "port-forwarding", "agent-forwarding", "pty", "user-rc", "X11-forwarding",
                           "no-touch-required", "zos-key-ring-label=\"x\"", "unknown", "no-ptyx", "restrictx"}) {
    const auto result = parse_authorized_key(std::string(name) + " " + key_a);
    EXPECT_EQ(result.error().code, ErrorCode::bad_key_option) << name;
    const std::string bare = std::string(name).substr(0, std::string(name).find('='));
    EXPECT_THAT(result.error().detail, HasSubstr(bare + ": the option is not allowed"));
  }
}

TEST(AuthorizedKeys, RefusesRepetitionsOfSingleOptions) {
  for (const char* options : {"restrict,restrict", "from=\"a\",from=\"b\"", "command=\"a\",command=\"b\"",
                              "expiry-time=\"20270101\",expiry-time=\"20280101\"", "no-pty,NO-PTY"}) {
    const auto result = parse_authorized_key(std::string(options) + " " + key_a);
    EXPECT_EQ(result.error().code, ErrorCode::bad_key_option) << options;
    EXPECT_THAT(result.error().detail, HasSubstr("given twice"));
  }
}

TEST(AuthorizedKeys, RefusesBrokenSyntax) {
  for (const char* options : {"restrict,", ",restrict", "restrict,,no-pty", "command=x", "command=", "command",
                              "command=\"x", "command=\"x\\\"", "command=\"x\"y", "command=\"x\"\"y\"",
                              "restrict=\"x\"", "restrict=", "restrict\"x\"", "=\"x\"", "\"x\""}) {
    const auto result = parse_authorized_key(std::string(options) + " " + key_a);
    EXPECT_EQ(result.error().code, ErrorCode::bad_key_option) << options;
  }
  EXPECT_EQ(parse_authorized_key("restrict").error().code, ErrorCode::bad_key_option);
  EXPECT_EQ(parse_authorized_key("restrict ").error().code, ErrorCode::bad_public_key);
  EXPECT_EQ(parse_authorized_key("").error().code, ErrorCode::bad_public_key);
  EXPECT_EQ(parse_authorized_key("restrict " + key_a + "\nrestrict " + key_b).error().code, ErrorCode::bad_key_option);
  EXPECT_EQ(parse_authorized_key("restrict no-pty " + key_a).error().code, ErrorCode::unsupported_key_type);
  EXPECT_EQ(parse_authorized_key("ssh-dss AAAA").error().code, ErrorCode::unsupported_key_type);
}

TEST(AuthorizedKeys, ChecksValues) {
  for (const char* good : {"from=\"a\"", "from=\"!a,*\"", "from=\"fe80::1%eth0\"", "permitopen=\"a:1\"",
                           "permitopen=\"a:65535\"", "permitlisten=\"*\"", "expiry-time=\"20240229\""}) {
    EXPECT_TRUE(parse_authorized_key(std::string(good) + " " + key_a)) << good;
  }
  for (const char* bad : {"from=\"\"",
                          "from=\"a b\"",
                          "from=\"a,,b\"",
                          "from=\"a,\"",
                          "from=\"!\"",
                          "from=\"a;b\"",
                          "permitopen=\"80\"",
                          "permitopen=\"a:\"",
                          "permitopen=\":80\"",
                          "permitopen=\"a:0\"",
                          "permitopen=\"a:65536\"",
                          "permitopen=\"a:080\"",
                          "permitopen=\"::1:80\"",
                          "permitopen=\"[::1]\"",
                          "permitopen=\"a/80\"",
                          "permitlisten=\"http\"",
                          "expiry-time=\"2027\"",
                          "expiry-time=\"20271301\"",
                          "expiry-time=\"20270229\"",
                          "expiry-time=\"2027-01-01\"",
                          "expiry-time=\"20270101z\"",
                          "expiry-time=\"202701012460\"",
                          "expiry-time=\"20270101UTC\"",
                          "expiry-time=\"2027010112Z\"",
                          "expiry-time=\"\""}) {
    const auto result = parse_authorized_key(std::string(bad) + " " + key_a);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, ErrorCode::bad_key_option) << bad;
  }
}

TEST(AuthorizedKeys, ToleratesPeoplesLinesButNotInARecord) {
  const std::string canonical = "restrict,no-X11-forwarding " + key_a;
  for (const std::string& line : {"  " + canonical + " alice@laptop", "RESTRICT,no-x11-forwarding \t" + key_a}) {
    const auto key = parse_authorized_key(line);
    ASSERT_TRUE(key) << line;
    EXPECT_EQ(print_record_key(*key), canonical);
    EXPECT_EQ(parse_record_key(line).error().code, ErrorCode::bad_public_key);
  }
}

TEST(AuthorizedKeys, IsBounded) {
  std::string many = "permitopen=\"a:1\"";
  for (int i = 0; i < 64; ++i) many.append(",permitopen=\"a:1\"");
  EXPECT_THAT(parse_authorized_key(many + " " + key_a).error().detail, HasSubstr("more than 64 options"));
  EXPECT_EQ(parse_authorized_key("command=\"" + std::string(17'000, 'a') + "\" " + key_a).error().code,
            ErrorCode::too_large);
}

}  // namespace
}  // namespace countersign::keys
