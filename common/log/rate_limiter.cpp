#include "common/log/rate_limiter.h"

#include <algorithm>
#include <utility>

namespace countersign::log {

RateLimiter::RateLimiter(const base::Clock& clock, std::uint32_t burst, base::Milliseconds interval)
    : clock_(clock),
      burst_(std::max<std::uint32_t>(burst, 1)),
      interval_(std::max(interval, base::Milliseconds{1})),
      tokens_(burst_),
      last_refill_(clock.monotonic()) {}

std::optional<std::uint64_t> RateLimiter::admit() {
  const std::lock_guard lock(mutex_);
  const base::MonotonicTime now = clock_.monotonic();
  const std::int64_t earned = now > last_refill_ ? (now - last_refill_) / interval_ : 0;
  if (earned >= burst_ - tokens_) {
    tokens_ = burst_;
    last_refill_ = now;
  } else {
    tokens_ += static_cast<std::uint32_t>(earned);
    last_refill_ += interval_ * earned;
  }
  if (tokens_ == 0) {
    ++suppressed_;
    return std::nullopt;
  }
  --tokens_;
  return std::exchange(suppressed_, 0);
}

void write_limited(RateLimiter& limiter, Sink& sink, Level level, Event event) {
  const std::optional<std::uint64_t> left_out = limiter.admit();
  if (!left_out) return;
  if (*left_out > 0) event.with("suppressed", *left_out);
  event.write_to(sink, level);
}

}  // namespace countersign::log
