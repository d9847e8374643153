// Changes that an approver signs: pairing another, removing one. And what a login key, a stranger or another user gets.
#include "pairing_site.h"

namespace countersign::registry::routes {
namespace {

using base::Milliseconds;
using net::Method;
using statement::Level;

// alice, her first approver made a pairing for a second.
struct Second : PairingSite {
  Second() : session_token(open_session()), token(make()) {}

  statement::PairingToken make() {
    const auto response = post_change(change(approver_key, "pair approver"));
    EXPECT_EQ(response.status, 200) << response.body;
    const auto values = statement::parse_field_lines(response.body, {"token", "pairing", "expires"});
    EXPECT_TRUE(values.has_value()) << response.body;
    EXPECT_EQ(values->at(2), "2026-11-21T09:40:00Z");
    auto made = *statement::PairingToken::parse(values->at(0));
    EXPECT_EQ(values->at(1), made.hash().str());
    return made;
  }
  [[nodiscard]] std::string path() const { return "/v1/pairings/" + token.hash().str(); }
  statement::EndorsementFields endorsement_fields() {
    return {user_name("alice"), {}, second.public_key(), Level::ssh_key, clock.now()};
  }
  std::string endorsement() { return statement::Endorsement::sign(endorsement_fields(), approver_key)->text(); }
  net::Response endorse(const std::string& text) {
    return call(Method::post, path() + "/endorsement", session_token, text);
  }

  crypto::PrivateKey second = new_key();
  std::string session_token;
  statement::PairingToken token;
};

TEST(PairApprover, AddsAnotherOnItsWord) {
  Second site;
  EXPECT_EQ(site.call(Method::get, site.path(), site.session_token).body,
            "state: open\nuser: alice\nexpires: 2026-11-21T09:40:00Z\n");
  expect_refused(site.endorse(site.endorsement()), 409, "already_answered");  // nothing was compared yet
  const std::string enrolment = site.enrolment(site.token, site.second);
  const auto waiting = site.begin(Method::get, site.path() + "?wait=25&state=open", site.session_token);
  ASSERT_EQ(site.enrol(site.token, enrolment).status, 201);
  ASSERT_TRUE(waiting->response.has_value());
  EXPECT_EQ(waiting->response->body, "state: enrolled\nuser: alice\nexpires: 2026-11-21T09:40:00Z\n\n" + enrolment);
  const auto phone = site.begin(Method::get, "/v1/pairing?wait=25&state=enrolled", site.token.text());
  (void)site.store->take_notices(100).value();  // of what the site was made with
  EXPECT_EQ(site.endorse(site.endorsement()).status, 204);
  const auto notices = site.store->take_notices(100).value();
  ASSERT_EQ(notices.size(), 1U) << "the other approvers are told";
  EXPECT_EQ(notices.front().what, store::Notice::What::approver_added);
  EXPECT_EQ(notices.front().fingerprint, site.record().approvers.at(1).key.fingerprint());
  EXPECT_EQ(PairingSite::state(phone->response.value()), "added");
  const auto record = site.record();
  ASSERT_EQ(record.approvers.size(), 2U);
  EXPECT_EQ(record.approvers.at(1).endorsement.public_key, site.approver_key.public_key().blob());
  EXPECT_TRUE(site.log.contains("event=approver_added"));
  expect_refused(site.endorse(site.endorsement()), 410, "pairing_ended");
  // It counts: a session, and an answer.
  EXPECT_EQ(site.call(Method::post, "/v1/sessions", {}, site.session(site.second)).status, 201);
}

TEST(PairApprover, ByAPasskeyMakesAChain) {
  PairingSite site;
  const testing::SoftAuthenticator first(crypto::KeyType::sk_ecdsa_p256, "phone.example.com");
  const testing::SoftAuthenticator second(crypto::KeyType::sk_ecdsa_p256, "phone.example.com");
  site.add_approver_key("alice", first.public_key(), Level::passkey);
  const auto signed_session = [&](const testing::SoftAuthenticator& phone) {
    return PairingSite::by_phone<statement::Session>(site.session_fields(phone.public_key()), phone);
  };
  const auto opened = site.call(Method::post, "/v1/sessions", {}, signed_session(first));
  ASSERT_EQ(opened.status, 201) << opened.body;
  const auto made =
      site.post_change(PairingSite::by_phone<statement::Change>(site.change_fields({"pair approver"}), first));
  ASSERT_EQ(made.status, 200) << made.body;
  const auto token = *statement::PairingToken::parse(made.body.substr(7, 16));
  EXPECT_NE(site.get(token).body.find("levels: passkey hardware\n"), std::string::npos);
  const auto enrolled = site.enrolment_fields(token, second.public_key(), Level::passkey);
  ASSERT_EQ(site.enrol(token, PairingSite::by_phone<statement::Enrolment>(enrolled, second)).status, 201);
  const statement::EndorsementFields fields{
      Site::user_name("alice"), {}, second.public_key(), Level::passkey, site.clock.now()};
  const auto endorsed =
      site.call(Method::post, "/v1/pairings/" + token.hash().str() + "/endorsement", opened.body.substr(7, 47),
                PairingSite::by_phone<statement::Endorsement>(fields, first));
  ASSERT_EQ(endorsed.status, 204) << endorsed.body;
  // The registry itself follows the chain: the second phone may open a session.
  EXPECT_EQ(site.call(Method::post, "/v1/sessions", {}, signed_session(second)).status, 201);
}

TEST(PairApprover, IsForItsMakersPerson) {
  PairingSite site;
  site.add_user("deploy", "*");
  const auto of_bob = new_key();
  site.add_approver("deploy", of_bob, "bob");
  auto fields = site.change_fields({"pair approver"});
  fields.user = Site::user_name("deploy");
  const auto made = site.post_change(statement::Change::sign(fields, of_bob)->text());
  ASSERT_EQ(made.status, 200) << made.body;
  const auto opened = site.call(Method::post, "/v1/sessions", {}, site.session(of_bob, "deploy"));
  const auto token = *statement::PairingToken::parse(made.body.substr(7, 16));
  EXPECT_EQ(site.call(Method::get, "/v1/pairings/" + token.hash().str(), opened.body.substr(7, 47)).body,
            "state: open\nuser: deploy\nperson: bob\nexpires: 2026-11-21T09:40:00Z\n");
}

TEST(PairApprover, GivenUpIsRefused) {
  Second site;
  ASSERT_EQ(site.enrol(site.token, site.enrolment(site.token, site.second)).status, 201);
  EXPECT_EQ(site.call(Method::del, site.path(), site.session_token).status, 204);
  EXPECT_EQ(site.call(Method::del, site.path(), site.session_token).status, 204);
  EXPECT_EQ(PairingSite::state(site.get(site.token)), "refused");
  expect_refused(site.endorse(site.endorsement()), 410, "pairing_ended");
  EXPECT_EQ(site.record().approvers.size(), 1U);
}

TEST(PairApprover, IsForItsMakerAlone) {
  Second site;
  const auto third = new_key();
  site.add_approver("alice", third);
  const auto opened = site.call(Method::post, "/v1/sessions", {}, site.session(third));
  const std::string other = opened.body.substr(7, 47);
  ASSERT_EQ(site.enrol(site.token, site.enrolment(site.token, site.second)).status, 201);
  expect_refused(site.call(Method::get, site.path(), other), 404, "not_found");
  expect_refused(site.call(Method::del, site.path(), other), 404, "not_found");
  expect_refused(site.call(Method::post, site.path() + "/endorsement", other, site.endorsement()), 404, "not_found");
  for (const std::string& token : {std::string(), site.host_token.text, site.token.text()}) {
    expect_refused(site.call(Method::get, site.path(), token), 401, "not_authorized");
  }
  // Nor is one that an administrator made for an approver to endorse.
  const auto foreign = site.pair();
  expect_refused(site.call(Method::get, "/v1/pairings/" + foreign.hash().str(), site.session_token), 404, "not_found");
  expect_refused(site.call(Method::get, "/v1/pairings/nothing", site.session_token), 400, "bad_request");
}

TEST(PairApprover, EndsWithItsMaker) {
  Second site;
  ASSERT_EQ(site.enrol(site.token, site.enrolment(site.token, site.second)).status, 201);
  const auto waiting = site.begin(Method::get, site.path() + "?wait=25&state=enrolled", site.session_token);
  ASSERT_TRUE(site.remove_approver("alice", site.approver_key).has_value());
  expect_refused(site.endorse(site.endorsement()), 401, "not_authorized");
  EXPECT_EQ(PairingSite::state(site.get(site.token)), "refused");
  site.scheduler.advance(Milliseconds{500});
  expect_refused(waiting->response.value(), 401, "not_authorized");
}

struct Bend {
  const char* name;
  const char* reason;
  void (*bend)(statement::EndorsementFields&);
};
class BadEndorsement : public ::testing::TestWithParam<Bend> {};

TEST_P(BadEndorsement, AddsNobody) {
  Second site;
  ASSERT_EQ(site.enrol(site.token, site.enrolment(site.token, site.second)).status, 201);
  auto fields = site.endorsement_fields();
  GetParam().bend(fields);
  expect_refused(site.endorse(statement::Endorsement::sign(fields, site.approver_key)->text()), 403, GetParam().reason);
  EXPECT_EQ(site.record().approvers.size(), 1U);
  EXPECT_EQ(PairingSite::state(site.get(site.token)), "enrolled");
}

const Bend kBends[] = {
    {"of_another_user", "registry_refused", [](auto& fields) { fields.user = Site::user_name("bob"); }},
    {"of_another_person", "not_an_approver", [](auto& fields) { fields.person = *base::PersonName::parse("bob"); }},
    {"of_another_key", "signature_mismatch", [](auto& fields) { fields.key = new_key().public_key(); }},
    {"of_long_ago", "registry_refused", [](auto& fields) { fields.added -= base::Seconds{300}; }},
    {"of_the_future", "registry_refused", [](auto& fields) { fields.added += base::Seconds{301}; }},
};
INSTANTIATE_TEST_SUITE_P(Bend, BadEndorsement, ::testing::ValuesIn(kBends),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(PairApprover, TakesTheMakersSignatureAlone) {
  Second site;
  ASSERT_EQ(site.enrol(site.token, site.enrolment(site.token, site.second)).status, 201);
  for (const auto* key : {&site.second, &site.login_key, &site.signing_key}) {
    expect_refused(site.endorse(statement::Endorsement::sign(site.endorsement_fields(), *key)->text()), 403,
                   "not_an_approver");
  }
  std::string altered = site.endorsement();
  altered.replace(altered.find("added: 2026-11-21T09:30"), 23, "added: 2026-11-21T09:29");
  expect_refused(site.endorse(altered), 403, "signature_mismatch");
  expect_refused(site.endorse("junk"), 400, "bad_statement");
  EXPECT_EQ(site.record().approvers.size(), 1U);
}

TEST(PairApprover, ByAnOrdinaryKeyRaisesNobody) {
  Second site;
  EXPECT_NE(site.get(site.token).body.find("levels: ssh-key\n"), std::string::npos);
  const testing::SoftAuthenticator phone(crypto::KeyType::sk_ecdsa_p256, "phone.example.com");
  const auto fields = site.enrolment_fields(site.token, phone.public_key(), Level::passkey);
  expect_refused(site.enrol(site.token, PairingSite::by_phone<statement::Enrolment>(fields, phone)), 403,
                 "registry_refused");
}

TEST(Changes, ByALoginKeyOrAStrangerAreRefused) {
  PairingSite site;
  const auto by_login_key = site.post_change(site.change(site.login_key, "pair approver"));
  expect_refused(by_login_key, 403, "not_an_approver");
  auto fields = site.change_fields({"pair approver"});
  fields.user = Site::user_name("nobody");
  const auto unknown_user = site.post_change(statement::Change::sign(fields, new_key())->text());
  EXPECT_EQ(unknown_user.body, by_login_key.body);  // no way to tell names apart
  expect_refused(site.post_change("junk"), 400, "bad_statement");
}

TEST(Changes, CountOnceAndInTheirTime) {
  PairingSite site;
  const std::string text = site.change(site.approver_key, "pair approver");
  EXPECT_EQ(site.post_change(text).status, 200);
  expect_refused(site.post_change(text), 403, "registry_refused");
  const std::string late = site.change(site.approver_key, "pair approver");
  site.clock.advance(Milliseconds{300'000});
  expect_refused(site.post_change(late), 403, "registry_refused");
  auto fields = site.change_fields({"pair approver"});
  fields.registry = *base::Origin::parse("https://other.example.com");
  expect_refused(site.post_change(statement::Change::sign(fields, site.approver_key)->text()), 403, "registry_refused");
  std::string altered = site.change(site.approver_key, "pair approver");
  altered.replace(altered.find("09:40:00Z\nchange"), 8, "09:40:01");
  expect_refused(site.post_change(altered), 403, "signature_mismatch");
}

TEST(Changes, OtherThanTheKnownOnesAreRefused) {
  PairingSite site;
  const std::string own = site.approver_key.public_key().fingerprint();
  for (const std::string& line : {std::string("pair approver "), std::string("Pair approver"), "remove " + own,
                                  std::string("remove login key"), std::string("pair  approver")}) {
    if (line.ends_with(' ')) continue;  // no statement can hold it
    expect_refused(site.post_change(site.change(site.approver_key, line)), 403, "registry_refused");
  }
  const auto two = statement::Change::sign(site.change_fields({"pair approver", "pair approver"}), site.approver_key);
  expect_refused(site.post_change(two->text()), 403, "registry_refused");
  expect_refused(site.post_change(site.change(site.approver_key, "remove approver SHA256:x")), 403, "registry_refused");
}

TEST(Changes, AreRatedAndPairingsFew) {
  PairingSite site;
  for (std::size_t i = 0; i < store::kPairingsPerMaker; ++i) {
    ASSERT_EQ(site.post_change(site.change(site.approver_key, "pair approver")).status, 200);
  }
  expect_refused(site.post_change(site.change(site.approver_key, "pair approver")), 429, "quota_exceeded");
  for (auto i = store::kPairingsPerMaker + 1; i < kChangesPerKeyMinute; ++i) {
    expect_refused(site.post_change(site.change(site.approver_key, "other")), 403, "registry_refused");
  }
  expect_refused(site.post_change(site.change(site.approver_key, "other")), 429, "quota_exceeded");
}

TEST(RemoveApprover, TakesItAwayWithItsSessions) {
  PairingSite site;
  const auto second = new_key();
  site.add_approver("alice", second);
  const auto opened = site.call(Method::post, "/v1/sessions", {}, site.session(second));
  const std::string session = opened.body.substr(7, 47);
  const auto etag = header(site.call(Method::get, "/v1/cards", session), "ETag").value();
  const auto waiting = site.begin(Method::get, "/v1/cards?wait=25", session, {}, {{"if-none-match", etag}});
  ASSERT_FALSE(waiting->response.has_value());
  const std::string line = "remove approver " + second.public_key().fingerprint();
  EXPECT_EQ(site.post_change(site.change(site.approver_key, line)).status, 204);
  expect_refused(waiting->response.value(), 401, "not_authorized");
  EXPECT_EQ(site.record().approvers.size(), 1U);
  EXPECT_TRUE(site.log.contains("event=approver_removed"));
  expect_refused(site.post_change(site.change(site.approver_key, line)), 404, "not_found");
}

TEST(RemoveApprover, MayBeItselfButNotTheLast) {
  PairingSite site;
  const std::string own = site.approver_key.public_key().fingerprint();
  expect_refused(site.post_change(site.change(site.approver_key, "remove approver " + own)), 403, "registry_refused");
  const auto second = new_key();
  site.add_approver("alice", second);
  expect_refused(site.post_change(site.change(site.approver_key, "remove last approver " + own)), 403,
                 "registry_refused");
  EXPECT_EQ(site.post_change(site.change(site.approver_key, "remove approver " + own)).status, 204);
  const std::string last = second.public_key().fingerprint();
  EXPECT_EQ(site.post_change(site.change(second, "remove last approver " + last)).status, 204);
  EXPECT_EQ(site.record().approvers.size(), 0U);
}

TEST(RemoveApprover, OfAnotherPersonIsRefused) {
  PairingSite site;
  site.add_user("deploy", "*");
  const auto of_bob = new_key();
  const auto of_carol = new_key();
  site.add_approver("deploy", of_bob, "bob");
  site.add_approver("deploy", of_carol, "carol");
  auto fields = site.change_fields({"remove approver " + of_carol.public_key().fingerprint()});
  fields.user = Site::user_name("deploy");
  expect_refused(site.post_change(statement::Change::sign(fields, of_bob)->text()), 403, "not_an_approver");
}

TEST(Changes, OfAnOfflineUserAreRefused) {
  PairingSite site;
  const auto current = *site.records.current(Site::user_name("alice"));
  auto fields = current->record.fields();
  fields.serial += 1;
  const auto record = statement::Record::sign(fields, new_key());
  const store::Record row{static_cast<std::int64_t>(fields.serial), 0, fields.issued, fields.expires, record->text()};
  ASSERT_TRUE(site.store->import_record(fields.user, fields.hosts.str(), row).has_value());
  expect_refused(site.post_change(site.change(site.approver_key, "pair approver")), 403, "registry_refused");
}

}  // namespace
}  // namespace countersign::registry::routes
