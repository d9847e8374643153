#include "common/log/rate_limiter.h"

#include <gtest/gtest.h>

namespace countersign::log {
namespace {

using base::Milliseconds;

class HandClock final : public base::Clock {
 public:
  [[nodiscard]] base::Time now() const override { return {}; }
  [[nodiscard]] std::int64_t now_unix_ms() const override { return 0; }
  [[nodiscard]] base::MonotonicTime monotonic() const override { return time; }
  base::MonotonicTime time{std::chrono::hours{1}};
};

TEST(RateLimiter, AdmitsTheBurstThenOneAnInterval) {
  HandClock clock;
  RateLimiter limiter(clock, 3, Milliseconds{1000});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.admit(), 0U);
  EXPECT_EQ(limiter.admit(), std::nullopt);
  clock.time += Milliseconds{999};
  EXPECT_EQ(limiter.admit(), std::nullopt);
  clock.time += Milliseconds{1};
  EXPECT_EQ(limiter.admit(), 2U);
  EXPECT_EQ(limiter.admit(), std::nullopt);
}

TEST(RateLimiter, FillsNoFurtherThanTheBurst) {
  HandClock clock;
  RateLimiter limiter(clock, 2, Milliseconds{1000});
  clock.time += std::chrono::hours{24 * 365};
  EXPECT_TRUE(limiter.admit());
  EXPECT_TRUE(limiter.admit());
  EXPECT_FALSE(limiter.admit());
}

TEST(RateLimiter, PartsOfAnIntervalAddUp) {
  HandClock clock;
  RateLimiter limiter(clock, 2, Milliseconds{1000});
  EXPECT_TRUE(limiter.admit());
  EXPECT_TRUE(limiter.admit());
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(limiter.admit());
    clock.time += Milliseconds{250};
  }
  EXPECT_EQ(limiter.admit(), 4U);
}

TEST(RateLimiter, ALineThatComesThroughSaysWhatWasLeftOut) {
  HandClock clock;
  MemorySink sink;
  RateLimiter limiter(clock, 1, Milliseconds{1000});
  for (int i = 0; i < 5; ++i) write_limited(limiter, sink, Level::notice, Event("refused"));
  clock.time += Milliseconds{1000};
  write_limited(limiter, sink, Level::notice, Event("refused").with("peer", "10.0.0.1"));
  EXPECT_EQ(sink.lines(), (std::vector<std::string>{"event=refused", "event=refused peer=10.0.0.1 suppressed=4"}));
}

}  // namespace
}  // namespace countersign::log
