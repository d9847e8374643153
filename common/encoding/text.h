// encoding/text.h: what may stand in a line that people and terminals read.
//
// Clean text is valid UTF-8 (shortest form, no surrogates) without C0 and C1 control characters (so no line end, tab,
// escape or NUL), without U+2028 and U+2029, and without the marks that reorder what is seen (bidi controls).
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace countersign::encoding {

// bad_text unless `text` is clean; the detail names the byte, counted from 1.
base::Result<void> check_text(std::string_view text);

// bad_text unless `text` is valid UTF-8, whatever its characters are.
base::Result<void> check_utf8(std::string_view text);

// Appends a code point (a Unicode scalar value) as UTF-8.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace countersign::encoding
