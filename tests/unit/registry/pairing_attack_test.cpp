// Attacks on pairing and on signed changes: who has been removed while a request is under way, what is replayed, who
// uses up what others need. Each is what a hostile party would try; most began as a program that got through.
#include "common/encoding/base64.h"
#include "pairing_site.h"

namespace countersign::registry::routes {
namespace {

using base::Milliseconds;
using net::Method;

// Runs a function at the next look at the monotonic clock. Routes take from a rate limit between reading the record and
// acting on it, so this is the moment at which another process changes the database under a request.
class Moment final : public base::Clock {
 public:
  explicit Moment(const base::Clock& clock) : clock_(clock) {}
  [[nodiscard]] base::Time now() const override { return clock_.now(); }
  [[nodiscard]] std::int64_t now_unix_ms() const override { return clock_.now_unix_ms(); }
  [[nodiscard]] base::MonotonicTime monotonic() const override {
    if (const auto then = std::exchange(then_, nullptr)) then();
    return clock_.monotonic();
  }
  void at_next(std::function<void()> then) { then_ = std::move(then); }
  [[nodiscard]] bool came() const { return !then_; }

 private:
  const base::Clock& clock_;
  mutable std::function<void()> then_;
};

// alice has three approvers; the second is the thief's.
struct Race : PairingSite {
  Race() {
    settings.push_services.hosts = {*base::HostPattern::parse("push.example.com")};
    add_approver("alice", thief);
    add_approver("alice", third);
  }
  static std::string name(const crypto::PrivateKey& key) { return key.public_key().fingerprint(); }

  // The response to a request during which the thief's approver is removed.
  net::Response while_removed(Method method, const std::string& target, const std::string& token,
                              const std::string& body) {
    moment.at_next([this] { ASSERT_TRUE(remove_approver("alice", thief).has_value()); });
    net::Request request{method, *net::parse_target(target), {}, body, peer};
    if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
    request.headers.emplace_back("content-type", "text/plain; charset=utf-8");
    net::Response response;
    const net::CancelSource cancel;
    handle(
        request, [&](net::Response reply) { response = std::move(reply); }, cancel.token(), raced);
    EXPECT_TRUE(moment.came()) << "the race did not take place";
    return response;
  }

  crypto::PrivateKey thief = new_key();
  crypto::PrivateKey third = new_key();
  Moment moment{clock};
  Rates raced_rates{moment, settings};
  Context raced{settings, clock, *store, records, hub, presence, scheduler, raced_rates, journal, bell};
};

TEST(RemovedMeanwhile, MakesNoPairing) {
  Race site;
  expect_refused(site.while_removed(Method::post, "/v1/changes", {}, site.change(site.thief, "pair approver")), 403,
                 "not_an_approver");
}

TEST(RemovedMeanwhile, RemovesNobody) {
  Race site;
  const std::string line = "remove approver " + Race::name(site.approver_key);
  expect_refused(site.while_removed(Method::post, "/v1/changes", {}, site.change(site.thief, line)), 403,
                 "not_an_approver");
  EXPECT_EQ(site.record().approvers.size(), 2U);
}

TEST(RemovedMeanwhile, OpensNoSession) {
  Race site;
  const auto response = site.while_removed(Method::post, "/v1/sessions", {}, site.session(site.thief));
  expect_refused(response, 401, "not_authorized");
  EXPECT_EQ(response.body.find("css_"), std::string::npos);
}

TEST(RemovedMeanwhile, LeavesNoSubscriptionBehind) {
  Race site;
  const auto opened = site.call(Method::post, "/v1/sessions", {}, site.session(site.thief));
  const std::string body = "endpoint: https://push.example.com/1\np256dh: " +
                           encoding::base64url_encode(crypto::P256Key::generate().point().bytes()) +
                           "\nauth: " + encoding::base64url_encode(base::Bytes(16, 0x5a)) + "\n";
  expect_refused(site.while_removed(Method::put, "/v1/push", opened.body.substr(7, 47), body), 401, "not_authorized");
  EXPECT_TRUE(site.store->pushes(Site::user_name("alice"))->empty()) << "a phone that is removed would go on ringing";
}

TEST(Replay, OfARemovalAfterTheKeyCameBack) {
  Race site;
  const std::string text = site.change(site.approver_key, "remove approver " + Race::name(site.thief));
  ASSERT_EQ(site.post_change(text).status, 204);
  site.add_approver("alice", site.thief);
  expect_refused(site.post_change(text), 403, "registry_refused");
  EXPECT_EQ(site.record().approvers.size(), 3U);
}

TEST(Replay, AfterTheClockWasSetBack) {
  PairingSite site;
  const std::string text = site.change(site.approver_key, "pair approver");
  ASSERT_EQ(site.post_change(text).status, 200);
  site.clock.advance(Milliseconds{301'000});
  ASSERT_EQ(site.post_change(site.change(site.approver_key, "pair approver")).status, 200);  // forgets old nonces
  site.clock.advance(Milliseconds{-120'000});
  site.peer = "198.51.100.8";  // rates go by the monotonic clock, which is not set back
  expect_refused(site.post_change(text), 403, "registry_refused");
}

TEST(Replay, OfANonceByAnotherUserIsNoWayToStopAChange) {
  PairingSite site;
  const auto mallory = new_key();
  site.add_user("mallory", "*");
  site.add_approver("mallory", mallory);
  auto fields = site.change_fields({"pair approver"});
  const std::string by_alice = statement::Change::sign(fields, site.approver_key)->text();
  // Whoever has the nonce before alice sends it has read her request: the registry. Nobody else can; and a change that
  // fails before its signature is verified spends no nonce.
  fields.user = Site::user_name("mallory");
  expect_refused(site.post_change(statement::Change::sign(fields, new_key())->text()), 403, "not_an_approver");
  std::string altered = statement::Change::sign(fields, mallory)->text();
  altered.replace(altered.find("pair approver"), 13, "Pair approver");
  expect_refused(site.post_change(altered), 403, "signature_mismatch");
  EXPECT_EQ(site.post_change(by_alice).status, 200);
}

TEST(Exhaustion, OfOneMakersPairingsStopsNobodyElse) {
  Race site;
  for (std::size_t i = 0; i < store::kPairingsPerMaker; ++i) {
    ASSERT_EQ(site.post_change(site.change(site.thief, "pair approver")).status, 200);
  }
  expect_refused(site.post_change(site.change(site.thief, "pair approver")), 429, "quota_exceeded");
  EXPECT_EQ(site.post_change(site.change(site.third, "pair approver")).status, 200);
  EXPECT_EQ(PairingSite::state(site.get(site.pair())), "open");  // an administrator's
}

TEST(Exhaustion, OfAPairingsRequestsByTheCodeLeavesItsMakerTheirs) {
  Race site;
  const std::string session = site.open_session();
  const auto made = site.post_change(site.change(site.approver_key, "pair approver"));
  const auto token = *statement::PairingToken::parse(made.body.substr(7, 16));
  const std::string path = "/v1/pairings/" + token.hash().str();
  for (unsigned i = 0; i < kRequestsPerPairingMinute; ++i) ASSERT_EQ(site.get(token).status, 200);
  expect_refused(site.get(token), 429, "quota_exceeded");
  EXPECT_EQ(site.call(Method::del, path, session).status, 204) << "who stole the code keeps the maker from ending it";
  for (unsigned i = 1; i < kRequestsPerPairingMinute; ++i) ASSERT_EQ(site.call(Method::get, path, session).status, 200);
  expect_refused(site.call(Method::get, path, session), 429, "quota_exceeded");
}

TEST(DeletedAndMadeAnew, AUserHasNothingOfTheOldOne) {
  Race site;
  const std::string session = site.open_session();
  const auto of_administrator = site.pair();
  const auto made = site.post_change(site.change(site.approver_key, "pair approver"));
  const auto of_approver = *statement::PairingToken::parse(made.body.substr(7, 16));
  const std::string change = site.change(site.thief, "pair approver");
  ASSERT_TRUE(site.store->remove_user(Site::user_name("alice")).has_value());
  site.add_user("alice", "@web");
  site.add_approver("alice", site.approver_key);  // even where the same person comes back with the same key
  for (const auto& token : {of_administrator, of_approver}) {
    expect_refused(site.enrol(token, site.enrolment(token, new_key())), 401, "not_authorized");
  }
  expect_refused(site.call(Method::get, "/v1/cards", session), 401, "not_authorized");
  expect_refused(site.post_change(change), 403, "not_an_approver");
}

TEST(ParserTricks, NoOtherSpellingOfAChangeIsOne) {
  PairingSite site;
  const auto second = new_key();
  site.add_approver("alice", second);
  const std::string name = second.public_key().fingerprint();
  const std::vector<std::string> lines{"remove approver  " + name,
                                       "remove  approver " + name,
                                       "remove approver\u00a0" + name,
                                       "remove approver " + name + " " + name,
                                       "remove approver " + name + "=",
                                       "remove approver " + name.substr(7),
                                       "remove approver sha256:" + name.substr(7),
                                       "remove approver remove approver " + name,
                                       "remove last approver",
                                       "remove approver",
                                       "pair approver\u200b",
                                       "\uff50air approver",
                                       "p\u0430ir approver"};
  for (const std::string& line : lines) {
    expect_refused(site.post_change(site.change(site.approver_key, line)), 403, "registry_refused");
  }
  EXPECT_EQ(site.record().approvers.size(), 2U);
}

}  // namespace
}  // namespace countersign::registry::routes
