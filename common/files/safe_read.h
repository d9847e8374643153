// files/safe_read.h: reading files on whose content a login depends.
//
// A file is read only where nobody but root (or one further owner that the caller names) could have written it or put
// another in its place: an absolute path without "..", no symbolic link anywhere in it, a regular file, owner and mode
// as expected, and every parent directory likewise. The walk goes from directory to directory by descriptor, so what
// was checked is what is opened. A sticky directory such as /tmp does not count as safe. Opening never blocks on a
// FIFO.
//
// Errors: not_found, unsafe_file, too_large, io_error; the detail names the path, what was found and what is expected.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/handle.h"
#include "common/base/result.h"

namespace countersign::files {

enum class Readers { anybody, owner_and_group, owner_only };  // who may be able to read the file, at most

struct Rules {
  uid_t owner = 0;                     // the file and its parents belong to this user or to root
  Readers readers = Readers::anybody;  // narrower for files that hold a secret
  std::size_t max_bytes = std::size_t{64} * 1024;
  // The directory from which the parents are checked, this one included. Those above it are the caller's word: "/" in
  // every program; a test's own directory in unit tests. The path must lie below it.
  std::string trusted_base = "/";
};

struct OpenFile {
  base::Fd fd;
  std::size_t size = 0;  // at the time of opening, at most max_bytes
  base::Time modified{};
};

base::Result<OpenFile> open_safely(std::string_view path, const Rules& rules);

// The whole file, read once. A file that grows while it is read is an io_error.
base::Result<std::string> read_safely(std::string_view path, const Rules& rules);
// The same, and when it was last modified: both of one opening, for a file that is replaced while it is read.
struct Content {
  std::string text;
  base::Time modified;
};
base::Result<Content> read_with_time(std::string_view path, const Rules& rules);
base::Result<base::SecretBytes> read_secret(std::string_view path, const Rules& rules);

// The directory that holds `path`, opened by the same walk, and the name of the file in it.
struct Place {
  base::Fd directory;
  std::string name;
};
base::Result<Place> open_parent(std::string_view path, const Rules& rules);

}  // namespace countersign::files
