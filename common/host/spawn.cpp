#include "common/host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace countersign::host {
namespace {

enum Step : int {
  step_descriptors,
  step_setgroups,
  step_setresgid,
  step_setresuid,
  step_still_root,
  step_chdir,
  step_exec
};

[[noreturn]] void fail(int error_fd, Step step) noexcept {
  const ExecFailure failure{step, errno};
  (void)!::write(error_fd, &failure, sizeof failure);  // nobody is left to tell if this fails
  ::_exit(127);
}

void reset_signals() noexcept {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) (void)::sigaction(number, &standard, nullptr);  // KILL and STOP refuse
  sigset_t none;
  (void)::sigemptyset(&none);
  (void)::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

// 0, 1, 2 are ours, 3 is the error pipe (closed by exec), everything above is closed.
void arrange_descriptors(const SpawnPlan& plan) noexcept {
  constexpr int kErrorFd = 3;
  const int error_fd = ::fcntl(plan.error_fd, F_DUPFD_CLOEXEC, 10);
  if (error_fd < 0) fail(plan.error_fd, step_descriptors);
  if (::dup2(plan.stdin_fd, 0) < 0 || ::dup2(plan.stdout_fd, 1) < 0) fail(error_fd, step_descriptors);
  if (plan.stderr_fd >= 0 && ::dup2(plan.stderr_fd, 2) < 0) fail(error_fd, step_descriptors);
  if (::dup3(error_fd, kErrorFd, O_CLOEXEC) < 0) fail(error_fd, step_descriptors);
  if (::syscall(SYS_close_range, kErrorFd + 1U, ~0U, 0U) == 0) return;
  rlimit limit{};
  const rlim_t end = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 1048576 ? limit.rlim_cur : 1048576;
  for (int fd = kErrorFd + 1; static_cast<rlim_t>(fd) < end; ++fd) (void)::close(fd);
}

// The raw system calls: the C library's wrappers signal other threads, which this process does not have.
void give_up_root(const Identity& to, int error_fd) noexcept {
  errno = EINVAL;
  if (to.uid == 0 || to.gid == 0) fail(error_fd, step_still_root);
  if (::syscall(SYS_setgroups, 0, nullptr) != 0) fail(error_fd, step_setgroups);
  if (::syscall(SYS_setresgid, to.gid, to.gid, to.gid) != 0) fail(error_fd, step_setresgid);
  if (::syscall(SYS_setresuid, to.uid, to.uid, to.uid) != 0) fail(error_fd, step_setresuid);

  uid_t real_uid = 0;
  uid_t effective_uid = 0;
  uid_t saved_uid = 0;
  gid_t real_gid = 0;
  gid_t effective_gid = 0;
  gid_t saved_gid = 0;
  if (::getresuid(&real_uid, &effective_uid, &saved_uid) != 0) fail(error_fd, step_setresuid);
  if (::getresgid(&real_gid, &effective_gid, &saved_gid) != 0) fail(error_fd, step_setresgid);
  errno = EPERM;
  if (real_uid != to.uid || effective_uid != to.uid || saved_uid != to.uid) fail(error_fd, step_setresuid);
  if (real_gid != to.gid || effective_gid != to.gid || saved_gid != to.gid) fail(error_fd, step_setresgid);
  if (::getgroups(0, nullptr) != 0) fail(error_fd, step_setgroups);
  if (::syscall(SYS_setuid, 0) == 0 || ::syscall(SYS_setgid, 0) == 0) fail(error_fd, step_still_root);
}

[[noreturn]] void become(const SpawnPlan& plan) noexcept {
  constexpr int kErrorFd = 3;
  reset_signals();
  arrange_descriptors(plan);
  if (plan.run_as) give_up_root(*plan.run_as, kErrorFd);
  (void)::setsid();  // fails only for a group leader, which a fresh child is not
  (void)::umask(077);
  if (::chdir("/") != 0) fail(kErrorFd, step_chdir);
  (void)::execve(plan.path, plan.argv, plan.envp);
  fail(kErrorFd, step_exec);
}

}  // namespace

const char* exec_step_name(int step) noexcept {
  switch (step) {
    case step_descriptors: return "arranging descriptors";
    case step_setgroups: return "setgroups";
    case step_setresgid: return "setresgid";
    case step_setresuid: return "setresuid";
    case step_still_root: return "giving up root for good";
    case step_chdir: return "chdir";
    case step_exec: return "exec";
    default: return "an unknown step";
  }
}

pid_t spawn(const SpawnPlan& plan) noexcept {
  sigset_t all;
  sigset_t before;
  (void)::sigfillset(&all);
  if (const int error = ::pthread_sigmask(SIG_SETMASK, &all, &before); error != 0) {
    errno = error;
    return -1;
  }
  const pid_t pid = ::fork();
  if (pid == 0) become(plan);
  const int error = errno;
  (void)::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

}  // namespace countersign::host
