#include <gtest/gtest.h>

#include "common/keys/public_key_line.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/statement/generated.h"

namespace countersign::statement {
namespace {

using base::ErrorCode;

AnswerFields numbered_answer(Generator& generator) {
  AnswerFields answer = generator.answer();
  answer.challenge.number_wanted = true;
  answer.decision = Decision::approve;
  answer.via = Via::registry;
  answer.number = LoginNumber::of(47).value();
  return answer;
}

TEST(Challenge, AnswerAndTrustGiveItsBytesBack) {
  Generator generator(1);
  for (int round = 0; round < 20; ++round) {
    const TrustFields fields = generator.trust();
    const auto challenge = Challenge::make(fields.answer.challenge).value();
    const auto answer = Answer::sign(fields.answer, generator.signing_key()).value();
    const auto trust = Trust::sign(fields, generator.signing_key()).value();
    for (const std::string& text : {answer.text(), trust.text()}) {
      const auto reply = Reply::parse(text).value();
      EXPECT_EQ(reply.statement().text(), text);
      EXPECT_EQ(reply.challenge_text(), challenge.text());
      EXPECT_EQ(reply.challenge_id(), challenge.id());
      EXPECT_EQ(reply.trust() != nullptr, text == trust.text());
      EXPECT_EQ(reply.kind(), text == trust.text() ? Kind::trust : Kind::answer);
    }
    EXPECT_EQ(Reply::parse(challenge.text()).error().code, ErrorCode::wrong_kind);
    EXPECT_EQ(challenge.id().str(), Hash32::of(challenge.text()).str());
    EXPECT_EQ(trust.id(), Hash32::of(trust.signed_message()));
    EXPECT_NE(trust.id(), trust.text_hash());
  }
}

TEST(Making, WhatWouldNotBeReadIsNotMade) {
  Generator generator(2);
  ChallengeFields challenge = generator.challenge();
  challenge.expires = challenge.issued + max_challenge_life + base::Seconds{1};
  EXPECT_EQ(Challenge::make(challenge).error().code, ErrorCode::bad_statement);
  RecordFields record = generator.record();
  record.serial = max_serial + 1;
  EXPECT_EQ(Record::sign(record, generator.signing_key()).error().code, ErrorCode::bad_statement);
  record.serial = 0;
  EXPECT_EQ(Record::sign(record, generator.signing_key()).error().code, ErrorCode::bad_statement);
  const AnswerFields answer = numbered_answer(generator);
  EXPECT_EQ(Answer::with_signature(answer, "").error().code, ErrorCode::bad_statement);
}

TEST(Making, AnArmorMadeElsewhereIsAdded) {
  Generator generator(3);
  const AnswerFields fields = numbered_answer(generator);
  const std::string message = fields.print_unsigned();
  const auto armor =
      sshsig::sign_armored(generator.signing_key(), name_space(Kind::answer), base::as_bytes(message)).value();
  EXPECT_EQ(Answer::with_signature(fields, armor)->text(), message + armor);
}

TEST(Record, FindsKeysByTheirBlob) {
  Generator generator(4);
  RecordFields record = generator.record();
  const auto& key = generator.signing_key().public_key();
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::ed25519).value();
  const auto endorsement = sshsig::sign(other, name_space(Kind::approver), base::as_bytes("any")).value();
  record.login_keys = {{.line = {.options = {}, .key = other.public_key()}, .person = {}}};
  record.approvers = {
      {.level = Level::ssh_key, .added = record.issued, .key = key, .person = {}, .endorsement = endorsement}};
  EXPECT_EQ(record.login_key(other.public_key()), &record.login_keys.front());
  EXPECT_EQ(record.login_key(key), nullptr);
  EXPECT_EQ(record.approver(key.blob()), &record.approvers.front());
  EXPECT_EQ(record.approver(other.public_key().blob()), nullptr);
  EXPECT_TRUE(record.check_roles());
  record.login_keys.push_back({.line = {.options = {}, .key = key}, .person = {}});
  EXPECT_EQ(record.check_roles().error().code, ErrorCode::key_has_both_roles);
  record.login_keys.back() = record.login_keys.front();
  EXPECT_EQ(record.check_roles().error().code, ErrorCode::bad_statement);
}

TEST(Recovery, HashIsThatOfTheDocument) {
  const auto user = base::UserName::parse("alice").value();
  // printf 'countersign recovery v1\nuser: alice\ncode: 12345\n' | sha256sum, in base64url.
  EXPECT_EQ(recovery_hash(user, "12345").str(), "Z71AQUprSQoxNkakQWpi--_KOTUjEKx8Jo_njvO9QS4");
  EXPECT_NE(recovery_hash(user, "12345"), recovery_hash(user, "12346"));
}

TEST(Messages, NamePlaceFindingAndExpectation) {
  const std::string head = "countersign challenge v1\n";
  const std::string nonce = "nonce: " + Hash32::of("n").str() + "\n";
  const auto detail = [](std::string_view text) { return Statement::parse(text).error().detail; };
  EXPECT_EQ(detail("countersign poem v1\n"), "line 1, column 13: found \"poem\", expected a known kind");
  EXPECT_EQ(detail("countersign record v2\n"), "line 1, column 20: found \"v2\", expected v1");
  EXPECT_EQ(detail(head), "line 2, column 1: found the end of the statement, expected \"nonce\"");
  EXPECT_EQ(detail(head + nonce + "host: web-01\n"), "line 3, column 1: found \"host\", expected \"registry\"");
  EXPECT_EQ(
      detail(head + nonce + "registry: http://a:1\n"),
      "line 3, column 11: found \"http://a:1\", registry: bad_text: origin: http:// is allowed only for localhost, "
      "127.0.0.1 and [::1] (expected https://HOST or https://HOST:PORT)");
  EXPECT_EQ(detail(head + nonce + nonce), "line 3, column 1: found \"nonce\", expected \"registry\"");
  const std::string record =
      "countersign record v1\nuser: alice\nhosts: *\nserial: 1\nissued: 2026-11-21T09:30:00Z\n"
      "expires: 2026-11-22T09:30:00Z\n";
  EXPECT_EQ(detail(record),
            "line 7, column 1: found the end of the statement, expected \"login-key\" or \"approver\" or "
            "\"recovery\" or \"revoked-trust\" or \"trust-not-before\" or "
            "\"-----BEGIN SSH SIGNATURE-----\"");
  EXPECT_EQ(detail(head + "nonce: " + std::string(100, 'x') + "\n"),
            "line 2, column 8: found \"" + std::string(60, 'x') +
                "…\", nonce: bad_base64: expected 43 characters of canonical unpadded base64url");
}

// PROTOCOL.md section 3.2: sed and stock ssh-keygen judge a printed answer as we do.
TEST(Stock, SedAndSshKeygenVerifyAnAnswer) {
  Generator generator(5);
  const auto answer = Answer::sign(numbered_answer(generator), generator.signing_key()).value();
  const testing::TempDirectory directory;
  directory.write("FILE", answer.text());
  directory.write("allowed_signers", "alice namespaces=\"answer.v1@countersign\" " +
                                         keys::print_public_key(generator.signing_key().public_key()) + "\n");
  const auto verify = [&](const std::string& name_space) {
    return testing::run_program({"sh", "-ec",
                                 "cd '" + directory.path() +
                                     "'\n"
                                     "sed '/^-----BEGIN SSH SIGNATURE-----$/,$d' FILE > message\n"
                                     "sed -n '/^-----BEGIN SSH SIGNATURE-----$/,$p' FILE > message.sig\n"
                                     "ssh-keygen -Y verify -f allowed_signers -I alice -n " +
                                     name_space + " -s message.sig < message\n"});
  };
  const auto good = verify("answer.v1@countersign");
  EXPECT_EQ(good.status, 0) << good.output;
  EXPECT_NE(verify("trust.v1@countersign").status, 0);
  std::string changed = answer.text();
  changed.replace(changed.find("number: 47"), 10, "number: 48");
  directory.write("FILE", changed);
  EXPECT_NE(verify("answer.v1@countersign").status, 0);
}

}  // namespace
}  // namespace countersign::statement
