// Against the examples of RFC 8188 and RFC 8291. tests/browser/test_push_sent.py has another library read what seal()
// makes.
#include <gtest/gtest.h>

#include "common/encoding/base64.h"
#include "registry/push/encryption.h"

namespace countersign::registry::push {
namespace {

base::Bytes decoded(std::string_view text) { return encoding::base64url_decode(text).value(); }

// RFC 8291 appendix A.
constexpr std::string_view kSender =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyfWPiYE+n46HLnH0\n"
    "KqZOF1fJJU3MYrct3AELtAQ+oRyhRANCAAT+M/SrDepxkU21WCP3O1SUj0EwbZIH\n"
    "Mtu5pZpTKGSCIA5Zent7wmC6HCJ5mFgJkuk5cwAvMBKiiujwa7t45ewP\n"
    "-----END PRIVATE KEY-----\n";

Subscription browser() {
  return Subscription::parse("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
                             "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                             "BTBZMqHH6r4Tts7J_aSIgg")
      .value();
}

TEST(PushEncryption, TheExampleOfRfc8291) {
  const auto body = seal_with("When I grow up, I want to be a watermelon", browser(),
                              crypto::P256Key::parse_pem(kSender).value(), decoded("DGv6ra1nlYgDCS1FRnbzlw"), 0);
  EXPECT_EQ(
      encoding::base64url_encode(body),
      "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3"
      "jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(PushEncryption, TheExampleOfRfc8188) {
  const auto body =
      encode_aes128gcm("I am the walrus", decoded("yqdlZ-tYemfogSmv7Ws5PQ"), decoded("I1BsxtFttlv3u_Oo94xnmw"), {}, 0);
  EXPECT_EQ(encoding::base64url_encode(body),
            "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg");
}

TEST(PushEncryption, EveryMessageHasOneLengthAndItsOwnKey) {
  const std::size_t expected = 16 + 4 + 1 + 65 + kPaddedBytes + 16;
  const auto one = seal("a", browser()).value();
  const auto same = seal("a", browser()).value();
  EXPECT_EQ(one.size(), expected);
  EXPECT_EQ(seal(std::string(2047, 'x'), browser())->size(), expected);
  EXPECT_LT(expected, 4096U) << "the least that a push service must take";
  const auto sender = [](const base::Bytes& body) { return base::Bytes(body.begin() + 21, body.begin() + 86); };
  const auto salt = [](const base::Bytes& body) { return base::Bytes(body.begin(), body.begin() + 16); };
  EXPECT_NE(sender(one), sender(same));
  EXPECT_NE(salt(one), salt(same));
  EXPECT_EQ(seal(std::string(2048, 'x'), browser()).error().code, base::ErrorCode::too_large);
}

}  // namespace
}  // namespace countersign::registry::push
