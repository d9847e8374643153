#include <gtest/gtest.h>

#include "helper/courier/settings.h"

namespace countersign::courier {
namespace {

base::SecretBytes secret(std::string_view text) { return {text.begin(), text.end()}; }

const std::string kToken = "csh_47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

TEST(Token, IsOneLine) {
  for (const std::string& good : {kToken, kToken + "\n"}) {
    const auto token = parse_token(secret(good));
    ASSERT_TRUE(token);
    EXPECT_EQ(base::as_text(*token), kToken);
  }
}

TEST(Token, RefusesEverythingElseWithoutQuotingIt) {
  for (const std::string& bad : {std::string(), std::string("\n"), kToken + "\n\n", kToken + "x", kToken + "\r\n",
                                 " " + kToken, kToken.substr(1), "css_" + kToken.substr(4), kToken.substr(0, 46) + "\n",
                                 kToken.substr(0, 46) + " ", kToken.substr(0, 46) + "\xff"}) {
    const auto token = parse_token(secret(bad));
    ASSERT_FALSE(token) << bad;
    EXPECT_EQ(token.error().code, base::ErrorCode::bad_config);
    EXPECT_EQ(token.error().detail, "not a host token (expected csh_ and 43 characters)");
  }
}

TEST(Settings, AreABadConfigWhereTheyAreNotThere) {
  EXPECT_EQ(load_settings("/nonexistent/countersign.yaml").error().code, base::ErrorCode::bad_config);
}

}  // namespace
}  // namespace countersign::courier
