#include "common/encoding/wire.h"

#include <gtest/gtest.h>

namespace countersign::encoding {
namespace {

using base::as_text;
using base::Bytes;
using base::ErrorCode;

TEST(Wire, WhatIsWrittenIsRead) {
  const Bytes bytes = WireWriter().u8(7).u32(0x01020304).string("abc").raw("xy").string("").take();
  EXPECT_EQ(bytes, (Bytes{7, 1, 2, 3, 4, 0, 0, 0, 3, 'a', 'b', 'c', 'x', 'y', 0, 0, 0, 0}));
  WireReader reader(bytes);
  EXPECT_EQ(reader.u8(), 7);
  EXPECT_EQ(reader.u32(), 0x01020304U);
  EXPECT_EQ(reader.text(3), "abc");
  EXPECT_EQ(as_text(reader.bytes(2)), "xy");
  EXPECT_TRUE(reader.string(0).empty());
  EXPECT_TRUE(reader.at_end());
  EXPECT_TRUE(reader.finish());
}

TEST(Wire, EveryTruncationIsTruncated) {
  const Bytes bytes = WireWriter().u8(7).u32(1).string("abc").take();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    WireReader reader(base::ByteView(bytes).first(size));
    reader.u8();
    reader.u32();
    reader.string(10);
    EXPECT_EQ(reader.finish().error().code, ErrorCode::truncated) << size;
  }
}

TEST(Wire, BytesLeftOverAreAnError) {
  const Bytes bytes{1, 2};
  WireReader reader(bytes);
  reader.u8();
  EXPECT_EQ(reader.finish().error().code, ErrorCode::trailing_bytes);
  EXPECT_EQ(reader.finish().error().detail, "offset 1: 1 bytes left over");
}

TEST(Wire, TheFirstErrorStays) {
  const Bytes bytes = WireWriter().string("abcd").u8(9).take();
  WireReader reader(bytes);
  EXPECT_TRUE(reader.string(3).empty());
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0) << "nothing is read after a failure";
  EXPECT_TRUE(reader.rest().empty());
  reader.fail({ErrorCode::bad_sshsig});
  EXPECT_EQ(reader.finish().error().code, ErrorCode::too_large);
}

TEST(Wire, TheCallersErrorCounts) {
  WireReader reader({});
  reader.fail({ErrorCode::bad_sshsig, "why"});
  EXPECT_EQ(reader.finish().error().code, ErrorCode::bad_sshsig);
}

TEST(Wire, AHugeLengthIsTooLargeNotAnOverflow) {
  const Bytes bytes{0xff, 0xff, 0xff, 0xff, 1};
  WireReader bounded(bytes);
  bounded.string(100);
  EXPECT_EQ(bounded.finish().error().code, ErrorCode::too_large);
  WireReader unbounded(bytes);
  unbounded.string(SIZE_MAX);
  EXPECT_EQ(unbounded.finish().error().code, ErrorCode::truncated);
}

TEST(Mpint, HasOneForm) {
  EXPECT_EQ(mpint_content(Bytes{}), Bytes{});
  EXPECT_EQ(mpint_content(Bytes{0, 0}), Bytes{});
  EXPECT_EQ(mpint_content(Bytes{0, 0x7f}), Bytes{0x7f});
  EXPECT_EQ(mpint_content(Bytes{0x80}), (Bytes{0, 0x80}));

  const auto magnitude = [](const Bytes& content) {
    const auto number = read_mpint(content);
    return number ? std::optional(Bytes(number->begin(), number->end())) : std::nullopt;
  };
  EXPECT_EQ(magnitude({}), Bytes{});
  EXPECT_EQ(magnitude({0x7f}), Bytes{0x7f});
  EXPECT_EQ(magnitude({0, 0x80}), Bytes{0x80});
  EXPECT_EQ(magnitude({0x80}), std::nullopt) << "negative";
  EXPECT_EQ(magnitude({0}), std::nullopt);
  EXPECT_EQ(magnitude({0, 0x7f}), std::nullopt);
  EXPECT_EQ(magnitude({0, 0, 0x80}), std::nullopt);
}

TEST(Wire, SecretsUseTheSameFormat) {
  const base::SecretBytes secret = SecretWireWriter().u32(1).string("k").take();
  EXPECT_EQ(Bytes(secret.begin(), secret.end()), WireWriter().u32(1).string("k").take());
}

}  // namespace
}  // namespace countersign::encoding
