#include "common/crypto/private_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/crypto/signature_blob.h"
#include "common/encoding/base64.h"
#include "common/encoding/wire.h"

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

TEST(PrivateKey, RsaSignsUnderBothHashes) {
  const auto key = PrivateKey::generate(KeyType::rsa, 2048).value();
  const auto data = as_bytes("message");
  for (const auto& [hash, algorithm] : {std::pair(Hash::sha256, SignatureAlgorithm::rsa_sha2_256),
                                        std::pair(Hash::sha512, SignatureAlgorithm::rsa_sha2_512)}) {
    const auto signature = parse_signature_blob(key.sign(data, hash).value()).value();
    EXPECT_EQ(signature.algorithm, algorithm);
    EXPECT_TRUE(verify_signature(key.public_key(), signature, data));
  }
  EXPECT_EQ(key.sign(data, Hash::sha384).error().code, ErrorCode::unsupported_hash);
}

TEST(PrivateKey, GeneratesNothingThatItWouldRefuse) {
  EXPECT_EQ(PrivateKey::generate(KeyType::sk_ed25519).error().code, ErrorCode::unsupported_key_type);
  EXPECT_EQ(PrivateKey::generate(KeyType::rsa, 1024).error().code, ErrorCode::weak_key);
  EXPECT_EQ(PrivateKey::generate(KeyType::rsa, 20000).error().code, ErrorCode::too_large);
}

TEST(PrivateKey, ItsCommentIsOneCleanLine) {
  const auto key = PrivateKey::generate(KeyType::ed25519).value();
  EXPECT_EQ(key.serialize_openssh("two\nlines").error().code, ErrorCode::bad_text);
}

// tests/corpus/private_key is made by ssh-keygen and generate_sshsig.py; what the files are is in their names.
TEST(PrivateKey, ReadsTheFilesOfSshKeygenAndNoDamagedOne) {
  std::size_t good = 0;
  std::size_t damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(COUNTERSIGN_VECTORS "/../corpus/private_key")) {
    const std::string name = entry.path().filename().string();
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string file{std::istreambuf_iterator<char>(in), {}};
    const auto key = PrivateKey::parse_openssh(file);
    if (name.starts_with("ed25519") || name.starts_with("ecdsa") || name.starts_with("rsa")) {
      EXPECT_TRUE(key) << name << ": " << to_string(key.error());
      ++good;
      continue;
    }
    const ErrorCode expected = name == "sk_ed25519" || name == "damaged_type" ? ErrorCode::unsupported_key_type
                               : name == "long"                               ? ErrorCode::too_large
                                                                              : ErrorCode::bad_private_key;
    ASSERT_FALSE(key) << name;
    EXPECT_EQ(key.error().code, expected) << name << ": " << to_string(key.error());
    ++damaged;
  }
  EXPECT_EQ(good, 4U);
  EXPECT_GE(damaged, 15U);
}

// The bytes inside a key file, and a file around such bytes.
base::Bytes unwrap(const PrivateKey& key) {
  const auto file = key.serialize_openssh("c").value();
  std::string digits;
  for (const char c : as_text(file).substr(36, file.size() - 36 - 34)) {
    if (c != '\n') digits.push_back(c);
  }
  return encoding::base64_decode(digits).value();
}
std::string wrap(base::ByteView bytes) {
  return "-----BEGIN OPENSSH PRIVATE KEY-----\n" + encoding::base64_encode(bytes) +
         "\n-----END OPENSSH PRIVATE KEY-----\n";
}

// Where the public blob of the file ends and the private part begins.
std::size_t private_part(base::ByteView bytes) {
  encoding::WireReader reader(bytes);
  reader.bytes(15);
  for (int i = 0; i < 3; ++i) reader.string(64);
  reader.u32();
  reader.string(4096);
  return reader.position();
}

TEST(PrivateKey, AFileWhosePublicKeyIsAnotherIsRefused) {
  for (const KeyType type : {KeyType::ed25519, KeyType::ecdsa_p256, KeyType::rsa}) {
    base::Bytes first = unwrap(PrivateKey::generate(type, 2048).value());
    const base::Bytes second = unwrap(PrivateKey::generate(type, 2048).value());
    ASSERT_TRUE(PrivateKey::parse_openssh(wrap(first)));
    first.resize(private_part(first));
    first.insert(first.end(), second.begin() + static_cast<std::ptrdiff_t>(private_part(second)), second.end());
    EXPECT_EQ(PrivateKey::parse_openssh(wrap(first)).error().code, ErrorCode::bad_private_key);
  }
}

TEST(PrivateKey, APrivateNumberThatDoesNotBelongToThePublicPointIsRefused) {
  // The point stands twice in the file, so that only a signature shows that the number is another key's.
  const auto key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  const auto other = PrivateKey::generate(KeyType::ecdsa_p256).value();
  const auto point = [](const PrivateKey& of) { return base::ByteView(of.public_key().blob()).last(65); };
  base::Bytes bytes = unwrap(key);
  std::size_t replaced = 0;
  for (auto at = bytes.begin();; at += 65, ++replaced) {
    at = std::search(at, bytes.end(), point(key).begin(), point(key).end());
    if (at == bytes.end()) break;
    std::copy(point(other).begin(), point(other).end(), at);
  }
  ASSERT_EQ(replaced, 2U);
  const auto parsed = PrivateKey::parse_openssh(wrap(bytes));
  EXPECT_EQ(parsed.error().code, ErrorCode::bad_private_key);
  EXPECT_EQ(parsed.error().detail, "the private half does not belong to the public half");
}

}  // namespace
}  // namespace countersign::crypto
