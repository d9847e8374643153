// Statements made at random from a seed: every kind, every optional field with and without. For property tests.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "common/statement/challenge.h"
#include "common/statement/console.h"
#include "common/statement/enrolment.h"
#include "common/statement/record.h"

namespace countersign::statement {

class Generator {
 public:
  explicit Generator(unsigned seed);

  ChallengeFields challenge();
  AnswerFields answer();
  TrustFields trust();
  RecordFields record();
  EndorsementFields endorsement();
  EnrolmentFields enrolment();
  HostFields host_statement();
  SessionFields session();
  SignInFields signin();
  ChangeFields change();

  [[nodiscard]] const crypto::PrivateKey& signing_key() const { return keys_.front(); }

 private:
  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }
  bool coin() { return below(2) == 0; }
  std::string word(std::string_view first, std::string_view others, unsigned most);
  base::UserName user();
  std::optional<base::PersonName> person();
  base::HostName host();
  std::vector<base::GroupName> groups();
  base::Address address();
  base::Origin origin();
  Hash32 hash() { return Hash32::of(std::to_string(random_())); }
  base::Time time() { return base::Time{base::Seconds{1'700'000'000 + below(800'000'000)}}; }
  const crypto::PublicKey& key() { return keys_[below(static_cast<unsigned>(keys_.size()))].public_key(); }
  base::Seconds up_to(base::Seconds most) { return base::Seconds{1 + below(static_cast<unsigned>(most.count()))}; }

  std::mt19937 random_;
  std::vector<crypto::PrivateKey> keys_;
};

}  // namespace countersign::statement
