// registry/admin/question.h: what a person types, waited for beside something else that may happen.
//
// While an Interrupts lives, Ctrl-C, a hang-up and SIGTERM only set a mark, so that what was begun can be ended in
// order.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/base/clock.h"

namespace countersign::registry::admin {

class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  [[nodiscard]] static bool seen();
};

// Sleeps that long, or until an interrupt.
void pause_for(base::Milliseconds time);

class TypedLine {
 public:
  // What was typed before the question was asked is no answer to it: thrown away where `fd` is a terminal.
  explicit TypedLine(int fd);

  enum class State { waiting, whole, ended };  // ended: end of file, or more than a line should hold
  // Waits that long at most.
  State wait(base::Milliseconds time);
  [[nodiscard]] const std::string& text() const { return text_; }  // without its end

 private:
  int fd_;
  std::string text_;
};

}  // namespace countersign::registry::admin
