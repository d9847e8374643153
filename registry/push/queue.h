// registry/push/queue.h: the pushes that wait for their turn or for another try, in bounded memory.
//
// Nobody's pushes hold up another's: each user may have so many here, each phone, user and service so many under way,
// and what may not begin yet is passed over, not waited for. A service that asked for a pause gets it for that one
// subscription. One thread.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "registry/push/delivery.h"

namespace countersign::registry::push {

struct QueueLimits {
  std::size_t all = 4096;
  std::size_t of_user = 64;
  std::size_t under_way = 256;
  std::size_t under_way_of_phone = 2;
  std::size_t under_way_of_user = 16;
  std::size_t under_way_of_service = 64;
};

class Queue {
 public:
  explicit Queue(const QueueLimits& limits = {}) : limits_(limits) {}

  // False when the queue, or its user's share, is full.
  [[nodiscard]] bool add(Delivery delivery);
  // The first, in the order they came, that may begin now: due, and within the limits. It counts as under way until
  // ended() is told. What has passed its deadline is left out, for take_late().
  std::optional<Delivery> take(base::MonotonicTime now);
  std::vector<Delivery> take_late();
  void ended(const Delivery& delivery);
  // Back for another try, after ended(). False when its time would be over before.
  [[nodiscard]] bool again(Delivery delivery, base::MonotonicTime due);
  // Further pushes to this subscription wait until then.
  void pause(const store::PushSubscription& subscription, base::MonotonicTime until, base::MonotonicTime now);

  // When take() may have more to give than now, without an ended(): the first due time after `now`, if any.
  [[nodiscard]] std::optional<base::MonotonicTime> next_due(base::MonotonicTime now) const;
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

 private:
  [[nodiscard]] bool may_begin(const Delivery& delivery, base::MonotonicTime now) const;

  QueueLimits limits_;
  std::list<Delivery> waiting_;
  std::vector<Delivery> late_;
  std::map<std::string, std::size_t> of_user_;  // waiting
  std::size_t under_way_ = 0;
  std::map<std::string, std::size_t> under_way_of_phone_;  // by endpoint
  std::map<std::string, std::size_t> under_way_of_user_;
  std::map<std::string, std::size_t> under_way_of_service_;
  std::map<std::string, base::MonotonicTime> paused_;  // by endpoint
};

}  // namespace countersign::registry::push
