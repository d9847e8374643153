#include "registry/routes/presence.h"

namespace countersign::registry::routes {

void Presence::posted(const base::ChallengeId& id) {
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(state_->mutex);
    Waits& waits = state_->waits[id];
    if (waits.open > 0) return;
    generation = ++waits.generation;
  }
  start_grace(id, generation);
}

void Presence::opened(const base::ChallengeId& id) {
  const std::lock_guard lock(state_->mutex);
  Waits& waits = state_->waits[id];
  ++waits.open;
  ++waits.generation;
}

void Presence::closed(const base::ChallengeId& id) {
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(state_->mutex);
    Waits& waits = state_->waits[id];
    if (waits.open > 0) --waits.open;
    if (waits.open > 0) return;
    generation = ++waits.generation;
  }
  start_grace(id, generation);
}

void Presence::start_grace(const base::ChallengeId& id, std::uint64_t generation) {
  scheduler_.after(kGrace, [weak = std::weak_ptr(state_), id, generation] {
    const auto state = weak.lock();
    if (!state) return;
    {
      const std::lock_guard lock(state->mutex);
      const auto found = state->waits.find(id);
      if (found == state->waits.end() || found->second.generation != generation) return;
      state->waits.erase(found);
    }
    state->on_gone(id);
  });
}

}  // namespace countersign::registry::routes
