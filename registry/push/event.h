// registry/push/event.h: what of the pushes is worth a log line.
#pragma once

#include <functional>
#include <string>

namespace countersign::registry::push {

struct PushEvent {
  enum class Kind {
    sent,       // the push service took it
    failed,     // it did not, and will not be asked again
    forgotten,  // the subscription is over
    dropped,    // too many wait, or its time passed while it waited
    fault       // ours: the store, memory
  };
  Kind kind;
  std::string user;  // this and what follows may be empty in a fault
  std::string approver;
  std::string service;  // the origin only: who knows an endpoint can ring
  std::string detail;
};
using PushObserver = std::function<void(const PushEvent&)>;

}  // namespace countersign::registry::push
