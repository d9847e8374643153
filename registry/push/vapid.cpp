#include "registry/push/vapid.h"

#include "common/encoding/base64.h"

namespace countersign::registry::push {
namespace {

constexpr base::Seconds kReused{3600};
constexpr base::Seconds kLife{12LL * 3600};  // at most 24 hours (RFC 8292 section 2)
constexpr std::size_t kMostServices = 1000;

std::string encode(std::string_view text) { return encoding::base64url_encode(base::as_bytes(text)); }

}  // namespace

bool VapidSigner::may_serve(const Made& made) const {
  const base::Time now = clock_.now();
  return made.at <= now && now < made.at + kReused;
}

// Origin and contact hold no character that JSON would escape: base::Origin and the configuration see to it.
std::string VapidSigner::make(const base::Origin& service) const {
  const auto expires = (clock_.now() + kLife).time_since_epoch().count();
  std::string claims = R"({"aud":")" + service.str() + R"(","exp":)" + std::to_string(expires);
  if (!contact_.empty()) claims.append(R"(,"sub":")").append(contact_).append("\"");
  const std::string signed_text = encode(R"({"typ":"JWT","alg":"ES256"})") + "." + encode(claims + "}");
  const base::Bytes signature = key_.sign_es256(base::as_bytes(signed_text));
  return "vapid t=" + signed_text + "." + encoding::base64url_encode(signature) +
         ", k=" + encoding::base64url_encode(key_.point().bytes());
}

const std::string& VapidSigner::authorization(const base::Origin& service) {
  const auto known = made_.find(service.str());
  if (known != made_.end() && may_serve(known->second)) return known->second.header;
  if (made_.size() >= kMostServices) made_.clear();
  Made& made = made_[service.str()];
  made = Made{clock_.now(), make(service)};
  return made.header;
}

}  // namespace countersign::registry::push
