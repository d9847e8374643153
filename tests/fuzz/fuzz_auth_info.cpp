// SSH_AUTH_INFO_0: keys come only from lines whose method is exactly "publickey", one each.
#include <algorithm>

#include "pam/auth_info.h"
#include "tests/fuzz/require.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const auto info = pam::parse_auth_info(text);
  if (!info) {
    FUZZ_REQUIRE(info.error().code == base::ErrorCode::bad_auth_info);
    return 0;
  }
  FUZZ_REQUIRE(text.empty() || text.back() == '\n');
  std::size_t keys = 0;
  bool keyboard_interactive = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    keys += line.starts_with("publickey ") ? 1 : 0;
    FUZZ_REQUIRE(line != "publickey");
    keyboard_interactive |= line == "keyboard-interactive/pam";
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  FUZZ_REQUIRE(info->keys.size() == keys);
  FUZZ_REQUIRE(info->keyboard_interactive == keyboard_interactive);
  return 0;
}
