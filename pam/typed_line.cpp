#include "pam/typed_line.h"

namespace countersign::pam {

base::Result<Typed> parse_typed_line(base::ByteView line) {
  if (line.empty()) return Typed::look_now;
  if (line.size() > kMaxTypedLine) return {base::ErrorCode::bad_answer_line, "longer than 1023 bytes"};
  return {base::ErrorCode::bad_answer_line, "not an empty line"};
}

}  // namespace countersign::pam
