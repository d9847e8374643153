// registry/store/sqlite_store.h: the Store in one SQLite file (WAL), for one registry on one machine.
//
// The admin subcommands open the same file while the server runs. A few connections are shared by all threads; a method
// waits for a free one, and for another process's write at most five seconds.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "registry/store/store.h"

namespace countersign::registry::store {

class SqliteStore {
 public:
  // A new file with mode 0600 (already_exists when there is one), or an existing one (not_found when there is none).
  static base::Result<std::unique_ptr<Store>> create(const std::string& path, const base::Clock& clock);
  static base::Result<std::unique_ptr<Store>> open(const std::string& path, const base::Clock& clock,
                                                   unsigned connections);
};

}  // namespace countersign::registry::store
