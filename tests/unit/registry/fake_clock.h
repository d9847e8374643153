// A clock that moves only when told. Any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "common/base/clock.h"

namespace countersign::registry {

class FakeClock final : public base::Clock {
 public:
  [[nodiscard]] base::Time now() const override {
    return base::Time{std::chrono::floor<base::Seconds>(base::Milliseconds{ms_})};
  }
  [[nodiscard]] std::int64_t now_unix_ms() const override { return ms_; }
  [[nodiscard]] base::MonotonicTime monotonic() const override { return base::MonotonicTime{base::Milliseconds{ms_}}; }
  void advance(base::Milliseconds by) { ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> ms_ = 1'795'253'400'000;  // 2026-11-21T09:30:00Z
};

}  // namespace countersign::registry
