// registry/net/target.h: the request target, parsed strictly (docs/PROTOCOL.md, "HTTP API").
//
// Only the origin form is taken: "/", or segments separated by single slashes, and at most one query of name=value
// pairs. Percent-decoding is exact and gives printable ASCII only, which is all that names in the protocol are made of.
// Refused, never repaired: empty, "." and ".." segments, a trailing slash, an encoded slash in the path, a fragment, a
// name given twice, "+" in a query (it means a space to some and a plus to others). A pure function; fuzzed as
// http_target.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"

namespace countersign::registry::net {

inline constexpr std::size_t kMaxTargetBytes = 2048;
inline constexpr std::size_t kMaxSegments = 16;
inline constexpr std::size_t kMaxQueryPairs = 16;

struct Target {
  std::vector<std::string> segments;                       // decoded; empty for "/"
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order, names unique

  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  [[nodiscard]] std::string path() const;  // decoded, for a log line; not for comparing
};

// bad_request, with what was found; too_large beyond kMaxTargetBytes.
base::Result<Target> parse_target(std::string_view text);

// A segment or query value as parse_target reads it back: everything but unreserved characters is percent-encoded.
std::string encode_component(std::string_view text);

}  // namespace countersign::registry::net
