// The request target. What is accepted, encoded again from its parts, must be accepted with the same parts.
#include <cstdlib>

#include "common/base/bytes.h"
#include "registry/net/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace countersign;
  using namespace countersign::registry;
  const auto target = net::parse_target(base::as_text(base::ByteView(data, size)));
  if (!target) return 0;
  for (const auto& [name, value] : target->query) {
    if (target->query_value(name) != value) std::abort();
  }
  if (target->query_value("") || target->path().front() != '/') std::abort();
  std::string again = target->segments.empty() ? "/" : "";
  for (const std::string& segment : target->segments) again.append("/").append(net::encode_component(segment));
  const char* separator = "?";
  for (const auto& [name, value] : target->query) {
    again.append(separator).append(net::encode_component(name)).append("=").append(net::encode_component(value));
    separator = "&";
  }
  if (again.size() > net::kMaxTargetBytes) return 0;  // encoding may make it longer than what is taken
  const auto second = net::parse_target(again);
  if (!second || second->segments != target->segments || second->query != target->query) std::abort();
  return 0;
}
