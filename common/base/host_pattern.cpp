#include "common/base/host_pattern.h"

#include <string>

namespace countersign::base {

Result<HostPattern> HostPattern::parse(std::string_view text) {
  const bool below = text.starts_with("*.");
  auto origin = Origin::parse("https://" + std::string(text.substr(below ? 2 : 0)));
  if (!origin) return origin.error();
  return HostPattern(*std::move(origin), below);
}

bool HostPattern::matches(const Origin& origin) const {
  if (!origin.is_https() || origin.port() != origin_.port()) return false;
  if (!below_) return origin.host() == origin_.host();
  return origin.host().ends_with("." + origin_.host());
}

}  // namespace countersign::base
