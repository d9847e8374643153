// base/blocked_signal.h: blocks one signal for this thread while it lives, and takes away the one that arrived
// meanwhile: so a write of ours that would cause it is an error we see, whatever the process around us does with it.
//
// For SIGPIPE and SIGXFSZ, which the kernel sends to the thread that wrote. A signal that was pending before stays.
#pragma once

#include <signal.h>
#include <time.h>

#include <cerrno>

namespace countersign::base {

class BlockedSignal {
 public:
  explicit BlockedSignal(int number) noexcept {
    (void)::sigemptyset(&only_);
    (void)::sigaddset(&only_, number);
    sigset_t pending;
    (void)::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, number) == 1;
    (void)::pthread_sigmask(SIG_BLOCK, &only_, &before_);
  }
  BlockedSignal(const BlockedSignal&) = delete;
  BlockedSignal& operator=(const BlockedSignal&) = delete;
  ~BlockedSignal() {
    if (!was_pending_) {
      const timespec at_once{};
      while (::sigtimedwait(&only_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
    (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t only_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace countersign::base
