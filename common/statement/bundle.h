// statement/bundle.h: several statements sent as their concatenation (PROTOCOL.md section 3.3).
//
// Splitting looks only for where statements end; each piece still has to be parsed as the kind the caller expects.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace countersign::statement {

inline constexpr std::size_t max_bundle = 262'144;

// The pieces in order, pointing into `text`; none for empty text. too_large for more than 256 KiB, bad_statement for
// bytes that begin no statement.
base::Result<std::vector<std::string_view>> split_bundle(std::string_view text);

}  // namespace countersign::statement
