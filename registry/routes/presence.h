// registry/routes/presence.h: does the host still wait? A challenge for which no wait has been open for ten seconds is
// withdrawn (PROTOCOL.md section 8), so that a phone never rings for a process that is gone.
//
// Counting starts with posted(): the host has as long for its first wait. on_gone runs on a worker thread, outside of
// any lock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "common/base/ids.h"
#include "registry/net/scheduler.h"

namespace countersign::registry::routes {

class Presence {
 public:
  static constexpr base::Milliseconds kGrace{10'000};
  using Gone = std::function<void(const base::ChallengeId&)>;

  // The scheduler is borrowed; it may outlive the Presence.
  Presence(net::Scheduler& scheduler, Gone on_gone) : scheduler_(scheduler), state_(std::make_shared<State>()) {
    state_->on_gone = std::move(on_gone);
  }

  void posted(const base::ChallengeId& id);
  void opened(const base::ChallengeId& id);
  void closed(const base::ChallengeId& id);

 private:
  struct Waits {
    unsigned open = 0;
    std::uint64_t generation = 0;  // which grace period is the present one
  };
  struct State {
    std::mutex mutex;
    std::map<base::ChallengeId, Waits> waits;
    Gone on_gone;
  };
  void start_grace(const base::ChallengeId& id, std::uint64_t generation);

  net::Scheduler& scheduler_;
  std::shared_ptr<State> state_;
};

}  // namespace countersign::registry::routes
