// pam/conversation.h: the words at the prompt, and how often it is shown (PROTOCOL.md section 12). What may be typed
// there stands in pam/typed_line.h.
#pragma once

#include <string>

namespace countersign::pam {

inline constexpr int kMaxPrompts = 3;  // one, and two more after a line that was not understood

// What the prompt tells; every part has passed the allow-list of its kind, so it is fit for any terminal; the
// message is root's own, and fit to be shown.
struct Question {
  std::string user;
  std::string host;
  std::string address;
  std::string bastion;  // the relay that the address is; empty for none
  std::string message;  // of the rule; empty for none
  std::string number;   // empty where none is wanted
  std::string link;     // where the login can be approved too; empty for no such line
};

std::string prompt_text(const Question& question, bool not_understood);

}  // namespace countersign::pam
