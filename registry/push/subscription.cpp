#include "registry/push/subscription.h"

#include <algorithm>

#include "common/encoding/base64.h"

namespace countersign::registry::push {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kLongestEndpoint = 1024;
constexpr std::size_t kAuthBytes = 16;  // RFC 8291 section 3.2
constexpr std::string_view kScheme = "https://";

// RFC 3986: what a path and a query may hold. Whether "%" begins two digits is the service's business.
bool is_target_char(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view("-._~!$&'()*+,;=:@/?%").find(c) != std::string_view::npos;
}

bool holds(const std::vector<base::HostPattern>& patterns, const base::Origin& origin) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const base::HostPattern& pattern) { return pattern.matches(origin); });
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view url) {
  const Error bad(ErrorCode::bad_request, "endpoint: expected https://HOST/… of at most 1024 bytes");
  if (url.size() > kLongestEndpoint || !url.starts_with(kScheme)) return bad;
  const std::size_t slash = url.find('/', kScheme.size());
  if (slash == std::string_view::npos) return bad;
  auto origin = base::Origin::parse(url.substr(0, slash));
  if (!origin) return bad;
  const std::string_view target = url.substr(slash);
  if (!std::all_of(target.begin(), target.end(), is_target_char)) return bad;
  return Endpoint(*std::move(origin), target);
}

Result<Reach> authorize_endpoint(const Endpoint& endpoint, const Services& services) {
  if (holds(services.hosts, endpoint.origin())) return Reach::public_addresses;
  if (holds(services.private_hosts, endpoint.origin())) return Reach::any_address;
  return Error(ErrorCode::registry_refused,
               "endpoint: " + endpoint.origin().str() + " is no push service of this site");
}

Result<Subscription> Subscription::parse(std::string_view endpoint, std::string_view p256dh, std::string_view auth) {
  auto where = Endpoint::parse(endpoint);
  if (!where) return where.error();
  const auto point_bytes = encoding::base64url_decode(p256dh);
  if (!point_bytes) return Error(ErrorCode::bad_request, "p256dh: not unpadded base64url");
  auto point = crypto::P256Point::parse(*point_bytes);
  if (!point) return Error(ErrorCode::bad_request, "p256dh: " + point.error().detail);
  const auto secret = encoding::base64url_decode(auth);
  if (!secret || secret->size() != kAuthBytes) return Error(ErrorCode::bad_request, "auth: not 16 bytes of base64url");
  return Subscription{*std::move(where), *std::move(point), {secret->begin(), secret->end()}};
}

}  // namespace countersign::registry::push
