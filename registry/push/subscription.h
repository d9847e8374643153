// registry/push/subscription.h: where a browser is woken, and with which keys: what PushManager.subscribe() gave it.
//
// All of it is a user's input. An Endpoint is an https URL of at most 1,024 bytes in one spelling; whether the registry
// may send there is the question of authorize_endpoint, asked when a subscription comes and again before each push.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/host_pattern.h"
#include "common/base/origin.h"
#include "common/base/result.h"
#include "common/crypto/p256.h"

namespace countersign::registry::push {

class Endpoint {
 public:
  // bad_request unless it is https://HOST[:PORT]/…, with visible characters only and neither credentials nor fragment.
  static base::Result<Endpoint> parse(std::string_view url);

  [[nodiscard]] std::string str() const { return origin_.str() + target_; }
  [[nodiscard]] const base::Origin& origin() const { return origin_; }
  [[nodiscard]] const std::string& target() const { return target_; }

 private:
  Endpoint(base::Origin origin, std::string_view target) : origin_(std::move(origin)), target_(target) {}
  base::Origin origin_;
  std::string target_;
};

// The push services of this site.
struct Services {
  std::vector<base::HostPattern> hosts;          // reached at public addresses only
  std::vector<base::HostPattern> private_hosts;  // reached wherever their names lead
  std::string private_ca;                        // PEM file for those, empty: the system's store
};
enum class Reach { public_addresses, any_address };
// registry_refused for a host that is in neither list.
base::Result<Reach> authorize_endpoint(const Endpoint& endpoint, const Services& services);

struct Subscription {
  Endpoint endpoint;
  crypto::P256Point p256dh;
  base::SecretBytes auth;  // 16 bytes

  // From the three values; bad_request.
  static base::Result<Subscription> parse(std::string_view endpoint, std::string_view p256dh, std::string_view auth);
};

}  // namespace countersign::registry::push
