// PROTOCOL.md section 9.3: what everybody may ask who knows the registry, or a challenge's id.
#include "site.h"

namespace countersign::registry::routes {
namespace {

using base::Milliseconds;
using base::Seconds;
using net::CancelReason;
using net::Method;
using statement::Decision;

std::string card(const statement::Challenge& challenge) { return Site::path_of(challenge) + "/card"; }

TEST(Phone, TellsWhatAPageNeedsToBegin) {
  Settings settings = Site::default_settings();
  settings.phone = sshsig::WebauthnExpectation{"https://phone.example.com", "phone.example.com"};
  Site site(settings);
  const auto response = site.call(Method::get, "/v1/phone");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            "registry: https://registry.example.com\norigin: https://phone.example.com\nrp-id: phone.example.com\n"
            "vapid: BVapidKey\n");
}

TEST(Phone, IsNotThereWhereNoneIsConfigured) {
  Site site;
  expect_refused(site.call(Method::get, "/v1/phone"), 404, "not_found");
}

TEST(Card, IsShownToWhoKnowsItsIdWhileItIsPosted) {
  Site site;
  const auto challenge = site.challenge();
  expect_refused(site.call(Method::get, card(challenge)), 404, "not_found");
  ASSERT_EQ(site.post(challenge).status, 201);
  const auto response = site.call(Method::get, card(challenge));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, challenge.text());
  expect_refused(site.call(Method::get, "/v1/challenges/short/card"), 400, "bad_text");
  expect_refused(site.call(Method::get, card(challenge) + "?wait=26"), 400, "bad_request");
}

TEST(Card, EndsAsTheChallengeEnds) {
  Site site;
  const auto answered = site.challenge();
  ASSERT_EQ(site.post(answered).status, 201);
  ASSERT_EQ(site.call(Method::post, Site::path_of(answered) + "/answer", {},
                      Site::answer(answered, site.approver_key, Decision::deny))
                .status,
            204);
  expect_refused(site.call(Method::get, card(answered)), 409, "already_answered");
  const auto withdrawn = site.challenge();
  ASSERT_EQ(site.post(withdrawn).status, 201);
  ASSERT_EQ(site.call(Method::del, Site::path_of(withdrawn), site.host_token.text).status, 204);
  expect_refused(site.call(Method::get, card(withdrawn)), 410, "challenge_withdrawn");
  expect_refused(site.call(Method::get, Site::path_of(withdrawn) + "/approvers"), 410, "challenge_withdrawn");
}

TEST(Card, WaitsUntilItIsOver) {
  Site site;
  const auto challenge = site.challenge();
  ASSERT_EQ(site.post(challenge).status, 201);
  const auto waiting = site.begin(Method::get, card(challenge) + "?wait=25");
  const auto leaving = site.begin(Method::get, card(challenge) + "?wait=25");
  site.scheduler.advance(Milliseconds{5000});
  EXPECT_FALSE(waiting->response);
  leaving->go(CancelReason::peer_gone);
  ASSERT_EQ(
      site.call(Method::post, Site::path_of(challenge) + "/answer", {}, Site::answer(challenge, site.approver_key))
          .status,
      204);
  ASSERT_TRUE(waiting->response);
  expect_refused(*waiting->response, 409, "already_answered");
  EXPECT_FALSE(leaving->response);
  EXPECT_EQ(site.hub.listeners(), 0U);
}

TEST(Card, AWaitThatPassesSaysNothingNew) {
  Site site;
  const auto challenge = site.challenge();
  ASSERT_EQ(site.post(challenge).status, 201);
  const auto hosts_wait = site.begin(Method::get, Site::path_of(challenge) + "/answer?wait=25", site.host_token.text);
  const auto waiting = site.begin(Method::get, card(challenge) + "?wait=5");
  site.scheduler.advance(Milliseconds{5000});
  ASSERT_TRUE(waiting->response);
  EXPECT_EQ(waiting->response->status, 204);
  const auto expiring = site.begin(Method::get, card(challenge) + "?wait=25");
  site.scheduler.advance(Milliseconds{25'000});
  ASSERT_TRUE(expiring->response) << "the host's wait ended, and nobody opened another";
  EXPECT_EQ(expiring->response->status, 204);
  site.scheduler.advance(Milliseconds{15'000});
  expect_refused(site.call(Method::get, card(challenge) + "?wait=25"), 410, "challenge_withdrawn");
}

TEST(Card, LooksAreCountedByAddressAndCard) {
  Site site;
  const auto challenge = site.challenge();
  const auto other = site.challenge();
  ASSERT_EQ(site.post(challenge).status, 201);
  ASSERT_EQ(site.post(other).status, 201);
  for (unsigned i = 0; i < kLooksPerCardMinute; ++i) ASSERT_EQ(site.call(Method::get, card(challenge)).status, 200);
  expect_refused(site.call(Method::get, card(challenge)), 429, "quota_exceeded");
  expect_refused(site.call(Method::get, Site::path_of(challenge) + "/approvers"), 429, "quota_exceeded");
  EXPECT_EQ(site.call(Method::get, card(other)).status, 200);
}

TEST(ChallengeApprovers, AreThoseOfTheRecord) {
  Site site;
  const auto challenge = site.challenge();
  const std::string path = Site::path_of(challenge) + "/approvers";
  expect_refused(site.call(Method::get, path), 404, "not_found");
  ASSERT_EQ(site.post(challenge).status, 201);
  EXPECT_EQ(site.call(Method::get, path).body,
            "approver: ssh-key " + keys::print_public_key(site.approver_key.public_key()) + "\n");
  const auto second = new_key();
  site.add_approver("alice", second);
  EXPECT_EQ(site.call(Method::get, path).body,
            "approver: ssh-key " + keys::print_public_key(site.approver_key.public_key()) + "\napprover: ssh-key " +
                keys::print_public_key(second.public_key()) + "\n");
  ASSERT_TRUE(site.store->remove_user(Site::user_name("alice")).has_value());
  expect_refused(site.call(Method::get, path), 404, "record_unknown");
}

}  // namespace
}  // namespace countersign::registry::routes
