#include "site.h"

namespace countersign::registry::routes {
namespace {

using base::Milliseconds;
using net::CancelReason;
using net::Method;

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
  ASSERT_TRUE(site.remove_approver("alice", site.approver_key).has_value());
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

}  // namespace
}  // namespace countersign::registry::routes
