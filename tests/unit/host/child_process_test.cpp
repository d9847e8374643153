#include "common/host/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>

#include "tests/unit/host/script.h"

namespace countersign::host {
namespace {

using base::ErrorCode;

constexpr uid_t kNobody = 65534;

class ChildProcessTest : public ScriptTest {
 protected:
  // Everything the script prints.
  std::string output_of(const std::string& body, std::optional<Identity> run_as = std::nullopt) {
    auto child = ChildProcess::start({.argv = {script(body)}, .environment = {}, .run_as = run_as});
    EXPECT_TRUE(child);
    child->close_stdin();
    const auto bytes = child->read_to_end(65536, in_ms(5000));
    EXPECT_TRUE(bytes) << base::to_string(bytes.error());
    return bytes ? std::string(base::as_text(*bytes)) : std::string();
  }
};

TEST_F(ChildProcessTest, StartsClean) {
  const base::Fd inheritable(::open("/dev/null", O_RDONLY));  // no O_CLOEXEC, as other code in sshd may do
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGUSR1, &ignore, &before), 0);
  sigset_t block;
  sigset_t mask_before;
  sigemptyset(&block);
  sigaddset(&block, SIGTERM);
  ASSERT_EQ(::sigprocmask(SIG_BLOCK, &block, &mask_before), 0);

  const std::string said = output_of(
      "/usr/bin/env; umask; /bin/pwd; /bin/readlink /proc/self/fd/2; /bin/ls /proc/$$/fd | /usr/bin/tr '\\n' ' ';"
      "/bin/grep -E '^Sig(Blk|Ign)' /proc/self/status");

  ASSERT_EQ(::sigaction(SIGUSR1, &before, nullptr), 0);
  ASSERT_EQ(::sigprocmask(SIG_SETMASK, &mask_before, nullptr), 0);
  // PWD is sh's own. 10 is the script, which sh holds open while it reads it.
  EXPECT_EQ(said, "PWD=/\n0077\n/\n/dev/null\n0 1 10 2 SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(ChildProcessTest, ReadsWhatIsSentAndSaysWithWhatItEnded) {
  auto child = ChildProcess::start({.argv = {script("cat; exit 3")}, .environment = {}, .run_as = {}});
  ASSERT_TRUE(child);
  const std::string large(300'000, 'x');  // more than a pipe takes at once
  child->send(base::as_bytes(large));
  const auto early = child->read_to_end(400'000, in_ms(300));
  EXPECT_EQ(early.error().code, ErrorCode::deadline_passed);
  child->close_stdin();
  const auto bytes = child->read_to_end(400'000, in_ms(5000));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(base::as_text(*bytes), large);
  const auto status = child->wait(in_ms(5000));
  ASSERT_TRUE(status);
  EXPECT_EQ(WEXITSTATUS(*status), 3);
}

TEST_F(ChildProcessTest, NamesTheStepThatFailed) {
  auto missing = ChildProcess::start({.argv = {"/nonexistent/program"}, .environment = {}, .run_as = {}});
  ASSERT_TRUE(missing);
  const auto bytes = missing->read_to_end(10, in_ms(5000));
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error(), base::Error(ErrorCode::courier_failed));
  EXPECT_EQ(bytes.error().detail, "not started: exec: No such file or directory");

  auto root = ChildProcess::start({.argv = {script("echo x")}, .environment = {}, .run_as = Identity{0, kNobody}});
  ASSERT_TRUE(root);
  EXPECT_EQ(root->read_to_end(10, in_ms(5000)).error().detail,
            "not started: giving up root for good: Invalid argument");

  EXPECT_EQ(ChildProcess::start({.argv = {"cat"}, .environment = {}, .run_as = {}}).error().code,
            ErrorCode::courier_failed);
  EXPECT_EQ(ChildProcess::start({.argv = {}, .environment = {}, .run_as = {}}).error().code, ErrorCode::courier_failed);
}

TEST_F(ChildProcessTest, GivesUpRootForGood) {
  if (::geteuid() != 0) {
    auto child = ChildProcess::start({.argv = {script("echo x")}, .environment = {}, .run_as = Identity{1, 1}});
    ASSERT_TRUE(child);
    EXPECT_EQ(child->read_to_end(10, in_ms(5000)).error().detail, "not started: setgroups: Operation not permitted");
    return;
  }
  EXPECT_EQ(output_of("/bin/grep -E '^(Uid|Gid|Groups|CapEff|CapPrm)' /proc/self/status", Identity{kNobody, kNobody}),
            "Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\nGroups:\t \n"
            "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n");
}

TEST_F(ChildProcessTest, LimitsWhatItReads) {
  auto child = ChildProcess::start({.argv = {script("exec cat /dev/zero")}, .environment = {}, .run_as = {}});
  ASSERT_TRUE(child);
  EXPECT_EQ(child->read_to_end(1000, in_ms(5000)).error().code, ErrorCode::too_large);
}

// One that always has a byte more gets no more time than a silent one.
TEST_F(ChildProcessTest, EndsReadingAtTheDeadlineWhateverComes) {
  auto child = ChildProcess::start(
      {.argv = {"/bin/dd", "if=/dev/zero", "bs=1", "count=100000000"}, .environment = {}, .run_as = {}});
  ASSERT_TRUE(child);
  const Stopwatch watch;
  const auto bytes = child->read_to_end(std::size_t{1} << 30U, in_ms(300));
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::deadline_passed);
  EXPECT_LT(watch.ms(), 2000);
  child->stop(base::Milliseconds(0));
}

TEST_F(ChildProcessTest, WorksWithStdioClosed) {
  // In a child of our own, because a test program needs its output.
  const std::string path = script("cat");
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(0);
    ::close(1);
    ::close(2);
    auto child = ChildProcess::start({.argv = {path}, .environment = {}, .run_as = {}});
    if (!child) ::_exit(1);
    child->send(base::as_bytes("hello"));
    child->close_stdin();
    const auto bytes = child->read_to_end(100, in_ms(5000));
    ::_exit(bytes && base::as_text(*bytes) == "hello" ? 0 : 2);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

TEST_F(ChildProcessTest, EndsAChildThatIgnoresEverythingButKill) {
  auto child = ChildProcess::start({.argv = {script("trap '' TERM HUP INT PIPE; echo x; while :; do sleep 0.1; done")},
                                    .environment = {},
                                    .run_as = {}});
  ASSERT_TRUE(child);
  const pid_t pid = child->pid();
  EXPECT_EQ(child->read_to_end(10, in_ms(100)).error().code, ErrorCode::deadline_passed);
  const Stopwatch watch;
  child->stop(base::Milliseconds(200));
  EXPECT_GE(watch.ms(), 190);
  EXPECT_LT(watch.ms(), 700);
  EXPECT_EQ(::kill(pid, 0), -1);  // gone, and no zombie
  EXPECT_EQ(errno, ESRCH);
  child->stop(base::Milliseconds(200));
  EXPECT_EQ(child->read_to_end(10, in_ms(100)).error().code, ErrorCode::courier_failed);
}

// What the application around us may have done with SIGCHLD and SIGPIPE.
enum class Sigchld { standard, ignored, reaps_everything };
class ApplicationSignals : public ChildProcessTest, public testing::WithParamInterface<Sigchld> {};

void reap_everything(int) {
  const int saved = errno;
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  errno = saved;
}

TEST_P(ApplicationSignals, DoNotMatter) {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = GetParam() == Sigchld::standard  ? SIG_DFL
                      : GetParam() == Sigchld::ignored ? SIG_IGN
                                                       : reap_everything;
  ASSERT_EQ(::sigaction(SIGCHLD, &action, &before), 0);
  struct sigaction pipe_default {};
  struct sigaction pipe_before {};
  pipe_default.sa_handler = SIG_DFL;  // it would end this test program
  ASSERT_EQ(::sigaction(SIGPIPE, &pipe_default, &pipe_before), 0);
  {
    auto child = ChildProcess::start({.argv = {script("exec <&-; echo bye")}, .environment = {}, .run_as = {}});
    ASSERT_TRUE(child);
    const pid_t pid = child->pid();
    ::usleep(200'000);
    child->send(base::as_bytes("nobody reads this"));
    const auto bytes = child->read_to_end(100, in_ms(5000));
    EXPECT_EQ(base::as_text(*bytes), "bye\n");
    const Stopwatch watch;
    const auto status = child->wait(in_ms(1000));
    EXPECT_EQ(status.has_value(), GetParam() == Sigchld::standard);
    child->stop(base::Milliseconds(1000));
    EXPECT_LT(watch.ms(), 500);
    EXPECT_EQ(::kill(pid, 0), -1);
  }
  {
    auto child =
        ChildProcess::start({.argv = {script("trap '' TERM; sleep 60 & wait")}, .environment = {}, .run_as = {}});
    ASSERT_TRUE(child);
    const pid_t pid = child->pid();
    child->stop(base::Milliseconds(100));
    EXPECT_EQ(::kill(pid, 0), -1);
  }
  sigset_t pending;
  ASSERT_EQ(::sigpending(&pending), 0);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
  ASSERT_EQ(::sigaction(SIGPIPE, &pipe_before, nullptr), 0);
  ASSERT_EQ(::sigaction(SIGCHLD, &before, nullptr), 0);
}

INSTANTIATE_TEST_SUITE_P(Table, ApplicationSignals,
                         testing::Values(Sigchld::standard, Sigchld::ignored, Sigchld::reaps_everything));

}  // namespace
}  // namespace countersign::host
