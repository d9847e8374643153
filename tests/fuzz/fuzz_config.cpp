// Both configuration files, by the first byte: a fault has a place, and what is accepted keeps the schema's promises.
#include "common/config/host_config.h"
#include "common/config/registry_config.h"
#include "tests/fuzz/require.h"

using namespace countersign;

namespace {

void require_places(const base::Error& error) {
  FUZZ_REQUIRE(error.code == base::ErrorCode::bad_config);
  std::string_view detail = error.detail;
  while (true) {
    const std::string_view line = detail.substr(0, detail.find('\n'));
    FUZZ_REQUIRE(line.starts_with("f:") && line.size() > 6 && line[2] >= '1' && line[2] <= '9');
    for (const char c : line) FUZZ_REQUIRE((c < 0 || c >= 0x20) && c != 0x7f);
    if (line.size() == detail.size()) return;
    detail.remove_prefix(line.size() + 1);
  }
}

void host(std::string_view text) {
  const auto config = config::parse_host_config(text, "f");
  if (!config) return require_places(config.error());
  FUZZ_REQUIRE(config->challenge.timeout >= base::Seconds(10) && config->challenge.timeout <= base::Seconds(115));
  FUZZ_REQUIRE(config->challenge.max_trust >= base::Seconds(0) && config->challenge.levels.size() <= 3);
  FUZZ_REQUIRE(config->registry.token.starts_with('/') && config->paths.signers.starts_with('/'));
  FUZZ_REQUIRE(config->records.max_life >= base::Seconds(60));
  for (const auto& rule : config->rules.rules) {
    FUZZ_REQUIRE(rule.place.starts_with("f:") && rule.message.size() <= 200);
    FUZZ_REQUIRE(!rule.later || rule.then == policy::Verdict::allow);
    FUZZ_REQUIRE(rule.then != policy::Verdict::deny || !(rule.root || rule.any_login_key || rule.number));
  }
  FUZZ_REQUIRE(!config->phone || config->phone->rp_id == config->phone->origin.host());
}

void registry(std::string_view text) {
  const auto config = config::parse_registry_config(text, "f");
  if (!config) return require_places(config.error());
  FUZZ_REQUIRE(config->listen.loopback || config->tls || config->behind_proxy);
  FUZZ_REQUIRE(config->records.resign_after < config->records.life);
  FUZZ_REQUIRE(config->limits.connections > 0 && config->limits.body > 0 && config->listen.port > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = base::as_text({data + 1, size - 1});
  if (data[0] == 'r') {
    registry(text);
  } else {
    host(text);
  }
  return 0;
}
