// A small site without sockets: a real store in a directory of its own, the real record service and routes, a clock
// that moves when told and a scheduler that runs when the clock has moved. One user alice with a login key and an
// approver, two hosts.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>

#include "common/keys/public_key_line.h"
#include "common/statement/challenge.h"
#include "common/statement/console.h"
#include "fake_clock.h"
#include "registry/records/record_builder.h"
#include "registry/routes/access.h"
#include "registry/routes/router.h"
#include "registry/store/sqlite_store.h"
#include "tests/support/temp_directory.h"

namespace countersign::registry {

class FakeScheduler final : public net::Scheduler {
 public:
  explicit FakeScheduler(FakeClock& clock) : clock_(clock) {}
  void after(base::Milliseconds delay, std::function<void()> function) override {
    due_.emplace(clock_.now_unix_ms() + delay.count(), std::move(function));
  }
  // Moves the clock step by step, running what becomes due at its time.
  void advance(base::Milliseconds by) {
    const std::int64_t end = clock_.now_unix_ms() + by.count();
    while (!due_.empty() && due_.begin()->first <= end) {
      auto next = due_.extract(due_.begin());
      clock_.advance(base::Milliseconds{std::max<std::int64_t>(0, next.key() - clock_.now_unix_ms())});
      next.mapped()();
    }
    clock_.advance(base::Milliseconds{end - clock_.now_unix_ms()});
  }

 private:
  FakeClock& clock_;
  std::multimap<std::int64_t, std::function<void()>> due_;
};

class RecordingBell final : public push::Bell {
 public:
  struct Ring {
    base::ChallengeId challenge;
    std::vector<base::ChallengeId> replaced;
  };
  void ring(const store::Challenge& challenge, const std::vector<base::ChallengeId>& replaced) override {
    rings.push_back({challenge.id, replaced});
  }
  std::vector<Ring> rings;
};

inline crypto::PrivateKey new_key() { return *crypto::PrivateKey::generate(crypto::KeyType::ed25519); }

// A request under way: the response, once there is one, and the client's end.
struct Exchange {
  std::optional<net::Response> response;
  net::CancelSource cancel;

  void go(net::CancelReason reason) const {
    for (const auto& function : cancel.cancel(reason)) function(reason);
  }
};

class Site {
 public:
  explicit Site(routes::Settings with = default_settings()) : settings(std::move(with)) {
    add_host("web-01", {"web"}, host_token);
    add_host("db-01", {"db"}, other_token);
    add_user("alice", "@web");
    add_login_key("alice", login_key);
    add_approver("alice", approver_key);
  }

  static routes::Settings default_settings() {
    return routes::Settings{.url = *base::Origin::parse("https://registry.example.com"),
                            .phone = {},
                            .vapid_key = "BVapidKey",
                            .challenge_max_life = base::Milliseconds{120'000},
                            .pending_per_source = 8,
                            .challenges_per_minute = 100};
  }
  static base::UserName user_name(std::string_view text) { return *base::UserName::parse(text); }

  void add_host(std::string_view name, const std::vector<std::string>& groups, const routes::NewToken& token) {
    std::vector<base::GroupName> names;
    for (const std::string& group : groups) names.push_back(*base::GroupName::parse(group));
    const store::Host host{*base::HostName::parse(name), names, token.hash, std::nullopt, clock.now()};
    EXPECT_TRUE(store->add_host(host).has_value());
  }
  void add_user(std::string_view name, std::string hosts) {
    EXPECT_TRUE(
        store->add_user(store::User{user_name(name), std::move(hosts), false, false, 1, clock.now()}).has_value());
  }
  void add_login_key(std::string_view name, const crypto::PrivateKey& key, std::optional<std::string> person = {}) {
    const std::string line = keys::print_public_key(key.public_key());
    const store::LoginKey row{key.public_key().fingerprint(), line, line, std::move(person), "", clock.now(), {}};
    EXPECT_TRUE(store->add_login_key(user_name(name), row, accept_all).has_value());
  }
  void add_approver(std::string_view name, const crypto::PrivateKey& key, std::optional<std::string> person = {}) {
    add_approver_key(name, key.public_key(), statement::Level::ssh_key, std::move(person));
  }
  // Endorsed by the registry.
  void add_approver_key(std::string_view name, const crypto::PublicKey& key, statement::Level level,
                        std::optional<std::string> person = {}) {
    std::optional<base::PersonName> owner;
    if (person) owner = *base::PersonName::parse(*person);
    const statement::EndorsementFields fields{user_name(name), owner, key, level, clock.now()};
    const store::Approver row{
        key.fingerprint(), keys::print_public_key(key),           std::string(to_string(level)), std::move(person), "",
        clock.now(),       *records::endorse(fields, signing_key)};
    EXPECT_TRUE(store->add_approver(user_name(name), row, accept_all).has_value());
  }
  base::Result<store::Removal> remove_approver(std::string_view name, const crypto::PrivateKey& key) {
    const auto alone = [](const store::UserContents&) { return base::Result<store::Removal>(store::Removal{}); };
    return store->remove_approver(user_name(name), key.public_key().fingerprint(), alone);
  }

  statement::ChallengeFields challenge_fields() {
    return statement::ChallengeFields{.nonce = statement::Hash32::random(),
                                      .registry = settings.url,
                                      .host = *base::HostName::parse("web-01"),
                                      .service = *base::ServiceName::parse("sshd"),
                                      .user = user_name("alice"),
                                      .address = *base::Address::parse("203.0.113.9"),
                                      .connection = {},
                                      .login_key = *statement::Fingerprint::parse(login_key.public_key().fingerprint()),
                                      .issued = clock.now(),
                                      .expires = clock.now() + base::Seconds{90},
                                      .number_wanted = true,
                                      .max_trust = base::Seconds{0}};
  }
  statement::Challenge challenge() { return *statement::Challenge::make(challenge_fields()); }

  static std::string answer(const statement::Challenge& challenge, const crypto::PrivateKey& key,
                            statement::Decision decision = statement::Decision::approve) {
    std::optional<statement::LoginNumber> number;
    if (decision == statement::Decision::approve && challenge->number_wanted) number = *statement::LoginNumber::of(47);
    const statement::AnswerFields fields{challenge.fields(), decision, number, statement::Via::registry};
    return statement::Answer::sign(fields, key)->text();
  }
  statement::SessionFields session_fields(const crypto::PublicKey& key, std::string_view user = "alice") {
    return {.registry = settings.url,
            .user = user_name(user),
            .key = key,
            .nonce = statement::Hash32::random(),
            .issued = clock.now(),
            .expires = clock.now() + base::Seconds{3600}};
  }
  std::string session(const crypto::PrivateKey& key, std::string_view user = "alice") {
    return statement::Session::sign(session_fields(key.public_key(), user), key)->text();
  }

  std::unique_ptr<Exchange> begin(net::Method method, const std::string& target, const std::string& token = {},
                                  const std::string& body = {}, net::Headers headers = {}) {
    auto exchange = std::make_unique<Exchange>();
    net::Request request{method, *net::parse_target(target), std::move(headers), body, peer};
    if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
    if (method == net::Method::post || method == net::Method::put)
      request.headers.emplace_back("content-type", "text/plain; charset=utf-8");
    const auto reply = [raw = exchange.get()](net::Response response) {
      EXPECT_FALSE(raw->response.has_value()) << "answered twice";
      raw->response = std::move(response);
      raw->cancel.answered();
    };
    routes::handle(request, reply, exchange->cancel.token(), context);
    return exchange;
  }
  net::Response call(net::Method method, const std::string& target, const std::string& token = {},
                     const std::string& body = {}, net::Headers headers = {}) {
    const auto exchange = begin(method, target, token, body, std::move(headers));
    EXPECT_TRUE(exchange->response.has_value()) << target << " waits";
    return exchange->response.value_or(net::Response{0, {}, "no response", {}});
  }
  net::Response post(const statement::Challenge& challenge) {
    return call(net::Method::post, "/v1/challenges", host_token.text, challenge.text());
  }
  std::string open_session() {
    const net::Response response = call(net::Method::post, "/v1/sessions", {}, session(approver_key));
    EXPECT_EQ(response.status, 201) << response.body;
    return response.body.substr(7, 47);
  }

  static std::string path_of(const statement::Challenge& challenge) { return "/v1/challenges/" + challenge.id().str(); }

  static base::Result<void> accept_all(const store::UserContents&) { return {}; }

  std::string peer = "198.51.100.7";
  FakeClock clock;
  FakeScheduler scheduler{clock};
  testing::TempDirectory directory;
  std::unique_ptr<store::Store> store = *store::SqliteStore::create(directory.at("registry.db"), clock);
  routes::Settings settings;
  crypto::PrivateKey signing_key = new_key();
  crypto::PrivateKey login_key = new_key();
  crypto::PrivateKey approver_key = new_key();
  routes::NewToken host_token = routes::make_host_token();
  routes::NewToken other_token = routes::make_host_token();
  int records_signed = 0;
  records::RecordService records{*store,
                                 clock,
                                 signing_key,
                                 {base::Seconds{7 * 24 * 3600}, base::Seconds{24 * 3600}},
                                 [this](const base::UserName&, std::int64_t) { ++records_signed; }};
  log::MemorySink log;
  routes::LocalHub hub;
  routes::Presence presence{scheduler, [this](const base::ChallengeId& id) { host_gone(id); }};
  routes::Rates rates{clock, settings};
  routes::Journal journal{log, clock};
  RecordingBell bell;
  routes::Context context{settings, clock, *store, records, hub, presence, scheduler, rates, journal, bell};

 private:
  void host_gone(const base::ChallengeId& id) { routes::withdraw_abandoned(context, id); }
};

inline std::optional<std::string> header(const net::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

// "REASON" of an error body.
inline std::string reason(const net::Response& response) {
  return response.body.substr(0, response.body.find_first_of(":\n"));
}

inline const std::string kNoToken;

inline void expect_refused(const net::Response& response, int status, const std::string& with_reason) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(reason(response), with_reason) << response.body;
  EXPECT_EQ(std::count(response.body.begin(), response.body.end(), '\n'), 1) << "one line";
}

}  // namespace countersign::registry
