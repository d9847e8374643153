// registry/push/vapid.h: the registry's word to a push service who it is: a signed token (RFC 8292), one for each
// service, reused for an hour. One thread.
#pragma once

#include <map>
#include <string>

#include "common/base/clock.h"
#include "common/base/origin.h"
#include "common/crypto/p256.h"

namespace countersign::registry::push {

class VapidSigner {
 public:
  // `contact` is a mailto: or https: address, or empty. The clock is borrowed.
  VapidSigner(crypto::P256Key key, std::string contact, const base::Clock& clock)
      : key_(std::move(key)), contact_(std::move(contact)), clock_(clock) {}

  // The value of the Authorization header for this service.
  const std::string& authorization(const base::Origin& service);

 private:
  struct Made {
    base::Time at;
    std::string header;
  };
  [[nodiscard]] bool may_serve(const Made& made) const;
  [[nodiscard]] std::string make(const base::Origin& service) const;

  crypto::P256Key key_;
  std::string contact_;
  const base::Clock& clock_;
  std::map<std::string, Made> made_;  // by the service's origin
};

}  // namespace countersign::registry::push
