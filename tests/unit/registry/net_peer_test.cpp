#include <gtest/gtest.h>

#include "registry/net/peer.h"

namespace countersign::registry::net {
namespace {

TEST(CountingKey, IsTheAddressOrItsNetwork) {
  EXPECT_EQ(counting_key("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(counting_key("::ffff:203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(counting_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(counting_key("2001:db8:1:2::"), counting_key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(counting_key("2001:db8:1:2::1"), counting_key("2001:db8:1:3::1"));
  EXPECT_EQ(counting_key("::1"), "::");
  EXPECT_EQ(counting_key("fe80::1%1"), "fe80::");
  EXPECT_EQ(counting_key("no address"), "no address");
}

}  // namespace
}  // namespace countersign::registry::net
