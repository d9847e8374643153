// base/network.h: a range of addresses as a rule writes it: "10.0.0.0/8", "2001:db8::/32", or one address.
//
// A network of IPv4 and one of IPv6 never overlap: an IPv4-mapped address is IPv4, in a network as in base/address.h.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "common/base/address.h"
#include "common/base/result.h"

namespace countersign::base {

class Network {
 public:
  // Any spelling of the address; bad_text for bits set behind the prefix ("10.0.0.1/8"), which are a mistake more often
  // than not, and for a zone with a prefix.
  static Result<Network> parse(std::string_view text);

  // One address without prefix is that address alone, with its zone. A prefix covers every zone. Never the console.
  [[nodiscard]] bool contains(const Address& address) const;

 private:
  Network(Address address, unsigned bits, bool single) : address_(std::move(address)), bits_(bits), single_(single) {}
  Address address_;
  unsigned bits_;
  bool single_;
};

}  // namespace countersign::base
