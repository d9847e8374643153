// base/host_pattern.h: which https origins a list allows: "push.example.com", "*.push.example.com" (any name below, not
// the name itself), each with ":PORT" where it is not 443. Names are in lower case, as in base/origin.h.
#pragma once

#include <string_view>
#include <utility>

#include "common/base/origin.h"

namespace countersign::base {

class HostPattern {
 public:
  static Result<HostPattern> parse(std::string_view text);  // bad_text

  [[nodiscard]] bool matches(const Origin& origin) const;  // never for http

 private:
  HostPattern(Origin origin, bool below) : origin_(std::move(origin)), below_(below) {}
  Origin origin_;
  bool below_;
};

}  // namespace countersign::base
