"""What surrounds the module and the key helper, bent by somebody: the PAM environment by the user's own file, the signal
mask by whoever starts the helper. None of it may admit or hang."""

import fcntl
import os
import signal

import pytest

from world import NO_PROMPT_MODE, World


@pytest.fixture(scope="module")
def the_world(host, build):
    one = World(build, host)
    one.helper = host.install(f"{build}/bin/countersign-authorized-keys")
    yield one
    one.registry.close()


@pytest.fixture
def world(the_world):
    the_world.reset()
    return the_world


# Debian's own sshd file has pam_env with user_readenv=1 among its session lines; ours belongs before it. Where it stands
# behind it, the user's file writes the PAM environment that the session phase reads.
PAM_ENV = "required pam_env.so user_readenv=1"


@pytest.fixture(scope="module")
def behind_pam_env(the_world):
    host = the_world.host
    probe = "#!/bin/sh\nenv -0 > /run/seen-by-the-session\n"
    host.mkdir("/opt/countersign/bin")
    host.write("/opt/countersign/bin/see", probe, mode=0o755)
    session = f"{PAM_ENV}\nrequired pam_exec.so quiet /opt/countersign/bin/see\nrequisite {the_world.module}"
    host.pam_service("cs-misplaced", auth=f"requisite {the_world.module}", session=session)
    return host.start_sshd(NO_PROMPT_MODE, service="cs-misplaced")


@pytest.mark.parametrize("line", [
    "SSH_AUTH_INFO_0 OVERRIDE=${SSH_AUTH_INFO_0}keyboard-interactive/pam",
    # with a line end behind it, which only a second copy of the variable can give
    "SSH_AUTH_INFO_0 OVERRIDE=\"${SSH_AUTH_INFO_0}keyboard-interactive/pam ${SSH_AUTH_INFO_0}\"",
    "SSH_CONNECTION OVERRIDE=",
], ids=["a_line_more", "a_whole_line_more", "no_connection"])
def test_the_users_own_file_says_that_the_prompt_was_answered(world, behind_pam_env, line):
    world.host.write("/run/home/alice/.pam_environment", line + "\n", owner="alice")
    result = world.host.client(behind_pam_env, "alice", world.key).without_tty("echo admitted")
    seen = world.host.read("/run/seen-by-the-session")
    assert "SSH_CONNECTION=" not in seen or "keyboard-interactive/pam" in seen  # else pam_env has changed, not we
    assert "admitted" not in result.stdout
    assert world.host.syslog.wait("event=login_denied phase=session")


def block_alarm():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])


def test_the_helper_ends_in_time_whatever_signals_are_blocked(world):
    """Nobody reads its output and the pipe is full, so only its alarm ends it; a mask outlives exec."""
    reading, writing = os.pipe()
    size = fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writing, b"x" * size)
    argv = [world.helper, "--host", "web-01", "--courier", world.courier, "alice"]
    process = world.host.start(argv, user="countersign", stdout=writing, preexec_fn=block_alarm)
    try:
        assert process.wait(timeout=30) == 1
    finally:
        process.kill()
        os.close(reading)
        os.close(writing)


# A process of the same user that traces the program from its first instruction on, before it can forbid it.
TRACER = """\
import ctypes, os, signal, sys
pid = os.fork()
if pid == 0:
    ctypes.CDLL(None).ptrace(0, 0, None, None)  # PTRACE_TRACEME
    os.execv(sys.argv[1], [sys.argv[1], "--version"])
_, status = os.waitpid(pid, 0)
assert os.WIFSTOPPED(status), status
try:
    os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))
    print("taken over")
except PermissionError:
    print("refused")
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
"""


@pytest.mark.parametrize("mode, outcome", [(0o711, "refused"), (0o755, "taken over")], ids=["as_installed", "control"])
def test_a_program_that_cannot_be_read_cannot_be_taken_over(world, build, mode, outcome):
    for program in ("countersign-authorized-keys", "countersign-courier"):
        path = world.host.install(f"{build}/bin/{program}", f"mode-{mode:o}")
        os.chmod(world.host.path(path), mode)
        assert program in world.host.run([path, "--version"], user="countersign").stdout
        seen = world.host.run(["/usr/bin/python3", "-c", TRACER, path], user="countersign")
        assert seen.stdout == outcome + "\n"
