#include "store_contract.h"

namespace countersign::registry::store {
namespace {

using base::ErrorCode;
using base::Milliseconds;

TEST_P(StoreContract, SessionsEndWithTimeUserAndApprover) {
  add_user("alice");
  const auto alice = user_name("alice");
  ASSERT_TRUE(store_->add_approver(alice, approver("a"), kAcceptAll).has_value());
  const auto until = clock_.now() + base::Seconds{60};
  ASSERT_TRUE(store_->add_session(Session{"t1", alice, "SHA256:a", "n1", until}).has_value());
  ASSERT_TRUE(store_->add_session(Session{"t2", alice, "SHA256:b", "n2", until + base::Seconds{60}}).has_value());
  EXPECT_EQ(store_->session("t1")->fingerprint, "SHA256:a");
  ASSERT_TRUE(store_->remove_approver(alice, "SHA256:a", kPlainRemoval).has_value());
  EXPECT_EQ(code_of(store_->session("t1")), ErrorCode::not_found);
  EXPECT_EQ(store_->session("t2")->user, alice);
  clock_.advance(Milliseconds{120'000});
  EXPECT_EQ(code_of(store_->session("t2")), ErrorCode::not_found);
  ASSERT_TRUE(store_->forget_sessions().has_value());
  ASSERT_TRUE(
      store_->add_session(Session{"t3", alice, "SHA256:c", "n2", clock_.now() + base::Seconds{60}}).has_value());
  ASSERT_TRUE(store_->remove_user(alice).has_value());
  EXPECT_EQ(code_of(store_->session("t3")), ErrorCode::not_found);
}

TEST_P(StoreContract, ASessionsNonceCountsOnce) {
  add_user("alice");
  const auto until = clock_.now() + base::Seconds{60};
  ASSERT_TRUE(store_->add_session(Session{"t1", user_name("alice"), "SHA256:a", "n", until}).has_value());
  EXPECT_EQ(code_of(store_->add_session(Session{"t2", user_name("alice"), "SHA256:a", "n", until})),
            ErrorCode::already_exists);
}

TEST_P(StoreContract, TheOldestSessionMakesRoom) {
  add_user("alice");
  const auto soon = clock_.now() + base::Seconds{30};
  ASSERT_TRUE(store_->add_session(Session{"other", user_name("alice"), "SHA256:b", "other", soon}).has_value());
  for (std::size_t i = 0; i <= kSessionsPerApprover; ++i) {
    const std::string name = std::to_string(i);
    const auto until = clock_.now() + base::Seconds{static_cast<std::int64_t>(60 + i)};
    ASSERT_TRUE(
        store_->add_session(Session{"t" + name, user_name("alice"), "SHA256:a", "n" + name, until}).has_value());
  }
  EXPECT_EQ(code_of(store_->session("t0")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->session("t1")), std::nullopt);
  EXPECT_EQ(code_of(store_->session("other")), std::nullopt) << "one approver's sessions push no other's out";
}

}  // namespace
}  // namespace countersign::registry::store
