// The errands against a scripted registry and a clock that only moves when somebody waits.
#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "helper/courier/errand.h"

namespace countersign::courier {
namespace {

using base::ErrorCode;
using base::Milliseconds;
using host::CourierStatus;
using Step = std::function<base::Result<http::Response>(base::MonotonicTime& now, base::MonotonicTime deadline)>;

// SHA-256 of "the challenge\n", in base64url.
const std::string kId = "dh0SePa_6XE71fwVtooWex1djXLQ0rwbE8U-YKlztes";

Step answers(int status, std::string body = {}) {
  return [=](auto&, auto) { return http::Response{.status = status, .headers = {}, .body = body}; };
}
// Waits as long as it was asked to, then says 204.
Step answers_late(int status, Milliseconds after, std::string body = {}) {
  return [=](auto& now, auto deadline) -> base::Result<http::Response> {
    if (now + after > deadline) return now = deadline, base::Error(ErrorCode::deadline_passed);
    now += after;
    return http::Response{.status = status, .headers = {}, .body = body};
  };
}
Step fails(ErrorCode code) {
  return [=](auto&, auto) { return base::Error(code, "as scripted"); };
}
Step hangs() {
  return [](auto& now, auto deadline) { return now = deadline, base::Error(ErrorCode::deadline_passed); };
}

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(std::deque<Step> steps) : steps_(std::move(steps)) {}

  base::Result<http::Response> send(http::Request request, base::MonotonicTime deadline) override {
    static constexpr std::array kMethods{"GET ", "POST ", "DELETE "};
    log.push_back(kMethods[static_cast<std::size_t>(request.method)] + request.target);
    last = request;
    if (steps_.empty()) return base::Error(ErrorCode::registry_unreachable, "connection refused");
    const Step step = steps_.front();
    steps_.pop_front();
    return step(now_, deadline);
  }
  base::Result<http::Response> send_anyway(http::Request request, base::MonotonicTime deadline) override {
    EXPECT_LE(deadline - now_, base::Seconds(1));
    return send(std::move(request), deadline);
  }
  bool pause(Milliseconds duration) override {
    now_ += duration;
    return !withdrawn_after || now_ < *withdrawn_after;
  }
  [[nodiscard]] base::MonotonicTime now() const override { return now_; }

  std::vector<std::string> log;
  http::Request last;
  std::optional<base::MonotonicTime> withdrawn_after;

 private:
  std::deque<Step> steps_;
  base::MonotonicTime now_{};
};

host::CourierRequest record_request(std::optional<std::string> etag = std::nullopt) {
  return {.task = host::CourierTask::record,
          .user = base::UserName::parse("alice+ops@corp").value(),
          .etag = std::move(etag),
          .deadline = Milliseconds(2000),
          .challenge = {}};
}
host::CourierRequest challenge_request() {
  return {.task = host::CourierTask::challenge,
          .user = base::UserName::parse("alice").value(),
          .etag = std::nullopt,
          .deadline = Milliseconds(60'000),
          .challenge = "the challenge\n"};
}

const std::string kPost = "POST /v1/challenges";
std::string wait(int seconds) { return "GET /v1/challenges/" + kId + "/answer?wait=" + std::to_string(seconds); }
const std::string kDelete = "DELETE /v1/challenges/" + kId;

struct Outcome {
  std::optional<host::CourierReply> reply;
  std::vector<std::string> log;
};
Outcome carry(FakeTransport& transport) {
  const auto request = challenge_request();
  Errand errand(transport, request, transport.now() + request.deadline);
  auto reply = errand.run();
  errand.withdraw();
  return {std::move(reply), transport.log};
}
using Log = std::vector<std::string>;

TEST(WrongNumberErrand, TellsTheRegistryOnceAndPostsNothing) {
  auto request = challenge_request();
  request.task = host::CourierTask::wrong_number;
  const struct {
    Step step;
    CourierStatus status;
    ErrorCode reason;
  } rows[] = {{answers(204), CourierStatus::ended, ErrorCode::challenge_withdrawn},
              {answers(404, "not_found: no such challenge\n"), CourierStatus::failed, ErrorCode::not_found},
              {fails(ErrorCode::registry_unreachable), CourierStatus::failed, ErrorCode::registry_unreachable}};
  for (const auto& row : rows) {
    FakeTransport transport({row.step});
    Errand errand(transport, request, transport.now() + request.deadline);
    const auto reply = errand.run();
    errand.withdraw();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, row.status);
    EXPECT_EQ(reply->reason, row.reason);
    EXPECT_EQ(transport.log, Log{kDelete + "?reason=wrong_number"});
  }
}

TEST(RecordErrand, AsksOnce) {
  FakeTransport transport({answers(304)});
  const auto request = record_request("ETAG");
  Errand errand(transport, request, transport.now() + request.deadline);
  EXPECT_EQ(errand.run()->status, CourierStatus::unchanged);
  errand.withdraw();
  EXPECT_EQ(transport.log, Log{"GET /v1/records/alice%2Bops%40corp"});
  ASSERT_EQ(transport.last.headers.size(), 1U);
  EXPECT_EQ(transport.last.headers[0].name, "If-None-Match");
  EXPECT_EQ(transport.last.headers[0].value, "\"ETAG\"");
}

TEST(RecordErrand, DoesNotTryAgain) {
  FakeTransport transport({fails(ErrorCode::registry_unreachable)});
  const auto request = record_request();
  const auto reply = Errand(transport, request, transport.now() + request.deadline).run();
  EXPECT_EQ(reply->status, CourierStatus::failed);
  EXPECT_EQ(reply->reason, ErrorCode::registry_unreachable);
  EXPECT_EQ(reply->detail, "as scripted");
  EXPECT_EQ(transport.log.size(), 1U);
  EXPECT_TRUE(transport.last.headers.empty());
}

TEST(RecordErrand, SaysNothingWhenWithdrawn) {
  FakeTransport transport({fails(ErrorCode::challenge_withdrawn)});
  const auto request = record_request();
  EXPECT_FALSE(Errand(transport, request, transport.now() + request.deadline).run());
}

TEST(RecordErrand, AsksForNoDots) {
  for (const char* name : {".", ".."}) {
    FakeTransport transport({});
    auto request = record_request();
    request.user = base::UserName::parse(name).value();
    EXPECT_EQ(Errand(transport, request, transport.now() + request.deadline).run()->reason, ErrorCode::bad_request);
    EXPECT_TRUE(transport.log.empty());
  }
}

TEST(ChallengeErrand, PostsAndWaits) {
  FakeTransport transport({answers(201, kId + "\n"), answers_late(204, Milliseconds(25'000)),
                           answers_late(200, Milliseconds(3'000), "answer and record\n")});
  const auto [reply, log] = carry(transport);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, CourierStatus::ok);
  EXPECT_EQ(reply->statements, "answer and record\n");
  EXPECT_EQ(log, (Log{kPost, wait(25), wait(25)}));  // and no DELETE: it is over
}

TEST(ChallengeErrand, EndsWithTheChallenge) {
  FakeTransport transport({answers(201, kId + "\n"), answers(410, "challenge_replaced: by another\n")});
  const auto [reply, log] = carry(transport);
  EXPECT_EQ(reply->status, CourierStatus::ended);
  EXPECT_EQ(reply->reason, ErrorCode::challenge_replaced);
  EXPECT_EQ(log, (Log{kPost, wait(25)}));
}

TEST(ChallengeErrand, TakesBackWhatNobodyAnswered) {
  FakeTransport transport({answers(201, kId + "\n"), answers_late(204, Milliseconds(25'000)),
                           answers_late(204, Milliseconds(25'000)), hangs(), answers(204)});
  const auto [reply, log] = carry(transport);
  EXPECT_EQ(reply->status, CourierStatus::failed);
  EXPECT_EQ(reply->reason, ErrorCode::deadline_passed);
  EXPECT_EQ(log, (Log{kPost, wait(25), wait(25), wait(10), kDelete}));
  EXPECT_EQ(transport.now() - base::MonotonicTime(), Milliseconds(60'000));
}

TEST(ChallengeErrand, TakesBackWhatTheCallerWithdrew) {
  FakeTransport waiting({answers(201, kId + "\n"), fails(ErrorCode::challenge_withdrawn), answers(204)});
  const auto [reply, log] = carry(waiting);
  EXPECT_FALSE(reply);
  EXPECT_EQ(log, (Log{kPost, wait(25), kDelete}));

  FakeTransport posting({fails(ErrorCode::challenge_withdrawn), answers(204)});
  const auto [nothing, second_log] = carry(posting);
  EXPECT_FALSE(nothing);
  EXPECT_EQ(second_log, (Log{kPost, kDelete}));  // it may have arrived

  FakeTransport pausing({fails(ErrorCode::registry_unreachable)});
  pausing.withdrawn_after = pausing.now();
  EXPECT_FALSE(carry(pausing).reply);
}

TEST(ChallengeErrand, OutlivesARestartOfTheRegistry) {
  FakeTransport transport({answers(201, kId + "\n"), fails(ErrorCode::registry_unreachable),
                           fails(ErrorCode::registry_unreachable), answers(503, "registry_unreachable: bye\n"),
                           answers(200, "answer and record\n")});
  const auto [reply, log] = carry(transport);
  EXPECT_EQ(reply->status, CourierStatus::ok);
  EXPECT_EQ(log, (Log{kPost, wait(25), wait(25), wait(25), wait(25)}));
  EXPECT_EQ(transport.now() - base::MonotonicTime(), Milliseconds(100 + 200 + 400));
}

TEST(ChallengeErrand, OutlivesADeadConnection) {
  FakeTransport transport({answers(201, kId + "\n"), hangs(), answers(200, "answer and record\n")});
  const auto [reply, log] = carry(transport);
  EXPECT_EQ(reply->status, CourierStatus::ok);
  EXPECT_EQ(transport.now() - base::MonotonicTime(), Milliseconds(30'000 + 100));
}

TEST(ChallengeErrand, AsksWhetherItArrivedBeforeItPostsAgain) {
  FakeTransport arrived({fails(ErrorCode::registry_unreachable), answers(200, "answer and record\n")});
  EXPECT_EQ(carry(arrived).log, (Log{kPost, wait(25)}));

  FakeTransport lost({fails(ErrorCode::registry_unreachable), answers(404, "not_found: x\n"), answers(201, kId + "\n"),
                      answers(200, "answer and record\n")});
  const auto [reply, log] = carry(lost);
  EXPECT_EQ(reply->status, CourierStatus::ok);
  EXPECT_EQ(log, (Log{kPost, wait(25), kPost, wait(25)}));
}

TEST(ChallengeErrand, DoesNotPostForEver) {
  std::deque<Step> steps;
  for (int i = 0; i < 10; ++i) {
    steps.push_back(answers(201, kId + "\n"));
    steps.push_back(answers(404, "not_found: x\n"));
  }
  FakeTransport transport(steps);
  const auto [reply, log] = carry(transport);
  EXPECT_EQ(reply->status, CourierStatus::failed);
  EXPECT_EQ(reply->reason, ErrorCode::not_found);
  EXPECT_EQ(std::count(log.begin(), log.end(), kPost), 4);
}

TEST(ChallengeErrand, GivesUpOnARegistryThatWasNeverThere) {
  FakeTransport refused({});
  const auto [reply, log] = carry(refused);
  EXPECT_EQ(reply->reason, ErrorCode::registry_unreachable);
  EXPECT_EQ(reply->detail, "registry_unreachable: connection refused");
  EXPECT_LT(refused.now() - base::MonotonicTime(), Milliseconds(13'000));

  FakeTransport silent({hangs(), hangs(), hangs()});
  EXPECT_EQ(carry(silent).reply->reason, ErrorCode::registry_unreachable);
  EXPECT_LT(silent.now() - base::MonotonicTime(), Milliseconds(13'000));
}

TEST(ChallengeErrand, DoesNotSpinOnARegistryThatDoesNotWait) {
  std::deque<Step> steps{answers(201, kId + "\n")};
  for (int i = 0; i < 1000; ++i) steps.push_back(answers(204));
  FakeTransport transport(steps);
  const auto [reply, log] = carry(transport);
  EXPECT_EQ(reply->reason, ErrorCode::deadline_passed);
  EXPECT_LT(log.size(), 50U);
}

struct Refusal {
  std::string_view name;
  int status;
  std::string_view body;
  ErrorCode expected;
};
class RefusedPost : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedPost, IsFinal) {
  FakeTransport transport({answers(GetParam().status, std::string(GetParam().body))});
  const auto [reply, log] = carry(transport);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->reason, GetParam().expected);
  EXPECT_EQ(log, Log{kPost});
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedPost,
    testing::Values(Refusal{"token", 401, "not_authorized: x\n", ErrorCode::not_authorized},
                    Refusal{"host", 403, "registry_refused: x\n", ErrorCode::registry_refused},
                    Refusal{"user", 404, "record_unknown: x\n", ErrorCode::record_unknown},
                    Refusal{"quota", 429, "quota_exceeded: x\n", ErrorCode::quota_exceeded},
                    Refusal{"crash", 500, "", ErrorCode::internal}, Refusal{"redirect", 302, "", ErrorCode::internal},
                    Refusal{"expired", 410, "challenge_expired: x\n", ErrorCode::challenge_expired}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ChallengeErrand, RefusesAnotherChallengesId) {
  FakeTransport transport({answers(201, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\n"), answers(204)});
  const auto [reply, log] = carry(transport);
  EXPECT_EQ(reply->reason, ErrorCode::internal);
  EXPECT_EQ(log, (Log{kPost, kDelete}));
}

TEST(ChallengeErrand, TakesNoOversizedAnswer) {
  FakeTransport transport({answers(201, kId + "\n"), fails(ErrorCode::too_large), answers(204)});
  const auto [reply, log] = carry(transport);
  EXPECT_EQ(reply->reason, ErrorCode::too_large);
  EXPECT_EQ(log, (Log{kPost, wait(25), kDelete}));
}

}  // namespace
}  // namespace countersign::courier
