// The clientDataJSON of a WebAuthn assertion.
#include "common/sshsig/client_data.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string json(base::as_text({data, size}));
  const auto parsed = sshsig::parse_client_data(json);
  const std::string_view origin = "https://phone.example.com";
  const sshsig::ClientDataExpectation expected{base::as_bytes("SSHSIG challenge"), parsed ? parsed->raw_origin : origin,
                                               origin};
  const auto checked = sshsig::check_client_data(json, expected);
  FUZZ_REQUIRE(!checked || parsed);
  if (!parsed) return 0;
  FUZZ_REQUIRE(json.size() <= sshsig::max_client_data && json.front() == '{' && json.back() == '}');
  FUZZ_REQUIRE(!checked || (parsed->origin == origin && parsed->type == "webauthn.get" && !parsed->cross_origin));
  // One more member is still an object; the same member twice is not.
  const std::string body = json.substr(0, json.size() - 1);
  FUZZ_REQUIRE(!sshsig::parse_client_data(body + R"(,"type":"webauthn.get"})"));
  FUZZ_REQUIRE(!sshsig::parse_client_data(json + " "));
  return 0;
}
