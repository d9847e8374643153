// The small site of site.h with what pairing needs: pairings as an administrator makes them, enrolments, changes.
#pragma once

#include "common/sshsig/armor.h"
#include "common/statement/enrolment.h"
#include "common/statement/field_lines.h"
#include "common/statement/pairing_token.h"
#include "site.h"
#include "tests/support/soft_authenticator.h"

namespace countersign::registry {

inline routes::Settings with_phone() {
  routes::Settings settings = Site::default_settings();
  settings.phone = sshsig::WebauthnExpectation{"https://phone.example.com", "phone.example.com"};
  return settings;
}

struct PairingSite : Site {
  explicit PairingSite(routes::Settings with = with_phone()) : Site(std::move(with)) {}

  // As `countersign-registry pair` puts it into the store.
  statement::PairingToken pair(std::string levels = "ssh-key", std::string label = "new phone") {
    const auto token = statement::PairingToken::random();
    const store::Pairing row{.id = token.hash().str(),
                             .user = user_name("alice"),
                             .levels = std::move(levels),
                             .person = {},
                             .label = std::move(label),
                             .made_by = {},
                             .deadline_ms = clock.now_unix_ms() + 600'000,
                             .state = store::PairingState::open,
                             .enrolment = {},
                             .fingerprint = {}};
    EXPECT_TRUE(store->add_pairing(row).has_value());
    return token;
  }

  statement::EnrolmentFields enrolment_fields(const statement::PairingToken& token, const crypto::PublicKey& key,
                                              statement::Level level = statement::Level::ssh_key) {
    return {settings.url, user_name("alice"), token.hash(), key, level, clock.now()};
  }
  std::string enrolment(const statement::PairingToken& token, const crypto::PrivateKey& key) {
    return statement::Enrolment::sign(enrolment_fields(token, key.public_key()), key)->text();
  }
  // Signed as a phone does it.
  template <typename Parsed, typename Fields>
  static std::string by_phone(const Fields& fields, const testing::SoftAuthenticator& phone) {
    const auto signature = phone.assert_webauthn(statement::name_space(Fields::kind), fields.print_unsigned());
    return Parsed::with_signature(fields, sshsig::print_armor(sshsig::serialize(signature)))->text();
  }

  net::Response get(const statement::PairingToken& token, const std::string& query = {}) {
    return call(net::Method::get, "/v1/pairing" + query, token.text());
  }
  net::Response enrol(const statement::PairingToken& token, const std::string& text) {
    return call(net::Method::post, "/v1/pairing", token.text(), text);
  }
  static std::string state(const net::Response& response) {
    return response.body.substr(7, response.body.find('\n') - 7);
  }

  statement::ChangeFields change_fields(const std::vector<std::string>& lines) {
    return {
        settings.url, user_name("alice"), statement::Hash32::random(), clock.now(), clock.now() + base::Seconds{300},
        lines};
  }
  std::string change(const crypto::PrivateKey& key, const std::string& line) {
    return statement::Change::sign(change_fields({line}), key)->text();
  }
  net::Response post_change(const std::string& text) { return call(net::Method::post, "/v1/changes", {}, text); }

  statement::RecordFields record() { return (*records.current(user_name("alice")))->record.fields(); }
};

}  // namespace countersign::registry
