#include "pam/conversation.h"

namespace countersign::pam {

std::string prompt_text(const Question& question, bool not_understood) {
  std::string text = not_understood ? "Only Enter is understood here. " : "";
  text += question.user + "@" + question.host + " from " + question.address + " — approve on your phone";
  if (!question.number.empty()) text += " with number " + question.number;
  return text + "\nPress Enter when done: ";
}

}  // namespace countersign::pam
