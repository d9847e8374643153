// HKDF against RFC 5869 appendix A, AES-128-GCM against the cases of its own specification (McGrew and Viega, appendix
// B, cases 1 to 3).
#include <gtest/gtest.h>

#include "common/crypto/aes_gcm.h"
#include "common/crypto/digest.h"
#include "common/crypto/hkdf.h"
#include "common/encoding/base64.h"

namespace countersign::crypto {
namespace {

base::Bytes hex(std::string_view text) { return encoding::hex_decode(text).value(); }
std::string hex_of(base::ByteView bytes) { return encoding::hex_encode(bytes); }

// `count` bytes from `first` on, each one more than the one before.
base::Bytes counting(std::uint8_t first, std::size_t count) {
  base::Bytes out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint8_t>(first + i));
  return out;
}

TEST(Hkdf, Rfc5869Case1) {
  const auto out = hkdf_sha256(base::Bytes(22, 0x0b), counting(0, 13), counting(0xf0, 10), 42);
  EXPECT_EQ(hex_of(out), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

TEST(Hkdf, Rfc5869Case2) {
  const auto out = hkdf_sha256(counting(0, 80), counting(0x60, 80), counting(0xb0, 80), 82);
  EXPECT_EQ(
      hex_of(out),
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f"
      "09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

TEST(Hkdf, Rfc5869Case3WithoutSaltAndInfo) {
  const auto out = hkdf_sha256(base::Bytes(22, 0x0b), {}, {}, 42);
  EXPECT_EQ(hex_of(out), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(AesGcm, TheCasesOfItsSpecification) {
  const base::Bytes zeros(16);
  const base::Bytes nonce(12);
  EXPECT_EQ(hex_of(seal_aes128_gcm(zeros, nonce, {})), "58e2fccefa7e3061367f1d57a4e7455a");
  EXPECT_EQ(hex_of(seal_aes128_gcm(zeros, nonce, base::Bytes(16))),
            "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
  const auto sealed = seal_aes128_gcm(
      hex("feffe9928665731c6d6a8f9467308308"), hex("cafebabefacedbaddecaf888"),
      hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0d"
          "e657ba637b391aafd255"));
  EXPECT_EQ(
      hex_of(sealed),
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0a"
      "ac973d58e091473f5985"
      "4d5c2af327cd64a62cf35abd2ba6fab4");
}

TEST(AesGcm, KeyAndNonceHaveOneSize) {
  EXPECT_THROW((void)seal_aes128_gcm(base::Bytes(32), base::Bytes(12), {}), CryptoUnavailable);
  EXPECT_THROW((void)seal_aes128_gcm(base::Bytes(16), base::Bytes(16), {}), CryptoUnavailable);
}

}  // namespace
}  // namespace countersign::crypto
