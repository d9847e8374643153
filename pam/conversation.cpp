#include "pam/conversation.h"

namespace countersign::pam {

std::string prompt_text(const Question& question, bool not_understood) {
  std::string text = not_understood ? "Only Enter is understood here.\n" : "";
  // ssh puts "(user@host) " before the first line, which may be longer than a terminal is wide; the number is below it.
  text += question.user + "@" + question.host + " from " + question.address + "\nApprove on your phone";
  if (!question.number.empty()) text += " with number " + question.number;
  return text + "\nPress Enter when done: ";
}

}  // namespace countersign::pam
