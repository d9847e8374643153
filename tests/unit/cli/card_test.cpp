#include "cli/card.h"

#include <gtest/gtest.h>

namespace countersign::cli {
namespace {

using base::Seconds;
using statement::Decision;

statement::ChallengeFields challenge() {
  return {
      .nonce = statement::Hash32::of("nonce"),
      .registry = base::Origin::parse("https://registry.example.com").value(),
      .host = base::HostName::parse("web-01").value(),
      .service = base::ServiceName::parse("sshd").value(),
      .user = base::UserName::parse("alice").value(),
      .address = base::Address::parse("203.0.113.9").value(),
      .connection = std::nullopt,
      .login_key = statement::Fingerprint::parse("SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").value(),
      .issued = base::parse_time("2026-11-21T09:30:00Z").value(),
      .expires = base::parse_time("2026-11-21T09:31:30Z").value(),
      .number_wanted = true,
      .max_trust = Seconds(0),
  };
}

TEST(Card, ShowsTheHostFirstAndThenWhoFromWhere) {
  EXPECT_EQ(card_text(challenge(), {}),
            "    web-01\n"
            "    alice from 203.0.113.9 (sshd)\n"
            "    key SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
  EXPECT_TRUE(card_text(challenge(), {.bold = true}).starts_with("    \x1b[1mweb-01\x1b[0m\n"));
}

TEST(Card, SaysWhatIsMissing) {
  auto fields = challenge();
  fields.login_key.reset();
  fields.number_wanted = false;
  const std::string text = card_text(fields, {});
  EXPECT_NE(text.find("without a login key"), std::string::npos);
  EXPECT_NE(text.find("no number: somebody holding your key may have started this"), std::string::npos);
}

TEST(Card, CountsDownAndNeverBelowZero) {
  const auto fields = challenge();
  EXPECT_EQ(time_line(fields, fields.issued + Seconds(12)), "    asked 12 s ago, 78 s left");
  EXPECT_EQ(time_line(fields, fields.issued - Seconds(5)), "    asked 0 s ago, 90 s left");
  EXPECT_EQ(time_line(fields, fields.expires + Seconds(5)), "    asked 90 s ago, 0 s left");
  EXPECT_FALSE(has_expired(fields, fields.expires - Seconds(1)));
  EXPECT_TRUE(has_expired(fields, fields.expires));
}

TEST(Card, SaysHowManyWait) {
  EXPECT_EQ(count_line(1), "A login is waiting.");
  EXPECT_EQ(count_line(3), "3 logins are waiting; this is the oldest.");
}

TEST(Typed, OnlyTwoDigitsApproveWhereANumberIsWanted) {
  for (const char* line : {"47", " 47 ", "47\r"}) {
    const Typed typed = parse_typed(line, true);
    ASSERT_EQ(typed.kind, Typed::Kind::decision) << line;
    EXPECT_EQ(typed.decision, Decision::approve);
    EXPECT_EQ(typed.number->value(), 47);
  }
  for (const char* line : {"4", "470", "047", "09", "a", "y", "yes", "approve", "4 7", "-47", "47d", "\x1b[A"}) {
    EXPECT_EQ(parse_typed(line, true).kind, Typed::Kind::unclear) << line;
  }
}

TEST(Typed, ALetterApprovesWhereNoNumberIsWanted) {
  EXPECT_EQ(parse_typed("a", false).decision, Decision::approve);
  EXPECT_EQ(parse_typed("a", false).number, std::nullopt);
  EXPECT_EQ(parse_typed("47", false).kind, Typed::Kind::unclear);
  EXPECT_EQ(parse_typed("y", false).kind, Typed::Kind::unclear);
}

TEST(Typed, NoIsAlwaysUnderstoodAndSilenceIsNoConsent) {
  for (const bool wanted : {true, false}) {
    EXPECT_EQ(parse_typed("d", wanted).decision, Decision::deny);
    EXPECT_EQ(parse_typed("deny", wanted).kind, Typed::Kind::decision);
    EXPECT_EQ(parse_typed(" r", wanted).decision, Decision::report);
    EXPECT_EQ(parse_typed("", wanted).kind, Typed::Kind::leave);
    EXPECT_EQ(parse_typed(" \t", wanted).kind, Typed::Kind::leave);
  }
}

}  // namespace
}  // namespace countersign::cli
