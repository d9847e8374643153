// files/read_named.h: a file that a person named on a command line.
//
// No claim about who could have written it: for files whose content is checked by itself.
#pragma once

#include <string>

#include "common/base/result.h"

namespace countersign::files {

// The content, at most `most` bytes: not_found, io_error or too_large.
base::Result<std::string> read_named(const std::string& path, std::size_t most);
// The same of standard input where `name` is "-".
base::Result<std::string> read_named_or_input(const std::string& name, std::size_t most);

}  // namespace countersign::files
