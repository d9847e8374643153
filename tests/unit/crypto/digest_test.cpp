#include "common/crypto/digest.h"

#include <gtest/gtest.h>

#include "common/crypto/derive.h"
#include "common/crypto/random.h"
#include "common/encoding/base64.h"

namespace countersign::crypto {
namespace {

using base::as_bytes;
using encoding::hex_encode;

// FIPS 180-4, the example messages.
TEST(Digest, OfAbcIsTheOneInTheStandard) {
  EXPECT_EQ(hex_encode(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha512(as_bytes("abc"))),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(hex_encode(digest(Hash::sha384, as_bytes("abc"))),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hex_encode(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, InPiecesIsTheDigestOfTheWhole) {
  const base::Bytes bytes = random_bytes(1000);
  for (const Hash hash : {Hash::sha256, Hash::sha384, Hash::sha512}) {
    Digest pieces(hash);
    pieces.update(base::ByteView(bytes).first(1)).update({}).update(base::ByteView(bytes).subspan(1));
    EXPECT_EQ(pieces.finish(), digest(hash, bytes));
  }
}

// RFC 7914, section 11.
TEST(Pbkdf2, GivesTheBytesOfTheStandard) {
  EXPECT_EQ(hex_encode(pbkdf2_sha256(as_bytes("passwd"), as_bytes("salt"), 1, 64)),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
            "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
}

TEST(Random, GivesTheCountWantedAndNotTwiceTheSame) {
  EXPECT_EQ(random_bytes(0).size(), 0U);
  EXPECT_EQ(random_secret(32).size(), 32U);
  EXPECT_NE(random_bytes(32), random_bytes(32));
}

TEST(ConstantTimeEqual, ComparesWholeSequences) {
  EXPECT_TRUE(constant_time_equal({}, {}));
  EXPECT_TRUE(constant_time_equal(as_bytes("secret"), as_bytes("secret")));
  EXPECT_FALSE(constant_time_equal(as_bytes("secret"), as_bytes("secres")));
  EXPECT_FALSE(constant_time_equal(as_bytes("secret"), as_bytes("secre")));
}

}  // namespace
}  // namespace countersign::crypto
