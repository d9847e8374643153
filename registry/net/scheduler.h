// registry/net/scheduler.h: "run this later", for deadlines that belong to no connection.
//
// The function runs on a worker thread, once, or never when the server stops first. There is no way to call one off:
// what it does must look at the present state anyway, and must be harmless when it comes late.
#pragma once

#include <functional>

#include "common/base/clock.h"

namespace countersign::registry::net {

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual void after(base::Milliseconds delay, std::function<void()> function) = 0;
};

}  // namespace countersign::registry::net
