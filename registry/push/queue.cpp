#include "registry/push/queue.h"

#include <algorithm>
#include <utility>

namespace countersign::registry::push {
namespace {

using Counts = std::map<std::string, std::size_t>;

constexpr std::size_t kMostPauses = 10'000;

std::size_t count(const Counts& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

void lower(Counts& counts, const std::string& key) {
  const auto found = counts.find(key);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

bool Queue::add(Delivery delivery) {
  const std::string& user = delivery.to.user.str();
  if (waiting_.size() >= limits_.all || count(of_user_, user) >= limits_.of_user) return false;
  const auto pause = paused_.find(delivery.to.endpoint);
  if (pause != paused_.end()) delivery.due = std::max(delivery.due, pause->second);
  ++of_user_[user];
  waiting_.push_back(std::move(delivery));
  return true;
}

bool Queue::may_begin(const Delivery& delivery, base::MonotonicTime now) const {
  return delivery.due <= now && count(under_way_of_phone_, delivery.to.endpoint) < limits_.under_way_of_phone &&
         count(under_way_of_user_, delivery.to.user.str()) < limits_.under_way_of_user &&
         count(under_way_of_service_, delivery.service) < limits_.under_way_of_service;
}

std::optional<Delivery> Queue::take(base::MonotonicTime now) {
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    const bool over = each->deadline <= now;
    if (!over && (under_way_ >= limits_.under_way || !may_begin(*each, now))) {
      ++each;
      continue;
    }
    Delivery taken = std::move(*each);
    each = waiting_.erase(each);
    lower(of_user_, taken.to.user.str());
    if (over) {
      late_.push_back(std::move(taken));
      continue;
    }
    ++under_way_;
    ++under_way_of_phone_[taken.to.endpoint];
    ++under_way_of_user_[taken.to.user.str()];
    ++under_way_of_service_[taken.service];
    return taken;
  }
  return std::nullopt;
}

std::vector<Delivery> Queue::take_late() { return std::exchange(late_, {}); }

void Queue::ended(const Delivery& delivery) {
  --under_way_;
  lower(under_way_of_phone_, delivery.to.endpoint);
  lower(under_way_of_user_, delivery.to.user.str());
  lower(under_way_of_service_, delivery.service);
}

bool Queue::again(Delivery delivery, base::MonotonicTime due) {
  if (due >= delivery.deadline) return false;
  delivery.due = due;
  return add(std::move(delivery));
}

void Queue::pause(const store::PushSubscription& subscription, base::MonotonicTime until, base::MonotonicTime now) {
  std::erase_if(paused_, [now](const auto& entry) { return entry.second <= now; });
  if (paused_.size() < kMostPauses) paused_[subscription.endpoint] = until;
}

std::optional<base::MonotonicTime> Queue::next_due(base::MonotonicTime now) const {
  std::optional<base::MonotonicTime> first;
  for (const Delivery& each : waiting_) {
    if (each.due > now && (!first || each.due < *first)) first = each.due;
  }
  return first;
}

}  // namespace countersign::registry::push
