// Attacks on the routes by somebody who holds something, but not what the act asks for. Each test is one attack that
// must fail.
#include "site.h"

namespace countersign::registry::routes {
namespace {

using base::Milliseconds;
using net::Method;
using statement::Decision;

const std::string kNoToken;

base::HostName host_name(std::string_view text) { return *base::HostName::parse(text); }

// alice on both hosts, so that one of them can be the attacker.
struct TwoHosts : Site {
  TwoHosts() { EXPECT_TRUE(store->set_user_hosts(user_name("alice"), "@db @web").has_value()); }

  statement::Challenge of_host(std::string_view host) {
    auto fields = challenge_fields();
    fields.host = host_name(host);
    return *statement::Challenge::make(fields);
  }
  net::Response post_as(const std::string& token, const statement::Challenge& challenge) {
    return call(Method::post, "/v1/challenges", token, challenge.text());
  }
};

std::string changed_session(const Site& site, std::string_view user, base::Seconds age, std::string_view registry) {
  const auto key = new_key();
  const statement::SessionFields fields{.registry = *base::Origin::parse(registry),
                                        .user = Site::user_name(user),
                                        .key = key.public_key(),
                                        .nonce = statement::Hash32::random(),
                                        .issued = site.clock.now() - age,
                                        .expires = site.clock.now() - age + base::Seconds{3600}};
  return statement::Session::sign(fields, key)->text();
}

TEST(Attack, AStrangerCannotTellUsersApartByABadSession) {
  Site site;
  const auto post = [&](const std::string& text) { return site.call(Method::post, "/v1/sessions", kNoToken, text); };
  const auto same = [&](base::Seconds age, std::string_view registry, const std::string& wanted) {
    const auto known = post(changed_session(site, "alice", age, registry));
    const auto unknown = post(changed_session(site, "nobody", age, registry));
    EXPECT_EQ(known.status, 403);
    EXPECT_EQ(known.body, unknown.body);
    EXPECT_EQ(reason(known), wanted);
  };
  same(base::Seconds{0}, "https://registry.example.com", "not_an_approver");
  same(base::Seconds{0}, "https://other.example.com", "registry_refused");
  same(base::Seconds{7200}, "https://registry.example.com", "registry_refused");
  same(base::Seconds{-7200}, "https://registry.example.com", "registry_refused");
}

TEST(Attack, AnOldChallengeIsNoWayToARecordThatLeftTheHost) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const std::string path = Site::path_of(challenge) + "/answer";
  ASSERT_EQ(site.call(Method::post, path, kNoToken, Site::answer(challenge, site.approver_key)).status, 204);
  ASSERT_EQ(site.call(Method::get, path, site.host_token.text).status, 200);
  ASSERT_TRUE(site.store->set_user_hosts(Site::user_name("alice"), "@db").has_value());
  const auto refused = site.call(Method::get, path, site.host_token.text);
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.body, "record_unknown: no record of alice\n");
}

TEST(Attack, ARevokedTokenDoesNotSitOutItsWait) {
  Site site;
  const auto challenge = site.challenge();
  site.post(challenge);
  const std::string path = Site::path_of(challenge) + "/answer";
  const auto wait = site.begin(Method::get, path + "?wait=25", site.host_token.text);
  ASSERT_FALSE(wait->response.has_value());
  const NewToken fresh = make_host_token();
  ASSERT_TRUE(site.store->set_host_token(host_name("web-01"), fresh.hash, std::nullopt).has_value());
  ASSERT_EQ(site.call(Method::post, path, kNoToken, Site::answer(challenge, site.approver_key)).status, 204);
  ASSERT_TRUE(wait->response.has_value());
  EXPECT_EQ(wait->response->status, 401);
  EXPECT_EQ(reason(*wait->response), "not_authorized");
  EXPECT_EQ(site.call(Method::get, path, fresh.text).status, 200);
}

TEST(Attack, ARemovedApproverDoesNotSeeTheNextCard) {
  Site site;
  site.add_approver("alice", new_key());
  const std::string session = site.open_session();
  const auto etag = *header(site.call(Method::get, "/v1/cards", session), "ETag");
  const auto wait = site.begin(Method::get, "/v1/cards?wait=25", session, {}, {{"if-none-match", etag}});
  ASSERT_TRUE(site.remove_approver("alice", site.approver_key).has_value());
  ASSERT_EQ(site.post(site.challenge()).status, 201);
  ASSERT_TRUE(wait->response.has_value());
  EXPECT_EQ(wait->response->status, 401);
  EXPECT_EQ(reason(*wait->response), "not_authorized");
}

TEST(Attack, OneHostsWrongNumbersDoNotSilenceAnother) {
  TwoHosts site;
  for (int i = 0; i < 3; ++i) {
    const auto challenge = site.of_host("db-01");
    ASSERT_EQ(site.post_as(site.other_token.text, challenge).status, 201);
    ASSERT_EQ(site.call(Method::del, Site::path_of(challenge) + "?reason=wrong_number", site.other_token.text).status,
              204);
  }
  EXPECT_EQ(site.post_as(site.other_token.text, site.of_host("db-01")).status, 429);
  EXPECT_EQ(site.post(site.challenge()).status, 201);
}

TEST(Attack, OneHostsFullCountsDoNotBlockAnother) {
  TwoHosts site;
  site.settings.pending_per_source = 2;
  for (int i = 0; i < 2; ++i) ASSERT_EQ(site.post_as(site.other_token.text, site.of_host("db-01")).status, 201);
  EXPECT_EQ(site.post_as(site.other_token.text, site.of_host("db-01")).status, 429);
  EXPECT_EQ(site.post(site.challenge()).status, 201);
  site.settings.pending_per_source = 1000;
  for (unsigned i = 0; i < site.settings.challenges_per_minute; ++i) {
    (void)site.post_as(site.other_token.text, site.of_host("db-01"));
  }
  EXPECT_EQ(site.post_as(site.other_token.text, site.of_host("db-01")).status, 429);
  EXPECT_EQ(site.post(site.challenge()).status, 201);
}

TEST(Attack, OneHostsCardsDoNotPushAnothersOut) {
  TwoHosts site;
  const auto honest = site.challenge();
  ASSERT_EQ(site.post(honest).status, 201);
  site.clock.advance(Milliseconds{1});
  for (int i = 0; i < 620; ++i) {
    auto fields = site.challenge_fields();
    fields.host = host_name("db-01");
    fields.address = *base::Address::parse("198.51." + std::to_string(100 + i / 250) + "." + std::to_string(i % 250));
    ASSERT_EQ(site.post_as(site.other_token.text, *statement::Challenge::make(fields)).status, 201);
  }
  const auto cards = site.call(Method::get, "/v1/cards", site.open_session());
  EXPECT_LT(cards.body.size(), 200'001U);
  EXPECT_EQ(cards.body.substr(0, honest.text().size()), honest.text());
}

TEST(Attack, AnOldReportCannotBeUsedAgain) {
  Site site;
  const auto challenge = site.challenge();
  ASSERT_EQ(site.post(challenge).status, 201);
  const std::string report = Site::answer(challenge, site.approver_key, Decision::report);
  ASSERT_EQ(site.call(Method::post, Site::path_of(challenge) + "/answer", kNoToken, report).status, 204);
  const std::string key = site.login_key.public_key().fingerprint();
  ASSERT_TRUE(site.store->set_login_key_reported(Site::user_name("alice"), key, std::nullopt).has_value());
  EXPECT_EQ(reason(site.post(challenge)), "already_answered");
  site.clock.advance(Milliseconds{25LL * 3600 * 1000});
  ASSERT_TRUE(site.store->forget_challenges(site.clock.now_unix_ms() - 24LL * 3600 * 1000).has_value());
  const auto again = site.post(challenge);
  EXPECT_EQ(again.status, 403);
  EXPECT_EQ(reason(again), "registry_refused");
  EXPECT_EQ((*site.records.current(Site::user_name("alice")))->record->login_keys.size(), 1U);
}

TEST(Attack, AChallengeForLaterCannotBeKeptInStore) {
  Site site;
  const auto post_issued_at = [&](base::Seconds from_now) {
    auto fields = site.challenge_fields();
    fields.issued = site.clock.now() + from_now;
    fields.expires = fields.issued + base::Seconds{90};
    return site.post(*statement::Challenge::make(fields)).status;
  };
  EXPECT_EQ(post_issued_at(kPostWindow), 201);
  EXPECT_EQ(post_issued_at(-kPostWindow), 201);
  EXPECT_EQ(post_issued_at(kPostWindow + base::Seconds{1}), 403);
  EXPECT_EQ(post_issued_at(-kPostWindow - base::Seconds{1}), 403);
}

TEST(Attack, ANeighbourBehindTheSameAddressCannotUseUpTheAnswers) {
  Site site;
  const auto challenge = site.challenge();
  ASSERT_EQ(site.post(challenge).status, 201);
  for (unsigned i = 0; i < 2 * kAnswersPerChallengeMinute; ++i) {
    ASSERT_EQ(site.call(Method::post, Site::path_of(site.challenge()) + "/answer", kNoToken, "x").status, 404);
  }
  EXPECT_EQ(site.call(Method::post, Site::path_of(challenge) + "/answer", kNoToken,
                      Site::answer(challenge, site.approver_key))
                .status,
            204);
}

TEST(Attack, ANeighbourBehindTheSameAddressCannotUseUpTheSessions) {
  Site site;
  const auto stranger = new_key();
  for (unsigned i = 0; i < 2 * kSessionsPerKeyMinute; ++i) {
    ASSERT_EQ(site.call(Method::post, "/v1/sessions", kNoToken, site.session(stranger)).status, 403);
  }
  EXPECT_EQ(site.call(Method::post, "/v1/sessions", kNoToken, site.session(site.approver_key)).status, 201);
}

TEST(Attack, SessionsOfOneKeyFromOneAddressAreRated) {
  Site site;
  for (unsigned i = 0; i < kSessionsPerKeyMinute; ++i) {
    ASSERT_EQ(site.call(Method::post, "/v1/sessions", kNoToken, site.session(site.approver_key)).status, 201);
  }
  const auto refused = site.call(Method::post, "/v1/sessions", kNoToken, site.session(site.approver_key));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(reason(refused), "quota_exceeded");
}

}  // namespace
}  // namespace countersign::registry::routes
