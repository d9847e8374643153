// pam/conversation.h: the words at the prompt and what may be typed there (PROTOCOL.md section 12).
//
// Enter means "look now, and wait for the rest of the time". It is never consent, and nothing typed here is.
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace countersign::pam {

inline constexpr std::size_t kMaxTypedLine = 1023;  // the ssh client sends no more
inline constexpr int kMaxPrompts = 3;               // one, and two more after a line that was not understood

// What the prompt tells; every part has passed the allow-list of its kind, so it is fit for any terminal.
struct Question {
  std::string user;
  std::string host;
  std::string address;
  std::string number;  // empty where none is wanted
};

std::string prompt_text(const Question& question, bool not_understood);

enum class Typed { look_now };

// An empty line. bad_answer_line for anything else: this release understands only Enter.
base::Result<Typed> parse_typed_line(base::ByteView line);

}  // namespace countersign::pam
