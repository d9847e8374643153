// Logins that an approver has trusted before, against stand-ins (login_test.cpp) and real signatures.
#include <gtest/gtest.h>
#include <security/pam_modules.h>

#include <optional>
#include <string>

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

constexpr std::string_view kTrustingConfig =
    "host: { name: web-01 }\n"
    "registry: { url: \"https://registry.example.com\" }\n"
    "challenge: { timeout: 30s, levels: [ssh-key], max_trust: 8h }\n";

struct TrustTest : testing::Test {
  TrustTest() {
    machine.settings =
        Settings{*config::parse_host_config(kTrustingConfig, "test.yaml"), *keys::Signers::parse(signers_text(keys))};
    machine.cached = record_text(keys);
    port.variables = {{"SSH_CONNECTION", "203.0.113.9 50022 192.0.2.1 22"},
                      {"SSH_AUTH_INFO_0", "publickey " + key_text(keys.login) + "\n"}};
    machine.registry = [this](const CourierRequest& request) { return behave(request); };
  }

  // The approver trusts until `until` on `hosts`.
  Result<CourierReply> behave(const CourierRequest& request) {
    if (request.task == CourierTask::record) return registry_record;
    std::string text = request.challenge;
    text.replace(0, std::string("countersign challenge v1").size(), "countersign trust v1");
    text += "decision: approve\nnumber: " + number + "\nvia: registry\nuntil: " + until + "\nhosts: " + hosts + "\n";
    return CourierReply{CourierStatus::ok, std::nullopt, "",
                        sign_text(text, keys.approver, "trust.v1@countersign") + record};
  }

  int run() {
    port.typed = {""};
    port.asked.clear();
    machine.errands.clear();
    return authenticate({port, machine, sink, clock});
  }
  // A first login that is answered with a trust.
  void trust() { ASSERT_EQ(run(), PAM_SUCCESS) << sink.lines().back(); }
  void expect_trusted() {
    EXPECT_EQ(run(), PAM_SUCCESS);
    EXPECT_TRUE(port.asked.empty());
    EXPECT_TRUE(sink.contains("event=login_trusted phase=auth user=alice host=web-01"));
  }
  void expect_asked() {
    EXPECT_EQ(run(), PAM_SUCCESS);
    EXPECT_EQ(port.asked.size(), 1U);
    EXPECT_FALSE(sink.contains("event=login_trusted"));
  }

  TestKeys keys;
  std::string record = record_text(keys);
  CourierReply registry_record{CourierStatus::unchanged, std::nullopt, "", ""};
  std::string until = "2026-11-21T17:00:00Z";
  std::string hosts = "web-01";
  std::string number = "47";
  FakePort port;
  FakeMachine machine;
  FakeClock clock;
  log::MemorySink sink;
};

TEST_F(TrustTest, ATrustAdmitsAndIsKept) {
  trust();
  ASSERT_EQ(machine.trusts.size(), 1U);
  EXPECT_EQ(machine.receipts, machine.trusts);
  EXPECT_TRUE(sink.contains("event=login_approved"));
  EXPECT_TRUE(sink.contains("until=2026-11-21T17:00:00Z"));
}

TEST_F(TrustTest, TheNextLoginIsNotAsked) {
  trust();
  expect_trusted();
  ASSERT_EQ(machine.errands.size(), 1U);
  EXPECT_EQ(machine.errands[0].task, CourierTask::record);
  EXPECT_EQ(machine.errands[0].etag, statement::Hash32::of(record).str());
  EXPECT_EQ(machine.receipts.size(), 1U);
}

TEST_F(TrustTest, AWrongNumberGivesNoTrust) {
  number = "48";
  EXPECT_EQ(run(), PAM_AUTH_ERR);
  EXPECT_TRUE(sink.contains("reason=wrong_number"));
  EXPECT_TRUE(machine.trusts.empty());
}

TEST_F(TrustTest, AnotherAddressIsAsked) {
  trust();
  port.variables["SSH_CONNECTION"] = "203.0.113.10 50022 192.0.2.1 22";
  expect_asked();
}

TEST_F(TrustTest, AnotherServiceIsAsked) {
  trust();
  port.service_name = "sshd-other";
  expect_asked();
}

TEST_F(TrustTest, ATrustForAGroupOpensNoHost) {
  hosts = "@web";
  trust();
  expect_asked();
}

TEST_F(TrustTest, AnotherHostIsAsked) {
  trust();
  machine.settings->host.host.name = *base::HostName::parse("web-02");
  hosts = "web-02";
  expect_asked();
}

TEST_F(TrustTest, ItEndsAtItsTime) {
  until = "2026-11-21T09:40:00Z";
  trust();
  clock.time = *base::parse_time("2026-11-21T09:39:59Z");
  expect_trusted();
  clock.time = *base::parse_time("2026-11-21T09:40:00Z");
  until = "2026-11-21T09:50:00Z";
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_EQ(port.asked.size(), 1U);
  EXPECT_TRUE(sink.contains("reason=trust_expired"));
}

TEST_F(TrustTest, APolicyThatShrinksShortensIt) {
  trust();
  machine.settings->host.rules.defaults.max_trust = base::Seconds(60);
  clock.time += base::Seconds(61);
  until = base::format_time(clock.time + base::Seconds(30));
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_EQ(port.asked.size(), 1U);
  EXPECT_TRUE(sink.contains("reason=trust_expired"));
}

TEST_F(TrustTest, WherePolicyTrustsNobodyItDoesNotCount) {
  trust();
  machine.settings->host.rules.defaults.max_trust = base::Seconds(0);
  machine.registry = [this](const CourierRequest& request) -> Result<CourierReply> {
    return CourierReply{CourierStatus::ok, std::nullopt, "", answer_text(keys, request.challenge) + record};
  };
  expect_asked();
}

TEST_F(TrustTest, AnotherApproverInTheRecordEndsIt) {
  trust();
  TestKeys others = keys;
  others.approver = *crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  machine.cached = record_text(others, "1700000000001");
  record = record_text(others, "1700000000001");
  EXPECT_EQ(run(), PAM_AUTH_ERR);
  EXPECT_EQ(port.asked.size(), 1U);
  EXPECT_TRUE(sink.contains("event=login_warning"));
  EXPECT_TRUE(sink.contains("reason=not_an_approver"));
}

TEST_F(TrustTest, AByteChangedOnDiskEndsIt) {
  trust();
  std::string& kept = machine.trusts.at(0);
  kept.replace(kept.find("until: 2026-11-21T17"), 20, "until: 2026-11-21T16");
  expect_asked();
  EXPECT_TRUE(sink.contains("reason=signature_mismatch"));
}

TEST_F(TrustTest, WhatTheCacheSaysOfItsAgeDoesNotCount) {
  trust();
  for (const auto age : {base::Seconds(0), base::Seconds(1), base::Seconds(6 * 86400)}) {
    machine.cache_confirmed = clock.time - age;
    expect_trusted();
    ASSERT_EQ(machine.errands.size(), 1U) << "the registry is asked";
  }
}

TEST_F(TrustTest, ARevocationThatTheCacheDoesNotHoldEndsIt) {
  trust();
  const auto given = statement::Trust::parse(machine.trusts.at(0));
  ASSERT_TRUE(given);
  record = record_text(keys, "1700000000001", "revoked-trust: " + given->id().str() + "\n");
  registry_record = {CourierStatus::ok, std::nullopt, "", record};
  machine.cache_confirmed = clock.time;
  expect_asked();
  EXPECT_TRUE(sink.contains("reason=trust_revoked"));
}

TEST_F(TrustTest, ACourierThatGivesAnOlderRecordIsNotBelieved) {
  record = record_text(keys, "1700000000001");
  machine.cached = record;
  trust();
  registry_record = {CourierStatus::ok, std::nullopt, "", record_text(keys)};
  expect_asked();
  EXPECT_TRUE(sink.contains("reason=record_rolled_back"));
}

TEST_F(TrustTest, WithoutTheRegistryNobodyIsTrusted) {
  trust();
  registry_record = {CourierStatus::failed, ErrorCode::registry_unreachable, "down", ""};
  expect_asked();
  EXPECT_TRUE(sink.contains("event=login_warning"));
  EXPECT_TRUE(sink.contains("reason=registry_unreachable"));
}

TEST_F(TrustTest, ALoginThatNoTrustCoversAsksForNoRecord) {
  trust();
  port.variables["SSH_CONNECTION"] = "203.0.113.10 50022 192.0.2.1 22";
  expect_asked();
  ASSERT_EQ(machine.errands.size(), 1U);
  EXPECT_EQ(machine.errands[0].task, CourierTask::challenge);
}

TEST_F(TrustTest, ALoginKeyThatLeftTheRecordIsDeniedUnasked) {
  trust();
  TestKeys others = keys;
  others.login = *crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  registry_record = {CourierStatus::ok, std::nullopt, "", record_text(others, "1700000000001")};
  EXPECT_EQ(run(), PAM_AUTH_ERR);
  EXPECT_TRUE(port.asked.empty());
  EXPECT_TRUE(sink.contains("reason=key_not_in_record"));
}

}  // namespace
}  // namespace countersign::pam
