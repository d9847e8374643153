#include "common/crypto/p256.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/crypto/signature_blob.h"
#include "common/encoding/base64.h"
#include "common/encoding/wire.h"

namespace countersign::crypto {
namespace {

using base::as_bytes;
using base::as_text;
using base::ErrorCode;

// The two sides of RFC 8291 appendix A.
constexpr std::string_view kServer =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyfWPiYE+n46HLnH0\n"
    "KqZOF1fJJU3MYrct3AELtAQ+oRyhRANCAAT+M/SrDepxkU21WCP3O1SUj0EwbZIH\n"
    "Mtu5pZpTKGSCIA5Zent7wmC6HCJ5mFgJkuk5cwAvMBKiiujwa7t45ewP\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view kServerPoint =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
constexpr std::string_view kBrowserPoint =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr std::string_view kSecret = "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs";

constexpr std::string_view kCompressed =
    "-----BEGIN PRIVATE KEY-----\n"
    "MGcCAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcETTBLAgEBBCBkXY3JOjmnm9VjJusw\n"
    "eb65CnZKWxtaQHWxr+vDI4BSUqEkAyIAA8ZVXqzgpqneJnI2CcxVXICi+MPQG69/\n"
    "m6gWXUzODOhO\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view kP384 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAbLTmPblK6nnnYizch\n"
    "m3tq2hd9w1pyBLLT8/SiwkJzDA0CS+aXBohA3Q6sg1yWlpehZANiAAR8vL/3tkxJ\n"
    "rOpCpgL86pRsIKR+3UgLqDuqI42tIezIjfCsBzGFW7YCksR/bv7XPRCcew8SKP/0\n"
    "dj/N+0XEKYYmwUY/iobS+NTjWfEAWNYxxrU09xtEKmq62hCY7eFJJQE=\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view kEd25519 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIMh+44genyPWkUvXxqEsylHZuGQ69YAKK05VQrL8VTmi\n"
    "-----END PRIVATE KEY-----\n";

base::Bytes decoded(std::string_view text) { return encoding::base64url_decode(text).value(); }

TEST(P256, TheSecretOfRfc8291) {
  const auto server = P256Key::parse_pem(kServer).value();
  EXPECT_EQ(encoding::base64url_encode(server.point().bytes()), kServerPoint);
  const auto browser = P256Point::parse(decoded(kBrowserPoint)).value();
  EXPECT_EQ(encoding::base64url_encode(server.shared_secret(browser)), kSecret);
}

TEST(P256, TwoSidesAgree) {
  const auto one = P256Key::generate();
  const auto other = P256Key::generate();
  EXPECT_NE(one.point().bytes(), other.point().bytes());
  EXPECT_EQ(one.shared_secret(other.point()), other.shared_secret(one.point()));
}

TEST(P256, AKeySurvivesItsFile) {
  const auto key = P256Key::generate();
  const auto file = key.serialize_pem();
  const auto again = P256Key::parse_pem(as_text(file)).value();
  EXPECT_EQ(again.point().bytes(), key.point().bytes());
  EXPECT_EQ(again.serialize_pem(), file);
  EXPECT_EQ(as_text(P256Key::parse_pem(kServer)->serialize_pem()), kServer);
}

TEST(P256, ACompressedPointComesOutWhole) {
  EXPECT_EQ(P256Key::parse_pem(kCompressed)->point().bytes().size(), P256Point::size);
}

TEST(P256, FilesThatAreNoKey) {
  const auto code = [](const std::string& file) { return P256Key::parse_pem(file).error().code; };
  const std::string good(kServer);
  EXPECT_EQ(code(""), ErrorCode::bad_private_key);
  EXPECT_EQ(code(good + "\n"), ErrorCode::bad_private_key);
  EXPECT_EQ(code(" " + good), ErrorCode::bad_private_key);
  EXPECT_EQ(code(good.substr(0, good.size() - 1)), ErrorCode::bad_private_key);
  EXPECT_EQ(code("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"), ErrorCode::bad_private_key);
  EXPECT_EQ(code(std::string(5000, '-')), ErrorCode::bad_private_key);
  std::string other = good;
  other.replace(other.find("yfWP"), 4, "yfWQ");  // the private half of another key
  EXPECT_EQ(code(other), ErrorCode::bad_private_key);
  EXPECT_EQ(code(std::string(kP384)), ErrorCode::unsupported_key_type);
  EXPECT_EQ(code(std::string(kEd25519)), ErrorCode::unsupported_key_type);
}

TEST(P256, PointsThatAreNone) {
  const auto code = [](const base::Bytes& bytes) { return P256Point::parse(bytes).error().code; };
  const base::Bytes good = decoded(kBrowserPoint);
  EXPECT_EQ(code({}), ErrorCode::bad_public_key);
  EXPECT_EQ(code({good.begin(), good.end() - 1}), ErrorCode::bad_public_key);
  EXPECT_EQ(code({0x00}), ErrorCode::bad_public_key);  // the point at infinity
  base::Bytes hybrid = good;
  hybrid.front() = 0x06;
  EXPECT_EQ(code(hybrid), ErrorCode::bad_public_key);
  base::Bytes beside = good;
  beside.back() ^= 1;
  EXPECT_EQ(code(beside), ErrorCode::bad_public_key);
  EXPECT_EQ(code(base::Bytes(65, 0x04)), ErrorCode::bad_public_key);
}

// The signature as this project verifies those of ssh keys: numbers instead of fixed halves.
TEST(P256, SignsAsEs256) {
  const auto key = P256Key::generate();
  encoding::WireWriter blob;
  blob.string("ecdsa-sha2-nistp256").string("nistp256").string(key.point().bytes());
  const auto public_key = PublicKey::from_blob(blob.take()).value();
  for (int i = 0; i < 50; ++i) {  // halves with zero bytes in front come up
    const base::Bytes signature = key.sign_es256(as_bytes("header.claims"));
    ASSERT_EQ(signature.size(), 64U);
    encoding::WireWriter numbers;
    for (const base::ByteView half : {base::ByteView(signature).first(32), base::ByteView(signature).last(32)}) {
      const auto digits = std::find_if(half.begin(), half.end(), [](auto byte) { return byte != 0; });
      numbers.string(encoding::mpint_content(base::Bytes(digits, half.end())));
    }
    SignatureBlob ssh;
    ssh.algorithm = SignatureAlgorithm::ecdsa_p256;
    ssh.value = numbers.take();
    EXPECT_TRUE(verify_signature(public_key, ssh, as_bytes("header.claims")));
    EXPECT_EQ(verify_signature(public_key, ssh, as_bytes("header.claim")).error().code, ErrorCode::signature_mismatch);
  }
}

}  // namespace
}  // namespace countersign::crypto
