// base/reason.h: the reasons a registry may give for a refusal (PROTOCOL.md section 9), for those who read one.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/error.h"

namespace countersign::base {

// Nothing for any other text, and for codes that never come from a registry.
std::optional<ErrorCode> parse_registry_reason(std::string_view text);

}  // namespace countersign::base
