// A signed record and a signed answer, altered in every single byte, shortened and lengthened at every place: refused.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <type_traits>

#include "common/policy/answer.h"
#include "common/policy/session.h"
#include "tests/support/vector_file.h"

namespace countersign::policy {
namespace {

const std::string kFolder = COUNTERSIGN_VECTORS "/policy/";

std::string read(const std::string& name) {
  std::ifstream in(kFolder + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

// Calls `refused` with every text that differs from `good` by one bit, one byte removed, or one byte repeated.
template <typename Refused>
void for_each_mutation(const std::string& good, Refused refused) {
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string text = good;
      text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << bit));
      ASSERT_TRUE(refused(text)) << "bit " << bit << " of byte " << at;
    }
    std::string shorter = good;
    shorter.erase(at, 1);
    // Of two equal bytes either may go: the text is the same, and it still lacks one.
    ASSERT_TRUE(refused(shorter)) << "without byte " << at;
    std::string longer = good;
    longer.insert(at, 1, good[at]);
    ASSERT_TRUE(refused(longer)) << "byte " << at << " twice";
    ASSERT_TRUE(refused(good.substr(0, at))) << "only " << at << " bytes";
  }
}

keys::Signers signers() { return keys::Signers::parse(read("site.signers")).value(); }

RecordExpectation expectation() {
  return {.user = base::UserName::parse("alice").value(),
          .scope = HostIdentity{base::HostName::parse("web-01").value(), {base::GroupName::parse("web").value()}},
          .now = base::parse_time("2026-11-21T09:30:20Z").value()};
}

TEST(Mutation, OfARecord) {
  const std::string good = read("by_admin.record");
  const auto trusted = signers();
  ASSERT_TRUE(verify_record(good, expectation(), trusted));
  for_each_mutation(good, [&](const std::string& text) { return !verify_record(text, expectation(), trusted); });
}

void expect_answer_mutations_refused(const std::string& vector) {
  const std::string good = testing::read_vector(kFolder + vector).body;
  const auto trusted = signers();
  const auto record = verify_record(read("good.record"), expectation(), trusted).value();
  const auto challenge = statement::Challenge::parse(read("login.challenge")).value();
  const AnswerExpectation expected{
      .challenge = challenge,
      .deadline_passed = false,
      .number = NumberCheck::shown(statement::LoginNumber::of(47).value()),
      .via = statement::Via::registry,
      .login_person = std::nullopt,
      .accepted_levels = all_levels(),
      .phone = sshsig::WebauthnExpectation{"https://phone.example.com", "phone.example.com"},
      .now = expectation().now};
  ASSERT_TRUE(authorize_answer(good, expected, record, trusted));
  for_each_mutation(good, [&](const std::string& text) { return !authorize_answer(text, expected, record, trusted); });
}

TEST(Mutation, OfAnAnswerBySshKey) { expect_answer_mutations_refused("answer_good_ssh_key.vector"); }
TEST(Mutation, OfAnAnswerByPasskey) { expect_answer_mutations_refused("answer_good_passkey.vector"); }
TEST(Mutation, OfAnAnswerByHardware) { expect_answer_mutations_refused("answer_good_hardware.vector"); }

// Only the verifying functions make these: nobody can hold one without the decision behind it.
static_assert(!std::is_default_constructible_v<Approval>);
static_assert(
    !std::is_constructible_v<Approval, statement::Fingerprint, statement::Level, base::ChallengeId, std::string>);
static_assert(!std::is_default_constructible_v<VerifiedRecord>);
static_assert(!std::is_constructible_v<VerifiedRecord, statement::Record>);
static_assert(!std::is_constructible_v<VerifiedSession, statement::Session>);
static_assert(!std::is_constructible_v<VerifiedEnrolment, statement::Enrolment>);

TEST(Approval, SaysWhoAndHow) {
  const auto trusted = signers();
  const auto record = verify_record(read("good.record"), expectation(), trusted).value();
  const auto challenge = statement::Challenge::parse(read("login.challenge")).value();
  const std::string text = testing::read_vector(kFolder + "answer_good_ssh_key.vector").body;
  const auto approval = authorize_answer(text,
                                         {.challenge = challenge,
                                          .deadline_passed = false,
                                          .number = NumberCheck::shown(statement::LoginNumber::of(47).value()),
                                          .via = statement::Via::registry,
                                          .login_person = std::nullopt,
                                          .accepted_levels = all_levels(),
                                          .phone = std::nullopt,
                                          .now = expectation().now},
                                         record, trusted)
                            .value();
  EXPECT_EQ(approval.level(), statement::Level::ssh_key);
  EXPECT_EQ(approval.approver().str(), record->approvers.at(2).key.fingerprint());
  EXPECT_EQ(approval.challenge_id(), challenge.id());
  EXPECT_EQ(approval.receipt(), text);
}

TEST(Levels, AnOrdinaryKeyIsNotAmongTheDefault) {
  EXPECT_FALSE(default_levels().contains(statement::Level::ssh_key));
  EXPECT_EQ(all_levels().size(), 3U);
}

}  // namespace
}  // namespace countersign::policy
