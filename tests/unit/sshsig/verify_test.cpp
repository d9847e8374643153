#include "common/sshsig/verify.h"

#include <gtest/gtest.h>

#include "common/crypto/digest.h"
#include "common/sshsig/sign.h"
#include "tests/support/soft_authenticator.h"

namespace countersign::sshsig {
namespace {

using base::as_bytes;
using base::ErrorCode;
using crypto::Hash;
using crypto::KeyType;
using crypto::PrivateKey;
using testing::SoftAuthenticator;

class EachKeyType : public ::testing::TestWithParam<KeyType> {
 protected:
  const PrivateKey key = PrivateKey::generate(GetParam(), 2048).value();
};

TEST_P(EachKeyType, WhatIsSignedIsVerifiedUnderBothHashes) {
  for (const Hash hash : {Hash::sha256, Hash::sha512}) {
    const Signature signature = sign(key, "file", as_bytes("message"), hash).value();
    const auto verified = verify(signature, key.public_key(), "file", as_bytes("message"), {});
    ASSERT_TRUE(verified) << to_string(verified.error());
    EXPECT_EQ(verified->key(), key.public_key());
    EXPECT_EQ(verified->name_space(), "file");
    EXPECT_EQ(verified->counter(), std::nullopt);
    EXPECT_FALSE(verified->user_present());
  }
}

TEST_P(EachKeyType, AnyOtherMessageNamespaceOrKeyIsRefused) {
  const Signature good = sign(key, "file", as_bytes("message")).value();
  const auto code = [&](const Signature& signature, const crypto::PublicKey& expected, std::string_view name_space,
                        std::string_view message) {
    return verify(signature, expected, name_space, as_bytes(message), {}).error().code;
  };
  EXPECT_EQ(code(good, key.public_key(), "file", "Message"), ErrorCode::signature_mismatch);
  EXPECT_EQ(code(good, key.public_key(), "file", ""), ErrorCode::signature_mismatch);
  EXPECT_EQ(code(good, key.public_key(), "git", "message"), ErrorCode::wrong_namespace);
  EXPECT_EQ(code(good, key.public_key(), "", "message"), ErrorCode::wrong_namespace);
  const auto other = PrivateKey::generate(GetParam(), 2048).value();
  EXPECT_EQ(code(good, other.public_key(), "file", "message"), ErrorCode::key_mismatch);

  Signature relabelled = good;
  relabelled.name_space = "git";
  EXPECT_EQ(code(relabelled, key.public_key(), "git", "message"), ErrorCode::signature_mismatch);
  Signature rehashed = good;
  rehashed.hash = Hash::sha256;
  EXPECT_EQ(code(rehashed, key.public_key(), "file", "message"), ErrorCode::signature_mismatch);
  Signature adopted = good;
  adopted.public_key = other.public_key().blob();
  EXPECT_EQ(code(adopted, other.public_key(), "file", "message"), ErrorCode::signature_mismatch);
}

INSTANTIATE_TEST_SUITE_P(Verify, EachKeyType,
                         ::testing::Values(KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p384,
                                           KeyType::ecdsa_p521, KeyType::rsa));

TEST(Verify, AMessageHashedInPiecesCountsAsTheMessage) {
  const auto key = PrivateKey::generate(KeyType::ed25519).value();
  const std::string message(3'000'000, 'm');
  const Signature signature = sign(key, "file", as_bytes(message)).value();
  crypto::Digest digest(signature.hash);
  for (std::string_view rest = message; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(rest.size(), 65536))) {
    digest.update(as_bytes(rest.substr(0, 65536)));
  }
  EXPECT_TRUE(verify_digest(signature, key.public_key(), "file", digest.finish(), {}));
  EXPECT_EQ(verify_digest(signature, key.public_key(), "file", crypto::digest(Hash::sha256, as_bytes(message)), {})
                .error()
                .code,
            ErrorCode::internal);
}

class EachSecurityKey : public ::testing::TestWithParam<KeyType> {
 protected:
  const SoftAuthenticator device{GetParam()};

  [[nodiscard]] ErrorCode refusal(const testing::AssertionOptions& options, const Requirements& requirements) const {
    return verify(device.sign("file", "m", options), device.public_key(), "file", as_bytes("m"), requirements)
        .error()
        .code;
  }
};

TEST_P(EachSecurityKey, FlagsAndCounterAreTold) {
  const auto verified = verify(device.sign("file", "m", {.flags = 0x05, .counter = 0xfffffffe}), device.public_key(),
                               "file", as_bytes("m"), {});
  ASSERT_TRUE(verified) << to_string(verified.error());
  EXPECT_TRUE(verified->user_present());
  EXPECT_TRUE(verified->user_verified());
  EXPECT_EQ(verified->flags(), 0x05);
  EXPECT_EQ(verified->counter(), 0xfffffffeU);
  EXPECT_FALSE(verified->is_webauthn());
}

TEST_P(EachSecurityKey, PresenceIsRequiredUnlessTheCallerSaysOtherwise) {
  EXPECT_EQ(refusal({.flags = 0x00}, {}), ErrorCode::user_presence_missing);
  EXPECT_EQ(refusal({.flags = 0x04}, {}), ErrorCode::user_presence_missing);
  EXPECT_EQ(refusal({.flags = 0x01}, {.user_verification = true}), ErrorCode::user_verification_missing);
  EXPECT_TRUE(verify(device.sign("file", "m", {.flags = 0x01}), device.public_key(), "file", as_bytes("m"), {}));
  const auto absent = verify(device.sign("file", "m", {.flags = 0x00}), device.public_key(), "file", as_bytes("m"),
                             {.user_presence = false});
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->user_present());
}

TEST_P(EachSecurityKey, FlagsThatPromiseOtherBytesAreRefused) {
  EXPECT_EQ(refusal({.flags = 0x41}, {}), ErrorCode::bad_signature_encoding);
  EXPECT_EQ(refusal({.flags = 0x81}, {}), ErrorCode::bad_signature_encoding);
}

TEST_P(EachSecurityKey, FlagsCounterAndApplicationAreSigned) {
  const auto code = [&](const Signature& signature) {
    return verify(signature, device.public_key(), "file", as_bytes("m"), {}).error().code;
  };
  Signature flags = device.sign("file", "m", {.flags = 0x01});
  flags.signature.flags = 0x05;
  EXPECT_EQ(code(flags), ErrorCode::signature_mismatch);
  Signature counter = device.sign("file", "m");
  ++counter.signature.counter;
  EXPECT_EQ(code(counter), ErrorCode::signature_mismatch);

  base::Bytes renamed = device.public_key().blob();
  renamed.back() = 'x';
  const auto key = crypto::PublicKey::from_blob(renamed).value();
  Signature application = device.sign("file", "m");
  application.public_key = renamed;
  EXPECT_EQ(verify(application, key, "file", as_bytes("m"), {}).error().code, ErrorCode::signature_mismatch);
}

INSTANTIATE_TEST_SUITE_P(Verify, EachSecurityKey, ::testing::Values(KeyType::sk_ed25519, KeyType::sk_ecdsa_p256));

TEST(Verify, ASignatureOfAnotherTypeThanTheKeyIsRefused) {
  const SoftAuthenticator device(KeyType::sk_ed25519);
  const auto plain = PrivateKey::generate(KeyType::ed25519).value();
  Signature signature = device.sign("file", "m");
  signature.public_key = plain.public_key().blob();
  EXPECT_EQ(verify(signature, plain.public_key(), "file", as_bytes("m"), {}).error().code,
            ErrorCode::unsupported_signature_type);
}

}  // namespace
}  // namespace countersign::sshsig
