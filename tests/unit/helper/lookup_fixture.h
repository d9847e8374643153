// A signer, a cache of its own and a registry that is a function, for the tests of the key helper.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/crypto/private_key.h"
#include "common/keys/authorized_keys.h"
#include "common/keys/public_key_line.h"
#include "helper/authorized_keys/lookup.h"
#include "tests/support/temp_directory.h"

namespace countersign::authorized_keys {

class FakeClock final : public base::Clock {
 public:
  [[nodiscard]] base::Time now() const override { return time; }
  [[nodiscard]] std::int64_t now_unix_ms() const override { return time.time_since_epoch().count() * 1000; }
  [[nodiscard]] base::MonotonicTime monotonic() const override { return std::chrono::steady_clock::now(); }
  base::Time time = base::SystemClock().now();
};

struct RecordOptions {
  std::uint64_t serial = 1000;
  base::Seconds issued{-60};  // from now
  base::Seconds life{86400};
  std::string user = "alice";
  std::string hosts = "*";
  std::string option = "";  // from= of the login key
};

class LookupTest : public ::testing::Test {
 protected:
  using Reply = base::Result<host::CourierReply>;

  std::string record(const RecordOptions& options = {}) { return signed_by(signer_, options); }
  std::string signed_by(const crypto::PrivateKey& key, const RecordOptions& options) {
    keys::AuthorizedKey line{.options = {}, .key = login_key_.public_key()};
    if (!options.option.empty()) {
      line.options.push_back(keys::Option::make(keys::OptionName::from, options.option).value());
    }
    const base::Time issued = clock_.time + options.issued;
    const statement::RecordFields fields{.user = base::UserName::parse(options.user).value(),
                                         .hosts = statement::HostScope::parse(options.hosts).value(),
                                         .serial = options.serial,
                                         .issued = issued,
                                         .expires = issued + options.life,
                                         .login_keys = {{.line = line, .person = {}}},
                                         .approvers = {},
                                         .recovery = {},
                                         .revoked_trust = {},
                                         .trust_not_before = {}};
    return statement::Record::sign(fields, key).value().text();
  }

  static Reply ok(std::string text) {
    return host::CourierReply{
        .status = host::CourierStatus::ok, .reason = {}, .detail = {}, .statements = std::move(text)};
  }
  static Reply unchanged() { return host::CourierReply{host::CourierStatus::unchanged, {}, {}, {}}; }
  static Reply unknown() {
    return host::CourierReply{host::CourierStatus::unknown, base::ErrorCode::record_unknown, "HTTP 404", {}};
  }
  static Reply failed(base::ErrorCode reason = base::ErrorCode::registry_unreachable) {
    return host::CourierReply{host::CourierStatus::failed, reason, "as the test says", {}};
  }

  [[nodiscard]] Surroundings around() {
    return {.identity = {.host = base::HostName::parse("web-01").value(),
                         .groups = {base::GroupName::parse("web").value()}},
            .fresh = base::Seconds(60),
            .max_life = base::Seconds(7 * 24 * 3600),
            .clock = clock_,
            .signers = signers_,
            .cache = cache_,
            .deadline = std::chrono::steady_clock::now() + base::Milliseconds(100),
            .ask = [this](const std::optional<std::string>& etag) {
              asked_.push_back(etag);
              return reply_;
            }};
  }
  Lookup look(Reply reply) {
    reply_ = std::move(reply);
    return look_up(around(), alice_);
  }
  // Puts a record into the cache as if it had been confirmed so long ago.
  void cached(const std::string& text, base::Seconds ago = base::Seconds(3600)) {
    auto writer = cache_.lock(alice_, std::chrono::steady_clock::now()).value();
    ASSERT_TRUE(writer.store(text));
    ASSERT_TRUE(writer.confirm(clock_.time - ago));
  }
  // The record that a lookup found, as text; empty where there is none.
  static std::string text_of(const Lookup& found) {
    return found.record ? found.record->record().text() : std::string();
  }
  [[nodiscard]] std::size_t times_asked() const { return asked_.size(); }

  static crypto::PrivateKey new_key() { return crypto::PrivateKey::generate(crypto::KeyType::ed25519).value(); }
  static std::string signers_line(const crypto::PrivateKey& key) {
    return "* namespaces=\"record.v1@countersign\" " + keys::print_public_key(key.public_key()) + "\n";
  }

  FakeClock clock_;
  base::UserName alice_ = base::UserName::parse("alice").value();
  crypto::PrivateKey signer_ = new_key();
  crypto::PrivateKey login_key_ = new_key();
  keys::Signers signers_ = keys::Signers::parse(signers_line(signer_)).value();
  countersign::testing::TempDirectory directory_;
  host::RecordCache cache_{directory_.path(), ::geteuid(), directory_.path()};
  Reply reply_ = failed();
  std::vector<std::optional<std::string>> asked_;
};

}  // namespace countersign::authorized_keys
