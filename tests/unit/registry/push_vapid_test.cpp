#include <gtest/gtest.h>

#include <algorithm>

#include "common/crypto/signature_blob.h"
#include "common/encoding/base64.h"
#include "common/encoding/wire.h"
#include "fake_clock.h"
#include "registry/push/vapid.h"

namespace countersign::registry::push {
namespace {

using base::ByteView;
using base::Milliseconds;

const base::Origin kService = *base::Origin::parse("https://push.example.net");

struct Token {
  std::string header, claims, key;
  std::string signed_text;
  base::Bytes signature;
};

Token take_apart(const std::string& authorization) {
  Token token;
  EXPECT_TRUE(authorization.starts_with("vapid t=")) << authorization;
  const std::size_t comma = authorization.find(", k=");
  token.key = authorization.substr(comma + 4);
  const std::string jwt = authorization.substr(8, comma - 8);
  const std::size_t first = jwt.find('.');
  const std::size_t second = jwt.rfind('.');
  const auto text = [](const std::string& part) {
    const auto bytes = encoding::base64url_decode(part).value();
    return std::string(bytes.begin(), bytes.end());
  };
  token.header = text(jwt.substr(0, first));
  token.claims = text(jwt.substr(first + 1, second - first - 1));
  token.signed_text = jwt.substr(0, second);
  token.signature = encoding::base64url_decode(jwt.substr(second + 1)).value();
  return token;
}

bool is_signed_by(const Token& token, const crypto::P256Point& point) {
  encoding::WireWriter blob;
  blob.string("ecdsa-sha2-nistp256").string("nistp256").string(point.bytes());
  encoding::WireWriter numbers;
  for (const ByteView half : {ByteView(token.signature).first(32), ByteView(token.signature).last(32)}) {
    const auto digits = std::find_if(half.begin(), half.end(), [](auto byte) { return byte != 0; });
    numbers.string(encoding::mpint_content(base::Bytes(digits, half.end())));
  }
  crypto::SignatureBlob signature;
  signature.algorithm = crypto::SignatureAlgorithm::ecdsa_p256;
  signature.value = numbers.take();
  const auto key = crypto::PublicKey::from_blob(blob.take()).value();
  return crypto::verify_signature(key, signature, base::as_bytes(token.signed_text)).has_value();
}

TEST(Vapid, SaysWhoAsksAndIsSigned) {
  FakeClock clock;
  const auto key = crypto::P256Key::generate();
  VapidSigner signer(key, "mailto:ops@example.com", clock);
  const Token token = take_apart(signer.authorization(kService));
  const auto expires = (clock.now() + base::Seconds{12 * 3600}).time_since_epoch().count();
  EXPECT_EQ(token.header, R"({"typ":"JWT","alg":"ES256"})");
  EXPECT_EQ(token.claims, R"({"aud":"https://push.example.net","exp":)" + std::to_string(expires) +
                              R"(,"sub":"mailto:ops@example.com"})");
  EXPECT_EQ(token.key, encoding::base64url_encode(key.point().bytes()));
  EXPECT_TRUE(is_signed_by(token, key.point()));
  EXPECT_FALSE(is_signed_by(token, crypto::P256Key::generate().point()));
}

TEST(Vapid, IsReusedForAnHourForEachService) {
  FakeClock clock;
  VapidSigner signer(crypto::P256Key::generate(), "https://registry.example.com", clock);
  const std::string first = signer.authorization(kService);
  const std::string other = signer.authorization(*base::Origin::parse("https://push.example.net:8443"));
  EXPECT_EQ(take_apart(other).claims.find(R"({"aud":"https://push.example.net:8443",)"), 0U);
  clock.advance(Milliseconds{3'599'000});
  EXPECT_EQ(signer.authorization(kService), first);
  clock.advance(Milliseconds{1'000});
  EXPECT_NE(signer.authorization(kService), first);
}

TEST(Vapid, WithoutAContactNamesNone) {
  const FakeClock clock;
  VapidSigner signer(crypto::P256Key::generate(), "", clock);
  EXPECT_EQ(take_apart(signer.authorization(kService)).claims.find("sub"), std::string::npos);
}

}  // namespace
}  // namespace countersign::registry::push
