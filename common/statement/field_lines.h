// statement/field_lines.h: the small texts of the HTTP API that are no statements: `name: value` lines in a fixed
// order, values as in a statement (PROTOCOL.md section 9.3).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"

namespace countersign::statement {

// The values of exactly these fields, in this order, with nothing before, between or after. bad_text otherwise.
base::Result<std::vector<std::string>> parse_field_lines(std::string_view text,
                                                         std::initializer_list<std::string_view> names);

// Values must be fit for a line (encoding::check_text): the caller made or checked them.
std::string print_field_lines(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

}  // namespace countersign::statement
