// host/child_process.h: one child process with a pipe on stdin and one on stdout, made safely from inside a process
// that is not ours (sshd's PAM child) or that is short-lived (the key helper).
//
// Promises: between fork and exec the child makes only async-signal-safe calls; it starts with default signals, no
// signal mask, no descriptor but 0, 1 and 2, exactly the environment given, umask 077, "/" as directory, a session of
// its own, and, where run_as says so, without any way back to root (checked, else it does not start). SIGPIPE never
// reaches the caller, whatever the caller's handlers are; SIGCHLD may be ignored or handled by somebody else. The
// destructor closes the pipes, waits one second, kills and reaps. One thread at a time; nothing here throws.
//
// PR_SET_PDEATHSIG is not used: it fires when the *thread* that forked ends. A child learns of our death by end of
// file.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/handle.h"
#include "common/base/result.h"

namespace countersign::host {

struct Identity {
  uid_t uid;
  gid_t gid;
};

struct ChildSpec {
  std::vector<std::string> argv;         // argv[0] is an absolute path
  std::vector<std::string> environment;  // NAME=VALUE; nothing unless given
  std::optional<Identity> run_as;        // given up for good: supplementary groups, real, effective and saved ids
  bool inherit_stderr = false;           // else /dev/null
};

class ChildProcess {
 public:
  static base::Result<ChildProcess> start(const ChildSpec& spec);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { stop(base::Seconds(1)); }

  // Writes what the pipe takes now (it is made large enough where the system allows it) and keeps the rest for
  // read_to_end. A child that is gone already is not an error here: reading will tell.
  void send(base::ByteView bytes);
  void close_stdin() noexcept { stdin_.reset(); }

  // Reads until the child closes its stdout. deadline_passed leaves the child and what was read so far in place, so it
  // can be called again; more than `cap` bytes is too_large; a child that did not reach exec is courier_failed with the
  // step that failed.
  base::Result<base::ByteView> read_to_end(std::size_t cap, base::MonotonicTime deadline);

  // The wait status once the child has ended; nothing when it has not by `deadline`, or when somebody else reaped it.
  std::optional<int> wait(base::MonotonicTime deadline) noexcept;

  // Closes the pipes, waits up to `grace` for the child to end, then kills it, and reaps it. Can be called twice.
  void stop(base::Milliseconds grace) noexcept;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] int stdout_fd() const noexcept { return stdout_.get(); }  // to poll beside other descriptors

 private:
  ChildProcess() = default;
  void flush_pending();
  base::Result<bool> read_some(std::size_t cap);
  [[nodiscard]] bool try_reap() noexcept;
  [[nodiscard]] bool await_end(base::MonotonicTime deadline) noexcept;
  [[nodiscard]] base::Result<base::ByteView> ended();

  pid_t pid_ = -1;  // -1 once reaped
  std::optional<int> wait_status_;
  base::Fd pidfd_;  // where the kernel has it: no signal can hit a stranger that got our child's number
  base::Fd stdin_;
  base::Fd stdout_;
  base::Fd exec_error_;  // closed by a successful exec
  base::Bytes pending_;
  base::Bytes received_;
  bool at_end_ = false;
};

}  // namespace countersign::host
