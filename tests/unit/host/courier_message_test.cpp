#include "common/host/courier_message.h"

#include <gtest/gtest.h>

namespace countersign::host {
namespace {

using base::ErrorCode;

constexpr std::string_view kHash32 = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
const std::string kRecordRequest =
    "countersign courier v1\ndo: record\nuser: alice\netag: 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\n"
    "deadline: 2000ms\n\n";
const std::string kChallengeRequest =
    "countersign courier v1\ndo: challenge\nuser: alice\netag: none\ndeadline: 120000ms\n\n"
    "countersign challenge v1\nnonce: x\n";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(CourierRequest, SaysWhatIsWanted) {
  const auto record = parse_request(kRecordRequest);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->task, CourierTask::record);
  EXPECT_EQ(record->user.str(), "alice");
  EXPECT_EQ(record->etag, kHash32);
  EXPECT_EQ(record->deadline, base::Milliseconds(2000));
  EXPECT_EQ(print_request(*record), kRecordRequest);

  const auto challenge = parse_request(kChallengeRequest);
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->task, CourierTask::challenge);
  EXPECT_EQ(challenge->etag, std::nullopt);
  EXPECT_EQ(challenge->challenge, "countersign challenge v1\nnonce: x\n");
  EXPECT_EQ(print_request(*challenge), kChallengeRequest);

  const std::string wrong_number = replaced(kChallengeRequest, "do: challenge", "do: wrong-number");
  const auto report = parse_request(wrong_number);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->task, CourierTask::wrong_number);
  EXPECT_EQ(report->challenge, challenge->challenge);
  EXPECT_EQ(print_request(*report), wrong_number);
}

struct BadRequest {
  std::string_view name, what, with;
};
class BadCourierRequest : public testing::TestWithParam<BadRequest> {};

TEST_P(BadCourierRequest, IsRefused) {
  const auto request = parse_request(replaced(kRecordRequest, GetParam().what, GetParam().with));
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::bad_courier_message);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadCourierRequest,
    testing::Values(BadRequest{"version", "v1", "v2"}, BadRequest{"carriage_return", "v1\n", "v1\r\n"},
                    BadRequest{"no_head", "countersign courier v1\n", ""}, BadRequest{"task", "do: record", "do: all"},
                    BadRequest{"empty_task", "do: record", "do: "}, BadRequest{"space", "do: record", "do:  record"},
                    BadRequest{"no_space", "do: record", "do:record"}, BadRequest{"missing_user", "user: alice\n", ""},
                    BadRequest{"user", "alice", "-alice"},
                    BadRequest{"repeated", "user: alice\n", "user: alice\nuser: alice\n"},
                    BadRequest{"reordered", "do: record\nuser: alice\n", "user: alice\ndo: record\n"},
                    BadRequest{"unknown_field", "etag", "tag"}, BadRequest{"short_etag", "FU\n", "F\n"},
                    BadRequest{"etag_bits", "SuFU\n", "SuFV\n"}, BadRequest{"unit", "2000ms", "2s"},
                    BadRequest{"leading_zero", "2000ms", "02000ms"}, BadRequest{"zero", "2000ms", "0ms"},
                    BadRequest{"sign", "2000ms", "+2000ms"}, BadRequest{"negative", "2000ms", "-1ms"},
                    BadRequest{"long", "2000ms", "120001ms"}, BadRequest{"overflow", "2000ms", "99999999999ms"},
                    BadRequest{"no_empty_line", "ms\n\n", "ms\n"}, BadRequest{"cut_line", "ms\n\n", "ms"},
                    BadRequest{"statement_for_record", "\n\n", "\n\ncountersign challenge v1\n"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(CourierRequest, AChallengeWithoutStatementIsRefused) {
  const auto request = parse_request(replaced(kRecordRequest, "do: record", "do: challenge"));
  EXPECT_EQ(request.error().code, ErrorCode::bad_courier_message);
  const auto report = parse_request(replaced(kRecordRequest, "do: record", "do: wrong-number"));
  EXPECT_EQ(report.error().code, ErrorCode::bad_courier_message);
}

TEST(CourierRequest, EightyKibibytesAreTheLimit) {
  const std::string most = kChallengeRequest + std::string(kMaxRequest - kChallengeRequest.size(), 'x');
  EXPECT_TRUE(parse_request(most));
  EXPECT_EQ(parse_request(most + 'x').error().code, ErrorCode::too_large);
}

struct ReplyCase {
  std::string_view name, status, reason, statements;
  bool good;
};
class CourierReplyTable : public testing::TestWithParam<ReplyCase> {};

TEST_P(CourierReplyTable, KnowsWhatBelongsTogether) {
  const auto& c = GetParam();
  const std::string text = "countersign courier v1\nstatus: " + std::string(c.status) +
                           "\nreason: " + std::string(c.reason) + "\ndetail: a word for the log\n\n" +
                           std::string(c.statements);
  const auto reply = parse_reply(text);
  ASSERT_EQ(reply.has_value(), c.good);
  if (!c.good) {
    EXPECT_EQ(reply.error().code, ErrorCode::bad_courier_message);
    return;
  }
  EXPECT_EQ(to_string(reply->status), c.status);
  EXPECT_EQ(reply->detail, "a word for the log");
  EXPECT_EQ(reply->statements, c.statements);
  EXPECT_EQ(print_reply(*reply), text);
}

INSTANTIATE_TEST_SUITE_P(Table, CourierReplyTable,
                         testing::Values(ReplyCase{"ok", "ok", "none", "countersign record v1\n", true},
                                         ReplyCase{"ok_empty", "ok", "none", "", false},
                                         ReplyCase{"ok_reason", "ok", "internal", "x\n", false},
                                         ReplyCase{"unchanged", "unchanged", "none", "", true},
                                         ReplyCase{"unchanged_body", "unchanged", "none", "x", false},
                                         ReplyCase{"unknown", "unknown", "record_unknown", "", true},
                                         ReplyCase{"unknown_bare", "unknown", "none", "", false},
                                         ReplyCase{"unknown_body", "unknown", "record_unknown", "x", false},
                                         ReplyCase{"replaced", "ended", "challenge_replaced", "", true},
                                         ReplyCase{"withdrawn", "ended", "challenge_withdrawn", "", true},
                                         ReplyCase{"expired", "ended", "challenge_expired", "", true},
                                         ReplyCase{"ended_other", "ended", "quota_exceeded", "", false},
                                         ReplyCase{"ended_bare", "ended", "none", "", false},
                                         ReplyCase{"failed", "failed", "registry_unreachable", "", true},
                                         ReplyCase{"failed_bare", "failed", "none", "", false},
                                         ReplyCase{"failed_body", "failed", "internal", "x", false},
                                         ReplyCase{"not_a_code", "failed", "because", "", false},
                                         ReplyCase{"not_a_couriers_code", "failed", "key_not_in_record", "", false},
                                         ReplyCase{"status", "fine", "none", "x", false}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(CourierReply, TakesNoDetailThatATerminalWouldObey) {
  const std::string good = "countersign courier v1\nstatus: unchanged\nreason: none\ndetail: none\n\n";
  EXPECT_TRUE(parse_reply(good));
  for (const std::string_view bad : {"\x1b[2J", "a\tb", "\xff", "\xe2\x80\xae"}) {
    EXPECT_EQ(parse_reply(replaced(good, "detail: none", "detail: " + std::string(bad))).error().code,
              ErrorCode::bad_courier_message);
  }
  EXPECT_EQ(parse_reply(replaced(good, "detail: none", "detail: " + std::string(513, 'x'))).error().code,
            ErrorCode::bad_courier_message);
  EXPECT_EQ(clean_detail(" a\x1b[2J\nb\xff "), "a?[2J?b?");
  EXPECT_EQ(clean_detail(std::string(600, 'x')).size(), kMaxDetail);
  EXPECT_EQ(clean_detail("  "), "");
}

TEST(CourierFrame, HoldsExactlyOneMessage) {
  const std::string framed = frame("hello");
  EXPECT_EQ(framed, std::string("\0\0\0\5hello", 9));
  EXPECT_EQ(*unframe(base::as_bytes(framed), 5), "hello");
  EXPECT_EQ(unframe(base::as_bytes(framed), 4).error().code, ErrorCode::too_large);
  EXPECT_EQ(unframe(base::as_bytes(framed + "x"), 9).error().code, ErrorCode::bad_courier_message);
  for (std::size_t length = 0; length < framed.size(); ++length) {
    EXPECT_EQ(unframe(base::as_bytes(framed).first(length), 9).error().code, ErrorCode::bad_courier_message) << length;
  }
  EXPECT_EQ(unframe(base::as_bytes(std::string(4, '\xff')), 9).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace countersign::host
