// registry/routes/journal.h: the registry's log lines. What a peer can cause without a token or a signature is
// rate-limited by reason; what somebody did with one is written each time. Never tokens, signature bytes or statements.
// Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "common/base/clock.h"
#include "common/log/event.h"
#include "common/log/rate_limiter.h"
#include "registry/net/server.h"
#include "registry/push/event.h"

namespace countersign::registry::routes {

class Journal {
 public:
  // Both are borrowed.
  Journal(log::Sink& sink, const base::Clock& clock) : sink_(sink), clock_(clock) {}

  void note(const log::Event& event) { event.write_to(sink_, log::Level::info); }
  void warn(const log::Event& event) { event.write_to(sink_, log::Level::warning); }
  void refused(const net::Request& request, int status, const base::Error& error);
  void net_event(const net::NetEvent& event);
  void push_event(const push::PushEvent& event);

 private:
  void limited(const std::string& bucket, log::Level level, log::Event event);

  log::Sink& sink_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<log::RateLimiter>> limiters_;  // by reason: a small, fixed set
};

}  // namespace countersign::registry::routes
