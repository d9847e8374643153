// authorized_keys/lookup.h: from a user to the record whose keys may be printed, and an account of how.
//
// Freshly confirmed records are served without asking. Otherwise one look-up at a time asks the registry; what comes is
// verified (PROTOCOL.md section 7.1) and held against the newest record known before it is stored or served. When
// asking fails, the cached record serves until its own expiry; when the registry says that there is no such user,
// nothing does. This is the only code that decides what is served; it starts from nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/host/courier_message.h"
#include "common/host/record_cache.h"
#include "common/keys/signers.h"
#include "common/policy/record.h"

namespace countersign::authorized_keys {

// Asks the registry for the user's record; `etag` of one that is held.
using Ask = std::function<base::Result<host::CourierReply>(const std::optional<std::string>& etag)>;

struct Surroundings {
  policy::HostIdentity identity;
  base::Seconds fresh;
  base::Seconds max_life;
  const base::Clock& clock;
  const keys::Signers& signers;
  const host::RecordCache& cache;
  base::MonotonicTime deadline;  // for the lock; `ask` keeps its own
  Ask ask;
};

// What the cache holds, judged now.
struct CacheView {
  std::optional<base::Error> unreadable;         // not_found, unsafe_file, …
  std::optional<base::Error> refused;            // why it is not valid now
  std::optional<policy::VerifiedRecord> record;  // valid now
  std::optional<policy::Floor> floor;            // of a record that was valid when it was issued, if not now
  base::Time confirmed{};
  bool withdrawn = false;
  bool fresh = false;

  // May be served when nobody can be asked.
  [[nodiscard]] bool serves() const { return record && !withdrawn; }
};

CacheView view_cache(const Surroundings& around, const base::UserName& user);

// A record that the registry sent, verified and not older than what is known.
base::Result<policy::VerifiedRecord> verify_fetched(const Surroundings& around, const base::UserName& user,
                                                    std::string_view text, const CacheView& known);

enum class Source {
  nothing,
  fresh,      // from the cache, nobody asked
  confirmed,  // from the cache, the registry says it is current
  fetched,    // from the registry
  stale,      // from the cache, because asking failed now or a moment ago
};
std::string_view to_string(Source source);

struct Lookup {
  Source source = Source::nothing;
  std::optional<policy::VerifiedRecord> record;
  std::optional<host::Miss> remembered;   // a failure of a moment ago was respected, and nobody asked
  std::optional<base::Error> trouble;     // why there is nothing, or nothing newer: for the log
  std::optional<base::Error> not_stored;  // the answer could not be kept
};

Lookup look_up(const Surroundings& around, const base::UserName& user);

}  // namespace countersign::authorized_keys
