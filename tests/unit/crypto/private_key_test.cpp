#include "common/crypto/private_key.h"

#include <gtest/gtest.h>

#include "common/crypto/signature_blob.h"

namespace countersign::crypto {
namespace {

using base::as_bytes;
using base::as_text;
using base::ErrorCode;

class EachKeyType : public testing::TestWithParam<KeyType> {};

TEST_P(EachKeyType, SignsWhatItsPublicHalfVerifies) {
  const auto key = PrivateKey::generate(GetParam(), 2048).value();
  EXPECT_EQ(key.public_key().type(), GetParam());
  const auto signature = parse_signature_blob(key.sign(as_bytes("message")).value()).value();
  EXPECT_TRUE(verify_signature(key.public_key(), signature, as_bytes("message")));
  EXPECT_EQ(verify_signature(key.public_key(), signature, as_bytes("Message")).error().code,
            ErrorCode::signature_mismatch);
}

TEST_P(EachKeyType, SurvivesItsFile) {
  const auto key = PrivateKey::generate(GetParam(), 2048).value();
  const auto file = key.serialize_openssh("a comment").value();
  const auto again = PrivateKey::parse_openssh(as_text(file)).value();
  EXPECT_EQ(again.public_key(), key.public_key());
  const auto signature = parse_signature_blob(again.sign(as_bytes("message")).value()).value();
  EXPECT_TRUE(verify_signature(key.public_key(), signature, as_bytes("message")));
}

TEST_P(EachKeyType, AnotherKeysSignatureDoesNotHold) {
  const auto key = PrivateKey::generate(GetParam(), 2048).value();
  const auto other = PrivateKey::generate(GetParam(), 2048).value();
  const auto signature = parse_signature_blob(other.sign(as_bytes("message")).value()).value();
  EXPECT_EQ(verify_signature(key.public_key(), signature, as_bytes("message")).error().code,
            ErrorCode::signature_mismatch);
}

INSTANTIATE_TEST_SUITE_P(PrivateKey, EachKeyType,
                         testing::Values(KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p384,
                                         KeyType::ecdsa_p521, KeyType::rsa));

}  // namespace
}  // namespace countersign::crypto
