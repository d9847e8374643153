#include "registry/routes/hub.h"

#include <vector>

namespace countersign::registry::routes {

Hub::Ticket LocalHub::listen(const Topic& topic, std::function<void()> function) {
  const std::lock_guard lock(mutex_);
  const Ticket ticket = next_++;
  topics_.emplace(ticket, topic.str());
  listeners_.emplace(topic.str(), std::make_pair(ticket, std::move(function)));
  return ticket;
}

void LocalHub::forget(Ticket ticket) {
  std::function<void()> released;  // destroyed outside the lock: it may own what forgets another ticket
  const std::lock_guard lock(mutex_);
  const auto topic = topics_.find(ticket);
  if (topic == topics_.end()) return;
  const auto [first, last] = listeners_.equal_range(topic->second);
  for (auto listener = first; listener != last; ++listener) {
    if (listener->second.first != ticket) continue;
    released = std::move(listener->second.second);
    listeners_.erase(listener);
    break;
  }
  topics_.erase(topic);
}

void LocalHub::wake(const Topic& topic) {
  std::vector<std::function<void()>> woken;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = listeners_.equal_range(topic.str());
    for (auto listener = first; listener != last; ++listener) {
      topics_.erase(listener->second.first);
      woken.push_back(std::move(listener->second.second));
    }
    listeners_.erase(first, last);
  }
  for (const auto& function : woken) function();
}

std::size_t LocalHub::listeners() const {
  const std::lock_guard lock(mutex_);
  return listeners_.size();
}

}  // namespace countersign::registry::routes
