// registry/store/schema.h: the tables, embedded in the program, and their version in the file (PRAGMA user_version).
#pragma once

#include "registry/store/sqlite_db.h"

namespace countersign::registry::store {

// A new file gets the tables; an older version is brought forward; a newer or foreign one is refused with bad_config.
base::Result<void> prepare_schema(Database& database);

}  // namespace countersign::registry::store
