// registry/push/pusher_impl.h: what stands behind Pusher; its thread in pusher.cpp, its requests in
// pusher_requests.cpp. Internal to push. Everything but ring() and stopping belongs to the thread.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/http/parallel.h"
#include "registry/push/pusher.h"

namespace countersign::registry::push {

// A challenge that was handed over and not yet looked at.
struct Ring {
  base::ChallengeId id;
  base::UserName user;
  std::string text;
  std::int64_t deadline_ms;
  std::vector<base::ChallengeId> replaced;
};

struct Pusher::Impl {
  Impl(const PusherParts& borrowed, Services allowed, VapidSigner vapid, PushObserver to)
      : parts(borrowed), services(std::move(allowed)), signer(std::move(vapid)), observer(std::move(to)) {}

  void run();
  void step();
  void goodbye();

  void admit_rings();
  void admit(Ring ring);
  void admit_notices();
  void send_to_all(const base::UserName& user, const Delivery& what, const std::string& but_not);
  void add(Delivery delivery);
  void begin_due();

  [[nodiscard]] bool still_there(Delivery& delivery);
  [[nodiscard]] bool still_wanted(Delivery& delivery);
  void begin(Delivery delivery);
  base::Result<void> request(const Delivery& delivery);
  void ended(http::Parallel::Ended end);

  [[nodiscard]] base::MonotonicTime now() const { return parts.clock.monotonic(); }
  void tell(PushEvent::Kind kind, const Delivery& delivery, std::string detail) const {
    observer({kind, delivery.to.user.str(), delivery.to.fingerprint, delivery.service, std::move(detail)});
  }
  void fault(const std::string& what) const { observer({PushEvent::Kind::fault, "", "", "", what}); }

  const PusherParts parts;
  const Services services;
  VapidSigner signer;
  const PushObserver observer;
  std::optional<http::Parallel> parallel;  // once started

  std::mutex mutex;
  std::vector<Ring> rings;  // under the mutex
  std::size_t lost_rings = 0;
  std::atomic<bool> stopping = false;

  Queue queue;
  std::map<std::uint64_t, Delivery> under_way;
  std::map<base::ChallengeId, Ring> successors;  // by the challenge that was replaced
  std::uint64_t next_id = 1;
  base::MonotonicTime next_notices{};
  std::thread thread;
};

}  // namespace countersign::registry::push
