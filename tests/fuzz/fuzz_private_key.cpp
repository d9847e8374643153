// An OpenSSH private key file: what is accepted can sign, and survives its own file.
#include "common/crypto/private_key.h"
#include "common/crypto/signature_blob.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto key = crypto::PrivateKey::parse_openssh(base::as_text({data, size}));
  if (!key) return 0;
  const auto message = base::as_bytes("message");
  const auto signature = crypto::parse_signature_blob(key->sign(message).value()).value();
  FUZZ_REQUIRE(crypto::verify_signature(key->public_key(), signature, message));
  const auto file = key->serialize_openssh("comment").value();
  FUZZ_REQUIRE(crypto::PrivateKey::parse_openssh(base::as_text(file)).value().public_key() == key->public_key());
  return 0;
}
