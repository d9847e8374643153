#include <array>
#include <thread>

#include "store_contract.h"

namespace countersign::registry::store {
namespace {

using base::ErrorCode;
using base::GroupName;
using base::Milliseconds;
using base::Result;

TEST_P(StoreContract, UsersComeAndGo) {
  add_user("bob", "@web web-01");
  add_user("alice");
  EXPECT_EQ(code_of(store_->add_user(User{user_name("bob"), "*", false, false, 1, clock_.now()})),
            ErrorCode::already_exists);
  const auto all = store_->users();
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->at(0).name, user_name("alice"));
  EXPECT_EQ(all->at(1).hosts, "@web web-01");
  EXPECT_EQ(all->at(1).created, clock_.now());
  EXPECT_EQ(code_of(store_->remove_user(user_name("bob"))), std::nullopt);
  EXPECT_EQ(code_of(store_->remove_user(user_name("bob"))), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->user(user_name("bob"))), ErrorCode::not_found);
}

TEST_P(StoreContract, EachChangeOfTheRecordRaisesTheRevision) {
  add_user("alice");
  const auto alice = user_name("alice");
  std::int64_t revision = store_->user(alice)->revision;
  const auto raised = [&] { return store_->user(alice)->revision == ++revision; };
  ASSERT_TRUE(store_->set_user_hosts(alice, "@web").has_value());
  EXPECT_TRUE(raised());
  ASSERT_TRUE(store_->set_user_disabled(alice, true).has_value());
  EXPECT_TRUE(raised());
  ASSERT_TRUE(store_->add_login_key(alice, login_key("k"), kAcceptAll).has_value());
  EXPECT_TRUE(raised());
  ASSERT_TRUE(store_->set_login_key_reported(alice, "SHA256:k", clock_.now()).has_value());
  EXPECT_TRUE(raised());
  ASSERT_TRUE(store_->add_approver(alice, approver("a"), kAcceptAll).has_value());
  EXPECT_TRUE(raised());
  ASSERT_TRUE(store_->remove_approver(alice, "SHA256:a", kPlainRemoval).has_value());
  EXPECT_TRUE(raised());
  ASSERT_TRUE(store_->remove_login_key(alice, "SHA256:k").has_value());
  EXPECT_TRUE(raised());
  EXPECT_EQ(store_->user(alice)->hosts, "@web");
  EXPECT_TRUE(store_->user(alice)->disabled);
}

TEST_P(StoreContract, ContentsComeBackInOrder) {
  add_user("alice");
  const auto alice = user_name("alice");
  LoginKey second = login_key("b");
  second.person = "carol";
  ASSERT_TRUE(store_->add_login_key(alice, login_key("z"), kAcceptAll).has_value());
  ASSERT_TRUE(store_->add_login_key(alice, second, kAcceptAll).has_value());
  ASSERT_TRUE(store_->add_approver(alice, approver("a"), kAcceptAll).has_value());
  const auto contents = store_->contents(alice);
  ASSERT_TRUE(contents.has_value());
  ASSERT_EQ(contents->login_keys.size(), 2U);
  EXPECT_EQ(contents->login_keys[0].line, "no-pty ssh-ed25519 z");
  EXPECT_EQ(contents->login_keys[0].person, std::nullopt);
  EXPECT_EQ(contents->login_keys[1].person, "carol");
  EXPECT_EQ(contents->login_keys[1].label, "laptop");
  ASSERT_EQ(contents->approvers.size(), 1U);
  EXPECT_EQ(contents->approvers[0].level, "hardware");
  EXPECT_EQ(contents->approvers[0].person, "bob");
  EXPECT_EQ(contents->approvers[0].endorsement, "ZW5k");
}

TEST_P(StoreContract, OneKeyHasOneRole) {
  add_user("alice");
  add_user("bob");
  const auto alice = user_name("alice");
  ASSERT_TRUE(store_->add_login_key(alice, login_key("k"), kAcceptAll).has_value());
  EXPECT_EQ(code_of(store_->add_login_key(alice, login_key("k"), kAcceptAll)), ErrorCode::already_exists);
  EXPECT_EQ(code_of(store_->add_approver(alice, approver("k"), kAcceptAll)), ErrorCode::key_has_both_roles);
  EXPECT_EQ(code_of(store_->add_approver(user_name("bob"), approver("k"), kAcceptAll)), std::nullopt);
  EXPECT_EQ(code_of(store_->add_login_key(user_name("bob"), login_key("k"), kAcceptAll)),
            ErrorCode::key_has_both_roles);
}

TEST_P(StoreContract, AnAdditionThatTheCheckRefusesDidNotHappen) {
  add_user("alice");
  const auto alice = user_name("alice");
  const auto refuse = [](const UserContents& contents) -> Result<void> {
    EXPECT_EQ(contents.login_keys.size() + contents.approvers.size(), 1U);
    return base::Error(ErrorCode::too_large, "no");
  };
  EXPECT_EQ(code_of(store_->add_login_key(alice, login_key("k"), refuse)), ErrorCode::too_large);
  EXPECT_EQ(code_of(store_->add_approver(alice, approver("a"), refuse)), ErrorCode::too_large);
  EXPECT_TRUE(store_->contents(alice)->login_keys.empty());
  EXPECT_TRUE(store_->contents(alice)->approvers.empty());
  EXPECT_EQ(store_->user(alice)->revision, 1);
}

TEST_P(StoreContract, WhatIsNotThereIsNotFound) {
  add_user("alice");
  const auto alice = user_name("alice");
  const auto nobody = user_name("nobody");
  EXPECT_EQ(code_of(store_->add_login_key(nobody, login_key("k"), kAcceptAll)), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->add_approver(nobody, approver("k"), kAcceptAll)), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->remove_login_key(alice, "SHA256:k")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->remove_approver(alice, "SHA256:k", kPlainRemoval)), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->set_login_key_reported(alice, "SHA256:k", clock_.now())), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->set_user_hosts(nobody, "*")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->set_user_disabled(nobody, true)), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->contents(nobody)), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->record(alice)), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->put_record(nobody, Record{1, 1, {}, {}, "r"})), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->host(host_name("h"))), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->host_by_token("t")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->remove_host(host_name("h"))), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->set_host_token(host_name("h"), "t", {})), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->challenge(challenge_id('a'))), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->answer_challenge(challenge_id('a'), "x")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->withdraw_challenge(challenge_id('a'), false)), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->session("t")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->meta("m")), ErrorCode::not_found);
}

TEST_P(StoreContract, AReportKeepsItsFirstTimeUntilItIsCleared) {
  add_user("alice");
  const auto alice = user_name("alice");
  ASSERT_TRUE(store_->add_login_key(alice, login_key("k"), kAcceptAll).has_value());
  const auto first = clock_.now();
  ASSERT_TRUE(store_->set_login_key_reported(alice, "SHA256:k", first).has_value());
  clock_.advance(Milliseconds{60'000});
  ASSERT_TRUE(store_->set_login_key_reported(alice, "SHA256:k", clock_.now()).has_value());
  EXPECT_EQ(store_->contents(alice)->login_keys.at(0).reported, first);
  ASSERT_TRUE(store_->set_login_key_reported(alice, "SHA256:k", std::nullopt).has_value());
  EXPECT_EQ(store_->contents(alice)->login_keys.at(0).reported, std::nullopt);
}

TEST_P(StoreContract, SerialsFollowTheClockAndNeverRepeat) {
  add_user("alice");
  const auto alice = user_name("alice");
  const std::int64_t now = clock_.now_unix_ms();
  EXPECT_EQ(*store_->take_serial(alice, now), now);
  EXPECT_EQ(*store_->take_serial(alice, now), now + 1);
  EXPECT_EQ(*store_->take_serial(alice, now - 1000), now + 2);
  EXPECT_EQ(*store_->take_serial(alice, now + 50), now + 50);
  ASSERT_TRUE(store_->remove_user(alice).has_value());
  add_user("alice");
  EXPECT_EQ(*store_->take_serial(alice, 5), now + 51);
}

TEST_P(StoreContract, AnOlderRecordDoesNotReplaceANewer) {
  add_user("alice");
  const auto alice = user_name("alice");
  ASSERT_TRUE(store_->put_record(alice, Record{7, 2, clock_.now(), clock_.now(), "seven"}).has_value());
  EXPECT_EQ(code_of(store_->put_record(alice, Record{6, 3, clock_.now(), clock_.now(), "six"})),
            ErrorCode::record_rolled_back);
  EXPECT_EQ(code_of(store_->put_record(alice, Record{7, 3, clock_.now(), clock_.now(), "other"})),
            ErrorCode::record_rolled_back);
  const auto record = store_->record(alice);
  EXPECT_EQ(record->text, "seven");
  EXPECT_EQ(record->revision, 2);
  EXPECT_EQ(record->issued, clock_.now());
  ASSERT_TRUE(store_->put_record(alice, Record{8, 3, clock_.now(), clock_.now(), "eight"}).has_value());
  EXPECT_EQ(store_->record(alice)->text, "eight");
}

TEST_P(StoreContract, AnImportMakesTheUserOfflineAndMovesTheFloor) {
  const auto alice = user_name("alice");
  ASSERT_TRUE(store_->import_record(alice, "@web", Record{100, 0, clock_.now(), clock_.now(), "r"}).has_value());
  EXPECT_TRUE(store_->user(alice)->offline);
  EXPECT_EQ(store_->user(alice)->hosts, "@web");
  EXPECT_EQ(code_of(store_->import_record(alice, "*", Record{100, 0, clock_.now(), clock_.now(), "s"})),
            ErrorCode::record_rolled_back);
  EXPECT_EQ(store_->user(alice)->hosts, "@web");
  EXPECT_EQ(*store_->take_serial(alice, 1), 101);
  EXPECT_EQ(code_of(store_->import_record(alice, "*", Record{101, 0, clock_.now(), clock_.now(), "s"})),
            ErrorCode::record_rolled_back);
  EXPECT_EQ(code_of(store_->import_record(alice, "*", Record{102, 0, clock_.now(), clock_.now(), "t"})), std::nullopt);
  EXPECT_EQ(store_->record(alice)->text, "t");
}

TEST_P(StoreContract, HostsAreFoundByNameAndToken) {
  const std::vector<GroupName> groups{*GroupName::parse("db"), *GroupName::parse("web")};
  ASSERT_TRUE(store_->add_host(Host{host_name("web-01"), groups, "t1", std::nullopt, clock_.now()}).has_value());
  EXPECT_EQ(code_of(store_->add_host(Host{host_name("web-01"), {}, "t2", {}, clock_.now()})),
            ErrorCode::already_exists);
  EXPECT_EQ(code_of(store_->add_host(Host{host_name("web-02"), {}, "t1", {}, clock_.now()})),
            ErrorCode::already_exists);
  EXPECT_EQ(store_->host_by_token("t1")->groups, groups);
  ASSERT_TRUE(store_->set_host_token(host_name("web-01"), "t3", clock_.now()).has_value());
  EXPECT_EQ(code_of(store_->host_by_token("t1")), ErrorCode::not_found);
  EXPECT_EQ(store_->host_by_token("t3")->name, host_name("web-01"));
  EXPECT_EQ(store_->host(host_name("web-01"))->token_expires, clock_.now());
  ASSERT_TRUE(store_->add_host(Host{host_name("a"), {}, "t4", {}, clock_.now()}).has_value());
  EXPECT_EQ(store_->hosts()->size(), 2U);
  EXPECT_EQ(store_->hosts()->at(0).name, host_name("a"));
  EXPECT_TRUE(store_->hosts()->at(0).groups.empty());
}

TEST_P(StoreContract, ARemovedHostNoLongerRings) {
  ASSERT_TRUE(store_->add_host(Host{host_name("web-01"), {}, "t", {}, clock_.now()}).has_value());
  ASSERT_EQ(post(challenge('a')), std::nullopt);
  ASSERT_TRUE(store_->remove_host(host_name("web-01")).has_value());
  EXPECT_EQ(store_->challenge(challenge_id('a'))->state, ChallengeState::withdrawn);
}

TEST_P(StoreContract, SerialsTakenAtOnceDiffer) {
  add_user("alice");
  const auto other = backend_->open(clock_);  // as the admin subcommands do beside the server
  std::array<std::vector<std::int64_t>, 4> taken;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    threads.emplace_back([&, i] {
      Store& store = i % 2 == 0 ? *store_ : *other;
      for (int n = 0; n < 10; ++n) taken[i].push_back(*store.take_serial(user_name("alice"), 1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::int64_t> all;
  for (const auto& some : taken) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
  EXPECT_EQ(all.back(), 40);
}

}  // namespace
}  // namespace countersign::registry::store
