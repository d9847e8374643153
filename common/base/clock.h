// base/clock.h: points in time as the protocol writes them, and where "now" comes from.
//
// Time is UTC with whole seconds, printed as in RFC 3339: 2026-11-21T09:30:00Z (PROTOCOL.md section 2.3). Deadlines use
// the monotonic clock; statements use the wall clock. Code that needs a time takes a Clock, so tests can set it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace countersign::base {

using Seconds = std::chrono::seconds;
using Milliseconds = std::chrono::milliseconds;
using Time = std::chrono::sys_seconds;                        // wall clock, UTC
using MonotonicTime = std::chrono::steady_clock::time_point;  // for deadlines

std::string format_time(Time time);
// Exactly YYYY-MM-DDTHH:MM:SSZ, a date that exists, years 1970 to 9999; else bad_time.
Result<Time> parse_time(std::string_view text);

// "90s", "10m", "8h", "7d", "250ms": a whole number and one unit; "0s" is zero. Else bad_number.
Result<Milliseconds> parse_duration(std::string_view text);
std::string format_duration(Milliseconds duration);  // the largest unit that divides it

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
  [[nodiscard]] virtual std::int64_t now_unix_ms() const = 0;  // for record serials
  [[nodiscard]] virtual MonotonicTime monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
  [[nodiscard]] std::int64_t now_unix_ms() const override;
  [[nodiscard]] MonotonicTime monotonic() const override;
};

}  // namespace countersign::base
