#include "registry/net/peer.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace countersign::registry::net {

namespace asio = boost::asio;

std::string counting_key(std::string_view peer) {
  boost::system::error_code code;
  const auto address = asio::ip::make_address(std::string(peer), code);
  if (code || address.is_v4()) return std::string(peer);
  // As a proxy with one socket for both families writes it.
  if (address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes).to_string();
}

}  // namespace countersign::registry::net
