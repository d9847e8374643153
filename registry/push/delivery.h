// registry/push/delivery.h: one push on its way to one phone, and what an answer of its service means (RFC 8030 section
// 5, RFC 8292). No network, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/http/client.h"
#include "registry/store/store.h"

namespace countersign::registry::push {

struct Delivery {
  std::uint64_t id = 0;
  store::PushSubscription to;
  std::string service;  // the origin of its endpoint
  std::string text;
  std::optional<base::ChallengeId> challenge;  // sent only while this is posted
  base::MonotonicTime deadline{};              // no try begins later
  base::MonotonicTime due{};
  unsigned tries = 0;
};

enum class Verdict {
  delivered,
  gone,   // the subscription is over: forget it
  again,  // after the pause
  failed
};
struct Judgement {
  Verdict verdict;
  base::Milliseconds pause{0};
};

// `tries` counts the one that ended so. A Retry-After is honoured up to kLongestPause: a service that names a day would
// silence a phone for it.
inline constexpr base::Seconds kLongestPause{300};
Judgement judge(const base::Result<http::Response>& ended, unsigned tries);

// The text of a notice (PROTOCOL.md section 9.6).
std::string notice_text(const store::Notice& notice);

}  // namespace countersign::registry::push
