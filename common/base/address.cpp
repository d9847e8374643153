#include "common/base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <span>

namespace countersign::base {
namespace {

constexpr std::string_view kAddressExpected = "expected an IPv4 or IPv6 address as RFC 5952 prints it, or \"console\"";
constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Error not_an_address() { return {ErrorCode::bad_text, std::string(kAddressExpected)}; }
std::string print_ipv4(std::span<const std::uint8_t, 4> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text.push_back('.');
    text.append(std::to_string(byte));
  }
  return text;
}

// RFC 5952 section 4: lower case, no leading zeros, the first longest run of two or more zero groups becomes "::".
std::string print_ipv6(const std::array<std::uint8_t, 16>& bytes) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = bytes[2 * i] * 256U + bytes[2 * i + 1];
  std::size_t best = 0;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && groups[i + length] == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < 8;) {
    if (best_length > 1 && i == best) {
      text.append("::");
      i += best_length;
      continue;
    }
    if (!text.empty() && text.back() != ':') text.push_back(':');
    std::array<char, 8> group{};
    const auto end = std::to_chars(group.data(), group.data() + group.size(), groups[i], 16).ptr;
    text.append(group.data(), end);
    ++i;
  }
  return text;
}

struct Prefix {
  std::array<std::uint8_t, 16> bytes;
  unsigned bits;
};

bool starts_with(ByteView address, const Prefix& prefix) {
  for (unsigned bit = 0; bit < prefix.bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((address[bit / 8] ^ prefix.bytes.at(bit / 8)) & mask) != 0) return false;
  }
  return true;
}

// IANA's registries of special-purpose addresses, and multicast.
constexpr std::array kNotPublicV4{
    Prefix{{0}, 8},
    Prefix{{10}, 8},
    Prefix{{100, 64}, 10},
    Prefix{{127}, 8},
    Prefix{{169, 254}, 16},
    Prefix{{172, 16}, 12},
    Prefix{{192, 0, 0}, 24},
    Prefix{{192, 0, 2}, 24},
    Prefix{{192, 88, 99}, 24},
    Prefix{{192, 168}, 16},
    Prefix{{198, 18}, 15},
    Prefix{{198, 51, 100}, 24},
    Prefix{{203, 0, 113}, 24},
    Prefix{{224}, 4},
    Prefix{{240}, 4},
};
constexpr Prefix kGlobalUnicast{{0x20}, 3};
constexpr std::array kNotPublicV6{
    Prefix{{0x20, 0x01}, 23},              // protocol assignments, Teredo among them
    Prefix{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Prefix{{0x20, 0x02}, 16},              // 6to4
    Prefix{{0x3f, 0xff}, 20},              // documentation
};
constexpr Prefix kNat64{{0x00, 0x64, 0xff, 0x9b}, 96};

bool is_zone(std::string_view zone) {
  return !zone.empty() && zone.size() <= 32 && std::ranges::all_of(zone, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == ':' || c == '@' || c == '-';
  });
}

}  // namespace

Result<Address> Address::normalize(std::string_view text) {
  if (text.size() > 96 || text.find('\0') != std::string_view::npos) return not_an_address();
  const std::size_t percent = text.find('%');
  const std::string number(text.substr(0, percent));
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, number.c_str(), bytes.data()) == 1) {
    if (percent != std::string_view::npos) return not_an_address();
    return Address(print_ipv4(std::span(bytes).first<4>()), 4, bytes);
  }
  if (::inet_pton(AF_INET6, number.c_str(), bytes.data()) != 1) return not_an_address();
  if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) {
    if (percent != std::string_view::npos) return not_an_address();
    std::array<std::uint8_t, 16> ipv4{};
    std::copy(bytes.begin() + 12, bytes.end(), ipv4.begin());
    return Address(print_ipv4(std::span(ipv4).first<4>()), 4, ipv4);
  }
  std::string printed = print_ipv6(bytes);
  if (percent != std::string_view::npos) {
    if (!is_zone(text.substr(percent + 1))) return not_an_address();
    printed.append(text.substr(percent));
  }
  return Address(std::move(printed), 16, bytes);
}

Result<Address> Address::parse(std::string_view text) {
  if (text == "console") return console();
  auto address = normalize(text);
  if (!address) return address.error();
  if (address->str() != text) return Error(ErrorCode::bad_text, "expected it to be written as " + address->str());
  return address;
}

bool is_public_address(ByteView bytes) {
  const auto holds = [bytes](const Prefix& prefix) { return starts_with(bytes, prefix); };
  if (bytes.size() == 4) return std::ranges::none_of(kNotPublicV4, holds);
  if (bytes.size() != 16) return false;
  if (holds(kNat64)) return is_public_address(bytes.last(4));
  return holds(kGlobalUnicast) && std::ranges::none_of(kNotPublicV6, holds);
}

}  // namespace countersign::base
