// registry/routes/context.h: what routes work with. Everything is borrowed and outlives every request.
#pragma once

#include "common/base/clock.h"
#include "common/base/origin.h"
#include "common/policy/endorsement.h"
#include "registry/net/scheduler.h"
#include "registry/push/bell.h"
#include "registry/push/subscription.h"
#include "registry/records/record_service.h"
#include "registry/routes/hub.h"
#include "registry/routes/journal.h"
#include "registry/routes/presence.h"
#include "registry/routes/rates.h"
#include "registry/store/store.h"

namespace countersign::registry::routes {

struct Settings {
  base::Origin url;
  policy::PhoneExpectation phone;
  std::string vapid_key;  // unpadded base64url of the public point, as a browser takes it
  push::Services push_services = {};
  base::Milliseconds challenge_max_life{120'000};
  std::size_t pending_per_source = 8;
  unsigned challenges_per_minute = 10;  // of one host, for one user, login key and address
  bool registry_endorses = true;        // approvers.endorsed_by
};

// What else one source may do in a minute.
inline constexpr unsigned kRequestsPerHostMinute = 1200;
inline constexpr unsigned kSessionsPerKeyMinute = 30;
inline constexpr unsigned kAnswersPerChallengeMinute = 120;
inline constexpr unsigned kLooksPerCardMinute = 120;
inline constexpr unsigned kChangesPerKeyMinute = 20;
inline constexpr unsigned kRequestsPerPairingMinute = 120;
// PROTOCOL.md section 9.4.
inline constexpr unsigned kUnknownPairingsPerAddressMinute = 10;
inline constexpr unsigned kUnknownPairingsPerMinute = 60;
inline constexpr unsigned kSubscriptionsPerKeyMinute = 20;

// How far the time in a challenge may be from the registry's clock. Half of what a challenge is remembered for, so that
// none can be posted a second time: an old report would otherwise take a key out again.
inline constexpr base::Seconds kPostWindow{12LL * 3600};

struct Rates {
  Rates(const base::Clock& clock, const Settings& settings)
      : challenges(clock, settings.challenges_per_minute),
        hosts(clock, kRequestsPerHostMinute),
        sessions(clock, kSessionsPerKeyMinute),
        answers(clock, kAnswersPerChallengeMinute),
        cards(clock, kLooksPerCardMinute),
        changes(clock, kChangesPerKeyMinute),
        pairings(clock, kRequestsPerPairingMinute),
        own_pairings(clock, kRequestsPerPairingMinute),
        unknown_pairings(clock, kUnknownPairingsPerAddressMinute),
        all_unknown_pairings(clock, kUnknownPairingsPerMinute),
        subscriptions(clock, kSubscriptionsPerKeyMinute) {}
  // "Peer" is net::counting_key of the peer's address.
  RateLimit challenges;            // by host, user, login key and address
  RateLimit hosts;                 // by host
  RateLimit sessions;              // by peer and approver
  RateLimit answers;               // by peer and challenge
  RateLimit cards;                 // by peer and challenge
  RateLimit changes;               // by peer and approver
  RateLimit pairings;              // by pairing: the new phone's side
  RateLimit own_pairings;          // by pairing: its maker's side
  RateLimit unknown_pairings;      // by peer
  RateLimit all_unknown_pairings;  // one key: whoever it is
  RateLimit subscriptions;         // by user and approver
};

struct Context {
  const Settings& settings;
  const base::Clock& clock;
  store::Store& store;
  records::RecordService& records;
  Hub& hub;
  Presence& presence;
  net::Scheduler& scheduler;
  Rates& rates;
  Journal& journal;
  push::Bell& bell;
};

// A challenge left posted: whoever waits for it, or for the user's cards, looks again.
void wake_about(Context& context, const base::ChallengeId& id, const base::UserName& user);

// At the moment a posted challenge expires. Call once when it is posted, or found posted at the start.
void wake_at_deadline(Context& context, const store::Challenge& challenge);

// For Presence: the host no longer waits.
void withdraw_abandoned(Context& context, const base::ChallengeId& id);

}  // namespace countersign::registry::routes
