#include "site.h"

namespace countersign::registry::routes {
namespace {

using net::Method;
using statement::Decision;

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
  ASSERT_TRUE(site.remove_approver("alice", site.approver_key).has_value());
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

}  // namespace
}  // namespace countersign::registry::routes
