// What every Store must do with pairings, and with approvers that come and go by them.
#include <atomic>
#include <thread>

#include "store_contract.h"

namespace countersign::registry::store {

using base::ErrorCode;
using base::Milliseconds;
using base::Result;

namespace {

constexpr std::int64_t kMinute = 60'000;

class Pairings : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    add_user("alice");
  }
  void add_maker(const std::string& name) {
    ASSERT_EQ(code_of(store_->add_approver(user_name("alice"), approver(name), kAcceptAll)), std::nullopt);
  }
  std::optional<ErrorCode> add(const std::string& id, std::optional<std::string> made_by = {}) {
    const Pairing pairing{.id = id,
                          .user = user_name("alice"),
                          .levels = "passkey hardware",
                          .person = "bob",
                          .label = "new phone",
                          .made_by = std::move(made_by),
                          .deadline_ms = clock_.now_unix_ms() + 10 * kMinute,
                          .state = PairingState::open,
                          .enrolment = {},
                          .fingerprint = {}};
    return code_of(store_->add_pairing(pairing));
  }
  std::optional<ErrorCode> enrol(const std::string& id) {
    return code_of(store_->enrol_pairing(id, "enrolment text", "SHA256:a"));
  }
  std::optional<ErrorCode> finish(const std::string& id) {
    return code_of(store_->add_paired_approver(id, approver("a"), kAcceptAll));
  }
  std::string state(const std::string& id) {
    const auto pairing = store_->pairing(id);
    return pairing ? std::string(to_string(pairing->state)) : "none";
  }
  std::size_t approvers() { return store_->contents(user_name("alice"))->approvers.size(); }
};

TEST_P(Pairings, ComeBackAsTheyWerePut) {
  add_maker("maker");
  ASSERT_EQ(add("p", "SHA256:maker"), std::nullopt);
  const auto pairing = store_->pairing("p");
  ASSERT_TRUE(pairing.has_value());
  EXPECT_EQ(pairing->user, user_name("alice"));
  EXPECT_EQ(pairing->levels, "passkey hardware");
  EXPECT_EQ(pairing->person, "bob");
  EXPECT_EQ(pairing->label, "new phone");
  EXPECT_EQ(pairing->made_by, "SHA256:maker");
  EXPECT_EQ(pairing->deadline_ms, clock_.now_unix_ms() + 10 * kMinute);
  EXPECT_EQ(pairing->state, PairingState::open);
  EXPECT_EQ(pairing->enrolment, "");
  EXPECT_EQ(add("p"), ErrorCode::already_exists);
  EXPECT_EQ(code_of(store_->pairing("q")), ErrorCode::not_found);
  ASSERT_EQ(add("r"), std::nullopt);
  EXPECT_EQ(store_->pairing("r")->made_by, std::nullopt);
}

TEST_P(Pairings, GoFromOpenToAdded) {
  ASSERT_EQ(add("p"), std::nullopt);
  EXPECT_EQ(finish("p"), ErrorCode::already_answered);  // nothing was compared yet
  EXPECT_EQ(code_of(store_->await_endorsement("p")), ErrorCode::already_answered);
  ASSERT_EQ(enrol("p"), std::nullopt);
  EXPECT_EQ(enrol("p"), ErrorCode::already_answered);
  EXPECT_EQ(store_->pairing("p")->enrolment, "enrolment text");
  EXPECT_EQ(store_->pairing("p")->fingerprint, "SHA256:a");
  EXPECT_EQ(approvers(), 0U);
  ASSERT_EQ(finish("p"), std::nullopt);
  EXPECT_EQ(state("p"), "added");
  EXPECT_EQ(approvers(), 1U);
  for (const auto code : {enrol("p"), finish("p"), code_of(store_->refuse_pairing("p")),
                          code_of(store_->await_endorsement("p")), code_of(store_->fail_enrolment("p"))}) {
    EXPECT_EQ(code, ErrorCode::pairing_ended);
  }
}

TEST_P(Pairings, WaitADayForTheirEndorsement) {
  ASSERT_EQ(add("p"), std::nullopt);
  ASSERT_EQ(enrol("p"), std::nullopt);
  EXPECT_EQ(code_of(store_->waiting_pairing(user_name("alice"), "SHA256:a")), ErrorCode::not_found);
  ASSERT_EQ(code_of(store_->await_endorsement("p")), std::nullopt);
  EXPECT_EQ(enrol("p"), ErrorCode::already_answered);
  clock_.advance(Milliseconds{24 * 60 * kMinute - 1});
  EXPECT_EQ(store_->waiting_pairing(user_name("alice"), "SHA256:a")->id, "p");
  EXPECT_EQ(code_of(store_->waiting_pairing(user_name("alice"), "SHA256:b")), ErrorCode::not_found);
  ASSERT_EQ(finish("p"), std::nullopt);
  EXPECT_EQ(code_of(store_->waiting_pairing(user_name("alice"), "SHA256:a")), ErrorCode::not_found);
  ASSERT_EQ(add("late"), std::nullopt);
  ASSERT_EQ(code_of(store_->enrol_pairing("late", "text", "SHA256:b")), std::nullopt);
  ASSERT_EQ(code_of(store_->await_endorsement("late")), std::nullopt);
  clock_.advance(Milliseconds{24 * 60 * kMinute});
  EXPECT_EQ(state("late"), "expired");
  EXPECT_EQ(code_of(store_->waiting_pairing(user_name("alice"), "SHA256:b")), ErrorCode::not_found);
}

TEST_P(Pairings, ExpireByThemselves) {
  ASSERT_EQ(add("open"), std::nullopt);
  ASSERT_EQ(add("enrolled"), std::nullopt);
  ASSERT_EQ(enrol("enrolled"), std::nullopt);
  clock_.advance(Milliseconds{10 * kMinute - 1});
  EXPECT_EQ(state("open"), "open");
  clock_.advance(Milliseconds{1});
  EXPECT_EQ(state("open"), "expired");
  EXPECT_EQ(state("enrolled"), "expired");
  EXPECT_EQ(enrol("open"), ErrorCode::pairing_ended);
  EXPECT_EQ(finish("enrolled"), ErrorCode::pairing_ended);
  EXPECT_EQ(approvers(), 0U);
}

TEST_P(Pairings, AreRememberedForAnHourAfterTheirEnd) {
  ASSERT_EQ(add("expired"), std::nullopt);
  ASSERT_EQ(add("refused"), std::nullopt);
  ASSERT_TRUE(store_->refuse_pairing("refused").has_value());
  EXPECT_TRUE(store_->refuse_pairing("refused").has_value());
  clock_.advance(Milliseconds{60 * kMinute - 1});
  EXPECT_EQ(state("refused"), "refused");
  clock_.advance(Milliseconds{1});
  EXPECT_EQ(state("refused"), "none");
  EXPECT_EQ(state("expired"), "expired");
  clock_.advance(Milliseconds{10 * kMinute});
  EXPECT_EQ(state("expired"), "none");
  ASSERT_TRUE(store_->forget_pairings().has_value());
  EXPECT_EQ(add("expired"), std::nullopt);  // the row is gone, too
  EXPECT_EQ(code_of(store_->refuse_pairing("never")), ErrorCode::not_found);
}

TEST_P(Pairings, EndWithTheFifthEnrolmentThatFails) {
  ASSERT_EQ(add("p"), std::nullopt);
  for (int i = 1; i < kFailedEnrolments; ++i) EXPECT_FALSE(store_->fail_enrolment("p").value());
  EXPECT_EQ(state("p"), "open");
  EXPECT_TRUE(store_->fail_enrolment("p").value());
  EXPECT_EQ(state("p"), "refused");
  EXPECT_EQ(enrol("p"), ErrorCode::pairing_ended);
}

TEST_P(Pairings, OfOneMakerAreFewAndNoOthersLoss) {
  EXPECT_EQ(add("of nobody", "SHA256:first"), ErrorCode::not_an_approver);
  add_maker("first");
  add_maker("second");
  for (std::size_t i = 0; i < kPairingsPerMaker; ++i) {
    ASSERT_EQ(add(std::to_string(i), "SHA256:first"), std::nullopt);
  }
  EXPECT_EQ(add("more", "SHA256:first"), ErrorCode::quota_exceeded);
  EXPECT_EQ(add("of another", "SHA256:second"), std::nullopt);
  EXPECT_EQ(add("of an administrator"), std::nullopt);
}

TEST_P(Pairings, OfOneUserAreFew) {
  for (std::size_t i = 0; i < kPairingsPerMaker; ++i) ASSERT_EQ(add(std::to_string(i)), std::nullopt);
  EXPECT_EQ(add("more"), ErrorCode::quota_exceeded);
  ASSERT_TRUE(store_->refuse_pairing("0").has_value());
  EXPECT_EQ(add("more"), std::nullopt);
  add_user("bob");
  const Pairing of_bob{"bob", user_name("bob"), "hardware", {}, {}, {}, clock_.now_unix_ms() + 1, {}, {}, {}};
  EXPECT_EQ(code_of(store_->add_pairing(of_bob)), std::nullopt);
  clock_.advance(Milliseconds{10 * kMinute});
  EXPECT_EQ(add("later"), std::nullopt);
}

TEST_P(Pairings, OfAUserWhoIsGoneAreGone) {
  ASSERT_EQ(add("p"), std::nullopt);
  ASSERT_TRUE(store_->remove_user(user_name("alice")).has_value());
  EXPECT_EQ(state("p"), "none");
  EXPECT_EQ(add("q"), ErrorCode::not_found);
}

TEST_P(Pairings, AddTheirApproverWhollyOrNotAtAll) {
  ASSERT_EQ(add("p"), std::nullopt);
  ASSERT_EQ(enrol("p"), std::nullopt);
  const auto refuse = [](const UserContents&) { return Result<void>(ErrorCode::too_large, "no room"); };
  EXPECT_EQ(code_of(store_->add_paired_approver("p", approver("a"), refuse)), ErrorCode::too_large);
  EXPECT_EQ(code_of(store_->add_paired_approver("p", approver("b"), kAcceptAll)), ErrorCode::key_mismatch);
  EXPECT_EQ(state("p"), "enrolled");
  EXPECT_EQ(approvers(), 0U);
  ASSERT_TRUE(store_->add_login_key(user_name("alice"), login_key("a"), kAcceptAll).has_value());
  EXPECT_EQ(finish("p"), ErrorCode::key_has_both_roles);
  ASSERT_TRUE(store_->remove_login_key(user_name("alice"), "SHA256:a").has_value());
  const auto revision = store_->user(user_name("alice"))->revision;
  ASSERT_EQ(finish("p"), std::nullopt);
  EXPECT_EQ(store_->user(user_name("alice"))->revision, revision + 1);
}

TEST_P(Pairings, TwoOfOneKeyAddItOnce) {
  ASSERT_EQ(add("p"), std::nullopt);
  ASSERT_EQ(add("q"), std::nullopt);
  ASSERT_EQ(enrol("p"), std::nullopt);
  ASSERT_EQ(enrol("q"), std::nullopt);
  ASSERT_EQ(finish("p"), std::nullopt);
  EXPECT_EQ(finish("q"), ErrorCode::already_exists);
  EXPECT_EQ(state("q"), "enrolled");
  EXPECT_EQ(approvers(), 1U);
}

TEST_P(Pairings, TakeOneOfManyEnrolmentsAtOnce) {
  ASSERT_EQ(add("p"), std::nullopt);
  std::atomic<int> won = 0;
  std::vector<std::thread> phones;
  for (int i = 0; i < 4; ++i) {
    phones.emplace_back([&, i] {
      if (store_->enrol_pairing("p", "text", "SHA256:" + std::to_string(i))) ++won;
    });
  }
  for (auto& phone : phones) phone.join();
  EXPECT_EQ(won, 1);
}

TEST_P(Pairings, EndWithTheApproverThatMadeThem) {
  add_maker("maker");
  ASSERT_EQ(add("open", "SHA256:maker"), std::nullopt);
  ASSERT_EQ(add("enrolled", "SHA256:maker"), std::nullopt);
  ASSERT_EQ(enrol("enrolled"), std::nullopt);
  ASSERT_EQ(add("of an administrator"), std::nullopt);
  ASSERT_TRUE(store_->remove_approver(user_name("alice"), "SHA256:maker", kPlainRemoval).has_value());
  EXPECT_EQ(state("open"), "refused");
  EXPECT_EQ(state("enrolled"), "refused");
  EXPECT_EQ(state("of an administrator"), "open");
}

TEST_P(Pairings, ARemovalTakesAlongAndEndorsesAnew) {
  const auto alice = user_name("alice");
  for (const char* key : {"a", "b", "c"})
    ASSERT_TRUE(store_->add_approver(alice, approver(key), kAcceptAll).has_value());
  const auto until = clock_.now() + base::Seconds{60};
  ASSERT_TRUE(store_->add_session(Session{"t", alice, "SHA256:b", "n", until}).has_value());
  const auto refuse = [](const UserContents&) { return Result<Removal>(ErrorCode::registry_refused, "the last"); };
  EXPECT_EQ(code_of(store_->remove_approver(alice, "SHA256:a", refuse)), ErrorCode::registry_refused);
  EXPECT_EQ(approvers(), 3U);
  const auto plan = [](const UserContents& before) {
    EXPECT_EQ(before.approvers.size(), 3U);
    return Result<Removal>(Removal{{"SHA256:b"}, {{"SHA256:c", "bmV3"}}});
  };
  const auto revision = store_->user(alice)->revision;
  const auto removed = store_->remove_approver(alice, "SHA256:a", plan);
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(removed->also, std::vector<std::string>{"SHA256:b"});
  EXPECT_EQ(store_->user(alice)->revision, revision + 1);
  const auto left = store_->contents(alice)->approvers;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().fingerprint, "SHA256:c");
  EXPECT_EQ(left.front().endorsement, "bmV3");
  EXPECT_EQ(code_of(store_->session("t")), ErrorCode::not_found);
}

TEST_P(Pairings, AnEndorsementTakesTheOldOnesPlace) {
  const auto alice = user_name("alice");
  ASSERT_TRUE(store_->add_approver(alice, approver("a"), kAcceptAll).has_value());
  Approver again = approver("a");
  again.endorsement = "bmV3";
  again.added = clock_.now();
  ASSERT_TRUE(store_->replace_endorsement(alice, again).has_value());
  EXPECT_EQ(store_->contents(alice)->approvers.front().endorsement, "bmV3");
  EXPECT_EQ(store_->contents(alice)->approvers.front().added, clock_.now());
  for (const auto& bend : {+[](Approver& row) { row.level = "passkey"; }, +[](Approver& row) { row.person.reset(); },
                           +[](Approver& row) { row.key = "ssh-ed25519 z"; }}) {
    Approver other = again;
    bend(other);
    EXPECT_EQ(code_of(store_->replace_endorsement(alice, other)), ErrorCode::not_found);
  }
}

TEST_P(Pairings, ANonceCountsOnceUntilLongAfterItsTime) {
  ASSERT_TRUE(store_->use_nonce("n", clock_.now() + base::Seconds{60}).has_value());
  EXPECT_EQ(code_of(store_->use_nonce("n", clock_.now() + base::Seconds{60})), ErrorCode::already_exists);
  EXPECT_TRUE(store_->use_nonce("m", clock_.now() + base::Seconds{60}).has_value());
  // And for an hour more: what it stands in is judged by an earlier look at a clock that may be set back, too.
  clock_.advance(Milliseconds{60 * kMinute + 60'000 - 1});
  EXPECT_EQ(code_of(store_->use_nonce("n", clock_.now() + base::Seconds{60})), ErrorCode::already_exists);
  clock_.advance(Milliseconds{1});
  EXPECT_TRUE(store_->use_nonce("n", clock_.now() + base::Seconds{60}).has_value());
}

INSTANTIATE_TEST_SUITE_P(Stores, Pairings, ::testing::ValuesIn(all_stores()));

}  // namespace
}  // namespace countersign::registry::store
