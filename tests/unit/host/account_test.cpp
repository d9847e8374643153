#include "common/host/account.h"

#include <grp.h>
#include <gtest/gtest.h>

#include "common/host/groups.h"

namespace countersign::host {
namespace {

using base::ErrorCode;

TEST(AccountOf, TheDatabasesOwnName) {
  const auto account = load_account("root");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->name.str(), "root");
  EXPECT_EQ(account->uid, 0U);
}

TEST(AccountOf, NobodyElse) {
  for (const auto* name : {"no-such-user", "ROOT", "", "root ", "-root"}) {
    const auto account = load_account(name);
    ASSERT_FALSE(account) << name;
    EXPECT_EQ(account.error().code, ErrorCode::unknown_user) << name;
  }
}

TEST(Membership, OfThePrimaryGroupAndOfOthers) {
  const auto root = load_account("root");
  ASSERT_TRUE(root);
  const auto primary = load_membership("root", *root);
  ASSERT_TRUE(primary) << to_string(primary.error());
  EXPECT_TRUE(*primary);
  const auto other = load_membership("nogroup", *root);
  ASSERT_TRUE(other) << to_string(other.error());
  EXPECT_FALSE(*other);
}

TEST(Membership, AnUnknownGroupIsAFault) {
  const auto root = load_account("root");
  ASSERT_TRUE(root);
  for (const auto* name : {"no-such-group", "ROOT", ""}) {
    const auto member = load_membership(name, *root);
    ASSERT_FALSE(member) << name;
    EXPECT_EQ(member.error().code, ErrorCode::group_lookup_failed) << name;
  }
}

}  // namespace
}  // namespace countersign::host
