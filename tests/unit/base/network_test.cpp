#include "common/base/network.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::base {
namespace {

bool holds(const std::string& network, const std::string& address) {
  const auto parsed = Network::parse(network);
  EXPECT_TRUE(parsed) << network;
  return parsed && parsed->contains(address == "console" ? Address::console() : *Address::normalize(address));
}

TEST(Network, HoldsWhatItsPrefixCovers) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.255"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(holds("203.0.113.9/32", "203.0.113.9"));
}

TEST(Network, OneAddressIsThatAddress) {
  EXPECT_TRUE(holds("203.0.113.9", "203.0.113.9"));
  EXPECT_FALSE(holds("203.0.113.9", "203.0.113.10"));
  EXPECT_TRUE(holds("2001:DB8:0::1", "2001:db8::1")) << "any spelling";
}

TEST(Network, IPv4IsNotIPv6) {
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_FALSE(holds("::/0", "203.0.113.9"));
  EXPECT_FALSE(holds("::/0", "::ffff:203.0.113.9")) << "a mapped address is IPv4";
  EXPECT_TRUE(holds("203.0.113.0/24", "::ffff:203.0.113.9"));
  EXPECT_TRUE(holds("::ffff:203.0.113.0/120", "203.0.113.9"));
  EXPECT_TRUE(holds("::ffff:203.0.113.9", "203.0.113.9"));
}

TEST(Network, ZonesAreKept) {
  EXPECT_TRUE(holds("fe80::1%eth0", "fe80::1%eth0"));
  EXPECT_FALSE(holds("fe80::1%eth0", "fe80::1%eth1"));
  EXPECT_FALSE(holds("fe80::1%eth0", "fe80::1"));
  EXPECT_FALSE(holds("fe80::1", "fe80::1%eth0"));
  EXPECT_TRUE(holds("fe80::/10", "fe80::1%eth0"));
}

TEST(Network, TheConsoleIsNowhere) {
  EXPECT_FALSE(holds("0.0.0.0/0", "console"));
  EXPECT_FALSE(holds("::/0", "console"));
}

TEST(Network, RefusesWhatIsProbablyAMistake) {
  for (const char* text : {"",
                           "/",
                           "10.0.0.0/",
                           "/8",
                           "10.0.0.1/8",
                           "10.0.0.0/33",
                           "10.0.0.0/08",
                           "10.0.0.0/-1",
                           "10.0.0.0/+8",
                           "10.0.0.0/8 ",
                           " 10.0.0.0/8",
                           "10.0.0.0/8/8",
                           "10.0.0/8",
                           "10/8",
                           "2001:db8::1/32",
                           "2001:db8::/129",
                           "fe80::%eth0/10",
                           "::ffff:10.0.0.0/8",
                           "::ffff:10.0.0.0/95",
                           "example.com",
                           "console",
                           "*",
                           "10.0.0.0/255.0.0.0",
                           "10.0.0.0/99999999999"}) {
    const auto parsed = Network::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::bad_text) << text;
  }
}

}  // namespace
}  // namespace countersign::base
