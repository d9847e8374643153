// pam/typed_line.h: what may be typed at the prompt (PROTOCOL.md section 12).
//
// Enter means "look now, and wait for the rest of the time". It is never consent, and nothing typed here is.
#pragma once

#include <cstddef>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace countersign::pam {

inline constexpr std::size_t kMaxTypedLine = 1023;  // the ssh client sends no more

enum class Typed { look_now };

// An empty line. bad_answer_line for anything else: this release understands only Enter.
base::Result<Typed> parse_typed_line(base::ByteView line);

}  // namespace countersign::pam
