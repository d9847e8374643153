// What tests/vectors/sshsig does not show: the vectors hold the malformed keys of each type.
#include "common/crypto/public_key.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "common/crypto/private_key.h"
#include "common/crypto/signature_blob.h"
#include "common/encoding/base64.h"
#include "common/encoding/wire.h"

namespace countersign::crypto {
namespace {

using base::Bytes;
using base::ErrorCode;
using encoding::WireWriter;

constexpr KeyType all_types[] = {KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p384,   KeyType::ecdsa_p521,
                                 KeyType::rsa,     KeyType::sk_ed25519, KeyType::sk_ecdsa_p256};

ErrorCode refusal(const Bytes& blob) { return PublicKey::from_blob(blob).error().code; }

// The key of RFC 8709's and OpenSSH's kind: 32 bytes of RFC 8032 section 7.1, test 1.
Bytes rfc8032_key() {
  return encoding::hex_decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").value();
}

TEST(PublicKey, KnowsItsTypeSizeAndFingerprint) {
  const Bytes blob = WireWriter().string("ssh-ed25519").string(rfc8032_key()).take();
  const PublicKey key = PublicKey::from_blob(blob).value();
  EXPECT_EQ(key.type(), KeyType::ed25519);
  EXPECT_EQ(key.type_name(), "ssh-ed25519");
  EXPECT_EQ(key.bits(), 256);
  EXPECT_EQ(key.blob(), blob);
  EXPECT_TRUE(key.application().empty());
  EXPECT_EQ(key.fingerprint().size(), std::string_view("SHA256:").size() + 43);
  EXPECT_EQ(key.fingerprint(), fingerprint(blob));
}

TEST(PublicKey, EqualMeansEqualBytes) {
  const auto sk = [](std::string_view application) {
    return PublicKey::from_blob(
               WireWriter().string("sk-ssh-ed25519@openssh.com").string(rfc8032_key()).string(application).take())
        .value();
  };
  EXPECT_EQ(sk("ssh:"), sk("ssh:"));
  EXPECT_FALSE(sk("ssh:") == sk("ssh:other"));
  EXPECT_EQ(sk("ssh:other").application(), "ssh:other");
}

TEST(PublicKey, RefusesOtherTypes) {
  for (const std::string name :
       {"", "ssh-dss", "ssh-ed448", "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519 ", "SSH-ED25519",
        "ecdsa-sha2-nistp224", "rsa-sha2-512", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"}) {
    EXPECT_EQ(refusal(WireWriter().string(name).string(rfc8032_key()).take()), ErrorCode::unsupported_key_type) << name;
  }
}

TEST(PublicKey, RefusesApplicationsThatAreNotCleanText) {
  for (const std::string_view application : {std::string_view("ssh:\0", 5), std::string_view("ssh:\n"),
                                             std::string_view("\xff"), std::string_view("\xe2\x80\xae")}) {
    const auto blob =
        WireWriter().string("sk-ssh-ed25519@openssh.com").string(rfc8032_key()).string(application).take();
    EXPECT_EQ(refusal(blob), ErrorCode::bad_public_key);
  }
  const auto longer =
      WireWriter().string("sk-ssh-ed25519@openssh.com").string(rfc8032_key()).string(std::string(256, 'a')).take();
  EXPECT_EQ(refusal(longer), ErrorCode::too_large);
}

TEST(PublicKey, RefusesEveryTruncationAndBlobsThatAreTooLong) {
  const Bytes blob = PrivateKey::generate(KeyType::ecdsa_p384).value().public_key().blob();
  for (std::size_t size = 0; size < blob.size(); ++size) {
    EXPECT_EQ(PublicKey::from_blob(base::ByteView(blob).first(size)).error().code, ErrorCode::truncated) << size;
  }
  EXPECT_EQ(refusal(Bytes(5000)), ErrorCode::too_large);
}

TEST(PublicKey, ServesSeveralThreads) {
  const auto key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  const auto data = base::as_bytes("message");
  const auto signature = parse_signature_blob(key.sign(data).value()).value();
  std::vector<std::thread> threads;
  std::array<int, 4> good{};
  for (int& count : good) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) count += verify_signature(key.public_key(), signature, data) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, (std::array<int, 4>{50, 50, 50, 50}));
}

TEST(Algorithms, EachHasOneName) {
  std::set<std::string_view> names;
  for (const KeyType type : all_types) {
    EXPECT_EQ(key_type_named(to_string(type)), type);
    names.insert(to_string(type));
  }
  EXPECT_EQ(names.size(), std::size(all_types));
  for (const auto algorithm :
       {SignatureAlgorithm::ed25519, SignatureAlgorithm::ecdsa_p256, SignatureAlgorithm::ecdsa_p384,
        SignatureAlgorithm::ecdsa_p521, SignatureAlgorithm::rsa_sha2_256, SignatureAlgorithm::rsa_sha2_512,
        SignatureAlgorithm::sk_ed25519, SignatureAlgorithm::sk_ecdsa_p256,
        SignatureAlgorithm::webauthn_sk_ecdsa_p256}) {
    EXPECT_EQ(signature_algorithm_named(to_string(algorithm)), algorithm);
    EXPECT_EQ(is_sk(algorithm), is_sk(key_type_of(algorithm)));
  }
  EXPECT_EQ(signature_algorithm_named("ssh-rsa"), std::nullopt);
}

}  // namespace
}  // namespace countersign::crypto
