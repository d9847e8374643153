// A signers file: an accepted one has namespaces and a key in each line, and finds a key only by a line of that key.
#include "common/keys/signers.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto signers = keys::Signers::parse(base::as_text({data, size}), "f");
  if (!signers) {
    const base::ErrorCode code = signers.error().code;
    FUZZ_REQUIRE(code == base::ErrorCode::bad_signers_line || code == base::ErrorCode::unsupported_signers_line ||
                 code == base::ErrorCode::too_large);
    FUZZ_REQUIRE(signers.error().detail.starts_with("f:"));
    return 0;
  }
  const base::Time now = base::parse_time("2026-11-21T09:30:00Z").value();
  std::size_t last = 0;
  for (const keys::SignerLine& line : signers->lines()) {
    FUZZ_REQUIRE(line.number > last && !line.namespaces.empty() && !line.principals.empty());
    last = line.number;
    const auto found = signers->find("alice", "record.v1@countersign", line.key.blob(), now);
    FUZZ_REQUIRE(!found || *found == line.key);
  }
  FUZZ_REQUIRE(!signers->find("alice", "record.v1@countersign", {}, now));
  return 0;
}
