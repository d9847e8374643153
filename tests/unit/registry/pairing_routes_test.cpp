// A pairing by its token: what the phone's side gets, and what whoever holds only a code, or none, does not get.
#include "pairing_site.h"

namespace countersign::registry::routes {
namespace {

using base::Milliseconds;
using net::Method;
using statement::Level;
using statement::PairingToken;

TEST(Pairing, SaysWhatItIs) {
  PairingSite site;
  const auto token = site.pair("passkey hardware");
  const auto response = site.get(token);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            "state: open\nuser: alice\nregistry: https://registry.example.com\nlevels: passkey hardware\n"
            "expires: 2026-11-21T09:40:00Z\n");
}

TEST(Pairing, TakesOneEnrolment) {
  PairingSite site;
  const auto token = site.pair();
  const auto key = new_key();
  const std::string text = site.enrolment(token, key);
  const auto enrolled = site.enrol(token, text);
  EXPECT_EQ(enrolled.status, 201) << enrolled.body;
  EXPECT_EQ(PairingSite::state(enrolled), "enrolled");
  EXPECT_EQ(site.store->pairing(token.hash().str())->enrolment, text);
  EXPECT_EQ(site.store->pairing(token.hash().str())->fingerprint, key.public_key().fingerprint());
  // The code is known to somebody else, too: whoever comes second gets nothing.
  expect_refused(site.enrol(token, site.enrolment(token, new_key())), 409, "already_answered");
  expect_refused(site.enrol(token, text), 409, "already_answered");
  EXPECT_EQ(site.record().approvers.size(), 1U);
  EXPECT_TRUE(site.log.contains("event=pairing_enrolled"));
  EXPECT_FALSE(site.log.contains(token.code()));
}

TEST(Pairing, OfAPhoneTakesItsPasskey) {
  PairingSite site;
  const auto token = site.pair("passkey hardware");
  const testing::SoftAuthenticator phone(crypto::KeyType::sk_ecdsa_p256, "phone.example.com");
  const auto fields = site.enrolment_fields(token, phone.public_key(), Level::passkey);
  EXPECT_EQ(site.enrol(token, PairingSite::by_phone<statement::Enrolment>(fields, phone)).status, 201);
}

TEST(Pairing, WaitsUntilItsStateIsAnother) {
  PairingSite site;
  const auto token = site.pair();
  EXPECT_EQ(PairingSite::state(site.get(token, "?wait=25&state=added")), "open");
  const auto waiting = site.begin(Method::get, "/v1/pairing?wait=25&state=open", token.text());
  ASSERT_FALSE(waiting->response.has_value());
  ASSERT_EQ(site.enrol(token, site.enrolment(token, new_key())).status, 201);
  ASSERT_TRUE(waiting->response.has_value());
  EXPECT_EQ(PairingSite::state(*waiting->response), "enrolled");
  const auto patient = site.begin(Method::get, "/v1/pairing?wait=3&state=enrolled", token.text());
  site.scheduler.advance(Milliseconds{2'999});
  EXPECT_FALSE(patient->response.has_value());
  site.scheduler.advance(Milliseconds{1});
  EXPECT_EQ(PairingSite::state(patient->response.value()), "enrolled");
  EXPECT_EQ(site.hub.listeners(), 0U);
}

TEST(Pairing, WaitSeesWhatAnotherProcessDid) {
  PairingSite site;
  const auto token = site.pair();
  ASSERT_EQ(site.enrol(token, site.enrolment(token, new_key())).status, 201);
  const auto waiting = site.begin(Method::get, "/v1/pairing?wait=25&state=enrolled", token.text());
  ASSERT_TRUE(site.store->refuse_pairing(token.hash().str()).has_value());  // nobody wakes the hub
  site.scheduler.advance(Milliseconds{500});
  ASSERT_TRUE(waiting->response.has_value());
  EXPECT_EQ(PairingSite::state(*waiting->response), "refused");
}

TEST(Pairing, RefusesOddQueries) {
  PairingSite site;
  const auto token = site.pair();
  for (const char* query :
       {"?wait=5", "?wait=26&state=open", "?wait=5&state=closed", "?state=", "?wait=5&state=open&x=1"}) {
    expect_refused(site.get(token, query), 400, "bad_request");
  }
}

TEST(Pairing, EndsWithItsTime) {
  PairingSite site;
  const auto token = site.pair();
  const auto waiting = site.begin(Method::get, "/v1/pairing?wait=25&state=open", token.text());
  site.clock.advance(Milliseconds{600'000});
  EXPECT_EQ(PairingSite::state(site.get(token)), "expired");
  expect_refused(site.enrol(token, site.enrolment(token, new_key())), 410, "pairing_ended");
  site.scheduler.advance(Milliseconds{500});
  EXPECT_EQ(PairingSite::state(waiting->response.value()), "expired");
  site.clock.advance(Milliseconds{3600'000});
  expect_refused(site.get(token), 401, "not_authorized");
}

// One fault each; PROTOCOL.md section 7.3.
struct Fault {
  const char* name;
  int status;
  const char* reason;
  std::string (*text)(PairingSite&, const PairingToken&);
};

class BadEnrolment : public ::testing::TestWithParam<Fault> {};

TEST_P(BadEnrolment, IsRefusedAndCounted) {
  PairingSite site;
  const auto token = site.pair("ssh-key");
  expect_refused(site.enrol(token, GetParam().text(site, token)), GetParam().status, GetParam().reason);
  EXPECT_EQ(PairingSite::state(site.get(token)), "open");
  for (int i = 1; i < store::kFailedEnrolments; ++i) site.enrol(token, "junk");
  EXPECT_EQ(PairingSite::state(site.get(token)), "refused");
  EXPECT_TRUE(site.log.contains("event=pairing_refused"));
  expect_refused(site.enrol(token, site.enrolment(token, new_key())), 410, "pairing_ended");
  EXPECT_EQ(site.record().approvers.size(), 1U);
}

template <typename Bend>
std::string bent(PairingSite& site, const PairingToken& token, Bend bend) {
  const auto key = new_key();
  auto fields = site.enrolment_fields(token, key.public_key());
  bend(fields);
  return statement::Enrolment::sign(fields, key)->text();
}

const Fault kFaults[] = {
    {"no_statement", 400, "bad_statement", [](auto&, auto&) { return std::string("junk"); }},
    {"another_kind", 400, "bad_statement", [](auto& site, auto&) { return site.session(site.approver_key); }},
    {"another_registry", 403, "registry_refused",
     [](auto& site, auto& token) {
       return bent(site, token, [](auto& f) { f.registry = *base::Origin::parse("https://other.example.com"); });
     }},
    {"another_user", 403, "registry_refused",
     [](auto& site, auto& token) { return bent(site, token, [](auto& f) { f.user = Site::user_name("bob"); }); }},
    {"another_pairing", 401, "not_authorized",
     [](auto& site, auto& token) {
       return bent(site, token, [](auto& f) { f.pairing = statement::Hash32::random(); });
     }},
    {"a_level_it_does_not_take", 403, "registry_refused",
     [](auto& site, auto& token) {
       const testing::SoftAuthenticator phone(crypto::KeyType::sk_ecdsa_p256, "phone.example.com");
       return PairingSite::by_phone<statement::Enrolment>(
           site.enrolment_fields(token, phone.public_key(), Level::passkey), phone);
     }},
    {"too_old", 403, "registry_refused",
     [](auto& site, auto& token) { return bent(site, token, [](auto& f) { f.issued -= base::Seconds{300}; }); }},
    {"from_the_future", 403, "registry_refused",
     [](auto& site, auto& token) { return bent(site, token, [](auto& f) { f.issued += base::Seconds{301}; }); }},
    {"a_key_that_is_not_held", 403, "signature_mismatch",
     [](auto& site, auto& token) {
       return statement::Enrolment::sign(site.enrolment_fields(token, new_key().public_key()), new_key())->text();
     }},
    {"the_login_key", 403, "registry_refused",
     [](auto& site, auto& token) { return site.enrolment(token, site.login_key); }},
    {"an_approver_already", 403, "registry_refused",
     [](auto& site, auto& token) { return site.enrolment(token, site.approver_key); }},
};
INSTANTIATE_TEST_SUITE_P(Fault, BadEnrolment, ::testing::ValuesIn(kFaults),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(PairingCodes, GuessedAreLimitedByAddress) {
  PairingSite site;
  const auto real = site.pair();
  for (unsigned i = 0; i < kUnknownPairingsPerAddressMinute; ++i) {
    expect_refused(site.get(PairingToken::random()), 401, "not_authorized");
  }
  const auto refused = site.get(PairingToken::random());
  expect_refused(refused, 429, "quota_exceeded");
  EXPECT_TRUE(header(refused, "Retry-After").has_value());
  // A guess that would hit is not looked up any more.
  expect_refused(site.get(real), 429, "quota_exceeded");
  expect_refused(site.enrol(real, site.enrolment(real, new_key())), 429, "quota_exceeded");
  site.peer = "203.0.113.77";
  EXPECT_EQ(site.get(real).status, 200);
  site.peer = "198.51.100.7";
  site.clock.advance(Milliseconds{60'000});
  EXPECT_EQ(site.get(real).status, 200);
}

TEST(PairingCodes, GuessedFromOneNetworkAreLimitedTogether) {
  PairingSite site;
  const auto real = site.pair();
  for (unsigned i = 0; i < kUnknownPairingsPerAddressMinute; ++i) {
    site.peer = "2001:db8:0:1:" + std::to_string(i) + "::7";
    ASSERT_EQ(site.get(PairingToken::random()).status, 401);
  }
  site.peer = "2001:db8:0:1:ffff::1";
  expect_refused(site.get(real), 429, "quota_exceeded");
  site.peer = "2001:db8:0:2::1";
  EXPECT_EQ(site.get(real).status, 200) << "another /64";
}

TEST(PairingCodes, GuessedFromManyAddressesAreLimitedAndKeepNobodyOut) {
  PairingSite site;
  const auto real = site.pair();
  for (unsigned i = 0; i < kUnknownPairingsPerMinute; ++i) {
    site.peer = "203.0.113." + std::to_string(i);
    ASSERT_EQ(site.get(PairingToken::random()).status, 401);
  }
  site.peer = "203.0.113.200";
  expect_refused(site.get(PairingToken::random()), 429, "quota_exceeded");
  EXPECT_EQ(site.get(real).status, 200);
}

TEST(PairingCodes, OfOtherShapesAreUnknown) {
  PairingSite site;
  const auto token = site.pair();
  for (const std::string& text : {std::string("csp_"), token.code(), "csp_" + token.shown(), token.text() + "0",
                                  site.host_token.text, site.open_session()}) {
    expect_refused(site.call(Method::get, "/v1/pairing", text), 401, "not_authorized");
  }
  expect_refused(site.call(Method::get, "/v1/pairing"), 401, "not_authorized");
}

TEST(PairingCodes, OpenNothingElse) {
  PairingSite site;
  const auto token = site.pair();
  for (const char* path : {"/v1/cards", "/v1/approvers", "/v1/records/alice"}) {
    expect_refused(site.call(Method::get, path, token.text()), 401, "not_authorized");
  }
}

TEST(Pairing, AskedTooOftenIsLimited) {
  PairingSite site;
  const auto token = site.pair();
  for (unsigned i = 0; i < kRequestsPerPairingMinute; ++i) ASSERT_EQ(site.get(token).status, 200);
  expect_refused(site.get(token), 429, "quota_exceeded");
  EXPECT_EQ(site.get(site.pair()).status, 200);
}

TEST(Approvers, AreListedWithTheSessionsOwnFirst) {
  PairingSite site;
  const auto second = new_key();
  site.add_approver("alice", second);
  const auto response = site.call(Method::post, "/v1/sessions", {}, site.session(second));
  const std::string token = response.body.substr(7, 47);
  const auto line = [](const crypto::PrivateKey& key) {
    return "approver: " + key.public_key().fingerprint() + " ssh-key 2026-11-21T09:30:00Z\n";
  };
  EXPECT_EQ(site.call(Method::get, "/v1/approvers", token).body, line(second) + line(site.approver_key));
  expect_refused(site.call(Method::get, "/v1/approvers"), 401, "not_authorized");
  expect_refused(site.call(Method::get, "/v1/approvers", site.host_token.text), 401, "not_authorized");
}

}  // namespace
}  // namespace countersign::registry::routes
