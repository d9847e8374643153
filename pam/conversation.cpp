#include "pam/conversation.h"

namespace countersign::pam {

std::string prompt_text(const Question& question, bool not_understood) {
  std::string text = not_understood ? "Only Enter is understood here. " : "";
  text += question.user + "@" + question.host + " from " + question.address + " — approve on your phone";
  if (!question.number.empty()) text += " with number " + question.number;
  return text + "\nPress Enter when done: ";
}

base::Result<Typed> parse_typed_line(base::ByteView line) {
  if (line.empty()) return Typed::look_now;
  if (line.size() > kMaxTypedLine) return {base::ErrorCode::bad_answer_line, "longer than 1023 bytes"};
  return {base::ErrorCode::bad_answer_line, "not an empty line"};
}

}  // namespace countersign::pam
