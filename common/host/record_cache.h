// host/record_cache.h: the signed records that this host keeps (PROTOCOL.md section 11).
//
// Reading is for everybody and trusts nothing: the bytes are verified by who asked, each time. A file that is a link,
// no regular file, too large, or not owned by `countersign` or root is unsafe_file and never read.
//
// Writing is for the key helper alone, and only through a Writer: the lock of one user's entry, held while the registry
// is asked. So of many look-ups at once one asks, the others wait and find what it found; and a record that arrived
// late never replaces a newer one, because who holds the lock reads the entry again before it writes.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/clock.h"
#include "common/base/handle.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/files/safe_read.h"

namespace countersign::host {

inline constexpr std::string_view kCacheDirectory = "/var/cache/countersign";
inline constexpr base::Seconds kUnknownFor{10};
inline constexpr base::Seconds kFailedFor{15};
inline constexpr base::Seconds kClockSlack{5};  // a time further in the future counts for nothing

struct CachedRecord {
  std::string text;
  base::Time confirmed;  // when the registry last said that it is current
  bool withdrawn;        // the registry said since that it knows no such user: it counts for serials, and admits nobody
};

// Confirmed less than `fresh` ago, as far as the clock can be believed.
bool is_fresh(const CachedRecord& record, base::Seconds fresh, base::Time now);

enum class Miss { unknown, failed };
std::string_view to_string(Miss miss);

class RecordCache {
 public:
  // `owner` is countersign's uid; rules.trusted_base is for tests (files/safe_read.h).
  RecordCache(std::string directory, uid_t owner, std::string trusted_base = "/");

  // not_found when there is none.
  base::Result<CachedRecord> read(const base::UserName& user) const;
  // What the last look-up could not get, while that still counts.
  std::optional<Miss> miss(const base::UserName& user, base::Time now) const;

  class Writer {
   public:
    // Puts the record in place: temporary file, synced, renamed. Its confirmation is now; a miss is forgotten.
    base::Result<void> store(std::string_view text);
    // 304: the record in the cache is current.
    base::Result<void> confirm(base::Time now);
    // 404: see CachedRecord::withdrawn. No record is no error.
    base::Result<void> withdraw();
    base::Result<void> note(Miss miss);

   private:
    friend class RecordCache;
    Writer(const RecordCache& cache, std::string name, base::Fd lock)
        : cache_(cache), name_(std::move(name)), lock_(std::move(lock)) {}
    base::Result<void> set_time(base::Time time);
    const RecordCache& cache_;
    std::string name_;
    base::Fd lock_;  // flock, released with the descriptor
  };
  // Waits for the user's lock; deadline_passed when another look-up holds it for so long. Makes the directories below
  // the cache where they are missing. The Writer must not outlive the cache.
  base::Result<Writer> lock(const base::UserName& user, base::MonotonicTime deadline) const;

 private:
  [[nodiscard]] std::string path(std::string_view folder, const std::string& name) const;
  std::string directory_;
  files::Rules rules_;
};

// Lower-case hexadecimal SHA-256 of the user name.
std::string cache_name(const base::UserName& user);

}  // namespace countersign::host
