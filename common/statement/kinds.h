// statement/kinds.h: the table of PROTOCOL.md section 4, which the parser in grammar.cpp obeys. For this room only.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "common/base/result.h"
#include "common/statement/grammar.h"
#include "common/statement/value.h"

namespace countersign::statement {

enum class Count { one, optional, any, at_least_one };

struct FieldRule {
  std::string_view name;
  base::Result<Value> (*parse)(std::string_view text);
  Count count = Count::one;
  std::size_t most = 1;                    // how many of a repeated field there may be
  std::span<const FieldRule> follow = {};  // fields that stand directly after each of these
};

std::span<const FieldRule> rules_of(Kind kind);

}  // namespace countersign::statement
