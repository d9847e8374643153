"""What surrounds the module, bent by somebody: the PAM environment by the user's own file. It may not admit."""

import pytest

from world import NO_PROMPT_MODE, World


@pytest.fixture(scope="module")
def the_world(host, build):
    one = World(build, host)
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
