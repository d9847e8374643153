#include "pam/auth_info.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace countersign::pam {
namespace {

using base::ErrorCode;

TEST(AuthInfo, NothingMeansNothing) {
  const auto info = parse_auth_info("");
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->keys.empty());
  EXPECT_FALSE(info->keyboard_interactive);
}

TEST(AuthInfo, ReadsMethodsAndKeysInOrder) {
  const auto info =
      parse_auth_info("publickey ssh-ed25519 AAAAC3\npublickey ecdsa-sha2-nistp256 AAAAE2\nkeyboard-interactive/pam\n");
  ASSERT_TRUE(info);
  ASSERT_EQ(info->keys.size(), 2U);
  EXPECT_EQ(info->keys[0], "ssh-ed25519 AAAAC3");
  EXPECT_EQ(info->keys[1], "ecdsa-sha2-nistp256 AAAAE2");
  EXPECT_TRUE(info->keyboard_interactive);
}

// Only the method that is exactly `publickey` counts as one.
TEST(AuthInfo, OtherMethodsAreNoPublickey) {
  for (const auto* text :
       {"password\n", "hostbased ssh-ed25519 AAAA host.example.com alice\n", "publickey-hostbound ssh-ed25519 AAAA\n",
        "Publickey ssh-ed25519 AAAA\n", "gssapi-with-mic alice@EXAMPLE.COM\n", "keyboard-interactive/bsdauth\n"}) {
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

INSTANTIATE_TEST_SUITE_P(
    Each, BadAuthInfo,
    testing::Values(Bad{"no_key", "publickey\n"}, Bad{"no_base64", "publickey ssh-ed25519\n"},
                    Bad{"empty_base64", "publickey ssh-ed25519 \n"}, Bad{"empty_type", "publickey  AAAA\n"},
                    Bad{"comment", "publickey ssh-ed25519 AAAA alice\n"},
                    Bad{"trailing_space", "publickey ssh-ed25519 AAAA \n"}, Bad{"empty_line", "\npassword\n"},
                    Bad{"carriage_return", "publickey ssh-ed25519 AAAA\r\n"}, Bad{"control", "pass\x01word\n"},
                    Bad{"not_ascii", "pass\xc3\xa9\n"}, Bad{"nul", std::string("password\0\n", 10)},
                    Bad{"too_many_lines", lines(33)}, Bad{"too_long", std::string(16385, 'a')},
                    Bad{"bad_after_good", "publickey ssh-ed25519 AAAA\npublickey\n"}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace countersign::pam
