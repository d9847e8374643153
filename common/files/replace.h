// files/replace.h: writing a file so that a reader sees the old content or the new one, never a part.
//
// A temporary file of mode 0600 beside the target, filled, given its final mode, synced, renamed over the target; then
// the directory is synced. Any failure leaves the target as it was and removes the temporary file. The parents are
// checked as in files/safe_read.h.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "common/base/bytes.h"
#include "common/files/safe_read.h"

namespace countersign::files {

// unsynced: still atomic for readers, but a power cut may lose it; for caches, which are checked when read.
enum class Durability { synced, unsynced };

struct Replacement {
  mode_t mode = 0600;
  Durability durability = Durability::synced;
};

// unsafe_file, not_found (no such directory) or io_error.
base::Result<void> replace_file(std::string_view path, base::ByteView content, const Rules& rules,
                                const Replacement& how = {});

// Removes the file; a file that is not there is no error. Durable when it returns.
base::Result<void> remove_file(std::string_view path, const Rules& rules);

}  // namespace countersign::files
