// cli/terminal.h: lines typed by a person, waited for with a deadline and a tick for the countdown.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace countersign::cli {

class LineInput {
 public:
  explicit LineInput(int fd) : fd_(fd) {}

  // The next line without its end; nothing when `deadline` passes first (what was typed so far is kept). `tick` is
  // called about once a second while waiting. not_found at the end of input, too_large for a line above 1 KiB.
  base::Result<std::optional<std::string>> read_line(base::MonotonicTime deadline, const std::function<void()>& tick);

 private:
  int fd_;
  std::string pending_;
  bool ended_ = false;
};

bool is_terminal(int fd);
// Colours and attributes: on a terminal, unless NO_COLOR is set or TERM is dumb.
bool wants_attributes(int fd);

}  // namespace countersign::cli
