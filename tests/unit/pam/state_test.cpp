#include "pam/state.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "common/base/handle.h"
#include "common/host/record_cache.h"
#include "common/keys/signers.h"
#include "tests/support/pam_statements.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;

const base::Time kNow = *base::parse_time("2026-11-21T09:30:00Z");

struct State : testing::Test {
  State() {
    std::string pattern = testing::TempDir() + "stateXXXXXX";
    folder = ::mkdtemp(pattern.data());
    directory = folder + "/countersign";
  }
  ~State() override { std::filesystem::remove_all(folder); }

  [[nodiscard]] policy::VerifiedRecord record(const std::string& serial) const {
    return *policy::verify_record(
        record_text(keys, serial),
        {*base::UserName::parse("alice"), policy::HostIdentity{*base::HostName::parse("web-01"), {}}, kNow},
        *keys::Signers::parse(signers_text(keys)));
  }
  [[nodiscard]] StateDirectory state() const { return StateDirectory(directory, folder); }
  [[nodiscard]] std::string floor_file() const {
    return directory + "/floors/" + host::cache_name(*base::UserName::parse("alice"));
  }
  static std::string content(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static mode_t mode(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
  }

  TestKeys keys;
  std::string folder;
  std::string directory;
};

TEST_F(State, TheFirstRecordMakesTheFloor) {
  const auto held = state().hold_against_floor(record("5"), kNow);
  ASSERT_TRUE(held) << to_string(held.error());
  EXPECT_FALSE(held->not_written);
  EXPECT_EQ(content(floor_file()), "5 " + record("5").hash().str() + " 2026-11-21T09:00:00Z\n");
  EXPECT_EQ(mode(floor_file()), 0600U);
  EXPECT_EQ(mode(directory), 0700U);
  EXPECT_EQ(mode(directory + "/floors"), 0700U);
}

TEST_F(State, TheFloorOnlyRises) {
  ASSERT_TRUE(state().hold_against_floor(record("5"), kNow));
  const auto lower = state().hold_against_floor(record("4"), kNow);
  ASSERT_FALSE(lower);
  EXPECT_EQ(lower.error().code, ErrorCode::record_rolled_back);
  ASSERT_TRUE(state().hold_against_floor(record("6"), kNow));
  EXPECT_EQ(content(floor_file()).substr(0, 2), "6 ");
}

TEST_F(State, AnEqualSerialNeedsEqualBytes) {
  const auto first = record("5");
  ASSERT_TRUE(state().hold_against_floor(first, kNow));
  EXPECT_TRUE(state().hold_against_floor(first, kNow));
  keys.login = *crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  const auto other = state().hold_against_floor(record("5"), kNow);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::record_serial_reused);
}

TEST_F(State, AFloorThatDoesNotParseDenies) {
  ASSERT_TRUE(state().hold_against_floor(record("5"), kNow));
  for (const auto* text : {"", "5\n", "five x 2026-11-21T09:00:00Z\n"}) {
    std::ofstream(floor_file()) << text;
    const auto held = state().hold_against_floor(record("6"), kNow);
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().code, ErrorCode::io_error) << text;
  }
}

TEST_F(State, AFloorThatOthersCouldHaveWrittenDenies) {
  ASSERT_TRUE(state().hold_against_floor(record("5"), kNow));
  ASSERT_EQ(::chmod(floor_file().c_str(), 0666), 0);
  const auto held = state().hold_against_floor(record("6"), kNow);
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, ErrorCode::unsafe_file);
}

TEST_F(State, AFloorThatCannotBeWrittenLosesNoLogin) {
  directory = folder + "/missing/countersign";
  const auto held = state().hold_against_floor(record("5"), kNow);
  ASSERT_TRUE(held) << to_string(held.error());
  ASSERT_TRUE(held->not_written);
  EXPECT_EQ(held->not_written->code, ErrorCode::io_error);
}

// A local user can stop his own su while it holds the lock. That may cost others a second where their floor rises, and
// nothing where it stays.
TEST_F(State, WhoHoldsTheLockForeverStopsNobody) {
  ASSERT_TRUE(state().hold_against_floor(record("5"), kNow));
  const base::Fd lock(::open((directory + "/floors").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX | LOCK_NB), 0);

  const auto start = std::chrono::steady_clock::now();
  const auto same = state().hold_against_floor(record("5"), kNow);
  ASSERT_TRUE(same) << to_string(same.error());
  EXPECT_FALSE(same->not_written);
  EXPECT_LT(std::chrono::steady_clock::now() - start, base::Milliseconds(500));
  EXPECT_EQ(state().hold_against_floor(record("4"), kNow).error().code, ErrorCode::record_rolled_back);

  const auto higher = state().hold_against_floor(record("6"), kNow);
  ASSERT_TRUE(higher) << to_string(higher.error());
  EXPECT_TRUE(higher->not_written);
  EXPECT_LT(std::chrono::steady_clock::now() - start, base::Seconds(5));
}

TEST_F(State, ManyLoginsAtOnceLeaveTheHighestSerial) {
  std::vector<policy::VerifiedRecord> records;
  for (int serial = 1; serial <= 16; ++serial) records.push_back(record(std::to_string(serial)));
  std::vector<std::thread> logins;
  logins.reserve(records.size());
  for (const auto& each : records) {
    logins.emplace_back([&] { (void)state().hold_against_floor(each, kNow).has_value(); });
  }
  for (auto& login : logins) login.join();
  EXPECT_EQ(content(floor_file()).substr(0, 3), "16 ");
}

TEST_F(State, AReceiptIsTheAnswerByteForByte) {
  const auto id = *base::ChallengeId::parse(statement::Hash32::of("x").str());
  ASSERT_TRUE(state().keep_receipt(id, "the answer\n", kNow));
  const std::string file = directory + "/receipts/20261121/" + id.str();
  EXPECT_EQ(content(file), "the answer\n");
  EXPECT_EQ(mode(file), 0600U);
  EXPECT_EQ(mode(directory + "/receipts/20261121"), 0700U);
}

TEST_F(State, AReceiptThatCannotBeWrittenIsAnError) {
  directory = folder + "/missing/countersign";
  const auto kept = state().keep_receipt(*base::ChallengeId::parse(statement::Hash32::of("x").str()), "x", kNow);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, ErrorCode::io_error);
}

statement::Trust trust_until(const TestKeys& keys, const std::string& until, const std::string& nonce) {
  const std::string text = "countersign trust v1\nnonce: " + statement::Hash32::of(nonce).str() +
                           "\nregistry: https://registry.example.com\nhost: web-01\nservice: sshd\nuser: alice\n"
                           "address: 203.0.113.9\nconnection: 203.0.113.9 50022 192.0.2.1 22\nlogin-key: " +
                           keys.login.public_key().fingerprint() +
                           "\nissued: 2026-11-21T09:30:00Z\nexpires: 2026-11-21T09:31:30Z\nnumber-wanted: no\n"
                           "max-trust: 28800s\ndecision: approve\nnumber: none\nvia: registry\nuntil: " +
                           until + "\nhosts: web-01\n";
  return *statement::Trust::parse(sign_text(text, keys.approver, "trust.v1@countersign"));
}

TEST_F(State, TrustsAreKeptUntilTheirTime) {
  const auto alice = *base::UserName::parse("alice");
  EXPECT_EQ(*state().load_trusts(alice, kNow), std::vector<std::string>{});
  const auto later = trust_until(keys, "2026-11-21T17:00:00Z", "a");
  const auto sooner = trust_until(keys, "2026-11-21T10:00:00Z", "b");
  ASSERT_TRUE(state().keep_trust(later, kNow));
  ASSERT_TRUE(state().keep_trust(sooner, kNow));
  EXPECT_EQ(*state().load_trusts(alice, kNow), (std::vector{sooner.text(), later.text()}));
  EXPECT_EQ(*state().load_trusts(alice, sooner->until), std::vector{later.text()});
  EXPECT_EQ(*state().load_trusts(*base::UserName::parse("bob"), kNow), std::vector<std::string>{});
  const std::string users = directory + "/trust/" + host::cache_name(alice);
  EXPECT_EQ(mode(users), 0700U);
  EXPECT_EQ(mode(users + "/1795280400-" + later.id().str()), 0600U);
}

TEST_F(State, ATrustWhoseTimeIsOverMakesRoom) {
  const auto alice = *base::UserName::parse("alice");
  ASSERT_TRUE(state().keep_trust(trust_until(keys, "2026-11-21T10:00:00Z", "old"), kNow));
  for (std::size_t i = 1; i < kMostTrusts; ++i) {
    ASSERT_TRUE(state().keep_trust(trust_until(keys, "2026-11-21T17:00:00Z", std::to_string(i)), kNow));
  }
  const auto one_more = trust_until(keys, "2026-11-21T17:00:00Z", "one more");
  EXPECT_EQ(state().keep_trust(one_more, kNow).error().code, ErrorCode::io_error);
  ASSERT_TRUE(state().keep_trust(one_more, *base::parse_time("2026-11-21T10:00:00Z")));
  EXPECT_EQ(state().load_trusts(alice, kNow)->size(), kMostTrusts);
}

TEST_F(State, ATrustThatOthersCouldHaveWrittenIsNotRead) {
  const auto alice = *base::UserName::parse("alice");
  const auto trust = trust_until(keys, "2026-11-21T17:00:00Z", "a");
  ASSERT_TRUE(state().keep_trust(trust, kNow));
  const std::string file = directory + "/trust/" + host::cache_name(alice) + "/1795280400-" + trust.id().str();
  ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
  EXPECT_EQ(state().load_trusts(alice, kNow).error().code, ErrorCode::unsafe_file);
}

}  // namespace
}  // namespace countersign::pam
