#include "registry/routes/journal.h"

namespace countersign::registry::routes {
namespace {

constexpr std::uint32_t kBurst = 20;
constexpr base::Milliseconds kInterval{1000};

log::Event push_event_of(push::PushEvent::Kind kind) {
  switch (kind) {
    case push::PushEvent::Kind::sent: return log::Event("push_sent");
    case push::PushEvent::Kind::failed: return log::Event("push_failed");
    case push::PushEvent::Kind::forgotten: return log::Event("push_forgotten");
    case push::PushEvent::Kind::dropped: return log::Event("push_dropped");
    case push::PushEvent::Kind::fault: return log::Event("push_fault");
  }
  return log::Event("push_fault");
}

}  // namespace

void Journal::limited(const std::string& bucket, log::Level level, log::Event event) {
  log::RateLimiter* limiter = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto& slot = limiters_[bucket];
    if (!slot) slot = std::make_unique<log::RateLimiter>(clock_, kBurst, kInterval);
    limiter = slot.get();
  }
  log::write_limited(*limiter, sink_, level, std::move(event));
}

void Journal::refused(const net::Request& request, int status, const base::Error& error) {
  log::Event event("request_refused");
  event.with("status", status).with(error).with("peer", request.peer);
  event.with("method", net::to_string(request.method)).with("path", request.target.path());
  const log::Level level = status >= 500 ? log::Level::error : log::Level::notice;
  limited(std::string(base::to_string(error.code)), level, std::move(event));
}

void Journal::net_event(const net::NetEvent& what) {
  const std::string_view kind = net::to_string(what.kind);
  log::Event event("connection_trouble");
  event.with("kind", kind).with("peer", what.peer).with("detail", what.detail);
  limited("net " + std::string(kind), log::Level::notice, std::move(event));
}

void Journal::push_event(const push::PushEvent& what) {
  log::Event event = push_event_of(what.kind);
  if (!what.user.empty()) event.with("user", what.user).with("approver", what.approver).with("service", what.service);
  event.with("detail", what.detail);
  switch (what.kind) {
    case push::PushEvent::Kind::sent: return note(event);
    case push::PushEvent::Kind::forgotten: return note(event);
    case push::PushEvent::Kind::failed: return limited("push failed", log::Level::warning, std::move(event));
    case push::PushEvent::Kind::dropped: return limited("push dropped", log::Level::warning, std::move(event));
    case push::PushEvent::Kind::fault: return limited("push fault", log::Level::warning, std::move(event));
  }
}

}  // namespace countersign::registry::routes
