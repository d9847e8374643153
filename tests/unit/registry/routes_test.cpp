#include <algorithm>

#include "registry/routes/reason.h"
#include "site.h"

namespace countersign::registry::routes {
namespace {

using base::ErrorCode;
using base::Milliseconds;
using net::CancelReason;
using net::Method;
using statement::Decision;

const std::string kNoToken;

void expect_refused(const net::Response& response, int status, const std::string& with_reason) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(reason(response), with_reason) << response.body;
  EXPECT_EQ(std::count(response.body.begin(), response.body.end(), '\n'), 1) << "one line";
}

TEST(Router, HealthIsOk) {
  Site site;
  const auto response = site.call(Method::get, "/healthz");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok\n");
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
}

TEST(Router, UnknownPathsMethodsQueriesAndBodies) {
  Site site;
  expect_refused(site.call(Method::get, "/"), 404, "not_found");
  expect_refused(site.call(Method::get, "/v1"), 404, "not_found");
  expect_refused(site.call(Method::get, "/healthz/x"), 404, "not_found");
  expect_refused(site.call(Method::get, "/v2/records/alice"), 404, "not_found");
  const auto wrong_method = site.call(Method::put, "/v1/challenges/x/answer");
  expect_refused(wrong_method, 405, "bad_request");
  EXPECT_EQ(header(wrong_method, "Allow"), "GET, HEAD, POST");
  expect_refused(site.call(Method::get, "/healthz?a=b"), 400, "bad_request");
  expect_refused(site.call(Method::get, "/healthz", kNoToken, "body"), 400, "bad_request");
}

TEST(Router, SpeaksVersionOne) {
  Site site;
  const auto with = [&](const std::string& accept) {
    return site.call(Method::get, "/healthz", kNoToken, {}, {{"countersign-accept", accept}});
  };
  EXPECT_EQ(with("1").status, 200);
  EXPECT_EQ(with("2, 1").status, 200);
  EXPECT_EQ(header(with("1"), "Countersign-Version"), "1");
  for (const char* accept : {"2", "", "01", "1.0", "2,3", "11"})
    expect_refused(with(accept), 406, "unsupported_version");
}

struct ReasonRow {
  ErrorCode code;
  int status;
  const char* body;
};

TEST(Reason, EachCodeHasItsStatus) {
  const std::vector<ReasonRow> rows{
      {ErrorCode::bad_statement, 400, "bad_statement: d\n"},
      {ErrorCode::wrong_kind, 400, "bad_statement: wrong_kind: d\n"},
      {ErrorCode::not_authorized, 401, "not_authorized: d\n"},
      {ErrorCode::not_endorsed, 403, "not_an_approver: not_endorsed: d\n"},
      {ErrorCode::user_verification_missing, 403, "signature_mismatch: user_verification_missing: d\n"},
      {ErrorCode::record_unknown, 404, "record_unknown: d\n"},
      {ErrorCode::already_answered, 409, "already_answered: d\n"},
      {ErrorCode::challenge_expired, 410, "challenge_expired: d\n"},
      {ErrorCode::quota_exceeded, 429, "quota_exceeded: d\n"},
      {ErrorCode::io_error, 500, "internal: the registry's log says more\n"},
      {ErrorCode::internal, 500, "internal: the registry's log says more\n"},
  };
  for (const ReasonRow& row : rows) {
    const auto response = refuse(base::Error(row.code, "d"));
    EXPECT_EQ(response.status, row.status) << row.body;
    EXPECT_EQ(response.body, row.body);
  }
  EXPECT_EQ(refuse(base::Error(ErrorCode::bad_request, "a\nb\x1b[1m")).body, "bad_request: a?b?[1m\n");
}

TEST(Access, TokensThatAreNotAHosts) {
  Site site;
  const std::string session = site.open_session();
  const std::string unknown = make_host_token().text;
  for (const std::string& token : {kNoToken, std::string("x"), unknown, session, site.host_token.text + "A"}) {
    const auto response = site.call(Method::get, "/v1/records/alice", token);
    expect_refused(response, 401, "not_authorized");
    EXPECT_EQ(header(response, "WWW-Authenticate"), "Bearer");
  }
  expect_refused(site.call(Method::get, "/v1/cards", site.host_token.text), 401, "not_authorized");
  EXPECT_FALSE(site.log.contains(unknown));
}

TEST(Access, AnExpiredTokenIsNoToken) {
  Site site;
  ASSERT_TRUE(
      site.store->set_host_token(*base::HostName::parse("web-01"), site.host_token.hash, site.clock.now()).has_value());
  expect_refused(site.call(Method::get, "/v1/records/alice", site.host_token.text), 401, "not_authorized");
}

TEST(Access, AHostThatAsksTooOftenIsRefusedAloneAndNotForLong) {
  Site site;
  for (unsigned i = 0; i < kRequestsPerHostMinute; ++i) {
    ASSERT_EQ(site.call(Method::get, "/v1/records/alice", site.host_token.text).status, 200);
  }
  const auto refused = site.call(Method::get, "/v1/records/alice", site.host_token.text);
  expect_refused(refused, 429, "quota_exceeded");
  EXPECT_TRUE(header(refused, "Retry-After").has_value());
  EXPECT_EQ(site.call(Method::get, "/v1/records/alice", site.other_token.text).status, 404);
  site.clock.advance(Milliseconds{1000});
  EXPECT_EQ(site.call(Method::get, "/v1/records/alice", site.host_token.text).status, 200);
}

TEST(Records, AreServedWithAnEtagAndConfirmed) {
  Site site;
  const auto response = site.call(Method::get, "/v1/records/alice", site.host_token.text);
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  const auto etag = header(response, "ETag");
  EXPECT_EQ(etag, "\"" + statement::Hash32::of(response.body).str() + "\"");
  const auto same = site.call(Method::get, "/v1/records/alice", site.host_token.text, {}, {{"if-none-match", *etag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(header(same, "ETag"), etag);
  site.add_login_key("alice", new_key());
  const auto changed =
      site.call(Method::get, "/v1/records/alice", site.host_token.text, {}, {{"if-none-match", *etag}});
  EXPECT_EQ(changed.status, 200);
}

TEST(Records, OneAnswerForUnknownDisabledAndOutOfScope) {
  Site site;
  const auto unknown = site.call(Method::get, "/v1/records/nobody", site.host_token.text);
  const auto out_of_scope = site.call(Method::get, "/v1/records/alice", site.other_token.text);
  expect_refused(unknown, 404, "record_unknown");
  expect_refused(out_of_scope, 404, "record_unknown");
  EXPECT_EQ(out_of_scope.body, "record_unknown: no record of alice\n");
  EXPECT_EQ(unknown.body, "record_unknown: no record of nobody\n");
  ASSERT_TRUE(site.store->set_user_disabled(Site::user_name("alice"), true).has_value());
  EXPECT_EQ(site.call(Method::get, "/v1/records/alice", site.host_token.text).body, out_of_scope.body);
  expect_refused(site.call(Method::get, "/v1/records/-x", site.host_token.text), 400, "bad_text");
}

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

TEST(Answers, ThatDoNotCountAreRefusedAndChangeNothing) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const std::string path = Site::path_of(challenge) + "/answer";
  const auto post = [&](const std::string& text) { return site.call(Method::post, path, kNoToken, text); };
  expect_refused(post("junk"), 400, "bad_statement");
  expect_refused(post(challenge.text()), 400, "bad_statement");
  expect_refused(post(Site::answer(challenge, new_key())), 403, "not_an_approver");
  expect_refused(post(Site::answer(challenge, site.login_key)), 403, "not_an_approver");
  expect_refused(post(Site::answer(site.challenge(), site.approver_key)), 403, "challenge_mismatch");
  std::string altered = Site::answer(challenge, site.approver_key);
  altered.replace(altered.find("number: 47"), 10, "number: 48");
  expect_refused(post(altered), 403, "signature_mismatch");
  EXPECT_EQ(site.store->challenge(challenge.id())->state, store::ChallengeState::posted);
  EXPECT_EQ(post(Site::answer(challenge, site.approver_key)).status, 204);
  expect_refused(post(Site::answer(challenge, site.approver_key, Decision::deny)), 409, "already_answered");
}

TEST(Answers, ToWhatIsOverAreTold) {
  Site site;
  expect_refused(site.call(Method::post, Site::path_of(site.challenge()) + "/answer", kNoToken, "x"), 404, "not_found");
  const auto challenge = site.challenge();
  site.post(challenge);
  site.call(Method::del, Site::path_of(challenge), site.host_token.text);
  const std::string path = Site::path_of(challenge) + "/answer";
  expect_refused(site.call(Method::post, path, kNoToken, Site::answer(challenge, site.approver_key)), 410,
                 "challenge_withdrawn");
}

TEST(Answers, OfARemovedApproverNoLongerCount) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  ASSERT_TRUE(
      site.store->remove_approver(Site::user_name("alice"), site.approver_key.public_key().fingerprint()).has_value());
  expect_refused(site.call(Method::post, Site::path_of(challenge) + "/answer", kNoToken,
                           Site::answer(challenge, site.approver_key)),
                 403, "not_an_approver");
}

TEST(Answers, OfAnotherPersonDoNotCount) {
  Site site;
  site.add_user("deploy", "*");
  const auto key = new_key();
  const auto of_bob = new_key();
  const auto of_carol = new_key();
  site.add_login_key("deploy", key, "bob");
  site.add_approver("deploy", of_bob, "bob");
  site.add_approver("deploy", of_carol, "carol");
  auto fields = site.challenge_fields();
  fields.user = Site::user_name("deploy");
  fields.login_key = *statement::Fingerprint::parse(key.public_key().fingerprint());
  const auto challenge = *statement::Challenge::make(fields);
  ASSERT_EQ(site.post(challenge).status, 201);
  const std::string path = Site::path_of(challenge) + "/answer";
  expect_refused(site.call(Method::post, path, kNoToken, Site::answer(challenge, of_carol)), 403, "not_an_approver");
  EXPECT_EQ(site.call(Method::post, path, kNoToken, Site::answer(challenge, of_bob)).status, 204);
}

TEST(Answers, ADenialReachesTheHost) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const std::string answer = Site::answer(challenge, site.approver_key, Decision::deny);
  EXPECT_EQ(site.call(Method::post, Site::path_of(challenge) + "/answer", kNoToken, answer).status, 204);
  const auto wait = site.call(Method::get, Site::path_of(challenge) + "/answer", site.host_token.text);
  EXPECT_EQ(wait.body.rfind(answer, 0), 0U);
  EXPECT_EQ((*site.records.current(Site::user_name("alice")))->record->login_keys.size(), 1U);
}

TEST(Answers, AReportTakesTheLoginKeyOutAndNobodyElse) {
  Site site;
  site.add_login_key("alice", new_key());
  const auto challenge = site.challenge();
  site.post(challenge);
  const std::string answer = Site::answer(challenge, site.approver_key, Decision::report);
  EXPECT_EQ(site.call(Method::post, Site::path_of(challenge) + "/answer", kNoToken, answer).status, 204);
  const auto current = *site.records.current(Site::user_name("alice"));
  EXPECT_EQ(current->record->login_keys.size(), 1U);
  EXPECT_EQ(current->record->approvers.size(), 1U);
  EXPECT_TRUE(site.log.contains("event=login_key_reported"));
  expect_refused(site.post(site.challenge()), 403, "registry_refused");
}

TEST(Answers, FromOneAddressAreRated) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const std::string path = Site::path_of(challenge) + "/answer";
  for (unsigned i = 0; i < kAnswersPerChallengeMinute; ++i)
    ASSERT_EQ(site.call(Method::post, path, kNoToken, "x").status, 400);
  expect_refused(site.call(Method::post, path, kNoToken, "x"), 429, "quota_exceeded");
}

TEST(Sessions, OpenForApproversOnly) {
  Site site;
  const auto post = [&](const std::string& text) { return site.call(Method::post, "/v1/sessions", kNoToken, text); };
  const auto stranger = post(site.session(new_key()));
  const auto unknown_user = post(site.session(site.approver_key, "nobody"));
  expect_refused(stranger, 403, "not_an_approver");
  EXPECT_EQ(unknown_user.body, stranger.body);
  expect_refused(post(site.session(site.login_key)), 403, "not_an_approver");
  expect_refused(post("junk"), 400, "bad_statement");
  const std::string good = site.session(site.approver_key);
  const auto opened = post(good);
  EXPECT_EQ(opened.status, 201);
  EXPECT_EQ(opened.body, "token: " + opened.body.substr(7, 47) + "\nexpires: 2026-11-21T10:30:00Z\n");
  EXPECT_FALSE(site.log.contains(opened.body.substr(7, 47)));
  expect_refused(post(good), 403, "registry_refused");
  std::string altered = site.session(site.approver_key);
  altered.replace(altered.find("expires: 2026-11-21T10"), 22, "expires: 2026-11-21T11");
  expect_refused(post(altered), 403, "signature_mismatch");
}

TEST(Sessions, EndWithTheirTimeAndTheirApprover) {
  Site site;
  const std::string token = site.open_session();
  EXPECT_EQ(site.call(Method::get, "/v1/cards", token).status, 200);
  site.clock.advance(Milliseconds{3600'000});
  expect_refused(site.call(Method::get, "/v1/cards", token), 401, "not_authorized");
  const std::string second = site.open_session();
  ASSERT_TRUE(
      site.store->remove_approver(Site::user_name("alice"), site.approver_key.public_key().fingerprint()).has_value());
  expect_refused(site.call(Method::get, "/v1/cards", second), 401, "not_authorized");
}

TEST(Sessions, OfADisabledUserListNothing) {
  Site site;
  const std::string token = site.open_session();
  ASSERT_TRUE(site.store->set_user_disabled(Site::user_name("alice"), true).has_value());
  expect_refused(site.call(Method::get, "/v1/cards", token), 401, "not_authorized");
}

TEST(Cards, WaitUntilSomethingChanges) {
  Site site;
  const std::string session = site.open_session();
  const auto empty = site.call(Method::get, "/v1/cards", session);
  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.body, "");
  const net::Headers known{{"if-none-match", *header(empty, "ETag")}};
  const auto wait = site.begin(Method::get, "/v1/cards?wait=25", session, {}, known);
  ASSERT_FALSE(wait->response.has_value());
  const auto first = site.challenge();
  site.post(first);
  ASSERT_TRUE(wait->response.has_value());
  EXPECT_EQ(wait->response->body, first.text());
  site.clock.advance(Milliseconds{5});
  const auto second = site.challenge();
  site.post(second);
  EXPECT_EQ(site.call(Method::get, "/v1/cards", session).body, first.text() + second.text());
  const auto unchanged = site.begin(Method::get, "/v1/cards?wait=3", session, {},
                                    {{"if-none-match", *header(site.call(Method::get, "/v1/cards", session), "ETag")}});
  site.scheduler.advance(Milliseconds{3000});
  ASSERT_TRUE(unchanged->response.has_value());
  EXPECT_EQ(unchanged->response->status, 304);
}

TEST(Cards, OfOthersDoNotWake) {
  Site site;
  site.add_user("bob", "*");
  const std::string session = site.open_session();
  const auto etag = *header(site.call(Method::get, "/v1/cards", session), "ETag");
  const auto wait = site.begin(Method::get, "/v1/cards?wait=25", session, {}, {{"if-none-match", etag}});
  auto fields = site.challenge_fields();
  fields.user = Site::user_name("bob");
  ASSERT_EQ(site.post(*statement::Challenge::make(fields)).status, 201);
  EXPECT_FALSE(wait->response.has_value());
  wait->go(CancelReason::peer_gone);
}

TEST(Cards, TooManyLeaveOutTheOldest) {
  auto settings = Site::default_settings();
  settings.pending_per_source = 1000;
  settings.challenges_per_minute = 1000;
  Site site(settings);
  std::string newest;
  for (int i = 0; i < 620; ++i) {
    const auto challenge = site.challenge();
    ASSERT_EQ(site.post(challenge).status, 201);
    newest = challenge.text();
    site.clock.advance(Milliseconds{1});
  }
  const auto cards = site.call(Method::get, "/v1/cards", site.open_session());
  EXPECT_LT(cards.body.size(), 200'001U);
  EXPECT_GT(cards.body.size(), 190'000U);
  EXPECT_EQ(cards.body.substr(cards.body.size() - newest.size()), newest);
}

TEST(Journal, RefusalsAreLimitedByReason) {
  Site site;
  for (int i = 0; i < 50; ++i) site.call(Method::get, "/v1/records/alice", "x");
  std::size_t lines = 0;
  for (const std::string& line : site.log.lines())
    lines += line.find("event=request_refused") != std::string::npos ? 1 : 0;
  EXPECT_EQ(lines, 20U);
  site.call(Method::get, "/nothing");
  EXPECT_TRUE(site.log.contains("reason=not_found"));
}

}  // namespace
}  // namespace countersign::registry::routes
