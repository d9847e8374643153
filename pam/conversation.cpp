#include "pam/conversation.h"

namespace countersign::pam {
namespace {

// An address that would be broken at the end of a terminal's line stands alone: it is to be clicked, or copied whole.
std::string link_line(const std::string& link) {
  constexpr std::size_t kColumns = 80;
  const std::string words = "\nor open";
  return words + (words.size() + link.size() <= kColumns ? " " : "\n") + link;
}

}  // namespace

std::string prompt_text(const Question& question, bool not_understood) {
  std::string text = not_understood ? "Only Enter is understood here.\n" : "";
  // ssh puts "(user@host) " before the first line, which may be longer than a terminal is wide; the number is below it.
  text += question.user + "@" + question.host + " from " + question.address;
  if (!question.bastion.empty()) text += " through " + question.bastion;
  if (!question.message.empty()) text += "\n" + question.message;
  text += "\nApprove on your phone";
  if (!question.number.empty()) text += " with number " + question.number;
  if (!question.link.empty()) text += link_line(question.link);
  return text + "\nPress Enter when done: ";
}

}  // namespace countersign::pam
