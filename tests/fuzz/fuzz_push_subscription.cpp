// The body of PUT /v1/push. What is accepted prints as it was, and leads nowhere but to an https host; what is allowed
// leads to a host of the lists.
#include <cstdlib>

#include "common/encoding/base64.h"
#include "common/statement/field_lines.h"
#include "registry/push/subscription.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace countersign;
  const auto text = base::as_text(base::ByteView(data, size));
  const auto fields = statement::parse_field_lines(text, {"endpoint", "p256dh", "auth"});
  if (!fields) return 0;
  const auto subscription = registry::push::Subscription::parse(fields->at(0), fields->at(1), fields->at(2));
  if (!subscription) return 0;
  if (subscription->endpoint.str() != fields->at(0) || !subscription->endpoint.origin().is_https()) std::abort();
  if (!subscription->endpoint.target().starts_with('/')) std::abort();
  if (encoding::base64url_encode(subscription->p256dh.bytes()) != fields->at(1)) std::abort();
  if (encoding::base64url_encode(subscription->auth) != fields->at(2)) std::abort();
  const auto again =
      statement::print_field_lines({{"endpoint", fields->at(0)}, {"p256dh", fields->at(1)}, {"auth", fields->at(2)}});
  if (again != text) std::abort();
  static const registry::push::Services services{.hosts = {*base::HostPattern::parse("push.example.net")},
                                                 .private_hosts = {*base::HostPattern::parse("*.inside.example:8443")},
                                                 .private_ca = {}};
  const base::Origin& origin = subscription->endpoint.origin();
  const auto reach = registry::push::authorize_endpoint(subscription->endpoint, services);
  if (!reach) return 0;
  const bool is_public = *reach == registry::push::Reach::public_addresses;
  if (is_public && origin.str() != "https://push.example.net") std::abort();
  if (!is_public && !origin.str().ends_with(".inside.example:8443")) std::abort();
  return 0;
}
