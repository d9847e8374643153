#include "common/statement/bundle.h"

#include <string>

#include "common/sshsig/armor.h"

namespace countersign::statement {

base::Result<std::vector<std::string_view>> split_bundle(std::string_view text) {
  constexpr std::string_view kHead = "countersign ";
  if (text.size() > max_bundle) {
    return base::Error(base::ErrorCode::too_large, "a bundle of " + std::to_string(text.size()) + " bytes");
  }
  std::vector<std::string_view> pieces;
  std::size_t start = 0;  // of the current piece
  bool ended = true;      // the piece before has ended, so a head must come
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t lf = text.find('\n', at);
    const std::size_t next = lf == std::string_view::npos ? text.size() : lf + 1;
    const std::string_view line = text.substr(at, lf - at);
    if (line.starts_with(kHead)) {
      if (!ended) pieces.push_back(text.substr(start, at - start));
      start = at;
      ended = false;
    } else if (ended) {
      return base::Error(base::ErrorCode::bad_statement, "statement " + std::to_string(pieces.size() + 1) +
                                                             " of the bundle does not begin with \"countersign \"");
    } else if (line == sshsig::armor_footer) {
      pieces.push_back(text.substr(start, next - start));
      ended = true;
    }
    at = next;
  }
  if (!ended) pieces.push_back(text.substr(start));
  return pieces;
}

}  // namespace countersign::statement
