// An SSHSIG blob: one encoding for each signature, and verification stands any that parses.
#include "common/crypto/public_key.h"
#include "common/sshsig/signature.h"
#include "common/sshsig/verify.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto signature = sshsig::parse_signature({data, size});
  if (!signature) return 0;
  FUZZ_REQUIRE(base::as_text(sshsig::serialize(*signature)) == base::as_text({data, size}));

  const auto key = crypto::PublicKey::from_blob(signature->public_key);
  if (!key) return 0;
  const sshsig::Requirements requirements{
      .user_presence = false,
      .webauthn = sshsig::WebauthnExpectation{"https://phone.example.com", "phone.example.com"}};
  const auto verified =
      sshsig::verify(*signature, *key, signature->name_space, base::as_bytes("countersign test vector"), requirements);
  FUZZ_REQUIRE(!verified || verified->key() == *key);
  FUZZ_REQUIRE(!sshsig::verify(*signature, *key, "another", base::as_bytes("countersign test vector"), requirements) ||
               signature->name_space == "another");
  return 0;
}
