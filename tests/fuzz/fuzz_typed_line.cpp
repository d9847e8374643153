// What is typed at the prompt: only the empty line means anything, and no fault quotes what was typed.
#include "pam/typed_line.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto typed = pam::parse_typed_line({data, size});
  FUZZ_REQUIRE(typed.has_value() == (size == 0));
  if (typed) return 0;
  FUZZ_REQUIRE(typed.error().code == base::ErrorCode::bad_answer_line);
  FUZZ_REQUIRE(typed.error().detail == (size > pam::kMaxTypedLine ? "longer than 1023 bytes" : "not an empty line"));
  return 0;
}
