#include "common/base/address.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::base {
namespace {

struct Spelling {
  const char* text;
  const char* canonical;
};

TEST(Address, NormalizeGivesOneSpelling) {
  for (const auto& [text, canonical] : {
           Spelling{"203.0.113.9", "203.0.113.9"},
           Spelling{"::ffff:203.0.113.9", "203.0.113.9"},
           Spelling{"::FFFF:cb00:7109", "203.0.113.9"},
           Spelling{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
           Spelling{"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
           Spelling{"2001:0:0:1:0:0:1:1", "2001::1:0:0:1:1"},
           Spelling{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
           Spelling{"::", "::"},
           Spelling{"::1", "::1"},
           Spelling{"1::", "1::"},
           Spelling{"::192.0.2.1", "::c000:201"},
           Spelling{"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
           Spelling{"fe80::0001%eth0.100", "fe80::1%eth0.100"},
       }) {
    const auto address = Address::normalize(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->str(), canonical) << text;
    EXPECT_EQ(Address::parse(canonical)->str(), canonical);
    EXPECT_EQ(address->bytes().size(), address->str().find(':') == std::string::npos ? 4U : 16U);
    if (std::string_view(text) != canonical) {
      EXPECT_EQ(Address::parse(text).error().code, ErrorCode::bad_text) << text;
    }
  }
}

TEST(Address, NormalizeRefuses) {
  for (const std::string& text :
       {std::string(), std::string("console"), std::string("UNKNOWN"), std::string("localhost"), std::string("1.2.3"),
        std::string("1.2.3.04"), std::string("1.2.3.4 "), std::string("1.2.3.4:22"), std::string("[::1]"),
        std::string("fe80::1%"), std::string("fe80::1%a b"), std::string("fe80::1%a%b"), std::string("1.2.3.4%eth0"),
        std::string("::ffff:1.2.3.4%eth0"), std::string("fe80::1%") + std::string(33, 'a'), std::string("1.2.3.4\0", 8),
        std::string(200, '1')}) {
    EXPECT_EQ(Address::normalize(text).error().code, ErrorCode::bad_text) << text;
  }
}

TEST(Address, ConsoleHasNoBytes) {
  EXPECT_EQ(Address::parse("console")->str(), "console");
  EXPECT_TRUE(Address::parse("console")->is_console());
  EXPECT_TRUE(Address::console().bytes().empty());
  EXPECT_FALSE(Address::parse("::")->is_console());
}

TEST(Address, PublicAddresses) {
  for (const char* text :
       {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",          "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0",       "169.253.255.255",   "169.255.0.0",    "172.15.255.255",
        "172.32.0.0",      "192.0.1.0",       "192.167.255.255",   "192.169.0.0",    "198.17.255.255",
        "198.20.0.0",      "223.255.255.255", "2a00:1450:4001::1", "2001:200::1",    "2606:4700::1111",
        "64:ff9b::101:101"}) {
    EXPECT_TRUE(is_public_address(Address::normalize(text)->bytes())) << text;
  }
}

TEST(Address, AddressesThatAreNotPublic) {
  for (const char* text : {"0.0.0.0",
                           "0.255.255.255",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::7f00:1",
                           "fe80::1",
                           "fec0::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "ff02::1",
                           "100::1",
                           "2001::1",
                           "2001:db8::1",
                           "2002:7f00:1::1",
                           "3fff::1",
                           "64:ff9b::7f00:1",
                           "64:ff9b::a00:1",
                           "64:ff9b:1::1"}) {
    EXPECT_FALSE(is_public_address(Address::normalize(text)->bytes())) << text;
  }
  // What a socket may be given: IPv4 mapped into IPv6, which normalize() would unwrap.
  Bytes mapped(16);
  mapped[10] = mapped[11] = 0xff;
  mapped[12] = mapped[13] = mapped[14] = mapped[15] = 1;
  EXPECT_FALSE(is_public_address(mapped));
  EXPECT_FALSE(is_public_address({}));
  EXPECT_FALSE(is_public_address(Bytes(5)));
}

}  // namespace
}  // namespace countersign::base
