// What every Store must do: the fixture of the tests in store_*_test.cpp, each of which runs on every store. A new
// store joins by adding its factory to the list in sqlite_store_test.cpp.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "fake_clock.h"
#include "registry/store/store.h"

namespace countersign::registry::store {

inline const auto kAcceptAll = [](const UserContents&) { return base::Result<void>(); };

inline const auto kPlainRemoval = [](const UserContents&) { return base::Result<Removal>(Removal{}); };

inline base::UserName user_name(std::string_view text) { return *base::UserName::parse(text); }
inline base::HostName host_name(std::string_view text) { return *base::HostName::parse(text); }
inline base::ChallengeId challenge_id(char letter) { return *base::ChallengeId::parse(std::string(42, letter) + "A"); }

// The ErrorCode of a result, or nothing: what the tests compare.
template <typename T>
std::optional<base::ErrorCode> code_of(const base::Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::unique_ptr<Store> open(const base::Clock& clock) = 0;  // the same data each time
};

using Factory = std::unique_ptr<Backend> (*)();
std::vector<Factory> all_stores();  // in sqlite_store_test.cpp

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
  std::optional<base::ErrorCode> post(const Challenge& challenge, std::size_t pending = 4) {
    return code_of(store_->post_challenge(challenge, PostLimits{pending}));
  }

  std::unique_ptr<Backend> backend_ = GetParam()();
  FakeClock clock_;
  std::unique_ptr<Store> store_;
};

}  // namespace countersign::registry::store
