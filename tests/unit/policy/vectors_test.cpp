// Every vector of tests/vectors/policy: one decision each, with its exact reason code.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "common/policy/answer.h"
#include "common/policy/session.h"
#include "common/policy/trust.h"
#include "tests/support/vector_file.h"

namespace countersign::policy {
namespace {

using base::ErrorCode;
using base::Result;
using testing::VectorFile;

const std::string kFolder = COUNTERSIGN_VECTORS "/policy/";

std::string read(const std::string& name) {
  std::ifstream in(kFolder + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

Result<keys::Signers> signers_of(const VectorFile& vector) {
  return keys::Signers::parse(read(vector.get("signers") + ".signers"));
}

base::Time now_of(const VectorFile& vector) { return base::parse_time(vector.get("now")).value(); }

PhoneExpectation phone_of(const VectorFile& vector) {
  if (vector.get("phone") == "no") return std::nullopt;
  return sshsig::WebauthnExpectation{"https://phone.example.com", "phone.example.com",
                                     /*synced=*/vector.get("phone") != "one-device"};
}

Result<VerifiedRecord> record_call(const VectorFile& vector, const std::string& text) {
  HostIdentity identity{base::HostName::parse(vector.get("host")).value(), {}};
  const auto signers = signers_of(vector);
  if (!signers) return signers.error();
  std::istringstream groups(vector.get("groups"));
  for (std::string group; groups >> group;) identity.groups.push_back(base::GroupName::parse(group).value());
  return verify_record(text,
                       {.user = base::UserName::parse(vector.get("user")).value(),
                        .scope = identity,
                        .now = now_of(vector),
                        .max_life = statement::parse_seconds(vector.get("max-life")).value()},
                       *signers);
}

// The record that an answer or session is judged by: always a valid one.
VerifiedRecord record_beside(const VectorFile& vector) {
  const base::Time issued = base::parse_time("2026-11-21T09:30:00Z").value();
  return verify_record(read(vector.get("record") + ".record"),
                       {.user = base::UserName::parse("alice").value(), .scope = EveryHost{}, .now = issued},
                       keys::Signers::parse(read("site.signers")).value())
      .value();
}

Result<void> floor_call(const VectorFile& vector) {
  const auto record = record_call(vector, vector.body);
  if (!record) return record.error();
  std::optional<Floor> floor;
  std::string line = vector.get("floor");
  if (line.starts_with('\'')) line.erase(0, 1);  // in front of lines that do not parse, one of which is empty
  if (line != "none") {
    const auto parsed = Floor::parse(line + "\n");
    if (!parsed) return parsed.error();
    EXPECT_EQ(parsed->print(), line + "\n");
    floor = *parsed;
  }
  const auto advanced = advance_floor(floor, *record, now_of(vector));
  if (!advanced) return advanced.error();
  EXPECT_EQ(advanced->print(), vector.get("after") + "\n");
  return {};
}

NumberCheck number_of(const VectorFile& vector) {
  const std::string number = vector.get("number");
  if (number == "none") return NumberCheck::none_wanted();
  if (number == "unknown") return NumberCheck::not_known();
  return NumberCheck::shown(statement::LoginNumber::parse(number).value());
}

std::optional<base::PersonName> person_of(const VectorFile& vector) {
  if (vector.get("person") == "none") return std::nullopt;
  return base::PersonName::parse(vector.get("person")).value();
}

Levels levels_of(const VectorFile& vector) {
  Levels levels;
  std::istringstream words(vector.get("levels"));
  for (std::string word; words >> word && word != "none";) levels.insert(statement::parse_level(word).value());
  return levels;
}

Result<void> trust_call(const VectorFile& vector) {
  TrustExpectation expected{.user = base::UserName::parse(vector.get("user")).value(),
                            .host = base::HostName::parse(vector.get("host")).value(),
                            .service = base::ServiceName::parse(vector.get("service")).value(),
                            .login_key = std::nullopt,
                            .address = base::Address::parse(vector.get("address")).value(),
                            .login_person = person_of(vector),
                            .accepted_levels = levels_of(vector),
                            .phone = phone_of(vector),
                            .max_trust = statement::parse_seconds(vector.get("max-trust")).value(),
                            .now = now_of(vector)};
  if (vector.get("login-key") != "none") {
    expected.login_key = statement::Fingerprint::parse(vector.get("login-key")).value();
  }
  const auto approval = authorize_trust(vector.body, expected, record_beside(vector), signers_of(vector).value());
  if (!approval) return approval.error();
  EXPECT_EQ(approval->receipt(), vector.body);
  return {};
}

Result<void> answer_call(const VectorFile& vector) {
  const auto challenge = statement::Challenge::parse(read(vector.get("challenge") + ".challenge")).value();
  const Levels levels = levels_of(vector);
  const AnswerExpectation expected{.challenge = challenge,
                                   .deadline_passed = vector.get("deadline") == "passed",
                                   .number = number_of(vector),
                                   .via = statement::parse_via(vector.get("via")).value(),
                                   .login_person = person_of(vector),
                                   .accepted_levels = levels,
                                   .phone = phone_of(vector),
                                   .now = now_of(vector)};
  const auto approval = authorize_answer(vector.body, expected, record_beside(vector), signers_of(vector).value());
  if (!approval) return approval.error();
  EXPECT_EQ(approval->receipt(), vector.body);
  EXPECT_EQ(approval->challenge_id(), challenge.id());
  EXPECT_TRUE(levels.contains(approval->level()));
  return {};
}

RegistryExpectation registry_of(const VectorFile& vector) {
  return {.registry = base::Origin::parse(vector.get("registry")).value(),
          .phone = phone_of(vector),
          .now = now_of(vector)};
}

Result<void> session_call(const VectorFile& vector) {
  const auto session =
      verify_session(vector.body, registry_of(vector), record_beside(vector), signers_of(vector).value());
  if (!session) return session.error();
  EXPECT_EQ((*session)->user.str(), "alice");
  return {};
}

Result<void> change_call(const VectorFile& vector) {
  const auto change =
      verify_change(vector.body, registry_of(vector), record_beside(vector), signers_of(vector).value());
  if (!change) return change.error();
  EXPECT_EQ((*change)->user.str(), "alice");
  EXPECT_EQ((*change)->changes, std::vector<std::string>{"pair approver"});
  return {};
}

Result<void> enrolment_call(const VectorFile& vector) {
  const auto enrolment = verify_enrolment(vector.body, registry_of(vector),
                                          {.user = base::UserName::parse(vector.get("user")).value(),
                                           .pairing = statement::Hash32::parse(vector.get("pairing")).value(),
                                           .levels = levels_of(vector)});
  if (!enrolment) return enrolment.error();
  EXPECT_EQ((*enrolment)->user.str(), "alice");
  return {};
}

Result<void> call(const VectorFile& vector) {
  const std::string name = vector.get("call");
  if (name == "record") {
    const auto record = record_call(vector, vector.body);
    return record ? Result<void>() : Result<void>(record.error());
  }
  if (name == "floor") return floor_call(vector);
  if (name == "trust") return trust_call(vector);
  if (name == "answer") return answer_call(vector);
  if (name == "session") return session_call(vector);
  if (name == "change") return change_call(vector);
  if (name == "enrolment") return enrolment_call(vector);
  throw std::runtime_error("unknown call " + name);
}

TEST(VectorFolder, IsNotEmpty) { EXPECT_GE(testing::read_vectors(kFolder).size(), 150U); }

class Vectors : public ::testing::TestWithParam<VectorFile> {};

TEST_P(Vectors, Expectation) {
  const auto outcome = call(GetParam());
  EXPECT_EQ(outcome ? "ok" : to_string(outcome.error().code), GetParam().get("expect"))
      << GetParam().get("shows") << (outcome ? "" : "; " + to_string(outcome.error()));
}

INSTANTIATE_TEST_SUITE_P(Policy, Vectors, ::testing::ValuesIn(testing::read_vectors(kFolder)),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace countersign::policy
