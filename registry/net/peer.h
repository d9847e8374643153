// registry/net/peer.h: whom a limit by address counts.
#pragma once

#include <string>
#include <string_view>

namespace countersign::registry::net {

// For a numeric address: an IPv4 address itself (mapped into IPv6 or not), of an IPv6 address its /64, since one
// household or host has all of that. Any other text is returned as it is.
std::string counting_key(std::string_view peer);

}  // namespace countersign::registry::net
