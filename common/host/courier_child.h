// host/courier_child.h: the courier as a child of this process: started, waited for, withdrawn (PROTOCOL.md section
// 10).
//
//   auto courier = CourierChild::start(settings, request);
//   …                                       // the prompt, say: the courier works beside it
//   auto reply = courier->await(deadline);  // deadline_passed may be asked again later; everything else is final
//
// The reply counts when it is whole and the courier's stdout has ended right behind it. A courier that cannot be
// started, ends early, sends garbage, too much or more than one reply is courier_failed. The destructor withdraws: end
// of file on the courier's stdin, one second for it to end, then SIGKILL. See child_process.h for what the child gets.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/host/child_process.h"
#include "common/host/courier_message.h"

namespace countersign::host {

struct CourierSettings {
  std::string program;             // absolute path of countersign-courier
  std::string config;              // its --config
  std::optional<Identity> run_as;  // the module and a root shell drop to it; the key helper is it already
  bool inherit_stderr = false;
};

class CourierChild {
 public:
  static base::Result<CourierChild> start(const CourierSettings& settings, const CourierRequest& request);

  base::Result<CourierReply> await(base::MonotonicTime deadline);

  // At once; the destructor would do the same. Less than a second is for a courier that has nothing to take back.
  void withdraw(base::Milliseconds grace = base::Seconds(1)) noexcept { child_.stop(grace); }

  [[nodiscard]] pid_t pid() const noexcept { return child_.pid(); }
  [[nodiscard]] int reply_fd() const noexcept { return child_.stdout_fd(); }  // readable when await has something to do

 private:
  explicit CourierChild(ChildProcess child) : child_(std::move(child)) {}
  ChildProcess child_;
};

}  // namespace countersign::host
