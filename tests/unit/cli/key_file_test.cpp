#include "cli/key_file.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::cli {
namespace {

using base::ErrorCode;

const std::string kBase64 = "AAAAC3NzaC1lZDI1NTE5AAAAIHo+Bj0+OpY7hsB65dlCEPo2RYTQ64OlCzyI41lOBzw3";
const std::string kLine = "ssh-ed25519 " + kBase64;

TEST(PublicKeyFile, IsOneLineWithOrWithoutComment) {
  for (const std::string& text : {kLine, kLine + "\n", kLine + " alice@home\n", kLine + " two words\r\n"}) {
    const auto key = parse_public_key_file(text);
    ASSERT_TRUE(key) << text << to_string(key.error());
    EXPECT_EQ(key->type(), crypto::KeyType::ed25519);
  }
}

TEST(PublicKeyFile, RefusesWhatIsNot) {
  struct Row {
    std::string text;
    ErrorCode code;
  };
  for (const Row& row :
       {Row{"", ErrorCode::bad_public_key}, Row{kLine + "\n" + kLine + "\n", ErrorCode::bad_public_key},
        Row{"\n" + kLine, ErrorCode::bad_public_key}, Row{kBase64, ErrorCode::bad_public_key},
        Row{"restrict " + kLine, ErrorCode::bad_public_key}, Row{"ssh-rsa " + kBase64, ErrorCode::bad_public_key},
        Row{kLine + "=", ErrorCode::bad_public_key}, Row{"ssh-ed25519  " + kBase64, ErrorCode::bad_public_key},
        Row{"ssh-ed25519-cert-v01@openssh.com AAAA", ErrorCode::unsupported_key_type},
        Row{"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", ErrorCode::bad_public_key},
        Row{"ssh-dss AAAAB3NzaC1kc3M=", ErrorCode::unsupported_key_type}}) {
    const auto key = parse_public_key_file(row.text);
    ASSERT_FALSE(key) << row.text;
    EXPECT_EQ(key.error().code, row.code) << row.text << ": " << to_string(key.error());
  }
}

}  // namespace
}  // namespace countersign::cli
