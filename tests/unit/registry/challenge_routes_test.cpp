#include "site.h"

namespace countersign::registry::routes {
namespace {

using base::Milliseconds;
using net::CancelReason;
using net::Method;

TEST(Challenges, ArePostedAndSeenAsCards) {
  Site site;
  const auto challenge = site.challenge();
  const auto response = site.post(challenge);
  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(response.body, challenge.id().str() + "\n");
  EXPECT_EQ(header(response, "Location"), Site::path_of(challenge));
  const auto cards = site.call(Method::get, "/v1/cards", site.open_session());
  EXPECT_EQ(cards.status, 200);
  EXPECT_EQ(cards.body, challenge.text());
  EXPECT_TRUE(site.log.contains("event=challenge_posted id=" + challenge.id().str()));
  EXPECT_EQ(site.post(challenge).status, 201) << "a courier may repeat a post whose reply was lost";
}

TEST(Challenges, RingOnceWhenTheyArePosted) {
  Site site;
  auto fields = site.challenge_fields();
  fields.connection = *statement::Connection::parse("203.0.113.9 50022 192.0.2.1 22");
  const auto first = *statement::Challenge::make(fields);
  site.post(first);
  site.post(first);
  ASSERT_EQ(site.bell.rings.size(), 1U);
  EXPECT_EQ(site.bell.rings.front().challenge, first.id());
  EXPECT_TRUE(site.bell.rings.front().replaced.empty());
  fields.nonce = statement::Hash32::random();
  const auto second = *statement::Challenge::make(fields);
  site.post(second);
  ASSERT_EQ(site.bell.rings.size(), 2U);
  EXPECT_EQ(site.bell.rings.back().challenge, second.id());
  EXPECT_EQ(site.bell.rings.back().replaced, std::vector{first.id()});
  // What ends a card makes no sound: a push always shows something, and there is nothing to show.
  site.call(Method::del, Site::path_of(second), site.host_token.text);
  fields.host = *base::HostName::parse("db-01");
  expect_refused(site.post(*statement::Challenge::make(fields)), 403, "registry_refused");
  EXPECT_EQ(site.bell.rings.size(), 2U);
}

TEST(Challenges, OfAnotherHostRegistryOrUserAreRefused) {
  Site site;
  auto fields = site.challenge_fields();
  fields.host = *base::HostName::parse("db-01");
  expect_refused(site.post(*statement::Challenge::make(fields)), 403, "registry_refused");
  fields = site.challenge_fields();
  fields.registry = *base::Origin::parse("https://other.example.com");
  expect_refused(site.post(*statement::Challenge::make(fields)), 403, "registry_refused");
  fields = site.challenge_fields();
  fields.user = Site::user_name("nobody");
  expect_refused(site.post(*statement::Challenge::make(fields)), 404, "record_unknown");
  site.add_user("bob", "@db");
  fields.user = Site::user_name("bob");
  expect_refused(site.post(*statement::Challenge::make(fields)), 404, "record_unknown");
  expect_refused(site.call(Method::post, "/v1/challenges", site.host_token.text, "junk\n"), 400, "bad_statement");
  expect_refused(site.call(Method::post, "/v1/challenges", site.host_token.text, site.session(site.approver_key)), 400,
                 "bad_statement");
  expect_refused(site.call(Method::post, "/v1/challenges", kNoToken, site.challenge().text()), 401, "not_authorized");
}

TEST(Challenges, AnIdThatAnotherHostPostedIsRefused) {
  Site site;
  const auto challenge = site.challenge();
  store::Challenge row{challenge.id(),
                       *base::HostName::parse("db-01"),
                       Site::user_name("alice"),
                       "none",
                       "console",
                       "none",
                       challenge.text(),
                       site.clock.now_unix_ms(),
                       site.clock.now_unix_ms() + 1000,
                       store::ChallengeState::posted,
                       {}};
  ASSERT_TRUE(site.store->post_challenge(row, {}).has_value());
  expect_refused(site.post(challenge), 403, "registry_refused");
}

TEST(Challenges, NeedTheirContentType) {
  Site site;
  net::Request request{Method::post,
                       *net::parse_target("/v1/challenges"),
                       {{"authorization", "Bearer " + site.host_token.text}},
                       site.challenge().text(),
                       "::1"};
  for (const char* type : {"", "application/json", "text/html", "text/plain; charset=latin1"}) {
    net::Request typed = request;
    if (*type != '\0') typed.headers.emplace_back("content-type", type);
    std::optional<net::Response> response;
    handle(
        typed, [&](net::Response with) { response = std::move(with); }, net::CancelSource().token(), site.context);
    ASSERT_TRUE(response.has_value());
    expect_refused(*response, 400, "bad_request");
  }
}

TEST(Challenges, AreRatedForEachSourceAlone) {
  auto settings = Site::default_settings();
  settings.challenges_per_minute = 2;
  Site site(settings);
  EXPECT_EQ(site.post(site.challenge()).status, 201);
  EXPECT_EQ(site.post(site.challenge()).status, 201);
  expect_refused(site.post(site.challenge()), 429, "quota_exceeded");
  auto fields = site.challenge_fields();
  fields.address = *base::Address::parse("203.0.113.10");
  EXPECT_EQ(site.post(*statement::Challenge::make(fields)).status, 201);
  fields = site.challenge_fields();
  fields.login_key = std::nullopt;
  EXPECT_EQ(site.post(*statement::Challenge::make(fields)).status, 201);
  site.clock.advance(Milliseconds{30'000});
  EXPECT_EQ(site.post(site.challenge()).status, 201);
}

TEST(Challenges, PendingOnesAreCountedForEachSourceAlone) {
  auto settings = Site::default_settings();
  settings.pending_per_source = 1;
  Site site(settings);
  const auto first = site.challenge();
  EXPECT_EQ(site.post(first).status, 201);
  expect_refused(site.post(site.challenge()), 429, "quota_exceeded");
  EXPECT_EQ(site.call(Method::del, Site::path_of(first), site.host_token.text).status, 204);
  EXPECT_EQ(site.post(site.challenge()).status, 201);
}

TEST(Waits, EndWithTheAnswerAndTheCurrentRecord) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const auto wait = site.begin(Method::get, Site::path_of(challenge) + "/answer?wait=25", site.host_token.text);
  ASSERT_FALSE(wait->response.has_value());
  const std::string answer = Site::answer(challenge, site.approver_key);
  EXPECT_EQ(site.call(Method::post, Site::path_of(challenge) + "/answer", kNoToken, answer).status, 204);
  ASSERT_TRUE(wait->response.has_value());
  EXPECT_EQ(wait->response->status, 200);
  EXPECT_EQ(wait->response->body, answer + (*site.records.current(Site::user_name("alice")))->text());
  const auto again = site.call(Method::get, Site::path_of(challenge) + "/answer", site.host_token.text);
  EXPECT_EQ(again.body, wait->response->body);
  EXPECT_TRUE(site.log.contains("event=challenge_answered"));
  EXPECT_EQ(site.hub.listeners(), 0U);
}

TEST(Waits, EndWithNothingWhenTheTimePasses) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const auto wait = site.begin(Method::get, Site::path_of(challenge) + "/answer?wait=7", site.host_token.text);
  site.scheduler.advance(Milliseconds{6999});
  EXPECT_FALSE(wait->response.has_value());
  site.scheduler.advance(Milliseconds{1});
  ASSERT_TRUE(wait->response.has_value());
  EXPECT_EQ(wait->response->status, 204);
  const auto at_once = site.begin(Method::get, Site::path_of(challenge) + "/answer", site.host_token.text);
  site.scheduler.advance(Milliseconds{0});
  ASSERT_TRUE(at_once->response.has_value());
  EXPECT_EQ(at_once->response->status, 204);
}

TEST(Waits, OnlyZeroToTwentyFiveSeconds) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  for (const char* wait : {"26", "-1", "01", "1s", "", "99999999999999999999"}) {
    expect_refused(site.call(Method::get, Site::path_of(challenge) + "/answer?wait=" + wait, site.host_token.text), 400,
                   "bad_request");
  }
}

TEST(Waits, AreForTheChallengesOwnHost) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  expect_refused(site.call(Method::get, Site::path_of(challenge) + "/answer", site.other_token.text), 404, "not_found");
  expect_refused(site.call(Method::del, Site::path_of(challenge), site.other_token.text), 404, "not_found");
  EXPECT_EQ(site.store->challenge(challenge.id())->state, store::ChallengeState::posted);
  expect_refused(site.call(Method::get, Site::path_of(site.challenge()) + "/answer", site.host_token.text), 404,
                 "not_found");
  expect_refused(site.call(Method::get, "/v1/challenges/short/answer", site.host_token.text), 400, "bad_text");
}

TEST(Waits, EndWhenTheChallengeIsReplacedWithdrawnOrExpired) {
  Site site;
  auto fields = site.challenge_fields();
  fields.connection = *statement::Connection::parse("203.0.113.9 50022 192.0.2.1 22");
  const auto first = *statement::Challenge::make(fields);
  site.post(first);
  const auto replaced = site.begin(Method::get, Site::path_of(first) + "/answer?wait=25", site.host_token.text);
  fields.nonce = statement::Hash32::random();
  const auto second = *statement::Challenge::make(fields);
  site.post(second);
  ASSERT_TRUE(replaced->response.has_value());
  expect_refused(*replaced->response, 410, "challenge_replaced");
  const auto withdrawn = site.begin(Method::get, Site::path_of(second) + "/answer?wait=25", site.host_token.text);
  EXPECT_EQ(site.call(Method::del, Site::path_of(second), site.host_token.text).status, 204);
  ASSERT_TRUE(withdrawn->response.has_value());
  expect_refused(*withdrawn->response, 410, "challenge_withdrawn");
  fields = site.challenge_fields();
  fields.expires = fields.issued + base::Seconds{10};
  const auto third = *statement::Challenge::make(fields);
  site.post(third);
  const auto expired = site.begin(Method::get, Site::path_of(third) + "/answer?wait=25", site.host_token.text);
  site.scheduler.advance(Milliseconds{10'010});
  ASSERT_TRUE(expired->response.has_value());
  expect_refused(*expired->response, 410, "challenge_expired");
}

TEST(Waits, AreAnsweredWhenTheServerStopsAndForgottenWhenThePeerGoes) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const auto stopping = site.begin(Method::get, Site::path_of(challenge) + "/answer?wait=25", site.host_token.text);
  stopping->go(CancelReason::stopping);
  ASSERT_TRUE(stopping->response.has_value());
  expect_refused(*stopping->response, 503, "registry_unreachable");
  const auto gone = site.begin(Method::get, Site::path_of(challenge) + "/answer?wait=25", site.host_token.text);
  gone->go(CancelReason::peer_gone);
  EXPECT_FALSE(gone->response.has_value());
  EXPECT_EQ(site.hub.listeners(), 0U);
  auto late = std::make_unique<Exchange>();
  late->go(CancelReason::peer_gone);
}

TEST(Presence, AHostThatVanishesStopsTheRinging) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const std::string session = site.open_session();
  const auto etag = header(site.call(Method::get, "/v1/cards", session), "ETag");
  const auto phone = site.begin(Method::get, "/v1/cards?wait=25", session, {}, {{"if-none-match", *etag}});
  const auto wait = site.begin(Method::get, Site::path_of(challenge) + "/answer?wait=25", site.host_token.text);
  site.scheduler.advance(Milliseconds{9000});
  wait->go(CancelReason::peer_gone);
  site.scheduler.advance(Milliseconds{9999});
  EXPECT_EQ(site.store->challenge(challenge.id())->state, store::ChallengeState::posted);
  EXPECT_FALSE(phone->response.has_value());
  site.scheduler.advance(Milliseconds{1});
  EXPECT_EQ(site.store->challenge(challenge.id())->state, store::ChallengeState::withdrawn);
  ASSERT_TRUE(phone->response.has_value());
  EXPECT_EQ(phone->response->status, 200);
  EXPECT_EQ(phone->response->body, "");
}

TEST(Presence, AHostThatComesBackKeepsItsChallenge) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  for (int i = 0; i < 5; ++i) {
    site.scheduler.advance(Milliseconds{9000});
    const auto wait = site.begin(Method::get, Site::path_of(challenge) + "/answer?wait=5", site.host_token.text);
    site.scheduler.advance(Milliseconds{5000});
    EXPECT_EQ(wait->response->status, 204) << i;
  }
  EXPECT_EQ(site.store->challenge(challenge.id())->state, store::ChallengeState::posted);
}

TEST(Presence, AHostThatNeverWaitsIsGoneToo) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  site.scheduler.advance(Milliseconds{10'000});
  EXPECT_EQ(site.store->challenge(challenge.id())->state, store::ChallengeState::withdrawn);
}

TEST(Presence, OneOfTwoWaitsIsEnough) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const auto first = site.begin(Method::get, Site::path_of(challenge) + "/answer?wait=25", site.host_token.text);
  const auto second = site.begin(Method::get, Site::path_of(challenge) + "/answer?wait=25", site.host_token.text);
  first->go(CancelReason::peer_gone);
  site.scheduler.advance(Milliseconds{15'000});
  EXPECT_EQ(site.store->challenge(challenge.id())->state, store::ChallengeState::posted);
}

TEST(Withdrawal, IsFineWhenItIsOverAlready) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  EXPECT_EQ(site.call(Method::del, Site::path_of(challenge), site.host_token.text).status, 204);
  EXPECT_EQ(site.call(Method::del, Site::path_of(challenge), site.host_token.text).status, 204);
  expect_refused(site.call(Method::del, Site::path_of(challenge) + "?reason=other", site.host_token.text), 400,
                 "bad_request");
  expect_refused(site.call(Method::del, Site::path_of(site.challenge()), site.host_token.text), 404, "not_found");
}

TEST(Withdrawal, ThreeWrongNumbersStartAQuietTime) {
  Site site;
  for (int i = 0; i < 3; ++i) {
    const auto challenge = site.challenge();
    ASSERT_EQ(site.post(challenge).status, 201);
    ASSERT_EQ(site.call(Method::post, Site::path_of(challenge) + "/answer", kNoToken,
                        Site::answer(challenge, site.approver_key))
                  .status,
              204);
    EXPECT_EQ(site.call(Method::del, Site::path_of(challenge) + "?reason=wrong_number", site.host_token.text).status,
              204);
  }
  expect_refused(site.post(site.challenge()), 429, "quota_exceeded");
  auto fields = site.challenge_fields();
  fields.address = *base::Address::parse("203.0.113.10");
  EXPECT_EQ(site.post(*statement::Challenge::make(fields)).status, 201);
  site.clock.advance(Milliseconds{600'000});
  EXPECT_EQ(site.post(site.challenge()).status, 201);
}

}  // namespace
}  // namespace countersign::registry::routes
