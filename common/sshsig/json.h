// sshsig/json.h: just enough of a JSON reader for clientDataJSON, and as strict as RFC 8259 permits. Room-internal.
//
// It builds no tree: it walks the text once and hands each member of the outermost object to a callback. A name that
// stands twice in any object, text that is not UTF-8, half a surrogate pair, more than 8 levels and any byte after the
// value are errors.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace countersign::sshsig {

struct JsonValue {
  enum class Kind { string, number, literal, object, array };
  Kind kind = Kind::literal;
  std::string_view raw;  // as it stands; for a string without its quotes
  std::string text;      // a string's characters, unescaped
};

// bad_client_data; the detail names the byte, counted from 1.
base::Result<void> read_json_object(std::string_view json,
                                    const std::function<void(const std::string& name, const JsonValue& value)>& member);

}  // namespace countersign::sshsig
