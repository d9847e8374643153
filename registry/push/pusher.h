// registry/push/pusher.h: sends the pushes, on a thread of its own.
//
// ring() hands a challenge over and returns. The thread looks up the subscriptions of the user's approvers, encrypts
// for each, and drives all requests at once (http/parallel.h), so that a service that never answers delays nobody.
// Every two seconds it takes the notices that the store holds, whoever left them there; of several registries with one
// store, one gets each. A push is a bell: what does not fit the limits, or cannot be delivered in a challenge's life,
// is dropped and logged; what waits for another try when the registry ends is lost.
#pragma once

#include <memory>

#include "registry/push/bell.h"
#include "registry/push/event.h"
#include "registry/push/queue.h"
#include "registry/push/subscription.h"
#include "registry/push/vapid.h"
#include "registry/records/record_service.h"

namespace countersign::registry::push {

// All of it outlives the pusher's thread.
struct PusherParts {
  store::Store& store;
  records::RecordService& records;
  const base::Clock& clock;
};

class Pusher final : public Bell {
 public:
  // The observer is called on the pusher's thread.
  Pusher(const PusherParts& parts, Services services, VapidSigner signer, PushObserver observer);
  ~Pusher() override;  // finish()

  // Before the first ring(). internal when libcurl cannot start.
  base::Result<void> start();
  // Begins what is due, lets what is under way end for at most two seconds, and ends the thread. Again is nothing.
  void finish();

  void ring(const store::Challenge& challenge, const std::vector<base::ChallengeId>& replaced) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::registry::push
