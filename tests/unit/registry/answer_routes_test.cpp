#include "pairing_site.h"

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

// Answers of a passkey whose authenticator counts.
struct CountingSite : PairingSite {
  CountingSite() { add_approver_key("alice", phone.public_key(), statement::Level::passkey); }

  net::Response answer_with(std::uint32_t counter) {
    const auto challenge = this->challenge();
    EXPECT_EQ(post(challenge).status, 201);
    const statement::AnswerFields fields{challenge.fields(), Decision::deny, std::nullopt, statement::Via::registry};
    const auto signature = phone.assert_webauthn(statement::name_space(statement::Kind::answer),
                                                 fields.print_unsigned(), {.counter = counter});
    const std::string armor = sshsig::print_armor(sshsig::serialize(signature));
    return call(Method::post, path_of(challenge) + "/answer", kNoToken,
                statement::Answer::with_signature(fields, armor)->text());
  }
  std::string warning(unsigned before, unsigned now) const {
    return "event=counter_went_back user=alice approver=" + phone.public_key().fingerprint() +
           " before=" + std::to_string(before) + " now=" + std::to_string(now);
  }

  testing::SoftAuthenticator phone{crypto::KeyType::sk_ecdsa_p256, "phone.example.com"};
};

TEST(Answers, WithACounterThatDoesNotGrowAreTakenAndLogged) {
  CountingSite site;
  for (const std::uint32_t counter : {5U, 6U, 100U}) ASSERT_EQ(site.answer_with(counter).status, 204);
  EXPECT_FALSE(site.log.contains("counter_went_back"));
  EXPECT_EQ(site.answer_with(7).status, 204);
  EXPECT_TRUE(site.log.contains(site.warning(100, 7)));
  EXPECT_EQ(site.answer_with(7).status, 204) << "equal is no growth";
  EXPECT_TRUE(site.log.contains(site.warning(7, 7)));
}

TEST(Answers, OfAnAuthenticatorThatDoesNotCountAreNotCompared) {
  CountingSite site;
  for (const std::uint32_t counter : {0U, 0U, 9U, 0U, 10U}) ASSERT_EQ(site.answer_with(counter).status, 204);
  EXPECT_FALSE(site.log.contains("counter_went_back"));
}

TEST(Answers, ThatAreRefusedDoNotMoveTheCounter) {
  CountingSite site;
  ASSERT_EQ(site.answer_with(5).status, 204);
  const auto challenge = site.challenge();
  const statement::AnswerFields fields{site.challenge().fields(), Decision::deny, std::nullopt,
                                       statement::Via::registry};
  site.post(challenge);
  const auto signature = site.phone.assert_webauthn(statement::name_space(statement::Kind::answer),
                                                    fields.print_unsigned(), {.counter = 1'000'000});
  const std::string other =
      statement::Answer::with_signature(fields, sshsig::print_armor(sshsig::serialize(signature)))->text();
  expect_refused(site.call(Method::post, Site::path_of(challenge) + "/answer", kNoToken, other), 403,
                 "challenge_mismatch");
  ASSERT_EQ(site.answer_with(6).status, 204);
  EXPECT_FALSE(site.log.contains("counter_went_back"));
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
