#include "common/statement/values.h"

#include <gtest/gtest.h>

#include <set>

namespace countersign::statement {
namespace {

using base::ErrorCode;
using base::GroupName;
using base::HostName;

HostName host(std::string_view name) { return HostName::parse(name).value(); }
GroupName group(std::string_view name) { return GroupName::parse(name).value(); }

TEST(Hash32, OfKnownText) {
  // printf abc | sha256sum, in base64url.
  EXPECT_EQ(Hash32::of("abc").str(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  EXPECT_EQ(Hash32::parse(Hash32::of("abc").str()).value(), Hash32::of("abc"));
  EXPECT_NE(Hash32::random(), Hash32::random());
}

TEST(HostScope, CoversNamesAndGroups) {
  const auto scope = HostScope::parse("@web db-01").value();
  EXPECT_TRUE(scope.covers(host("db-01"), {}));
  EXPECT_TRUE(scope.covers(host("x"), {group("mail"), group("web")}));
  EXPECT_FALSE(scope.covers(host("x"), {group("db-01")}));
  EXPECT_FALSE(scope.covers(host("web"), {}));
  EXPECT_FALSE(scope.covers(host("db-011"), {group("we")}));
  EXPECT_TRUE(HostScope::all().covers(host("x"), {}));
}

TEST(HostScope, IsSortedWhenMade) {
  const auto scope = HostScope::of({host("web-01"), group("web"), host("db-01"), host("web-01")}).value();
  EXPECT_EQ(scope.str(), "@web db-01 web-01");
  EXPECT_EQ(HostScope::parse(scope.str()).value(), scope);
  EXPECT_EQ(HostScope::of({}).error().code, ErrorCode::bad_text);
  EXPECT_EQ(HostScope::parse("").error().code, ErrorCode::bad_text);
  EXPECT_EQ(HostScope::parse("@").error().code, ErrorCode::bad_text);
}

TEST(LoginNumber, EveryNumberComesAndNoOther) {
  std::set<int> seen;
  for (int i = 0; i < 5000; ++i) seen.insert(LoginNumber::random().value());
  EXPECT_EQ(seen.size(), 90U);
  EXPECT_EQ(*seen.begin(), 10);
  EXPECT_EQ(*seen.rbegin(), 99);
  EXPECT_EQ(LoginNumber::of(9).error().code, ErrorCode::bad_number);
  EXPECT_EQ(LoginNumber::of(100).error().code, ErrorCode::bad_number);
  EXPECT_EQ(LoginNumber::of(47).value(), LoginNumber::parse("47").value());
}

TEST(Connection, NormalizesTheEnvironmentsSpelling) {
  const auto connection = Connection::normalize("::ffff:203.0.113.9 51234 2001:DB8::0 22").value();
  EXPECT_EQ(connection.str(), "203.0.113.9 51234 2001:db8:: 22");
  EXPECT_EQ(connection.client().str(), "203.0.113.9");
  EXPECT_EQ(connection.server_port(), 22);
  EXPECT_EQ(Connection::parse(connection.str()).value(), connection);
  for (const char* bad : {"UNKNOWN 65535 UNKNOWN 65535", "", "1.2.3.4 1 1.2.3.4", "1.2.3.4 1 1.2.3.4 2 ",
                          "1.2.3.4  1 1.2.3.4 2", "1.2.3.4 01 1.2.3.4 2"}) {
    EXPECT_FALSE(Connection::normalize(bad)) << bad;
  }
}

TEST(Seconds, OneSpelling) {
  EXPECT_EQ(print_seconds(parse_seconds("28800s").value()), "28800s");
  for (const char* bad : {"", "s", "1", "1m", " 1s", "1s ", "01s", "-1s", "1000000000s"}) {
    EXPECT_EQ(parse_seconds(bad).error().code, ErrorCode::bad_number) << bad;
  }
}

}  // namespace
}  // namespace countersign::statement
