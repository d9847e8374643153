// config/rules.h: the `rules:` and `bastions:` of a host, from the file's values to what policy decides by.
//
// A rule that contradicts itself is a fault: nothing in a file is without effect.
#pragma once

#include <string_view>

#include "common/config/diagnostics.h"
#include "common/config/reader.h"
#include "common/policy/rules.h"

namespace countersign::config {

// Complete where `diagnostics` is empty afterwards. `file` stands in each rule's place.
policy::Rules read_rules(const Values& values, std::string_view file, Diagnostics& diagnostics);

}  // namespace countersign::config
