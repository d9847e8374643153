// encoding/text.h: what may stand in a line of a statement (PROTOCOL.md section 2.1).
//
// Clean text is valid UTF-8 (shortest form, no surrogates) without C0 and C1 control characters (so no line end, tab,
// escape or NUL), without U+2028 and U+2029, and without the marks that reorder what is seen (bidi controls). What a
// terminal or log shows is decided by the wider list of base::may_be_shown.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace countersign::encoding {

// bad_text unless `text` is clean; the detail names the byte, counted from 1.
base::Result<void> check_text(std::string_view text);

// Appends a code point (a Unicode scalar value) as UTF-8.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace countersign::encoding
