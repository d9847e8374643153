// tests/vectors/sshsig: made by ssh-keygen and by generate.py there, none by our own code.
#include <gtest/gtest.h>

#include "common/encoding/base64.h"
#include "common/sshsig/armor.h"
#include "common/sshsig/verify.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_directory.h"
#include "tests/support/vector_file.h"

namespace countersign::sshsig {
namespace {

using testing::VectorFile;

std::vector<VectorFile> vectors() { return testing::read_vectors(COUNTERSIGN_VECTORS "/sshsig"); }

base::Result<VerifiedSignature> check(const VectorFile& vector) {
  const auto key = crypto::PublicKey::from_blob(encoding::base64_decode(vector.get("key")).value());
  if (!key) return key.error();
  const auto signature = parse_armored_signature(vector.body);
  if (!signature) return signature.error();
  Requirements requirements;
  if (!vector.get("origin").empty()) {
    requirements.webauthn = WebauthnExpectation{vector.get("origin"), vector.get("rp-id")};
  }
  return verify(*signature, *key, vector.get("namespace"), base::as_bytes(vector.get("message")), requirements);
}

TEST(Vectors, EachEndsAsItSays) {
  std::size_t accepted = 0;
  for (const VectorFile& vector : vectors()) {
    const auto verified = check(vector);
    const std::string outcome = verified ? "ok" : std::string(to_string(verified.error().code));
    EXPECT_EQ(outcome, vector.get("expect"))
        << vector.name << ": " << vector.get("shows") << (verified ? "" : "; " + verified.error().detail);
    accepted += verified ? 1 : 0;
  }
  EXPECT_GE(vectors().size(), 300U);
  EXPECT_GE(accepted, 50U);
}

TEST(Vectors, WhateverWeAcceptTheInstalledSshKeygenAccepts) {
  const testing::TempDirectory directory;
  for (const VectorFile& vector : vectors()) {
    const auto verified = check(vector);
    if (!verified) continue;
    directory.write("allowed", "test " + std::string(verified->key().type_name()) + " " + vector.get("key") + "\n");
    directory.write("signature", vector.body);
    const auto outcome = testing::run_program({"ssh-keygen", "-Y", "verify", "-f", directory.at("allowed"), "-I",
                                               "test", "-n", vector.get("namespace"), "-s", directory.at("signature")},
                                              directory.write("message", vector.get("message")));
    EXPECT_EQ(outcome.status, 0) << vector.name << ": " << outcome.output;
  }
}

}  // namespace
}  // namespace countersign::sshsig
