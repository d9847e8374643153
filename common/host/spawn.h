// host/spawn.h: the fork of ChildProcess, apart because its child half obeys other rules: only async-signal-safe calls,
// nothing that allocates, no library of ours. Internal to the room.
#pragma once

#include "common/host/child_process.h"

namespace countersign::host {

// What a child that could not exec says of itself through a pipe.
struct ExecFailure {
  int step;  // index into the names exec_step_name() knows
  int error;
};

const char* exec_step_name(int step) noexcept;

struct SpawnPlan {
  const char* path;
  char* const* argv;
  char* const* envp;
  int stdin_fd;  // all descriptors here are above 2
  int stdout_fd;
  int stderr_fd;  // -1: keep the caller's
  int error_fd;
  std::optional<Identity> run_as;
};

// The child's pid, or -1 with errno. All signals are blocked across the fork, so that no handler of the application
// runs in the child.
pid_t spawn(const SpawnPlan& plan) noexcept;

}  // namespace countersign::host
