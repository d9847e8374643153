// log/rate_limiter.h: a token bucket for lines that a remote peer can cause.
//
// One bucket an event, so that a flood of one kind cannot hide another. A line that is admitted says how many of its
// kind were left out before it (suppressed=N), so the count is never lost as long as the event goes on.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "common/base/clock.h"
#include "common/log/event.h"

namespace countersign::log {

class RateLimiter {
 public:
  // At most `burst` lines at once, one more each `interval`. The clock is borrowed and must outlive the limiter.
  RateLimiter(const base::Clock& clock, std::uint32_t burst, base::Milliseconds interval);

  // The number of lines left out since the last one that was admitted; nothing when this one must be left out too.
  [[nodiscard]] std::optional<std::uint64_t> admit();

 private:
  const base::Clock& clock_;
  const std::uint32_t burst_;
  const base::Milliseconds interval_;
  std::mutex mutex_;
  std::uint32_t tokens_;
  std::uint64_t suppressed_ = 0;
  base::MonotonicTime last_refill_;
};

// Writes the event unless the limiter refuses; adds suppressed=N where lines were left out before it.
void write_limited(RateLimiter& limiter, Sink& sink, Level level, Event event);

}  // namespace countersign::log
