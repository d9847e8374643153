#include "common/keys/signers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/keys/public_key_line.h"
#include "tests/unit/keys/test_keys.h"

namespace countersign::keys {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

const base::Time kNow = *base::parse_time("2026-11-21T09:30:00Z");

crypto::PublicKey key_of(const std::string& line) { return *parse_public_key(line); }

ErrorCode refusal(const std::string& text) { return Signers::parse(text, "signers").error().code; }

// The reason why key_a may not sign a record of alice now, or nothing when it may.
std::string refused_for_alice(const std::string& text) {
  const auto signers = Signers::parse(text);
  EXPECT_TRUE(signers) << text;
  const auto found = signers->find("alice", "record.v1@countersign", key_of(key_a).blob(), kNow);
  return found ? "" : std::string(base::to_string(found.error().code));
}

TEST(Signers, FindsTheKeyThatMaySign) {
  const auto signers = Signers::parse("# signers\n\n  \t\nalice,bob namespaces=\"record.v1@countersign\" " + key_a +
                                      " the registry\n* namespaces=\"approver.v1@countersign\" " + key_b);
  ASSERT_TRUE(signers) << base::to_string(signers.error());
  ASSERT_EQ(signers->lines().size(), 2U);
  EXPECT_EQ(signers->lines()[0].number, 4U);
  EXPECT_EQ(signers->lines()[1].number, 5U);
  const auto found = signers->find("bob", "record.v1@countersign", key_of(key_a).blob(), kNow);
  EXPECT_EQ(print_public_key(*found), key_a);
}

TEST(Signers, AnEmptyFileLetsNobodySign) {
  EXPECT_EQ(refused_for_alice(""), "signer_unknown");
  EXPECT_EQ(refused_for_alice("# nothing\n"), "signer_unknown");
}

TEST(Signers, NamesTheNearestReason) {
  const std::string ns = "namespaces=\"record.v1@countersign\"";
  EXPECT_EQ(refused_for_alice("alice " + ns + " " + key_b), "signer_unknown");
  EXPECT_EQ(refused_for_alice("bob " + ns + " " + key_a), "signer_unknown");
  EXPECT_EQ(refused_for_alice("*,!alice " + ns + " " + key_a), "signer_unknown");
  EXPECT_EQ(refused_for_alice("alice namespaces=\"answer.v1@countersign\" " + key_a), "wrong_namespace");
  EXPECT_EQ(refused_for_alice("alice namespaces=\"*,!record*\" " + key_a), "wrong_namespace");
  EXPECT_EQ(refused_for_alice("alice " + ns + ",valid-before=\"20261121Z\" " + key_a), "signer_not_valid_now");
  EXPECT_EQ(refused_for_alice("alice " + ns + ",valid-after=\"20261122Z\" " + key_a), "signer_not_valid_now");
  EXPECT_EQ(refused_for_alice("alice " + ns + ",valid-before=\"20261121Z\" " + key_a + "\nalice namespaces=\"file\" " +
                              key_a),
            "signer_not_valid_now");
}

TEST(Signers, SeveralLinesMayNameOneKey) {
  const std::string ns = " namespaces=\"record.v1@countersign\"";
  EXPECT_EQ(refused_for_alice("bob" + ns + " " + key_a + "\nalice" + ns + " " + key_a), "");
  EXPECT_EQ(refused_for_alice("alice" + ns + ",valid-before=\"20260101Z\" " + key_a + "\nalice" + ns +
                              ",valid-after=\"20260101Z\" " + key_a),
            "");
}

TEST(Signers, BothEndsOfATimeBelongToIt) {
  const std::string ns = "alice namespaces=\"record.v1@countersign\",";
  EXPECT_EQ(refused_for_alice(ns + "valid-before=\"202611210930Z\" " + key_a), "");
  EXPECT_EQ(refused_for_alice(ns + "valid-before=\"20261121092959Z\" " + key_a), "signer_not_valid_now");
  EXPECT_EQ(refused_for_alice(ns + "valid-after=\"20261121093000Z\" " + key_a), "");
  EXPECT_EQ(refused_for_alice(ns + "valid-after=\"20261121093001Z\" " + key_a), "signer_not_valid_now");
}

TEST(Signers, RefusesWhatItDoesNotSupport) {
  for (const char* option : {"cert-authority", "verify-required", "no-touch-required", "NAMESPACES=\"x\"", "x=\"y\""}) {
    const std::string line = std::string("alice namespaces=\"file\",") + option + " " + key_a;
    EXPECT_EQ(refusal(line), ErrorCode::unsupported_signers_line) << option;
  }
}

TEST(Signers, RefusesAnyBadLineWithItsNumber) {
  const std::string good = "alice namespaces=\"file\" " + key_a + "\n";
  const std::vector<std::string> bad_lines{
      std::string("alice"),
      "alice " + key_a,
      "alice namespaces=\"file\"",
      "alice namespaces=\"file\" ssh-ed25519",
      "alice namespaces=\"file\" ssh-ed25519 AAAA",
      "alice namespaces=\"file\" ssh-dss AAAA",
      "alice namespaces=file " + key_a,
      "alice namespaces " + key_a,
      "alice namespaces=\"\" " + key_a,
      "alice namespaces=\"a\",namespaces=\"b\" " + key_a,
      "alice namespaces=\"a b\" " + key_a,
      "alice namespaces=\"a\", " + key_a,
      "alice namespaces=\"a\",valid-before=\"20270101\" " + key_a,
      "alice namespaces=\"a\",valid-before=\"soon\" " + key_a,
      "alice namespaces=\"a\",valid-before " + key_a,
      "alice namespaces=\"a\",valid-after=\"20270101Z\",valid-before=\"20270101Z\" " + key_a,
      "alice namespaces=\"a\",valid-after=\"20270101Z\",valid-after=\"20270101Z\" " + key_a,
      "alice,,bob namespaces=\"a\" " + key_a,
      "! namespaces=\"a\" " + key_a,
      "\"alice\" namespaces=\"a\" " + key_a,
      key_a,
      "alice namespaces=\"a\" " + key_a + "\r",
      "alice namespaces=\"a\" " + key_a + " \x1b"};
  for (const std::string& bad : bad_lines) {
    const auto result = Signers::parse(good + "# comment\n" + bad + "\n" + good, "/etc/countersign/signers");
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, ErrorCode::bad_signers_line) << bad;
    EXPECT_THAT(result.error().detail, HasSubstr("/etc/countersign/signers:3: "));
  }
  EXPECT_EQ(refusal(std::string(70'000, '#')), ErrorCode::too_large);
  EXPECT_EQ(refusal("# " + std::string(20'000, '#')), ErrorCode::too_large);
}

}  // namespace
}  // namespace countersign::keys
