// The armor of an SSHSIG, strict and pasted.
#include "common/sshsig/armor.h"
#include "common/sshsig/signature.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const auto blob = sshsig::parse_armor(text);
  const auto exact = sshsig::parse_armor_exact(text);
  const auto pasted = sshsig::normalize_pasted_armor(text);
  const auto signature = sshsig::parse_armored_signature(text);

  FUZZ_REQUIRE(!exact || sshsig::print_armor(*exact) == text);
  FUZZ_REQUIRE(!exact || (blob && *blob == *exact));
  if (blob) {
    FUZZ_REQUIRE(sshsig::parse_armor_exact(sshsig::print_armor(*blob)).value() == *blob);
    FUZZ_REQUIRE(pasted && *pasted == sshsig::print_armor(*blob));
  }
  FUZZ_REQUIRE(signature.has_value() == (blob && sshsig::parse_signature(*blob)));
  FUZZ_REQUIRE(!signature || sshsig::serialize(*signature) == *blob);
  FUZZ_REQUIRE(!pasted || sshsig::parse_armor_exact(*pasted));
  return 0;
}
