// The contract of push subscriptions, notices and counters.
#include "store_contract.h"

namespace countersign::registry::store {
namespace {

using base::ErrorCode;
using What = Notice::What;

PushSubscription subscription(const std::string& key, const std::string& endpoint = "https://push.example/1") {
  return PushSubscription{user_name("alice"), "SHA256:" + key, endpoint, "point", "secret"};
}

std::vector<PushSubscription> pushes(Store& store) { return store.pushes(user_name("alice")).value(); }

TEST_P(StoreContract, AnApproverHasOneSubscription) {
  add_user("alice");
  EXPECT_TRUE(pushes(*store_).empty());
  ASSERT_EQ(code_of(store_->put_push(subscription("a"))), std::nullopt);
  ASSERT_EQ(code_of(store_->put_push(subscription("b", "https://push.example/2"))), std::nullopt);
  ASSERT_EQ(code_of(store_->put_push(subscription("a", "https://push.example/3"))), std::nullopt);
  const auto all = pushes(*store_);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].fingerprint, "SHA256:a");
  EXPECT_EQ(all[0].endpoint, "https://push.example/3");
  EXPECT_EQ(all[0].p256dh, "point");
  EXPECT_EQ(all[0].auth, "secret");
  EXPECT_EQ(all[1].fingerprint, "SHA256:b");
  add_user("bob");
  EXPECT_TRUE(store_->pushes(user_name("bob"))->empty());
}

TEST_P(StoreContract, ASubscriptionIsForgottenOnlyWhileItIsTheSame) {
  add_user("alice");
  ASSERT_EQ(code_of(store_->put_push(subscription("a", "https://push.example/2"))), std::nullopt);
  ASSERT_EQ(code_of(store_->forget_push(subscription("a", "https://push.example/1"))), std::nullopt);
  EXPECT_EQ(pushes(*store_).size(), 1U);
  ASSERT_EQ(code_of(store_->forget_push(subscription("a", "https://push.example/2"))), std::nullopt);
  EXPECT_TRUE(pushes(*store_).empty());
  ASSERT_EQ(code_of(store_->put_push(subscription("a"))), std::nullopt);
  ASSERT_EQ(code_of(store_->remove_push(user_name("alice"), "SHA256:b")), std::nullopt);
  EXPECT_EQ(pushes(*store_).size(), 1U);
  ASSERT_EQ(code_of(store_->remove_push(user_name("alice"), "SHA256:a")), std::nullopt);
  EXPECT_TRUE(pushes(*store_).empty());
}

TEST_P(StoreContract, ASubscriptionNeedsItsUserAndGoesWithTheUserAndTheApprover) {
  EXPECT_EQ(code_of(store_->put_push(subscription("a"))), ErrorCode::already_exists);
  add_user("alice");
  ASSERT_EQ(code_of(store_->add_approver(user_name("alice"), approver("a"), kAcceptAll)), std::nullopt);
  ASSERT_EQ(code_of(store_->put_push(subscription("a"))), std::nullopt);
  ASSERT_EQ(code_of(store_->put_push(subscription("offline"))), std::nullopt);
  ASSERT_EQ(code_of(store_->remove_approver(user_name("alice"), "SHA256:a", kPlainRemoval)), std::nullopt);
  ASSERT_EQ(pushes(*store_).size(), 1U);
  EXPECT_EQ(pushes(*store_).front().fingerprint, "SHA256:offline");
  ASSERT_EQ(code_of(store_->remove_user(user_name("alice"))), std::nullopt);
  EXPECT_TRUE(pushes(*store_).empty());
}

TEST_P(StoreContract, EachChangeOfApproversLeavesOneNotice) {
  add_user("alice");
  EXPECT_TRUE(store_->take_notices(10)->empty());
  Approver first = approver("a");
  first.added = clock_.now() - base::Seconds{60};
  ASSERT_EQ(code_of(store_->add_approver(user_name("alice"), first, kAcceptAll)), std::nullopt);
  ASSERT_EQ(code_of(store_->add_approver(user_name("alice"), approver("b"), kAcceptAll)), std::nullopt);
  ASSERT_EQ(code_of(store_->remove_approver(user_name("alice"), "SHA256:a", kPlainRemoval)), std::nullopt);
  const auto some = store_->take_notices(2).value();
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].user, user_name("alice"));
  EXPECT_EQ(some[0].what, What::approver_added);
  EXPECT_EQ(some[0].fingerprint, "SHA256:a");
  EXPECT_EQ(some[0].label, "key ring");
  EXPECT_EQ(some[0].at, first.added);
  EXPECT_EQ(some[1].fingerprint, "SHA256:b");
  const auto rest = store_->take_notices(10).value();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].what, What::approver_removed);
  EXPECT_EQ(rest[0].fingerprint, "SHA256:a");
  EXPECT_EQ(rest[0].at, clock_.now());
  EXPECT_TRUE(store_->take_notices(10)->empty());
}

TEST_P(StoreContract, WhatDidNotHappenLeavesNoNotice) {
  add_user("alice");
  const auto refuse = [](const UserContents&) { return base::Result<void>(base::Error(ErrorCode::too_large)); };
  EXPECT_EQ(code_of(store_->add_approver(user_name("alice"), approver("a"), refuse)), ErrorCode::too_large);
  EXPECT_TRUE(store_->take_notices(10)->empty());
  ASSERT_EQ(code_of(store_->add_approver(user_name("alice"), approver("a"), kAcceptAll)), std::nullopt);
  ASSERT_EQ(store_->take_notices(10)->size(), 1U);
  ASSERT_EQ(code_of(store_->remove_user(user_name("alice"))), std::nullopt);
  EXPECT_TRUE(store_->take_notices(10)->empty()) << "nobody is left to hear of it";
}

TEST_P(StoreContract, TheLastCounterIsKeptAndGoesWithTheApprover) {
  add_user("alice");
  ASSERT_EQ(code_of(store_->add_approver(user_name("alice"), approver("a"), kAcceptAll)), std::nullopt);
  const auto swap = [this](const std::string& key, std::uint32_t counter) {
    return store_->swap_counter(user_name("alice"), "SHA256:" + key, counter).value();
  };
  EXPECT_EQ(swap("a", 7), 0U);
  EXPECT_EQ(swap("a", 4'294'967'295U), 7U);
  EXPECT_EQ(swap("a", 3), 4'294'967'295U);
  EXPECT_EQ(swap("b", 1), 0U);
  store_ = backend_->open(clock_);
  EXPECT_EQ(swap("a", 9), 3U);
  ASSERT_EQ(code_of(store_->remove_approver(user_name("alice"), "SHA256:a", kPlainRemoval)), std::nullopt);
  EXPECT_EQ(swap("a", 5), 0U);
  EXPECT_EQ(code_of(store_->swap_counter(user_name("bob"), "SHA256:a", 1)), ErrorCode::already_exists);
}

}  // namespace
}  // namespace countersign::registry::store
