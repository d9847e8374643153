#include "registry/routes/rates.h"

#include <algorithm>

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

double RateLimit::refilled(const Bucket& bucket, base::MonotonicTime now) const {
  const double minutes = std::chrono::duration<double, std::ratio<60>>(now - bucket.last).count();
  return std::min<double>(per_minute_, bucket.tokens + minutes * per_minute_);
}

void RateLimit::forget_full(base::MonotonicTime now) {
  std::erase_if(buckets_, [&](const auto& entry) { return refilled(entry.second, now) >= per_minute_; });
}

Result<void> RateLimit::take(const std::string& key, std::string_view what) {
  const Error refused(ErrorCode::quota_exceeded, "too many " + std::string(what));
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= most_keys_) forget_full(now);
    if (buckets_.size() >= most_keys_) return refused;
    found = buckets_.emplace(key, Bucket{static_cast<double>(per_minute_), now}).first;
  }
  Bucket& bucket = found->second;
  bucket = Bucket{refilled(bucket, now), now};
  if (bucket.tokens < 1) return refused;
  bucket.tokens -= 1;
  return {};
}

Result<void> RateLimit::has_room(const std::string& key, std::string_view what) {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  const auto found = buckets_.find(key);
  if (found == buckets_.end() || refilled(found->second, now) >= 1) return {};
  return Error(ErrorCode::quota_exceeded, "too many " + std::string(what));
}

}  // namespace countersign::registry::routes
