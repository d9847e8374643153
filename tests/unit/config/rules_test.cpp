// `rules:` and `bastions:` of countersign.yaml: what they say, and that nothing in them is without effect.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/config/host_config.h"

namespace countersign::config {
namespace {

using base::ErrorCode;
using base::Seconds;
using policy::Verdict;
using statement::Level;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kLeast = "host: {name: web-01}\nregistry: {url: \"https://registry.example.com\"}\n";
const std::string kKey = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";

std::string faults_of(const std::string& rules) {
  const auto config = parse_host_config(std::string(kLeast) + rules, "c.yaml");
  if (config) return "";
  EXPECT_EQ(config.error().code, ErrorCode::bad_config);
  return config.error().detail;
}

TEST(RulesConfig, NoneAreNone) {
  const auto config = parse_host_config(kLeast, "c.yaml");
  ASSERT_TRUE(config);
  EXPECT_THAT(config->rules.rules, IsEmpty());
  EXPECT_THAT(config->rules.bastions, IsEmpty());
  EXPECT_THAT(parse_host_config(std::string(kLeast) + "rules: []\n", "c.yaml")->rules.rules, IsEmpty());
}

TEST(RulesConfig, TakesEverySetting) {
  const auto config = parse_host_config(std::string(kLeast) + R"(
challenge: { number: false, levels: [hardware], max_trust: 1h }
rules:
  - match:
      users: [deploy, 'ACME\alice']
      groups: [staff]
      service: [sshd, sudo]
      from: [10.0.0.0/8, "2001:db8::/32", 203.0.113.9]
      login_keys: ["SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"]
      host_groups: [web]
    then: challenge
    number: true
    levels: [ssh-key, passkey]
    max_trust: 8h
    root: true
    login_keys: any
    trust_bastions: true
    message: "Questions: ops@example.com"
  - then: allow
    would: deny
    until: 2027-01-31
  - { then: deny, match: { users: [] } }
bastions:
  - { name: bastion-01, addresses: [192.0.2.5, 198.51.100.0/24] }
)",
                                        "/etc/c.yaml");
  ASSERT_TRUE(config) << config.error().detail;
  const auto& rules = config->rules;
  EXPECT_FALSE(rules.defaults.number);
  EXPECT_EQ(rules.defaults.levels, policy::Levels{Level::hardware});
  EXPECT_EQ(rules.defaults.max_trust, Seconds(3600));
  ASSERT_EQ(rules.rules.size(), 3U);
  const auto& first = rules.rules[0];
  EXPECT_EQ(first.place, "/etc/c.yaml:6");
  EXPECT_EQ(first.match.users->at(1).str(), "ACME\\alice");
  EXPECT_THAT(*first.match.groups, ElementsAre("staff"));
  EXPECT_EQ(first.match.services->at(1).str(), "sudo");
  EXPECT_TRUE(first.match.from->at(1).contains(*base::Address::normalize("2001:db8::1")));
  EXPECT_EQ(first.match.login_keys->at(0).str(), kKey);
  EXPECT_EQ(first.match.host_groups->at(0).str(), "web");
  EXPECT_EQ(first.then, Verdict::challenge);
  EXPECT_EQ(first.number, true);
  EXPECT_EQ(first.levels, (policy::Levels{Level::ssh_key, Level::passkey}));
  EXPECT_EQ(first.max_trust, Seconds(8 * 3600));
  EXPECT_TRUE(first.root && first.any_login_key && first.trust_bastions);
  EXPECT_EQ(first.message, "Questions: ops@example.com");
  const auto& second = rules.rules[1];
  EXPECT_EQ(second.then, Verdict::allow);
  EXPECT_EQ(second.later->verdict, Verdict::deny);
  EXPECT_EQ(base::format_time(second.later->from), "2027-01-31T00:00:00Z");
  EXPECT_FALSE(second.match.users || second.match.from || second.root || second.any_login_key);
  EXPECT_TRUE(rules.rules[2].match.users->empty());
  ASSERT_EQ(rules.bastions.size(), 1U);
  EXPECT_EQ(rules.bastions[0].name.str(), "bastion-01");
  EXPECT_TRUE(rules.bastions[0].addresses[1].contains(*base::Address::normalize("198.51.100.7")));
}

TEST(RulesConfig, ReportsEachFaultWithItsPlace) {
  EXPECT_EQ(faults_of("rules:\n"
                      "  - then: allow\n"
                      "    matsch: {}\n"
                      "  - match: { user: [alice], from: [10.0.0.1/8], login_keys: [\"SHA256:x\"] }\n"
                      "  - then: maybe\n"
                      "  - deny\n"
                      "bastions:\n"
                      "  - { name: b }\n"),
            "c.yaml:5:5: rules.matsch: unknown key, did you mean \"match\"?\n"
            "c.yaml:6:5: rules.then: missing, needed is challenge, allow or deny\n"
            "c.yaml:6:14: rules.match.user: unknown key, did you mean \"users\"?\n"
            "c.yaml:6:36: rules.match.from: found \"10.0.0.1/8\", allowed is a list of addresses and networks, such as "
            "[10.0.0.0/8, '2001:db8::/32'], no bit set behind the prefix\n"
            "c.yaml:6:62: rules.match.login_keys: found \"SHA256:x\", allowed is a list of key fingerprints, such as "
            "[\"SHA256:...\"], as ssh-keygen -l prints them\n"
            "c.yaml:7:11: rules.then: found \"maybe\", allowed is challenge, allow or deny\n"
            "c.yaml:8:5: rules: found \"deny\", allowed is a mapping of settings\n"
            "c.yaml:10:5: bastions.addresses: missing, needed is a list of addresses and networks, such as "
            "[10.0.0.0/8, '2001:db8::/32'], no bit set behind the prefix");
}

TEST(RulesConfig, RefusesTheWrongShape) {
  EXPECT_THAT(faults_of("rules: { then: allow }\n"), HasSubstr("rules: found a mapping, allowed is a list of rules"));
  EXPECT_THAT(faults_of("rules:\n"), HasSubstr("rules: found nothing"));
  EXPECT_THAT(faults_of("rules: [ { then: allow, match: [alice] } ]\n"), HasSubstr("rules.match: found a list"));
  EXPECT_THAT(faults_of("rules: [ { then: allow, match: { users: alice } } ]\n"),
              HasSubstr("rules.match.users: found \"alice\", allowed is a list of user names"));
  EXPECT_THAT(faults_of("rules: [ { then: deny, match: { users: [alice, alice] } } ]\n"), HasSubstr("given twice"));
  EXPECT_THAT(faults_of("rules: [ { then: allow, codes: true } ]\n"), HasSubstr("rules.codes: unknown key"));
}

TEST(RulesConfig, NothingIsWithoutEffect) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"then: allow, number: false", "rules.number: without effect: this rule asks nobody"},
      {"then: allow, levels: [passkey]", "rules.levels: without effect"},
      {"then: deny, max_trust: 1h", "rules.max_trust: without effect"},
      {"then: allow, trust_bastions: true", "rules.trust_bastions: without effect"},
      {"then: allow, message: hello", "rules.message: without effect: this rule neither asks nor denies"},
      {"then: deny, root: true", "rules.root: without effect: this rule lets nobody in"},
      {"then: deny, login_keys: any", "rules.login_keys: without effect"},
      {"then: challenge, would: deny, until: 2027-01-31", "rules.would: only beside then: allow"},
      {"then: allow, would: allow, until: 2027-01-31", "rules.would: found \"allow\", allowed is challenge or deny"},
      {"then: allow, would: challenge", "rules.would: given without until"},
      {"then: allow, until: 2027-01-31", "rules.until: given without would"},
      {"then: allow, would: challenge, until: 2027-02-30", "rules.until: found \"2027-02-30\", allowed is a day"},
      {"then: allow, would: challenge, until: soon", "rules.until: found \"soon\""},
      {"then: deny, message: \"\"", "rules.message: found \"\", allowed is one line"},
  };
  for (const auto& [rule, fault] : rows) {
    EXPECT_THAT(faults_of("rules: [ { " + rule + " } ]\n"), HasSubstr(fault)) << rule;
  }
  for (const char* good :
       {"then: allow, would: challenge, until: 2027-01-31, number: false, levels: [passkey], message: hello",
        "then: deny, message: hello", "then: allow, root: true, login_keys: any"}) {
    EXPECT_EQ(faults_of(std::string("rules: [ { ") + good + " } ]\n"), "") << good;
  }
}

}  // namespace
}  // namespace countersign::config
