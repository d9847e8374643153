// Logins that a rule decides, in both phases, against stand-ins (login_test.cpp) and real signatures.
#include <gtest/gtest.h>
#include <security/pam_modules.h>

#include <optional>
#include <string>
#include <vector>

#include "common/log/sink.h"
#include "pam/login.h"
#include "tests/support/pam_fakes.h"
#include "tests/support/pam_statements.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;
using base::Result;
using host::CourierReply;
using host::CourierRequest;
using host::CourierStatus;
using host::CourierTask;

struct RulesTest : testing::Test {
  RulesTest() {
    configure("");
    machine.cached = record_text(keys);
    port.variables = {{"SSH_CONNECTION", "203.0.113.9 50022 192.0.2.1 22"},
                      {"SSH_AUTH_INFO_0", "publickey " + key_text(keys.login) + "\n"}};
    port.typed = {""};
    machine.groups = {{"staff", {"alice"}}, {"contractors", {"bob"}}};
    machine.registry = [this](const CourierRequest& request) { return behave(request); };
  }

  void configure(const std::string& rules) {
    auto config = config::parse_host_config(std::string(kTestConfig) + rules, "c.yaml");
    ASSERT_TRUE(config) << config.error().detail;
    machine.settings = Settings{std::move(*config), *keys::Signers::parse(signers_text(keys))};
  }

  // The phone approves with the number where one is wanted.
  Result<CourierReply> behave(const CourierRequest& request) {
    if (request.task == CourierTask::record) return registry_record;
    const bool wanted = request.challenge.find("number-wanted: yes") != std::string::npos;
    const std::string number = wanted ? "47" : "none";
    return CourierReply{CourierStatus::ok, std::nullopt, "",
                        answer_text(keys, request.challenge,
                                    "decision: " + decision + "\nnumber: " + (decision == "approve" ? number : "none") +
                                        "\nvia: registry\n") +
                            record_text(keys)};
  }

  int run() { return authenticate({port, machine, *sink, clock}); }
  int run_session() { return open_session({port, machine, *sink, clock}); }

  void expect_allowed(int result, const std::string& phase) {
    EXPECT_EQ(result, PAM_SUCCESS);
    EXPECT_TRUE(sink->contains("event=login_allowed phase=" + phase + " user=alice host=web-01 service=sshd"));
    EXPECT_TRUE(sink->contains("rule=c.yaml:"));
    EXPECT_EQ(sink->lines().size(), 1U);
    EXPECT_TRUE(port.asked.empty() && port.told.empty());
    EXPECT_TRUE(port.admitted);
  }
  void expect_denied(int result, ErrorCode reason) {
    EXPECT_EQ(result, PAM_AUTH_ERR);
    ASSERT_EQ(sink->lines().size(), 1U);
    EXPECT_TRUE(sink->contains("reason=" + std::string(to_string(reason)))) << sink->lines()[0];
    EXPECT_TRUE(port.asked.empty());
    EXPECT_EQ(port.told.size(), 1U);
    EXPECT_FALSE(port.admitted);
  }

  TestKeys keys;
  std::string decision = "approve";
  CourierReply registry_record{CourierStatus::failed, ErrorCode::registry_unreachable, "down", ""};
  FakePort port;
  FakeMachine machine;
  FakeClock clock;
  std::optional<log::MemorySink> sink{std::in_place};
};

const std::string kAllow = "rules: [ { match: { users: [alice] }, then: allow } ]\n";
const std::string kAllowAny = "rules: [ { match: { users: [alice] }, then: allow, login_keys: any } ]\n";

TEST_F(RulesTest, AnAllowRuleAdmitsUnasked) {
  configure(kAllow);
  expect_allowed(run(), "auth");
  EXPECT_TRUE(machine.errands.empty());
  EXPECT_FALSE(sink->contains("would="));
}

TEST_F(RulesTest, NoRuleStandsAboveTheDemandForAKey) {
  TestKeys others;
  const std::string stranger = "publickey " + key_text(others.login) + "\n";
  struct Row {
    std::string rules;
    std::string info;
    ErrorCode reason;
  };
  for (const auto& row :
       {Row{kAllow, "", ErrorCode::no_publickey}, Row{kAllow, "password\n", ErrorCode::no_publickey},
        Row{kAllow, stranger, ErrorCode::key_not_in_record}, Row{kAllowAny, "", ErrorCode::no_publickey},
        Row{kAllowAny, "password\n", ErrorCode::no_publickey},
        Row{kAllowAny, "publickey ssh-ed25519 AAAA\n", ErrorCode::bad_auth_info}}) {
    configure(row.rules);
    port.variables["SSH_AUTH_INFO_0"] = row.info;
    port.told.clear();
    sink.emplace();
    expect_denied(run(), row.reason);
  }
  EXPECT_TRUE(machine.errands.empty());
}

TEST_F(RulesTest, AnAllowRuleNeedsARecordUnlessItTakesAnyKey) {
  machine.cached = Result<std::string>(ErrorCode::not_found, "none");
  configure(kAllow);
  expect_denied(run(), ErrorCode::registry_unreachable);
  machine.errands.clear();
  port.told.clear();
  sink.emplace();
  configure(kAllowAny);
  expect_allowed(run(), "auth");
  EXPECT_TRUE(machine.errands.empty()) << "nothing is needed of the registry";
}

TEST_F(RulesTest, ADenyRuleSaysSo) {
  configure("rules: [ { then: deny, message: Ask ops@example.com } ]\n");
  expect_denied(run(), ErrorCode::denied_by_rule);
  EXPECT_TRUE(sink->contains("rule=c.yaml:4 reason=denied_by_rule"));
  EXPECT_EQ(port.told[0], "Countersign: A rule of this host denies this login. (denied_by_rule)\nAsk ops@example.com");
  EXPECT_TRUE(machine.errands.empty());
}

TEST_F(RulesTest, AChallengeHasTheRulesSettings) {
  configure("rules: [ { then: challenge, number: false, max_trust: 1h, message: Hello } ]\n");
  EXPECT_EQ(run(), PAM_SUCCESS);
  ASSERT_EQ(port.asked.size(), 1U);
  EXPECT_EQ(port.asked[0], "alice@web-01 from 203.0.113.9\nHello\nApprove on your phone\nPress Enter when done: ");
  const auto& challenge = machine.errands.at(0).challenge;
  EXPECT_NE(challenge.find("number-wanted: no\nmax-trust: 3600s\n"), std::string::npos) << challenge;
  EXPECT_TRUE(sink->contains("event=login_approved"));
  EXPECT_TRUE(sink->contains("rule=c.yaml:4"));
}

TEST_F(RulesTest, LevelsAreTheRules) {
  configure("rules: [ { then: challenge, levels: [passkey] } ]\n");
  EXPECT_EQ(run(), PAM_AUTH_ERR);
  EXPECT_TRUE(sink->contains("reason=level_not_accepted"));
}

TEST_F(RulesTest, AGroupDecides) {
  configure(
      "rules: [ { match: { groups: [contractors] }, then: deny }, { match: { groups: [staff] }, then: allow } ]\n");
  expect_allowed(run(), "auth");
}

TEST_F(RulesTest, AGroupThatNobodyKnowsDenies) {
  configure("rules: [ { match: { groups: [gone] }, then: deny }, { then: allow } ]\n");
  expect_denied(run(), ErrorCode::group_lookup_failed);
  EXPECT_TRUE(machine.errands.empty());
}

TEST_F(RulesTest, RootIsAskedWhereARuleLetsHim) {
  port.user_name = "root";
  configure("rules: [ { match: { users: [alice] }, then: challenge, root: true } ]\n");
  TestKeys others;
  machine.cached = Result<std::string>(ErrorCode::not_found, "none");
  EXPECT_EQ(run(), PAM_AUTH_ERR);
  EXPECT_TRUE(sink->contains("reason=registry_unreachable")) << "no record comes before the rules";
  configure("rules: [ { match: { users: [root] }, then: allow, root: true, login_keys: any } ]\n");
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_TRUE(sink->contains("event=login_allowed phase=auth user=root"));
}

TEST_F(RulesTest, AStagedRuleTellsWhatItWouldDo) {
  configure("rules: [ { then: allow, would: challenge, until: 2026-11-22, login_keys: any } ]\n");
  expect_allowed(run(), "auth");
  EXPECT_TRUE(sink->contains("would=challenge"));
  EXPECT_FALSE(sink->contains("missing="));
}

TEST_F(RulesTest, AStagedRuleTellsWhatIsMissing) {
  configure("rules: [ { then: allow, would: challenge, until: 2026-11-22, login_keys: any } ]\n");
  TestKeys others;
  port.variables["SSH_AUTH_INFO_0"] = "publickey " + key_text(others.login) + "\n";
  expect_allowed(run(), "auth");
  EXPECT_TRUE(sink->contains("would=challenge missing=key_not_in_record"));
  sink.emplace();
  machine.cached = Result<std::string>(ErrorCode::record_unknown, "none");
  registry_record = {CourierStatus::unknown, ErrorCode::record_unknown, "no such user", ""};
  expect_allowed(run(), "auth");
  EXPECT_TRUE(sink->contains("would=challenge missing=record_unknown"));
}

TEST_F(RulesTest, AStagedRuleAsksFromItsDayOn) {
  configure("rules: [ { then: allow, would: challenge, until: 2026-11-21, login_keys: any } ]\n");
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_EQ(port.asked.size(), 1U);
  EXPECT_TRUE(sink->contains("event=login_approved"));
}

TEST_F(RulesTest, ABastionIsNamedAndTakesTheTrust) {
  configure(
      "rules: [ { then: challenge, max_trust: 1h } ]\nbastions: [ { name: bastion-01, addresses: [203.0.113.9] } ]\n");
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_NE(port.asked.at(0).find(" from 203.0.113.9 through bastion-01\n"), std::string::npos);
  EXPECT_NE(machine.errands.at(0).challenge.find("max-trust: 0s\n"), std::string::npos);
}

// The session phase: publickey alone has succeeded.

TEST_F(RulesTest, InTheSessionPhaseAnAllowRuleAdmits) {
  configure(kAllow);
  expect_allowed(run_session(), "session");
  EXPECT_TRUE(machine.errands.empty());
}

TEST_F(RulesTest, InTheSessionPhaseARuleStandsAboveNoKeyEither) {
  configure(kAllow);
  TestKeys others;
  port.variables["SSH_AUTH_INFO_0"] = "publickey " + key_text(others.login) + "\n";
  expect_denied(run_session(), ErrorCode::key_not_in_record);
  EXPECT_TRUE(machine.errands.empty());
}

TEST_F(RulesTest, InTheSessionPhaseADenyRuleDenies) {
  configure("rules: [ { then: deny } ]\n");
  expect_denied(run_session(), ErrorCode::denied_by_rule);
}

TEST_F(RulesTest, InTheSessionPhaseAChallengeIsADenial) {
  for (const char* rules : {"", "rules: [ { then: challenge } ]\n", "rules: [ { then: challenge, number: true } ]\n"}) {
    configure(rules);
    port.told.clear();
    sink.emplace();
    expect_denied(run_session(), ErrorCode::no_prompt_possible);
  }
  machine.settings->host.rules.defaults.number = false;
  port.told.clear();
  sink.emplace();
  expect_denied(run_session(), ErrorCode::no_prompt_possible);
  EXPECT_TRUE(machine.errands.empty()) << "no phone rings for it";
}

TEST_F(RulesTest, InTheSessionPhaseAPushDoesAloneWhereARuleSaysSo) {
  configure("rules: [ { then: challenge, number: false } ]\n");
  EXPECT_EQ(run_session(), PAM_SUCCESS);
  EXPECT_TRUE(port.asked.empty());
  ASSERT_EQ(machine.errands.size(), 1U);
  EXPECT_NE(machine.errands[0].challenge.find("number-wanted: no\n"), std::string::npos);
  EXPECT_TRUE(sink->contains("event=login_approved phase=session"));
  EXPECT_EQ(machine.receipts.size(), 1U);
}

TEST_F(RulesTest, InTheSessionPhaseThePhonesNoCounts) {
  configure("rules: [ { then: challenge, number: false } ]\n");
  decision = "deny";
  EXPECT_EQ(run_session(), PAM_MAXTRIES);
  EXPECT_TRUE(sink->contains("event=login_denied phase=session"));
  EXPECT_TRUE(sink->contains("reason=answer_denied"));
}

TEST_F(RulesTest, WhatTheAuthPhaseDecidedIsAskedOnce) {
  configure("rules: [ { then: challenge, number: false } ]\n");
  EXPECT_EQ(run(), PAM_SUCCESS);
  port.variables["SSH_AUTH_INFO_0"] += "keyboard-interactive/pam\n";
  EXPECT_EQ(run_session(), PAM_SUCCESS);
  EXPECT_EQ(machine.errands.size(), 1U);
  EXPECT_EQ(sink->lines().size(), 1U);
}

TEST_F(RulesTest, AServiceWithoutKeysIsAskedByItsRules) {
  port.variables.clear();
  port.service_name = "sudo";
  configure("rules: [ { match: { service: [sudo], users: [alice] }, then: allow } ]\n");
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_TRUE(sink->contains("event=login_allowed phase=auth user=alice host=web-01 service=sudo address=console"));
  configure("rules: [ { match: { service: [sshd] }, then: allow } ]\n");
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_EQ(port.asked.size(), 1U);
}

}  // namespace
}  // namespace countersign::pam
