// base64, base64url and hex: a text that a decoder takes is the one text that its encoder prints for those bytes.
#include "common/encoding/base64.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView bytes(data, size);
  const std::string_view text = base::as_text(bytes);
  const auto padded = encoding::base64_decode(text);
  FUZZ_REQUIRE(!padded || encoding::base64_encode(*padded) == text);
  const auto secret = encoding::base64_decode_secret(text);
  FUZZ_REQUIRE(secret.has_value() == padded.has_value());
  FUZZ_REQUIRE(!secret || base::as_text(*secret) == base::as_text(*padded));
  FUZZ_REQUIRE(!secret || base::as_text(encoding::base64_encode_secret(*secret)) == text);
  const auto unpadded = encoding::base64_decode_unpadded(text);
  FUZZ_REQUIRE(!unpadded || encoding::base64_encode_unpadded(*unpadded) == text);
  const auto url = encoding::base64url_decode(text);
  FUZZ_REQUIRE(!url || encoding::base64url_encode(*url) == text);
  const auto hex = encoding::hex_decode(text);
  FUZZ_REQUIRE(!hex || encoding::hex_encode(*hex) == text);

  // And the other way: any bytes survive each of them.
  FUZZ_REQUIRE(base::as_text(encoding::base64_decode(encoding::base64_encode(bytes)).value()) == text);
  FUZZ_REQUIRE(base::as_text(encoding::base64url_decode(encoding::base64url_encode(bytes)).value()) == text);
  FUZZ_REQUIRE(base::as_text(encoding::hex_decode(encoding::hex_encode(bytes)).value()) == text);
  return 0;
}
