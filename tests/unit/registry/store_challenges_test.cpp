#include <array>
#include <atomic>
#include <thread>

#include "store_contract.h"

namespace countersign::registry::store {
namespace {

using base::ChallengeId;
using base::ErrorCode;
using base::Milliseconds;

TEST_P(StoreContract, PostedChallengesAreListedOldestFirst) {
  ASSERT_EQ(post(challenge('b')), std::nullopt);
  clock_.advance(Milliseconds{5});
  ASSERT_EQ(post(challenge('a')), std::nullopt);
  const auto posted = store_->posted_challenges(user_name("alice"));
  ASSERT_EQ(posted->size(), 2U);
  EXPECT_EQ(posted->at(0).id, challenge_id('b'));
  EXPECT_EQ(posted->at(0).text, "text");
  EXPECT_TRUE(store_->posted_challenges(user_name("bob"))->empty());
  EXPECT_EQ(store_->posted_challenges()->size(), 2U);
}

TEST_P(StoreContract, TheSameConnectionReplaces) {
  ASSERT_EQ(post(challenge('a', "c 1 s 22")), std::nullopt);
  ASSERT_EQ(post(challenge('b', "c 2 s 22")), std::nullopt);
  Challenge other_host = challenge('c', "c 1 s 22");
  other_host.host = host_name("web-02");
  ASSERT_EQ(post(other_host), std::nullopt);
  const auto posted = store_->post_challenge(challenge('d', "c 1 s 22"), PostLimits{});
  ASSERT_TRUE(posted.has_value());
  EXPECT_EQ(posted->replaced, std::vector<ChallengeId>{challenge_id('a')});
  EXPECT_EQ(store_->challenge(challenge_id('a'))->state, ChallengeState::replaced);
  EXPECT_EQ(store_->challenge(challenge_id('b'))->state, ChallengeState::posted);
  EXPECT_EQ(store_->challenge(challenge_id('c'))->state, ChallengeState::posted);
}

TEST_P(StoreContract, NoConnectionReplacesNothing) {
  ASSERT_EQ(post(challenge('a')), std::nullopt);
  EXPECT_TRUE(store_->post_challenge(challenge('b'), PostLimits{})->replaced.empty());
  EXPECT_EQ(store_->challenge(challenge_id('a'))->state, ChallengeState::posted);
}

TEST_P(StoreContract, TheSameChallengeAgainIsARepeat) {
  ASSERT_EQ(post(challenge('a', "c 1 s 22")), std::nullopt);
  const auto again = store_->post_challenge(challenge('a', "c 1 s 22"), PostLimits{1});
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->repeated);
  Challenge stolen = challenge('a', "c 1 s 22");
  stolen.host = host_name("web-02");
  EXPECT_EQ(post(stolen), ErrorCode::already_exists);
  ASSERT_TRUE(store_->withdraw_challenge(challenge_id('a'), false).has_value());
  EXPECT_EQ(post(challenge('a', "c 1 s 22")), ErrorCode::challenge_withdrawn);
}

TEST_P(StoreContract, AFullQuotaBlocksNobodyElse) {
  ASSERT_EQ(post(challenge('a'), 2), std::nullopt);
  ASSERT_EQ(post(challenge('b'), 2), std::nullopt);
  EXPECT_EQ(post(challenge('c'), 2), ErrorCode::quota_exceeded);
  EXPECT_EQ(post(challenge('d', "none", "203.0.113.10"), 2), std::nullopt);
  EXPECT_EQ(post(challenge('e', "none", "203.0.113.9", "SHA256:other"), 2), std::nullopt);
  ASSERT_TRUE(store_->withdraw_challenge(challenge_id('a'), false).has_value());
  EXPECT_EQ(post(challenge('c'), 2), std::nullopt);
  clock_.advance(Milliseconds{90'000});
  EXPECT_EQ(post(challenge('f'), 2), std::nullopt);
}

TEST_P(StoreContract, ARefusedChallengeReplacesNothing) {
  ASSERT_EQ(post(challenge('a', "c 1 s 22")), std::nullopt);
  ASSERT_EQ(post(challenge('b', "c 2 s 22")), std::nullopt);
  Challenge refused = challenge('c', "c 1 s 22");
  refused.address = "198.51.100.1";
  EXPECT_EQ(post(refused, 0), ErrorCode::quota_exceeded);
  EXPECT_EQ(store_->challenge(challenge_id('a'))->state, ChallengeState::posted);
}

// One row for each pair of a final state and a second event.
TEST_P(StoreContract, EveryFinalStateIsFinal) {
  const auto expect_final = [&](char id, ChallengeState state, ErrorCode code) {
    EXPECT_EQ(code_of(store_->answer_challenge(challenge_id(id), "late")), code);
    EXPECT_EQ(code_of(store_->withdraw_challenge(challenge_id(id), false)), code);
    EXPECT_EQ(store_->challenge(challenge_id(id))->state, state);
    EXPECT_NE(store_->challenge(challenge_id(id))->answer, "late");
  };
  ASSERT_EQ(post(challenge('a')), std::nullopt);
  ASSERT_TRUE(store_->answer_challenge(challenge_id('a'), "answer").has_value());
  EXPECT_EQ(store_->challenge(challenge_id('a'))->answer, "answer");
  expect_final('a', ChallengeState::answered, ErrorCode::already_answered);
  ASSERT_EQ(post(challenge('b')), std::nullopt);
  ASSERT_TRUE(store_->withdraw_challenge(challenge_id('b'), false).has_value());
  expect_final('b', ChallengeState::withdrawn, ErrorCode::challenge_withdrawn);
  ASSERT_EQ(post(challenge('c', "c 1 s 22")), std::nullopt);
  ASSERT_EQ(post(challenge('d', "c 1 s 22")), std::nullopt);
  expect_final('c', ChallengeState::replaced, ErrorCode::challenge_replaced);
  clock_.advance(Milliseconds{90'000});
  expect_final('d', ChallengeState::expired, ErrorCode::challenge_expired);
  EXPECT_TRUE(store_->posted_challenges(user_name("alice"))->empty());
  ASSERT_EQ(post(challenge('e')), std::nullopt);  // writes the expiry down
  expect_final('d', ChallengeState::expired, ErrorCode::challenge_expired);
}

TEST_P(StoreContract, TheLastMillisecondStillCounts) {
  ASSERT_EQ(post(challenge('a')), std::nullopt);
  clock_.advance(Milliseconds{89'999});
  EXPECT_EQ(code_of(store_->answer_challenge(challenge_id('a'), "answer")), std::nullopt);
}

TEST_P(StoreContract, ThreeWrongNumbersQuietTheSource) {
  for (const char id : {'a', 'b', 'c'}) {
    ASSERT_EQ(post(challenge(id)), std::nullopt);
    ASSERT_TRUE(store_->answer_challenge(challenge_id(id), "answer").has_value());
    EXPECT_EQ(code_of(store_->withdraw_challenge(challenge_id(id), true)), ErrorCode::already_answered);
    clock_.advance(Milliseconds{60'000});
  }
  EXPECT_EQ(post(challenge('d')), ErrorCode::quota_exceeded);
  EXPECT_EQ(post(challenge('e', "none", "203.0.113.10")), std::nullopt);
  EXPECT_EQ(post(challenge('f', "none", "203.0.113.9", "SHA256:other")), std::nullopt);
  clock_.advance(Milliseconds{9 * 60'000 - 1});
  EXPECT_EQ(post(challenge('d')), ErrorCode::quota_exceeded);
  clock_.advance(Milliseconds{1});
  EXPECT_EQ(post(challenge('d')), std::nullopt);
}

TEST_P(StoreContract, OneHostsWrongNumbersQuietNoOther) {
  for (const char id : {'a', 'b', 'c'}) {
    ASSERT_EQ(post(challenge(id)), std::nullopt);
    ASSERT_TRUE(store_->withdraw_challenge(challenge_id(id), true).has_value());
  }
  EXPECT_EQ(post(challenge('d')), ErrorCode::quota_exceeded);
  Challenge other_host = challenge('e');
  other_host.host = host_name("web-02");
  EXPECT_EQ(post(other_host), std::nullopt);
}

TEST_P(StoreContract, AReportAnswersAndMarksTheKey) {
  add_user("alice");
  ASSERT_TRUE(store_->add_login_key(user_name("alice"), login_key("k"), kAcceptAll).has_value());
  ASSERT_EQ(post(challenge('a')), std::nullopt);
  const auto before = store_->user(user_name("alice"))->revision;
  EXPECT_EQ(*store_->report_challenge(challenge_id('a'), "report", clock_.now()), true);
  EXPECT_EQ(store_->challenge(challenge_id('a'))->state, ChallengeState::answered);
  EXPECT_EQ(store_->challenge(challenge_id('a'))->answer, "report");
  EXPECT_EQ(store_->contents(user_name("alice"))->login_keys.at(0).reported, clock_.now());
  EXPECT_EQ(store_->user(user_name("alice"))->revision, before + 1);
  EXPECT_EQ(code_of(store_->report_challenge(challenge_id('a'), "late", clock_.now())), ErrorCode::already_answered);
  ASSERT_EQ(post(challenge('b', "none", "203.0.113.9", "SHA256:other")), std::nullopt);
  EXPECT_EQ(*store_->report_challenge(challenge_id('b'), "report", clock_.now()), false);
  EXPECT_EQ(store_->challenge(challenge_id('b'))->state, ChallengeState::answered);
}

TEST_P(StoreContract, AReportThatCameSecondMarksNothing) {
  add_user("alice");
  ASSERT_TRUE(store_->add_login_key(user_name("alice"), login_key("k"), kAcceptAll).has_value());
  ASSERT_EQ(post(challenge('a')), std::nullopt);
  ASSERT_TRUE(store_->withdraw_challenge(challenge_id('a'), false).has_value());
  EXPECT_EQ(code_of(store_->report_challenge(challenge_id('a'), "late", clock_.now())), ErrorCode::challenge_withdrawn);
  EXPECT_EQ(store_->contents(user_name("alice"))->login_keys.at(0).reported, std::nullopt);
  EXPECT_EQ(code_of(store_->report_challenge(challenge_id('z'), "none", clock_.now())), ErrorCode::not_found);
}

TEST_P(StoreContract, WrongNumbersFarApartDoNotCount) {
  for (const char id : {'a', 'b', 'c'}) {
    ASSERT_EQ(post(challenge(id)), std::nullopt);
    ASSERT_TRUE(store_->withdraw_challenge(challenge_id(id), true).has_value());
    clock_.advance(Milliseconds{5 * 60'000 + 1});
  }
  EXPECT_EQ(post(challenge('d')), std::nullopt);
}

TEST_P(StoreContract, OfTwoAnswersAtOnceOneWins) {
  for (const char id : {'a', 'b', 'c', 'd'}) {
    ASSERT_EQ(post(challenge(id), 100), std::nullopt);
    std::atomic<int> won = 0;
    std::atomic<int> lost = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&, i] {
        const auto done = i % 2 == 0 ? store_->answer_challenge(challenge_id(id), std::to_string(i))
                                     : store_->withdraw_challenge(challenge_id(id), false);
        const auto code = code_of(done);
        if (!code) ++won;
        if (code == ErrorCode::already_answered || code == ErrorCode::challenge_withdrawn) ++lost;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 5);
  }
}

TEST_P(StoreContract, ClosedChallengesAreForgottenPostedOnesNot) {
  ASSERT_EQ(post(challenge('a')), std::nullopt);
  ASSERT_TRUE(store_->withdraw_challenge(challenge_id('a'), false).has_value());
  clock_.advance(Milliseconds{10'000});
  ASSERT_EQ(post(challenge('b')), std::nullopt);
  ASSERT_TRUE(store_->forget_challenges(clock_.now_unix_ms()).has_value());
  EXPECT_EQ(code_of(store_->challenge(challenge_id('a'))), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->challenge(challenge_id('b'))), std::nullopt);
}

}  // namespace
}  // namespace countersign::registry::store
