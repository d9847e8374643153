#include <gtest/gtest.h>

#include "helper/courier/verdict.h"

namespace countersign::courier {
namespace {

using base::ErrorCode;
using host::CourierStatus;

http::Response answer(int status, std::string body = {}) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

struct ReasonCase {
  std::string_view name;
  int status;
  std::string_view body;
  ErrorCode expected;
};
class Reason : public testing::TestWithParam<ReasonCase> {};

TEST_P(Reason, ComesFromStatusAndBody) {
  const auto& c = GetParam();
  EXPECT_EQ(reason_of(answer(c.status, std::string(c.body))), c.expected);
  EXPECT_TRUE(host::parse_reason(base::to_string(c.expected))) << "a reply could not carry it";
}

INSTANTIATE_TEST_SUITE_P(
    Table, Reason,
    testing::Values(ReasonCase{"bad_statement", 400, "bad_statement: line 3\n", ErrorCode::bad_statement},
                    ReasonCase{"bad_request", 400, "", ErrorCode::bad_request},
                    ReasonCase{"unauthorized", 401, "not_authorized: x\n", ErrorCode::not_authorized},
                    ReasonCase{"forbidden", 403, "registry_refused: x\n", ErrorCode::registry_refused},
                    ReasonCase{"mismatch", 403, "challenge_mismatch: x\n", ErrorCode::challenge_mismatch},
                    ReasonCase{"unknown_record", 404, "record_unknown: no such record\n", ErrorCode::record_unknown},
                    ReasonCase{"a_proxys_404", 404, "<html>Not found</html>", ErrorCode::not_found},
                    ReasonCase{"other_status_reason", 404, "registry_refused: x\n", ErrorCode::not_found},
                    ReasonCase{"prefix_only", 404, "record_unknown_: x\n", ErrorCode::not_found},
                    ReasonCase{"version", 406, "unsupported_version: x\n", ErrorCode::unsupported_version},
                    ReasonCase{"answered", 409, "", ErrorCode::already_answered},
                    ReasonCase{"replaced", 410, "challenge_replaced: x\n", ErrorCode::challenge_replaced},
                    ReasonCase{"expired", 410, "challenge_expired: x\n", ErrorCode::challenge_expired},
                    ReasonCase{"gone", 410, "", ErrorCode::challenge_withdrawn},
                    ReasonCase{"large", 413, "", ErrorCode::too_large},
                    ReasonCase{"quota", 429, "quota_exceeded: x\n", ErrorCode::quota_exceeded},
                    ReasonCase{"internal", 500, "", ErrorCode::internal},
                    ReasonCase{"shutdown", 503, "", ErrorCode::registry_unreachable},
                    ReasonCase{"redirect", 302, "", ErrorCode::internal},
                    ReasonCase{"teapot", 418, "not_authorized: x", ErrorCode::internal}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RecordReply, KnowsFourOutcomes) {
  const auto record = record_reply(answer(200, "countersign record v1\n"), true);
  EXPECT_EQ(record.status, CourierStatus::ok);
  EXPECT_EQ(record.statements, "countersign record v1\n");
  EXPECT_EQ(record.reason, std::nullopt);

  EXPECT_EQ(record_reply(answer(304), true).status, CourierStatus::unchanged);
  const auto unknown = record_reply(answer(404, "record_unknown: no\n"), true);
  EXPECT_EQ(unknown.status, CourierStatus::unknown);
  EXPECT_EQ(unknown.reason, ErrorCode::record_unknown);
  EXPECT_TRUE(host::parse_reply(host::print_reply(unknown)));

  const auto refused = record_reply(answer(403, "registry_refused: this token\x1b[2J is for web-02\nmore\n"), true);
  EXPECT_EQ(refused.status, CourierStatus::failed);
  EXPECT_EQ(refused.reason, ErrorCode::registry_refused);
  EXPECT_EQ(refused.detail, "HTTP 403 registry_refused: this token?[2J is for web-02");
}

TEST(RecordReply, FailsOnWhatMakesNoSense) {
  for (const auto& response : {answer(304), answer(200), answer(204), answer(301, "x"), answer(404, "not_found: x")}) {
    const auto reply = record_reply(response, false);
    EXPECT_EQ(reply.status, CourierStatus::failed) << response.status;
    EXPECT_TRUE(host::parse_reply(host::print_reply(reply))) << response.status;
  }
  auto other_version = answer(200, "countersign record v2\n");
  other_version.headers.push_back({"countersign-version", "2"});
  EXPECT_EQ(record_reply(other_version, false).reason, ErrorCode::unsupported_version);
  EXPECT_EQ(answer_reply(other_version)->reason, ErrorCode::unsupported_version);
}

TEST(AnswerReply, EndsOrGoesOn) {
  EXPECT_FALSE(answer_reply(answer(204)));
  EXPECT_EQ(answer_reply(answer(200, "x"))->status, CourierStatus::ok);
  EXPECT_EQ(answer_reply(answer(200))->status, CourierStatus::failed);
  const auto ended = answer_reply(answer(410, "challenge_expired: x\n"));
  EXPECT_EQ(ended->status, CourierStatus::ended);
  EXPECT_EQ(ended->reason, ErrorCode::challenge_expired);
  EXPECT_TRUE(host::parse_reply(host::print_reply(*ended)));
  EXPECT_EQ(answer_reply(answer(401))->reason, ErrorCode::not_authorized);
}

TEST(Transient, IsWhatMayPass) {
  EXPECT_TRUE(is_transient(base::Error(ErrorCode::registry_unreachable)));
  EXPECT_TRUE(is_transient(base::Error(ErrorCode::deadline_passed)));
  EXPECT_FALSE(is_transient(base::Error(ErrorCode::too_large)));
  EXPECT_FALSE(is_transient(base::Error(ErrorCode::challenge_withdrawn)));
  for (const int status : {502, 503, 504}) EXPECT_TRUE(is_transient(answer(status)));
  for (const int status : {200, 204, 403, 404, 410, 429, 500}) EXPECT_FALSE(is_transient(answer(status)));
}

}  // namespace
}  // namespace countersign::courier
