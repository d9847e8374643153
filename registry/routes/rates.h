// registry/routes/rates.h: how often one source may do one thing: a token bucket for each key, in bounded memory.
//
// Keys are chosen so that a source spends only its own tokens. When too many keys are known, those that are full again
// are forgotten first; if none is, the newcomer is refused rather than somebody else's count. Any thread.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace countersign::registry::routes {

class RateLimit {
 public:
  // `per_minute` at once, refilled evenly over a minute. The clock is borrowed.
  RateLimit(const base::Clock& clock, unsigned per_minute, std::size_t most_keys = 100'000)
      : clock_(clock), per_minute_(per_minute), most_keys_(most_keys) {}

  base::Result<void> take(const std::string& key, std::string_view what);  // quota_exceeded, naming `what`
  // Would take() succeed? For what counts only when it fails.
  [[nodiscard]] base::Result<void> has_room(const std::string& key, std::string_view what);

 private:
  struct Bucket {
    double tokens;
    base::MonotonicTime last;
  };
  [[nodiscard]] double refilled(const Bucket& bucket, base::MonotonicTime now) const;
  void forget_full(base::MonotonicTime now);

  const base::Clock& clock_;
  const unsigned per_minute_;
  const std::size_t most_keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace countersign::registry::routes
