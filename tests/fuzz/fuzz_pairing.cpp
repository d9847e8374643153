// What a person types as a pairing code, and the field lines of the HTTP API.
#include "common/statement/field_lines.h"
#include "common/statement/pairing_token.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto origin = *base::Origin::parse("https://phone.example.com");
  static const auto made = statement::PairingToken::random();
  FUZZ_REQUIRE(statement::PairingToken::parse(made.text())->code() == made.code());
  const std::string_view text = base::as_text({data, size});
  if (const auto token = statement::PairingToken::read(text)) {
    FUZZ_REQUIRE(statement::PairingToken::read(token->shown())->code() == token->code());
    FUZZ_REQUIRE(statement::PairingToken::parse(token->text())->code() == token->code());
    FUZZ_REQUIRE(token->hash() == statement::Hash32::of(token->text()));
    FUZZ_REQUIRE(statement::PairingToken::read(statement::pairing_url(origin, *token))->code() == token->code());
  }
  if (const auto token = statement::PairingToken::parse(text)) FUZZ_REQUIRE(token->text() == text);
  if (const auto values = statement::parse_field_lines(text, {"state", "user"})) {
    FUZZ_REQUIRE(statement::print_field_lines({{"state", values->at(0)}, {"user", values->at(1)}}) == text);
  }
  return 0;
}
