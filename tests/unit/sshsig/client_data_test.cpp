#include "common/sshsig/client_data.h"

#include <gtest/gtest.h>

namespace countersign::sshsig {
namespace {

using base::ErrorCode;

// A member of any kind, beside the three that must be there.
std::string with(std::string_view member) {
  return R"({"type":"t","challenge":"c","origin":"o",)" + std::string(member) + "}";
}

TEST(ClientData, GivesTextAndRawOrigin) {
  const std::string json = R"({"type":"webauthn.get","challenge":"abc","origin":"https:\/\/a\u00e9\ud83d\udd11\"\n"})";
  const ClientData data = parse_client_data(json).value();
  EXPECT_EQ(data.type, "webauthn.get");
  EXPECT_EQ(data.challenge, "abc");
  EXPECT_EQ(data.origin, "https://aé🔑\"\n");
  EXPECT_EQ(data.raw_origin, R"(https:\/\/a\u00e9\ud83d\udd11\"\n)");
  EXPECT_FALSE(data.cross_origin);
  EXPECT_FALSE(data.has_top_origin);
}

TEST(ClientData, SeesTheFrameMembers) {
  EXPECT_TRUE(parse_client_data(with(R"("crossOrigin":true)")).value().cross_origin);
  EXPECT_TRUE(parse_client_data(with(R"("topOrigin":"x")")).value().has_top_origin);
}

TEST(ClientData, AllowsWhatRfc8259Allows) {
  for (const std::string_view member :
       {R"("a":0)", R"("a":-0)", R"("a":-1.5E+3)", R"("a":1e-9)", R"("a":"\b\f\n\r\t\\\/\"")", R"("a":[])", R"("a":{})",
        R"("a":[ 1 , [ ] , { "b" : null } ])", R"("a" : true)", "\n\t\"a\"\r:\n false ", R"("":"")", R"("é":"\u0000")",
        R"("a":[[[[[[[1]]]]]]])"}) {
    EXPECT_TRUE(parse_client_data(with(member))) << member;
  }
}

TEST(ClientData, RefusesWhatRfc8259DoesNot) {
  for (const std::string_view member : {R"("a":)",
                                        R"("a")",
                                        R"("a":00)",
                                        R"("a":.5)",
                                        R"("a":1.)",
                                        R"("a":+1)",
                                        R"("a":1e)",
                                        R"("a":0x1)",
                                        R"("a":NaN)",
                                        R"("a":Infinity)",
                                        R"("a":tru)",
                                        R"("a":TRUE)",
                                        R"("a":nul)",
                                        R"("a":[1,])",
                                        R"("a":[1 2])",
                                        R"("a":[)",
                                        R"("a":{"b"})",
                                        R"("a":{"b":1,})",
                                        R"("a":"\u12g4")",
                                        R"("a":"\u12")",
                                        R"("a":"\a")",
                                        R"("a":"\)",
                                        R"("a":"\ud800")",
                                        R"("a":"\udc00")",
                                        R"("a":"\ud800\u0041")",
                                        R"("a":"\ud800x")",
                                        "\"a\":\"\n\"",
                                        "\"a\":\"\x01\"",
                                        "\"a\":\"\xff\"",
                                        "\"a\":\"\xc0\x80\"",
                                        R"(a:1)",
                                        R"("a":'b')",
                                        R"("a":1;"b":2)",
                                        R"("a":1,,"b":2)",
                                        R"("a"=1)",
                                        R"("a":1 "b":2)",
                                        "\"a\":\f1",
                                        R"("a":1/**/)",
                                        "\"a\":\xc2\xa0"
                                        "1"}) {
    EXPECT_EQ(parse_client_data(with(member)).error().code, ErrorCode::bad_client_data) << member;
  }
}

TEST(ClientData, NothingStandsAroundTheObject) {
  const std::string good = with(R"("a":1)");
  EXPECT_TRUE(parse_client_data(good));
  for (const std::string& json :
       {" " + good, good + " ", good + "\n", "\xef\xbb\xbf" + good, good + good, good + ",", "[" + good + "]",
        good.substr(1), std::string(), std::string("null"), std::string("\"a\"")}) {
    EXPECT_EQ(parse_client_data(json).error().code, ErrorCode::bad_client_data) << json;
  }
}

TEST(ClientData, NoNameStandsTwiceAtAnyLevel) {
  for (const std::string_view member : {R"("origin":"o")", R"("orig\u0069n":"o")", R"("a":1,"\u0061":2)",
                                        R"("a":{"b":1,"b":1})", R"("a":[{"b":1,"b":1}])"}) {
    EXPECT_EQ(parse_client_data(with(member)).error().code, ErrorCode::bad_client_data) << member;
  }
  EXPECT_TRUE(parse_client_data(with(R"("a":{"b":1},"b":{"b":1})")));
}

TEST(ClientData, DepthAndSizeAreLimited) {
  EXPECT_EQ(parse_client_data(with(R"("a":[[[[[[[[1]]]]]]]])")).error().code, ErrorCode::bad_client_data);
  EXPECT_EQ(parse_client_data(with(R"("a":)" + std::string(4000, '['))).error().code, ErrorCode::bad_client_data);
  EXPECT_EQ(parse_client_data(with(R"("a":")" + std::string(9000, 'x') + '"')).error().code,
            ErrorCode::bad_client_data);
}

TEST(ClientData, EveryTruncationIsRefused) {
  const std::string json = R"({"type":"t","challenge":"c","origin":"o","a":[1,{"b":"\u00e9"}],"c":null})";
  ASSERT_TRUE(parse_client_data(json));
  for (std::size_t size = 0; size < json.size(); ++size) {
    EXPECT_EQ(parse_client_data(std::string_view(json).substr(0, size)).error().code, ErrorCode::bad_client_data)
        << size;
  }
}

TEST(ClientData, ErrorsNameTheByte) {
  EXPECT_EQ(parse_client_data(R"({"a":x})").error().detail, "byte 6: expected a value");
}

}  // namespace
}  // namespace countersign::sshsig
