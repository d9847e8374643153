// What every Store must do. A new store joins by adding its factory to the list at the end.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <thread>

#include "fake_clock.h"
#include "registry/store/sqlite_store.h"

namespace countersign::registry::store {
namespace {

using base::ChallengeId;
using base::ErrorCode;
using base::GroupName;
using base::HostName;
using base::Milliseconds;
using base::Result;
using base::UserName;

const auto kAcceptAll = [](const UserContents&) { return Result<void>(); };

UserName user_name(std::string_view text) { return *UserName::parse(text); }
HostName host_name(std::string_view text) { return *HostName::parse(text); }
ChallengeId challenge_id(char letter) { return *ChallengeId::parse(std::string(42, letter) + "A"); }

// The ErrorCode of a result, or nothing: what the tests compare.
template <typename T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::unique_ptr<Store> open(const base::Clock& clock) = 0;  // the same data each time
};

class SqliteBackend final : public Backend {
 public:
  SqliteBackend() {
    std::string pattern = (std::filesystem::temp_directory_path() / "countersign-store-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~SqliteBackend() override { std::filesystem::remove_all(directory_); }
  std::unique_ptr<Store> open(const base::Clock& clock) override {
    if (!std::filesystem::exists(path())) {
      EXPECT_EQ(code_of(SqliteStore::create(path(), clock)), std::nullopt);
    }
    auto store = SqliteStore::open(path(), clock, 3);
    EXPECT_EQ(code_of(store), std::nullopt);
    return *std::move(store);
  }
  [[nodiscard]] std::string path() const { return directory_ / "registry.db"; }

 private:
  std::filesystem::path directory_;
};

using Factory = std::unique_ptr<Backend> (*)();

class StoreContract : public ::testing::TestWithParam<Factory> {
 protected:
  void SetUp() override { store_ = backend_->open(clock_); }

  void add_user(std::string_view name, std::string hosts = "*") {
    ASSERT_EQ(code_of(store_->add_user(User{user_name(name), std::move(hosts), false, false, 1, clock_.now()})),
              std::nullopt);
  }
  static LoginKey login_key(const std::string& key) {
    return LoginKey{
        "SHA256:" + key, "ssh-ed25519 " + key, "no-pty ssh-ed25519 " + key, std::nullopt, "laptop", base::Time{}, {}};
  }
  static Approver approver(const std::string& key) {
    return Approver{"SHA256:" + key, "ssh-ed25519 " + key, "hardware", "bob", "key ring", base::Time{}, "ZW5k"};
  }
  Challenge challenge(char id, const std::string& connection = "none", const std::string& address = "203.0.113.9",
                      const std::string& key = "SHA256:k") {
    return Challenge{
        challenge_id(id),     host_name("web-01"),           user_name("alice"),     key, address, connection, "text",
        clock_.now_unix_ms(), clock_.now_unix_ms() + 90'000, ChallengeState::posted, {}};
  }
  std::optional<ErrorCode> post(const Challenge& challenge, std::size_t pending = 4) {
    return code_of(store_->post_challenge(challenge, PostLimits{pending}));
  }

  std::unique_ptr<Backend> backend_ = GetParam()();
  FakeClock clock_;
  std::unique_ptr<Store> store_;
};

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
  ASSERT_TRUE(store_->remove_approver(alice, "SHA256:a").has_value());
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
  EXPECT_EQ(code_of(store_->remove_approver(alice, "SHA256:k")), ErrorCode::not_found);
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

TEST_P(StoreContract, ClosedChallengesAreForgottenPostedOnesNot) {
  ASSERT_EQ(post(challenge('a')), std::nullopt);
  ASSERT_TRUE(store_->withdraw_challenge(challenge_id('a'), false).has_value());
  clock_.advance(Milliseconds{10'000});
  ASSERT_EQ(post(challenge('b')), std::nullopt);
  ASSERT_TRUE(store_->forget_challenges(clock_.now_unix_ms()).has_value());
  EXPECT_EQ(code_of(store_->challenge(challenge_id('a'))), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->challenge(challenge_id('b'))), std::nullopt);
}

TEST_P(StoreContract, SessionsEndWithTimeUserAndApprover) {
  add_user("alice");
  const auto alice = user_name("alice");
  ASSERT_TRUE(store_->add_approver(alice, approver("a"), kAcceptAll).has_value());
  const auto until = clock_.now() + base::Seconds{60};
  ASSERT_TRUE(store_->add_session(Session{"t1", alice, "SHA256:a", "n1", until}).has_value());
  ASSERT_TRUE(store_->add_session(Session{"t2", alice, "SHA256:b", "n2", until + base::Seconds{60}}).has_value());
  EXPECT_EQ(store_->session("t1")->fingerprint, "SHA256:a");
  ASSERT_TRUE(store_->remove_approver(alice, "SHA256:a").has_value());
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
  for (std::size_t i = 0; i <= kSessionsPerUser; ++i) {
    const std::string name = std::to_string(i);
    const auto until = clock_.now() + base::Seconds{static_cast<std::int64_t>(60 + i)};
    ASSERT_TRUE(
        store_->add_session(Session{"t" + name, user_name("alice"), "SHA256:a", "n" + name, until}).has_value());
  }
  EXPECT_EQ(code_of(store_->session("t0")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->session("t1")), std::nullopt);
}

TEST_P(StoreContract, DataOutlivesTheObject) {
  add_user("alice");
  ASSERT_TRUE(store_->set_meta("signing_key", "SHA256:x").has_value());
  ASSERT_TRUE(store_->set_meta("signing_key", "SHA256:y").has_value());
  store_.reset();
  store_ = backend_->open(clock_);
  EXPECT_EQ(*store_->meta("signing_key"), "SHA256:y");
  EXPECT_TRUE(store_->user(user_name("alice")).has_value());
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, ::testing::Values([]() -> std::unique_ptr<Backend> {
                           return std::make_unique<SqliteBackend>();
                         }));

TEST(SqliteStore, TheFileIsPrivateAndMadeOnce) {
  SqliteBackend backend;
  const FakeClock clock;
  ::umask(0);
  ASSERT_EQ(code_of(SqliteStore::create(backend.path(), clock)), std::nullopt);
  EXPECT_EQ(code_of(SqliteStore::create(backend.path(), clock)), ErrorCode::already_exists);
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(backend.path()).parent_path())) {
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << entry.path();
  }
}

TEST(SqliteStore, NoFileIsNotFoundAndIsNotMade) {
  const SqliteBackend backend;
  const FakeClock clock;
  EXPECT_EQ(code_of(SqliteStore::open(backend.path(), clock, 1)), ErrorCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(backend.path()));
}

void stamp(const std::string& path, const char* pragma) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, pragma, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
}

TEST(SqliteStore, ANewerOrForeignFileIsRefused) {
  const SqliteBackend newer;
  const FakeClock clock;
  ASSERT_EQ(code_of(SqliteStore::create(newer.path(), clock)), std::nullopt);
  stamp(newer.path(), "PRAGMA user_version = 99");
  EXPECT_EQ(code_of(SqliteStore::open(newer.path(), clock, 1)), ErrorCode::bad_config);
  const SqliteBackend foreign;
  stamp(foreign.path(), "PRAGMA user_version = 1; CREATE TABLE t (x)");
  EXPECT_EQ(code_of(SqliteStore::open(foreign.path(), clock, 1)), ErrorCode::bad_config);
}

TEST(SqliteStore, ARowThatSomebodyElseWroteIsAnError) {
  SqliteBackend backend;
  const FakeClock clock;
  const auto store = backend.open(clock);
  stamp(backend.path(), "INSERT INTO users VALUES ('-bad', '*', 0, 0, 1, 0)");
  EXPECT_EQ(code_of(store->users()), ErrorCode::io_error);
}

}  // namespace
}  // namespace countersign::registry::store
