#include "common/statement/pairing_token.h"

#include <gtest/gtest.h>

#include <set>

namespace countersign::statement {
namespace {

using base::ErrorCode;

TEST(PairingToken, HasTwelveCharactersThatNobodyConfuses) {
  std::set<std::string> seen;
  std::set<char> characters;
  for (int i = 0; i < 200; ++i) {
    const auto token = PairingToken::random();
    EXPECT_EQ(token.code().size(), 12U);
    EXPECT_TRUE(seen.insert(token.code()).second);
    characters.insert(token.code().begin(), token.code().end());
  }
  EXPECT_EQ(characters.size(), 32U);  // of 2,400 drawn, each of the 32 is there
  for (const char c : {'I', 'L', 'O', 'U'}) EXPECT_FALSE(characters.contains(c));
}

TEST(PairingToken, IsShownInThreeGroups) {
  const auto token = *PairingToken::parse("csp_K7QF9T2MXA3D");
  EXPECT_EQ(token.shown(), "K7QF-9T2M-XA3D");
  EXPECT_EQ(token.text(), "csp_K7QF9T2MXA3D");
  EXPECT_EQ(token.hash(), Hash32::of("csp_K7QF9T2MXA3D"));
  EXPECT_EQ(pairing_url(*base::Origin::parse("https://phone.example.com"), token),
            "https://phone.example.com/#pair=K7QF9T2MXA3D");
}

TEST(PairingToken, IsReadAsAPersonTypesIt) {
  for (const char* typed : {"K7QF-9T2M-XA3D", "k7qf-9t2m-xa3d", "K7QF9T2MXA3D", " k7 qf 9t-2m xa 3d ",
                            "https://phone.example.com/#pair=K7QF9T2MXA3D", "#pair=k7qf-9t2m-xa3d"}) {
    const auto token = PairingToken::read(typed);
    ASSERT_TRUE(token.has_value()) << typed;
    EXPECT_EQ(token->code(), "K7QF9T2MXA3D");
  }
  EXPECT_EQ(PairingToken::read("oOiI-lL01-ABCD")->code(), "00111101ABCD");
}

TEST(PairingToken, OfAnotherShapeIsRefused) {
  for (const char* typed :
       {"", "K7QF-9T2M-XA3", "K7QF-9T2M-XA3D0", "K7QF-9T2M-XA3U", "K7QF_9T2M_XA3D", "csp_K7QF9T2MXA3D",
        "https://phone.example.com/#pair=", "K7QF9T2MXA3\n", "K7QF9T2MXA3\xc3\x96"}) {
    const auto token = PairingToken::read(typed);
    ASSERT_FALSE(token.has_value()) << typed;
    EXPECT_EQ(token.error().code, ErrorCode::bad_text);
  }
  for (const char* text : {"", "csp_", "K7QF9T2MXA3D", "csp_K7QF9T2MXA3", "csp_K7QF9T2MXA3D0", "csp_k7qf9t2mxa3d",
                           "csp_K7QF-9T2M-XA", "CSP_K7QF9T2MXA3D", "csp_K7QF9T2MXA3O"}) {
    const auto token = PairingToken::parse(text);
    ASSERT_FALSE(token.has_value()) << text;
    EXPECT_EQ(token.error().code, ErrorCode::bad_text);
  }
}

}  // namespace
}  // namespace countersign::statement
