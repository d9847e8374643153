#include "common/base/clock.h"

#include <gtest/gtest.h>

namespace countersign::base {
namespace {

TEST(Time, ParsesAndPrintsTheSameBytes) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2026-11-21T09:30:59Z", "2028-02-29T23:59:59Z", "9999-12-31T23:59:59Z"}) {
    const auto time = parse_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(format_time(*time), text);
  }
  EXPECT_EQ(parse_time("2026-11-21T09:30:59Z")->time_since_epoch().count(), 1795253459);
}

class BadTime : public testing::TestWithParam<const char*> {};
TEST_P(BadTime, IsRefused) { EXPECT_EQ(parse_time(GetParam()).error().code, ErrorCode::bad_time); }
INSTANTIATE_TEST_SUITE_P(Time, BadTime,
                         testing::Values("", "2026-11-21", "2026-11-21T09:30:59", "2026-11-21t09:30:59Z",
                                         "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
                                         "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:30:60Z",
                                         "1969-12-31T23:59:59Z", "2026-11-21T09:30:59+00:00", "2026-11-21T09:30:5 Z",
                                         "-026-11-21T09:30:59Z"));

TEST(Duration, ParsesAndPrints) {
  EXPECT_EQ(*parse_duration("90s"), Milliseconds(90'000));
  EXPECT_EQ(*parse_duration("7d"), Milliseconds(604'800'000));
  EXPECT_EQ(*parse_duration("0s"), Milliseconds(0));
  EXPECT_EQ(*parse_duration("250ms"), Milliseconds(250));
  for (const char* text : {"0s", "1ms", "90s", "5m", "8h", "7d"})
    EXPECT_EQ(format_duration(*parse_duration(text)), text);
  for (const char* bad : {"", "s", "90", "90 s", "-1s", "1.5h", "010s", "1w", "9999999999999s", "999999999999d"}) {
    EXPECT_EQ(parse_duration(bad).error().code, ErrorCode::bad_number) << bad;
  }
}

}  // namespace
}  // namespace countersign::base
