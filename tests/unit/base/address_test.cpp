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

}  // namespace
}  // namespace countersign::base
