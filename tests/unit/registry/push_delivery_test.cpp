#include <gtest/gtest.h>

#include "registry/push/delivery.h"

namespace countersign::registry::push {
namespace {

using base::Error;
using base::ErrorCode;
using base::Milliseconds;

http::Response answer(int status, std::optional<base::Seconds> retry_after = {}) {
  http::Response response;
  response.status = status;
  response.retry_after = retry_after;
  return response;
}

TEST(PushJudgement, StatusesOfAPushService) {
  for (const int status : {200, 201, 202, 204})
    EXPECT_EQ(judge(answer(status), 1).verdict, Verdict::delivered) << status;
  for (const int status : {404, 410}) EXPECT_EQ(judge(answer(status), 1).verdict, Verdict::gone) << status;
  for (const int status : {429, 500, 502, 503, 504})
    EXPECT_EQ(judge(answer(status), 1).verdict, Verdict::again) << status;
  for (const int status : {100, 301, 302, 307, 308, 400, 401, 403, 405, 413, 418}) {
    EXPECT_EQ(judge(answer(status), 1).verdict, Verdict::failed) << status;
  }
}

TEST(PushJudgement, WhatPassesByItselfIsTriedAgain) {
  EXPECT_EQ(judge(Error(ErrorCode::registry_unreachable), 1).verdict, Verdict::again);
  EXPECT_EQ(judge(Error(ErrorCode::deadline_passed), 1).verdict, Verdict::again);
  EXPECT_EQ(judge(Error(ErrorCode::unsafe_address), 1).verdict, Verdict::failed);
  EXPECT_EQ(judge(Error(ErrorCode::too_large), 1).verdict, Verdict::failed);
}

TEST(PushJudgement, PausesGrowAndHonourRetryAfterWithinReason) {
  EXPECT_EQ(judge(answer(503), 1).pause, Milliseconds{1000});
  EXPECT_EQ(judge(answer(503), 2).pause, Milliseconds{2000});
  EXPECT_EQ(judge(answer(503), 5).pause, Milliseconds{16'000});
  EXPECT_EQ(judge(answer(503), 6).pause, Milliseconds{30'000});
  EXPECT_EQ(judge(answer(503), 4'000'000'000U).pause, Milliseconds{30'000});
  EXPECT_EQ(judge(answer(429, base::Seconds{7}), 1).pause, Milliseconds{7000});
  EXPECT_EQ(judge(answer(429, base::Seconds{1}), 3).pause, Milliseconds{4000});
  EXPECT_EQ(judge(answer(429, base::Seconds{99'999}), 1).pause, kLongestPause);
  EXPECT_EQ(judge(answer(429, base::Seconds::max()), 1).pause, kLongestPause);
}

TEST(PushNotice, SaysWhatHappenedAndLeavesOutWhatIsNotThere) {
  store::Notice notice{*base::UserName::parse("alice"), store::Notice::What::approver_added, "SHA256:x", "my phone",
                       *base::parse_time("2026-11-21T09:30:00Z")};
  EXPECT_EQ(notice_text(notice),
            "notice: approver-added\nuser: alice\nkey: SHA256:x\nlabel: my phone\nat: 2026-11-21T09:30:00Z\n");
  notice.what = store::Notice::What::approver_removed;
  notice.label.clear();
  EXPECT_EQ(notice_text(notice), "notice: approver-removed\nuser: alice\nkey: SHA256:x\nat: 2026-11-21T09:30:00Z\n");
}

}  // namespace
}  // namespace countersign::registry::push
