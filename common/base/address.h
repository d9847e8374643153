// base/address.h: where somebody comes from, with one spelling.
//
// parse() takes only the spelling that str() prints, so that equal addresses are equal bytes in a statement. Text from
// the system (SSH_CONNECTION, PAM_RHOST, a socket) goes through normalize(), which takes what inet_pton takes.
// Nothing here ever asks a resolver.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace countersign::base {

// PROTOCOL.md section 2.6: IPv4 dotted decimal; IPv6 as RFC 5952 prints it, with its zone; "console" for neither.
class Address {
 public:
  static Address console() { return Address("console", 0, {}); }
  // bad_text unless `text` is the one spelling of an address.
  static Result<Address> parse(std::string_view text);
  // Any numeric spelling; IPv4-mapped IPv6 becomes IPv4. bad_text for names, ports, blanks and "console".
  static Result<Address> normalize(std::string_view text);

  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  [[nodiscard]] bool is_console() const noexcept { return size_ == 0; }
  // 4 or 16 bytes in network order, none for the console. The zone is not part of them.
  [[nodiscard]] ByteView bytes() const noexcept { return ByteView(bytes_).first(size_); }

  friend bool operator==(const Address& a, const Address& b) noexcept { return a.text_ == b.text_; }

 private:
  Address(std::string text, std::size_t size, const std::array<std::uint8_t, 16>& bytes)
      : text_(std::move(text)), size_(size), bytes_(bytes) {}

  std::string text_;
  std::size_t size_ = 0;
  std::array<std::uint8_t, 16> bytes_{};
};

// Is this, in network order, the address of one machine on the public Internet? Not so: those of private networks, of
// this machine, of a link, of carriers' own nets, multicast, documentation, and what is assigned to no machine; IPv4 in
// IPv6 (mapped, 6to4, Teredo), behind which any of them may stand, but for the well-known prefix of NAT64 with a public
// address in it. Anything that is not 4 or 16 bytes is not public.
[[nodiscard]] bool is_public_address(ByteView bytes);

}  // namespace countersign::base
