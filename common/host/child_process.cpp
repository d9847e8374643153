#include "common/host/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/blocked_signal.h"
#include "common/host/spawn.h"

namespace countersign::host {
namespace {

using base::ErrorCode;
using base::Fd;
using base::Result;

struct Pipe {
  Fd read;
  Fd write;
};

// A descriptor above 2, so that the child can put its own at 0, 1 and 2 even when the caller has these closed.
Fd above_stdio(Fd fd) {
  if (!fd || fd.get() > 2) return fd;
  return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return {ErrorCode::courier_failed, std::string("pipe: ") + ::strerror(errno)};
  Pipe pipe{above_stdio(Fd(ends[0])), above_stdio(Fd(ends[1]))};
  if (!pipe.read || !pipe.write) return {ErrorCode::courier_failed, std::string("pipe: ") + ::strerror(errno)};
  return pipe;
}

bool set_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

int poll_timeout(base::MonotonicTime deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  if (left <= left.zero()) return 0;
  const auto whole = std::chrono::ceil<base::Milliseconds>(left).count();
  return static_cast<int>(std::min<std::int64_t>(whole, 60'000));
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));  // exec's old signature
  list.push_back(nullptr);
  return list;
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildSpec& spec) {
  if (spec.argv.empty() || !spec.argv.front().starts_with('/')) {
    return {ErrorCode::courier_failed, "the program's path is not absolute"};
  }
  Result<Pipe> to_child = make_pipe();
  if (!to_child) return to_child.error();
  Result<Pipe> from_child = make_pipe();
  if (!from_child) return from_child.error();
  Result<Pipe> exec_error = make_pipe();
  if (!exec_error) return exec_error.error();
  Fd null;
  if (!spec.inherit_stderr) {
    null = above_stdio(Fd(::open("/dev/null", O_RDWR | O_CLOEXEC)));
    if (!null) return {ErrorCode::courier_failed, std::string("/dev/null: ") + ::strerror(errno)};
  }
  if (!set_nonblocking(to_child->write.get()) || !set_nonblocking(from_child->read.get()) ||
      !set_nonblocking(exec_error->read.get())) {
    return {ErrorCode::courier_failed, std::string("fcntl: ") + ::strerror(errno)};
  }

  const std::vector<char*> argv = pointers(spec.argv);
  const std::vector<char*> envp = pointers(spec.environment);
  const SpawnPlan plan{.path = spec.argv.front().c_str(),
                       .argv = argv.data(),
                       .envp = envp.data(),
                       .stdin_fd = to_child->read.get(),
                       .stdout_fd = from_child->write.get(),
                       .stderr_fd = null.get(),
                       .error_fd = exec_error->write.get(),
                       .run_as = spec.run_as};
  const pid_t pid = spawn(plan);
  if (pid < 0) return {ErrorCode::courier_failed, std::string("fork: ") + ::strerror(errno)};

  ChildProcess child;
  child.pid_ = pid;
#ifdef SYS_pidfd_open
  child.pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // without it we poll
#endif
  child.stdin_ = std::move(to_child->write);
  child.stdout_ = std::move(from_child->read);
  child.exec_error_ = std::move(exec_error->read);
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      wait_status_(other.wait_status_),
      pidfd_(std::move(other.pidfd_)),
      stdin_(std::move(other.stdin_)),
      stdout_(std::move(other.stdout_)),
      exec_error_(std::move(other.exec_error_)),
      pending_(std::move(other.pending_)),
      received_(std::move(other.received_)),
      at_end_(other.at_end_) {}

void ChildProcess::send(base::ByteView bytes) {
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  if (stdin_ && pending_.size() > 4096) {  // fails harmlessly: then read_to_end writes the rest
    (void)::fcntl(stdin_.get(), F_SETPIPE_SZ, static_cast<int>(pending_.size()));
  }
  flush_pending();
}

void ChildProcess::flush_pending() {
  const base::BlockedSignal no_sigpipe(SIGPIPE);
  std::size_t done = 0;
  while (stdin_ && done < pending_.size()) {
    const ssize_t n = ::write(stdin_.get(), pending_.data() + done, pending_.size() - done);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (n < 0 && errno == EAGAIN) {
      break;
    } else if (n < 0 && errno != EINTR) {
      done = pending_.size();  // the reader is gone; what it said, if anything, is still to be read
    }
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
}

// Takes what one read gives. True at end of file.
Result<bool> ChildProcess::read_some(std::size_t cap) {
  std::array<std::uint8_t, 16384> buffer;
  const ssize_t n = ::read(stdout_.get(), buffer.data(), buffer.size());
  if (n == 0) return true;
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n < 0) return {ErrorCode::io_error, std::string("read: ") + ::strerror(errno)};
  received_.insert(received_.end(), buffer.begin(), buffer.begin() + n);
  if (received_.size() > cap) return {ErrorCode::too_large, "more than " + std::to_string(cap) + " bytes"};
  return false;
}

Result<base::ByteView> ChildProcess::ended() {
  ExecFailure failure{};
  if (exec_error_ && ::read(exec_error_.get(), &failure, sizeof failure) == sizeof failure) {
    return {ErrorCode::courier_failed,
            std::string("not started: ") + exec_step_name(failure.step) + ": " + ::strerror(failure.error)};
  }
  return base::ByteView(received_);
}

Result<base::ByteView> ChildProcess::read_to_end(std::size_t cap, base::MonotonicTime deadline) {
  if (at_end_) return ended();
  if (!stdout_) return {ErrorCode::courier_failed, "withdrawn"};
  while (true) {
    flush_pending();
    Result<bool> end = read_some(cap);
    if (!end) return end.error();
    if (*end) {
      at_end_ = true;
      return ended();
    }
    // Here and not only when nothing comes: a child that never stops dripping does not get more time than a silent one.
    if (std::chrono::steady_clock::now() >= deadline) return {ErrorCode::deadline_passed, "no whole reply in time"};
    std::array<pollfd, 2> wanted{{{stdout_.get(), POLLIN, 0}, {pending_.empty() ? -1 : stdin_.get(), POLLOUT, 0}}};
    const int ready = ::poll(wanted.data(), wanted.size(), poll_timeout(deadline));
    if (ready < 0 && errno != EINTR) return {ErrorCode::io_error, std::string("poll: ") + ::strerror(errno)};
  }
}

// True when there is nothing left to wait for: reaped by us, or by the application (ECHILD).
bool ChildProcess::try_reap() noexcept {
  if (pid_ < 0) return true;
  int status = 0;
  const pid_t got = ::waitpid(pid_, &status, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR)) return false;
  if (got == pid_) wait_status_ = status;
  pid_ = -1;
  return true;
}

bool ChildProcess::await_end(base::MonotonicTime deadline) noexcept {
  while (!try_reap()) {
    const int timeout = poll_timeout(deadline);
    if (timeout == 0) return false;
    pollfd end{pidfd_.get(), POLLIN, 0};
    (void)::poll(&end, 1, pidfd_ ? timeout : std::min(timeout, 5));  // a negative fd only sleeps
  }
  return true;
}

std::optional<int> ChildProcess::wait(base::MonotonicTime deadline) noexcept {
  (void)await_end(deadline);
  return wait_status_;
}

void ChildProcess::stop(base::Milliseconds grace) noexcept {
  stdin_.reset();
  stdout_.reset();
  if (pid_ < 0 || await_end(std::chrono::steady_clock::now() + grace)) return;
#ifdef SYS_pidfd_send_signal
  const bool sent = pidfd_ && ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0) == 0;
#else
  const bool sent = false;
#endif
  if (!sent && !try_reap()) (void)::kill(pid_, SIGKILL);
  (void)await_end(std::chrono::steady_clock::now() + base::Milliseconds(500));  // longer only in the kernel's hands
}

}  // namespace countersign::host
