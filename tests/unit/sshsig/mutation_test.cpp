// For a good signature of every type: each single-bit flip and each truncation of the blob, and of the message, is
// refused. This is what "one signature has one encoding" means in practice.
#include <gtest/gtest.h>

#include "common/sshsig/sign.h"
#include "common/sshsig/verify.h"
#include "tests/support/soft_authenticator.h"

namespace countersign::sshsig {
namespace {

using base::Bytes;
using base::ByteView;
using crypto::KeyType;
using crypto::PrivateKey;
using testing::SoftAuthenticator;

const Requirements requirements{.webauthn = WebauthnExpectation{"https://phone.example.com", "phone.example.com"}};

struct Good {
  crypto::PublicKey key;
  Bytes blob;
};

bool accepts(const crypto::PublicKey& key, ByteView blob, std::string_view message) {
  const auto signature = parse_signature(blob);
  return signature && verify(*signature, key, "file", base::as_bytes(message), requirements).has_value();
}

Good plain(KeyType type) {
  const auto key = PrivateKey::generate(type, 2048).value();
  return {key.public_key(), serialize(sign(key, "file", base::as_bytes("message")).value())};
}

Good make(const std::string& name) {
  const SoftAuthenticator ed(KeyType::sk_ed25519);
  const SoftAuthenticator ec(KeyType::sk_ecdsa_p256, "phone.example.com");
  if (name == "sk_ed25519") return {ed.public_key(), serialize(ed.sign("file", "message"))};
  if (name == "sk_ecdsa_p256") return {ec.public_key(), serialize(ec.sign("file", "message"))};
  if (name == "webauthn") return {ec.public_key(), serialize(ec.assert_webauthn("file", "message"))};
  if (name == "webauthn_extensions") {
    return {ec.public_key(),
            serialize(ec.assert_webauthn("file", "message", {.flags = 0x85, .extensions = {0xa1, 0x61, 0x78, 0x01}}))};
  }
  if (name == "ed25519") return plain(KeyType::ed25519);
  if (name == "ecdsa_p256") return plain(KeyType::ecdsa_p256);
  if (name == "ecdsa_p384") return plain(KeyType::ecdsa_p384);
  if (name == "ecdsa_p521") return plain(KeyType::ecdsa_p521);
  return plain(KeyType::rsa);
}

class Mutation : public ::testing::TestWithParam<const char*> {
 protected:
  const Good good = make(GetParam());
};

TEST_P(Mutation, EveryBitFlipIsRefused) {
  ASSERT_TRUE(accepts(good.key, good.blob, "message"));
  for (std::size_t bit = 0; bit < good.blob.size() * 8; ++bit) {
    Bytes flipped = good.blob;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(accepts(good.key, flipped, "message")) << "byte " << bit / 8 << " bit " << bit % 8;
  }
}

TEST_P(Mutation, EveryTruncationAndExtensionIsRefused) {
  for (std::size_t size = 0; size < good.blob.size(); ++size) {
    EXPECT_FALSE(accepts(good.key, ByteView(good.blob).first(size), "message")) << size;
  }
  for (const std::uint8_t byte : Bytes{0x00, 0x0a, 0xff}) {
    Bytes longer = good.blob;
    longer.push_back(byte);
    EXPECT_FALSE(accepts(good.key, longer, "message"));
  }
}

TEST_P(Mutation, EveryBitFlipOfTheMessageIsRefused) {
  const std::string message = "message";
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    std::string flipped = message;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(accepts(good.key, good.blob, flipped)) << bit;
  }
}

INSTANTIATE_TEST_SUITE_P(Sshsig, Mutation,
                         ::testing::Values("ed25519", "ecdsa_p256", "ecdsa_p384", "ecdsa_p521", "rsa", "sk_ed25519",
                                           "sk_ecdsa_p256", "webauthn", "webauthn_extensions"),
                         [](const auto& param) { return std::string(param.param); });

}  // namespace
}  // namespace countersign::sshsig
