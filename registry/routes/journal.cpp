#include "registry/routes/journal.h"

namespace countersign::registry::routes {
namespace {

constexpr std::uint32_t kBurst = 20;
constexpr base::Milliseconds kInterval{1000};

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

}  // namespace countersign::registry::routes
