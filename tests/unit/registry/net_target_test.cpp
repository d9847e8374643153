#include <gtest/gtest.h>

#include "registry/net/target.h"

namespace countersign::registry::net {
namespace {

using base::ErrorCode;

struct Refused {
  const char* name;
  std::string text;
  ErrorCode code;
};

class TargetRefused : public ::testing::TestWithParam<Refused> {};

TEST_P(TargetRefused, WithItsCode) {
  const auto target = parse_target(GetParam().text);
  ASSERT_FALSE(target.has_value());
  EXPECT_EQ(target.error().code, GetParam().code) << target.error().detail;
}

std::string many_segments() {
  std::string text;
  for (int i = 0; i < 17; ++i) text += "/a";
  return text;
}

std::string many_pairs() {
  std::string text = "/a?";
  for (int i = 0; i < 17; ++i) text += (i == 0 ? "k" : "&k") + std::to_string(i) + "=v";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, TargetRefused,
    ::testing::Values(
        Refused{"empty", "", ErrorCode::bad_request}, Refused{"no_slash", "a", ErrorCode::bad_request},
        Refused{"absolute_form", "http://h/a", ErrorCode::bad_request},
        Refused{"asterisk", "*", ErrorCode::bad_request}, Refused{"authority", "h:443", ErrorCode::bad_request},
        Refused{"double_slash", "//", ErrorCode::bad_request},
        Refused{"empty_segment", "/a//b", ErrorCode::bad_request},
        Refused{"trailing_slash", "/a/", ErrorCode::bad_request}, Refused{"dot", "/a/./b", ErrorCode::bad_request},
        Refused{"dot_dot", "/a/..", ErrorCode::bad_request},
        Refused{"encoded_dot_dot", "/a/%2e%2E", ErrorCode::bad_request},
        Refused{"encoded_slash", "/a%2Fb", ErrorCode::bad_request},
        Refused{"encoded_nul", "/a%00", ErrorCode::bad_request},
        Refused{"encoded_newline", "/a%0a", ErrorCode::bad_request},
        Refused{"encoded_high_byte", "/%C3%A4", ErrorCode::bad_request},
        Refused{"half_an_escape", "/a%4", ErrorCode::bad_request},
        Refused{"bare_percent", "/a%", ErrorCode::bad_request},
        Refused{"escape_without_hex", "/a%zz", ErrorCode::bad_request},
        Refused{"signed_hex", "/a%+1", ErrorCode::bad_request}, Refused{"space", "/a b", ErrorCode::bad_request},
        Refused{"raw_nul", std::string("/a\0b", 4), ErrorCode::bad_request},
        Refused{"raw_high_byte", "/\xc3\xa4", ErrorCode::bad_request},
        Refused{"raw_backslash", "/a\\b", ErrorCode::bad_request}, Refused{"fragment", "/a#b", ErrorCode::bad_request},
        Refused{"empty_query", "/a?", ErrorCode::bad_request}, Refused{"no_equals", "/a?b", ErrorCode::bad_request},
        Refused{"no_name", "/a?=b", ErrorCode::bad_request}, Refused{"empty_pair", "/a?b=c&", ErrorCode::bad_request},
        Refused{"second_equals", "/a?b=c=d", ErrorCode::bad_request},
        Refused{"name_twice", "/a?b=c&b=d", ErrorCode::bad_request},
        Refused{"name_twice_once_encoded", "/a?b=c&%62=d", ErrorCode::bad_request},
        Refused{"plus_in_query", "/a?b=c+d", ErrorCode::bad_request},
        Refused{"too_long", "/" + std::string(2048, 'a'), ErrorCode::too_large},
        Refused{"too_many_segments", many_segments(), ErrorCode::bad_request},
        Refused{"too_many_pairs", many_pairs(), ErrorCode::bad_request}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Target, RootHasNoSegments) {
  const auto target = parse_target("/");
  ASSERT_TRUE(target.has_value());
  EXPECT_TRUE(target->segments.empty());
  EXPECT_EQ(target->path(), "/");
}

TEST(Target, DecodesSegmentsAndQuery) {
  const auto target = parse_target("/v1/records/DOM%5calice+x@e?wait=25&reason=wrong%5Fnumber&empty=");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "records", "DOM\\alice+x@e"}));
  EXPECT_EQ(target->query_value("wait"), "25");
  EXPECT_EQ(target->query_value("reason"), "wrong_number");
  EXPECT_EQ(target->query_value("empty"), "");
  EXPECT_EQ(target->query_value("other"), std::nullopt);
}

TEST(Target, LongestIsTaken) { EXPECT_TRUE(parse_target("/" + std::string(2047, 'a')).has_value()); }

TEST(Target, EncodedComponentsComeBack) {
  for (int byte = 0x20; byte <= 0x7e; ++byte) {
    const std::string text = "x" + std::string(1, static_cast<char>(byte));
    const std::string segment = byte == '/' ? "a" : encode_component(text);
    const auto target = parse_target("/" + segment + "?q=" + encode_component(text));
    ASSERT_TRUE(target.has_value()) << byte;
    EXPECT_EQ(target->segments.at(0), byte == '/' ? "a" : text);
    EXPECT_EQ(target->query_value("q"), text);
  }
}

}  // namespace
}  // namespace countersign::registry::net
