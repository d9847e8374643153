// A public key blob: what is accepted has one encoding, a type and a plausible size.
#include "common/crypto/public_key.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto key = crypto::PublicKey::from_blob({data, size});
  if (!key) return 0;
  FUZZ_REQUIRE(base::as_text(key->blob()) == base::as_text({data, size}));
  FUZZ_REQUIRE(crypto::key_type_named(key->type_name()) == key->type());
  FUZZ_REQUIRE(key->bits() >= 256 && key->bits() <= 16384);
  FUZZ_REQUIRE(crypto::is_sk(key->type()) == !key->application().empty());
  FUZZ_REQUIRE(key->fingerprint() == crypto::fingerprint({data, size}) && key->fingerprint().size() == 50);
  return 0;
}
