#include "common/keys/public_key_line.h"

#include <gtest/gtest.h>

#include "tests/unit/keys/test_keys.h"

namespace countersign::keys {
namespace {

using base::ErrorCode;

TEST(PublicKeyLine, ParseThenPrintIsIdentity) {
  for (const std::string& line : {key_a, key_b, key_ecdsa}) EXPECT_EQ(print_public_key(*parse_public_key(line)), line);
}

TEST(PublicKeyLine, HasOneSpelling) {
  const std::string base64 = key_a.substr(12);
  EXPECT_EQ(parse_public_key("").error().code, ErrorCode::bad_public_key);
  EXPECT_EQ(parse_public_key("ssh-ed25519").error().code, ErrorCode::bad_public_key);
  EXPECT_EQ(parse_public_key("ssh-ed25519 ").error().code, ErrorCode::bad_public_key);
  EXPECT_EQ(parse_public_key(" " + key_a).error().code, ErrorCode::bad_public_key);
  EXPECT_EQ(parse_public_key("ssh-ed25519  " + base64).error().code, ErrorCode::bad_base64);
  EXPECT_EQ(parse_public_key(key_a + " ").error().code, ErrorCode::bad_base64);
  EXPECT_EQ(parse_public_key(key_a + " comment").error().code, ErrorCode::bad_base64);
  EXPECT_EQ(parse_public_key(key_a + "\n").error().code, ErrorCode::bad_base64);
  EXPECT_EQ(parse_public_key(key_a.substr(0, key_a.size() - 1)).error().code, ErrorCode::bad_base64);
}

TEST(PublicKeyLine, TheTypeIsTheKeysOwn) {
  const std::string base64 = key_a.substr(12);
  EXPECT_EQ(parse_public_key("ecdsa-sha2-nistp256 " + base64).error().code, ErrorCode::bad_public_key);
  for (const char* alias : {"ED25519", "ed25519", "ssh-dss", "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-256"}) {
    EXPECT_EQ(parse_public_key(std::string(alias) + " " + base64).error().code, ErrorCode::unsupported_key_type)
        << alias;
  }
}

TEST(PublicKeyLine, IsBounded) {
  EXPECT_EQ(parse_public_key("ssh-ed25519 " + std::string(8000, 'A')).error().code, ErrorCode::too_large);
  EXPECT_EQ(parse_public_key_file(key_a + " " + std::string(20'000, 'c')).error().code, ErrorCode::too_large);
}

TEST(PublicKeyFile, ToleratesWhatFilesHave) {
  for (const std::string& text : {key_a, key_a + "\n", key_a + "\r\n", key_a + " alice@laptop\n",
                                  "  " + key_a + "\t c d", "ssh-ed25519 \t " + key_a.substr(12)}) {
    const auto key = parse_public_key_file(text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ(print_public_key(*key), key_a);
  }
}

TEST(PublicKeyFile, IsOneLineOfCleanText) {
  EXPECT_EQ(parse_public_key_file(key_a + "\n" + key_b + "\n").error().code, ErrorCode::bad_public_key);
  EXPECT_EQ(parse_public_key_file(key_a + " \x1b[2J").error().code, ErrorCode::bad_public_key);
  EXPECT_EQ(parse_public_key_file("").error().code, ErrorCode::bad_public_key);
  EXPECT_EQ(parse_public_key_file("restrict " + key_a).error().code, ErrorCode::unsupported_key_type);
}

}  // namespace
}  // namespace countersign::keys
