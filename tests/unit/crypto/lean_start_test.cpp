// A program of its own, because OpenSSL starts once in a process: after start_lean() every key type still imports,
// signs and verifies, and hashes are what they are.
#include <gtest/gtest.h>

#include "common/crypto/digest.h"
#include "common/crypto/private_key.h"
#include "common/crypto/signature_blob.h"
#include "common/encoding/base64.h"

namespace countersign::crypto {
namespace {

const bool started = (start_lean(), true);

TEST(LeanStart, Hashes) {
  ASSERT_TRUE(started);
  // printf abc | sha256sum, sha512sum, sha384sum
  EXPECT_EQ(encoding::hex_encode(sha256(base::as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      encoding::hex_encode(sha512(base::as_bytes("abc"))),
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
      "2a9ac94fa54ca49f");
  EXPECT_EQ(encoding::hex_encode(digest(Hash::sha384, base::as_bytes("abc"))),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
}

class LeanStartKeys : public testing::TestWithParam<KeyType> {};

TEST_P(LeanStartKeys, SignAndVerify) {
  const PrivateKey key = PrivateKey::generate(GetParam(), 2048).value();
  const auto public_key = PublicKey::from_blob(key.public_key().blob());
  ASSERT_TRUE(public_key);
  for (const Hash rsa_hash : {Hash::sha256, Hash::sha512}) {
    const auto signature = parse_signature_blob(key.sign(base::as_bytes("message"), rsa_hash).value());
    ASSERT_TRUE(signature);
    EXPECT_TRUE(verify_signature(*public_key, *signature, base::as_bytes("message")));
    const auto other = verify_signature(*public_key, *signature, base::as_bytes("massage"));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, base::ErrorCode::signature_mismatch);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, LeanStartKeys,
                         testing::Values(KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p384,
                                         KeyType::ecdsa_p521, KeyType::rsa));

}  // namespace
}  // namespace countersign::crypto
