// A key line: what is printed from the parts of an accepted line is one line, canonical, and means the same again.
#include "common/keys/authorized_keys.h"
#include "common/keys/public_key_line.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const auto record_key = keys::parse_record_key(text);
  const auto key = keys::parse_authorized_key(text);
  FUZZ_REQUIRE(!record_key || key);
  const auto plain = keys::parse_public_key(text);
  FUZZ_REQUIRE(!plain || (keys::print_public_key(*plain) == text && keys::parse_public_key_file(text)));
  if (!key) return 0;
  const std::string printed = keys::print_record_key(*key);
  for (const char c : printed) FUZZ_REQUIRE((c < 0 || c >= 0x20) && c != 0x7f);
  const auto again = keys::parse_record_key(printed);
  FUZZ_REQUIRE(again && again->options == key->options && again->key == key->key);
  for (const keys::Option& option : key->options) {
    const keys::Option* const first = key->find(option.name());
    FUZZ_REQUIRE(first != nullptr && first <= &option);
    const bool repeats =
        option.name() == keys::OptionName::permitopen || option.name() == keys::OptionName::permitlisten;
    FUZZ_REQUIRE(repeats || first == &option);
  }
  FUZZ_REQUIRE(record_key.has_value() == (printed == text));
  FUZZ_REQUIRE(printed.ends_with(keys::print_public_key(key->key)));
  return 0;
}
