#include "cli/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/base/handle.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;
using base::Fd;

struct Pipe {
  Fd read;
  Fd write;
};

base::Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error(ErrorCode::io_error, std::strerror(errno));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

// posix_spawn's two objects, destroyed with the scope.
class SpawnPlan {
 public:
  SpawnPlan(int in, int out) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);  // this program ignores it; the child should not
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  [[nodiscard]] int start(pid_t& pid, const std::vector<std::string>& argv) const {
    std::vector<char*> words;
    words.reserve(argv.size() + 1);
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    return ::posix_spawnp(&pid, words.front(), &actions_, &attributes_, words.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// A child that went away says so through its exit code; here the rest is simply not written.
void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

base::Result<std::string> read_all(int fd, std::size_t most) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(ErrorCode::io_error, std::strerror(errno));
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > most) return Error(ErrorCode::too_large, "the child says more than expected");
  }
}

int reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return 127;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

base::Result<Finished> run_child(const std::vector<std::string>& argv, std::string_view input, std::size_t most) {
  auto to_child = make_pipe();
  if (!to_child) return to_child.error();
  auto from_child = make_pipe();
  if (!from_child) return from_child.error();
  pid_t pid = -1;
  const SpawnPlan plan(to_child->read.get(), from_child->write.get());
  if (const int why = plan.start(pid, argv); why != 0) {
    return Error(ErrorCode::io_error, argv.front() + ": " + std::strerror(why));
  }
  to_child->read.reset();
  from_child->write.reset();
  write_all(to_child->write.get(), input);
  to_child->write.reset();
  auto output = read_all(from_child->read.get(), most);
  from_child->read.reset();
  const int exit_code = reap(pid);
  if (!output) return output.error().within(argv.front());
  return Finished{exit_code, std::move(*output)};
}

}  // namespace countersign::cli
