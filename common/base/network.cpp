#include "common/base/network.h"

#include <charconv>
#include <string>

namespace countersign::base {
namespace {

constexpr unsigned kMappedBits = 96;  // ::ffff:0:0/96

Error not_a_network() { return {ErrorCode::bad_text, "expected an address, or ADDRESS/BITS with nothing behind them"}; }

bool bit(ByteView bytes, unsigned at) { return (bytes[at / 8] & (0x80U >> (at % 8))) != 0; }

}  // namespace

Result<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view number = text.substr(0, slash);
  auto address = Address::normalize(number);
  if (!address) return not_a_network();
  const auto all = static_cast<unsigned>(address->bytes().size() * 8);
  if (slash == std::string_view::npos) return Network(std::move(*address), all, /*single=*/true);

  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool whole = fault == std::errc() && end == digits.data() + digits.size() && std::to_string(bits) == digits;
  if (!whole || number.find('%') != std::string_view::npos) return not_a_network();
  if (all == 32 && number.find(':') != std::string_view::npos) {
    if (bits < kMappedBits) return not_a_network();
    bits -= kMappedBits;
  }
  if (bits > all) return not_a_network();
  for (unsigned at = bits; at < all; ++at) {
    if (bit(address->bytes(), at)) return not_a_network();
  }
  return Network(std::move(*address), bits, /*single=*/false);
}

bool Network::contains(const Address& address) const {
  if (single_) return address == address_;
  const ByteView mine = address_.bytes();
  const ByteView theirs = address.bytes();
  if (mine.size() != theirs.size()) return false;
  for (unsigned at = 0; at < bits_; ++at) {
    if (bit(mine, at) != bit(theirs, at)) return false;
  }
  return true;
}

}  // namespace countersign::base
