// registry/push/bell.h: what the routes know of pushes: they ring, and go on. Any thread; never waits, never fails.
#pragma once

#include <vector>

#include "registry/store/store.h"

namespace countersign::registry::push {

class Bell {
 public:
  Bell() = default;
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  virtual ~Bell() = default;

  // A challenge was posted. One that replaces others makes no new sound: only a push for those that has not gone out
  // yet becomes one for this.
  virtual void ring(const store::Challenge& challenge, const std::vector<base::ChallengeId>& replaced) = 0;
};

}  // namespace countersign::registry::push
