#include "pam/auth_info.h"

#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "common/encoding/base64.h"
#include "pam/certificate.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;

// tests/vectors/pam/auth_info.txt: TYPE BASE64 FINGERPRINT, by ssh-keygen (make_auth_info.py).
struct Vector {
  std::string type;
  std::string base64;
  std::string fingerprint;
};

std::vector<Vector> vectors() {
  std::ifstream file(COUNTERSIGN_VECTORS "/pam/auth_info.txt");
  std::vector<Vector> all;
  for (Vector one; file >> one.type >> one.base64 >> one.fingerprint;) all.push_back(one);
  return all;
}

TEST(AuthInfo, NothingMeansNothing) {
  const auto info = parse_auth_info("");
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->keys.empty());
  EXPECT_FALSE(info->keyboard_interactive);
}

TEST(AuthInfo, ReadsKeysOfEachTypeAndThoseOfCertificates) {
  const auto all = vectors();
  ASSERT_EQ(all.size(), 14U);
  for (const auto& vector : all) {
    const auto info = parse_auth_info("publickey " + vector.type + " " + vector.base64 + "\n");
    ASSERT_TRUE(info) << vector.type << ": " << to_string(info.error());
    ASSERT_EQ(info->keys.size(), 1U);
    EXPECT_EQ(info->keys[0].fingerprint(), vector.fingerprint) << vector.type;
  }
}

TEST(AuthInfo, ReadsMethodsAndKeysInOrder) {
  const auto all = vectors();
  const auto info = parse_auth_info("publickey " + all[0].type + " " + all[0].base64 + "\npublickey " + all[2].type +
                                    " " + all[2].base64 + "\nkeyboard-interactive/pam\n");
  ASSERT_TRUE(info);
  ASSERT_EQ(info->keys.size(), 2U);
  EXPECT_EQ(info->keys[0].fingerprint(), all[0].fingerprint);
  EXPECT_EQ(info->keys[1].fingerprint(), all[2].fingerprint);
  EXPECT_TRUE(info->keyboard_interactive);
}

// Only the method that is exactly `publickey` counts as one.
TEST(AuthInfo, OtherMethodsAreNoPublickey) {
  for (const auto* text :
       {"password\n", "hostbased ssh-ed25519 AAAA host.example.com alice\n", "publickey-hostbound ssh-ed25519 AAAA\n",
        "Publickey ssh-ed25519 AAAA\n", "gssapi-with-mic alice@EXAMPLE.COM\n", "keyboard-interactive/bsdauth\n",
        "keyboard-interactive/pam publickey\n"}) {
    const auto info = parse_auth_info(text);
    ASSERT_TRUE(info) << text;
    EXPECT_TRUE(info->keys.empty()) << text;
    EXPECT_FALSE(info->keyboard_interactive) << text;
  }
}

struct Bad {
  const char* name;
  std::string text;
};
void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

class BadAuthInfo : public testing::TestWithParam<Bad> {};

TEST_P(BadAuthInfo, IsRefused) {
  const auto info = parse_auth_info(GetParam().text);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::bad_auth_info);
}

std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "password\n";
  return text;
}

std::string good() { return "publickey " + vectors()[0].type + " " + vectors()[0].base64; }

INSTANTIATE_TEST_SUITE_P(Each, BadAuthInfo,
                         testing::Values(Bad{"no_key", "publickey\n"}, Bad{"no_base64", "publickey ssh-ed25519\n"},
                                         Bad{"empty_base64", "publickey ssh-ed25519 \n"},
                                         Bad{"empty_type", "publickey  AAAA\n"},
                                         Bad{"not_base64", "publickey ssh-ed25519 AAA!\n"},
                                         Bad{"other_type", "publickey ssh-rsa " + vectors()[0].base64 + "\n"},
                                         Bad{"short_key", "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n"},
                                         Bad{"comment", good() + " alice\n"}, Bad{"trailing_space", good() + " \n"},
                                         Bad{"two_spaces", "publickey  " + good().substr(10) + "\n"},
                                         Bad{"empty_line", "\npassword\n"}, Bad{"carriage_return", good() + "\r\n"},
                                         Bad{"control", "pass\x01word\n"}, Bad{"not_ascii", "pass\xc3\xa9\n"},
                                         Bad{"nul", std::string("password\0\n", 10)}, Bad{"too_many_lines", lines(33)},
                                         Bad{"too_long", std::string(16385, 'a') + "\n"}, Bad{"no_line_end", good()},
                                         Bad{"a_line_appended", good() + "\nkeyboard-interactive/pam"},
                                         Bad{"bad_after_good", good() + "\npublickey\n"}),
                         [](const auto& each) { return each.param.name; });

// Nothing shorter or longer than a certificate is one.
TEST(Certificate, EveryTruncationIsRefused) {
  for (const auto& vector : vectors()) {
    const auto blob = encoding::base64_decode(vector.base64);
    ASSERT_TRUE(blob);
    for (std::size_t size = 0; size < blob->size(); ++size) {
      EXPECT_FALSE(plain_key(base::ByteView(*blob).first(size))) << vector.type << " cut at " << size;
    }
    auto longer = *blob;
    longer.push_back(0);
    const auto key = plain_key(longer);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, ErrorCode::trailing_bytes) << vector.type;
  }
}

}  // namespace
}  // namespace countersign::pam
