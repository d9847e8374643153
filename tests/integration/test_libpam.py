"""The module through the real libpam with an application that misbehaves, and in services other than sshd."""

import json
import os
import re
import subprocess
import time

import pytest

import statements
import testhost
from outcomes import pattern, row_of
from scripted_registry import hang
from world import World

HERE = os.path.dirname(os.path.abspath(testhost.__file__))


@pytest.fixture(scope="module")
def the_world(host, build):
    one = World(build, host)
    one.client = host.install(f"{HERE}/pamclient.py", "bin")
    host.pam_service("console", auth=f"requisite {one.module}", session=f"requisite {one.module}")
    host.pam_service("arguments", auth=f"requisite {one.module} nodelay", session=f"requisite {one.module} nodelay")
    host.pam_service("alone", auth=f"requisite {one.module}", account=f"required {one.module}")
    yield one
    one.registry.close()


@pytest.fixture
def world(the_world):
    the_world.reset()
    return the_world


def application(world, *arguments, service="sshd", user="alice"):
    return world.host.start(["/usr/bin/python3", world.client, service, user, *arguments], stdout=subprocess.PIPE, text=True)


def as_sshd(world, key=None):
    info = f"publickey {statements.public_key(key or world.key)}\n"
    return ["--env=SSH_CONNECTION=203.0.113.9 50022 192.0.2.1 22", f"--env=SSH_AUTH_INFO_0={info}"]


def ends(process):
    """Everything the application saw, and how PAM ended."""
    output, _ = process.communicate(timeout=30)
    lines = [json.loads(line) for line in output.splitlines()]
    return lines[:-1], lines[-1]["result"], lines[-1]["prompts"]


@pytest.fixture
def row(request):
    return row_of(request)


def denied(world, row, seen):
    """As the table says: what was shown, and one line in the log."""
    shown = " ".join(each.get("shown", "") for each in seen)
    for words in row.seen:
        assert words in shown
    assert row.logged
    for words in row.logged:
        world.host.syslog.wait(pattern(words))
    line, = world.host.syslog.find("event=")
    assert world.receipts() == []
    return line


def test_conversation_error(world, row):
    seen, result, prompts = ends(application(world, *as_sshd(world), "--answer=error"))
    assert (result, prompts) == ("PAM_AUTH_ERR", 1)
    assert "Approve on your phone with number" in seen[0]["asked"]
    denied(world, row, seen)
    assert world.host.processes("countersign-courier") == []


def test_the_prompt_comes_at_once_whatever_the_registry_does(world):
    """Within 300 ms; the best of three counts, since the machine has other work as well."""
    world.registry.instead(lambda request: hang)
    times = [ends(application(world, *as_sshd(world), "--answer=error"))[0][0]["after"] for _ in range(3)]
    assert min(times) < 0.3, times


def test_null_answer(world, row):
    seen, result, _ = ends(application(world, *as_sshd(world), "--answer=null"))
    assert result == "PAM_AUTH_ERR"
    denied(world, row, seen)


def test_empty_answer_is_no_consent(world, row):
    world.configure(timeout="10s")
    seen, result, prompts = ends(application(world, *as_sshd(world), "--answer="))
    assert (result, prompts) == ("PAM_AUTH_ERR", 1)
    denied(world, row, seen)


@pytest.mark.parametrize("info", [[], ["--env=SSH_AUTH_INFO_0="], ["--env=SSH_AUTH_INFO_0=password\n"]])
def test_sshd_without_a_key(world, row, info):
    seen, result, prompts = ends(application(world, as_sshd(world)[0], *info))
    assert (result, prompts) == ("PAM_AUTH_ERR", 0)
    denied(world, row, seen)
    assert world.registry.requests == []


def test_unparsable_key(world, row):
    seen, result, _ = ends(application(world, as_sshd(world)[0], "--env=SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n"))
    assert result == "PAM_AUTH_ERR"
    denied(world, row, seen)


def test_the_environment_of_the_process_is_nobodys_word(world):
    """SSH_CONNECTION and proxies of the process are ignored: only the PAM environment counts."""
    process = world.host.start(
        ["env", "SSH_CONNECTION=198.51.100.66 1 192.0.2.1 22", "http_proxy=http://127.0.0.1:1",
         f"SSH_AUTH_INFO_0=publickey {statements.public_key(world.key)}", "/usr/bin/python3", world.client, "sshd",
         "alice", as_sshd(world)[0], "--answer="], stdout=subprocess.PIPE, text=True)
    _, result, _ = ends(process)
    assert result == "PAM_AUTH_ERR"
    assert re.search("address=203.0.113.9 reason=no_publickey", world.host.syslog.wait("event=login_denied"))


def approve_at_the_console(world, *arguments, service="console"):
    process = application(world, *arguments, service=service)
    challenge = world.registry.next_challenge()
    asked = json.loads(process.stdout.readline())["asked"]
    number = asked.split("with number ")[1][:2]
    world.registry.give(challenge, world.answer(challenge, number))
    return challenge, ends(process)


def test_another_service_without_an_address(world):
    challenge, (_, result, prompts) = approve_at_the_console(world, "--answer=")
    assert (result, prompts) == ("PAM_SUCCESS", 1)
    assert statements.field(challenge, "service") == "console"
    assert statements.field(challenge, "address") == "console"
    assert statements.field(challenge, "connection") == "none"
    assert statements.field(challenge, "login-key") == "none"
    assert "event=login_approved phase=auth user=alice" in world.host.syslog.wait("event=")


@pytest.mark.parametrize("rhost, address", [("203.0.113.9", "203.0.113.9"), ("bastion.example.com", "console")])
def test_another_service_with_a_remote_host(world, rhost, address):
    challenge, (_, result, _) = approve_at_the_console(world, f"--rhost={rhost}", "--answer=")
    assert result == "PAM_SUCCESS"
    assert statements.field(challenge, "address") == address


def test_a_session_follows_its_own_auth_phase(world):
    _, (_, result, _) = approve_at_the_console(world, "--session", "--answer=")
    assert result == "PAM_SUCCESS"


def test_a_session_after_a_later_denial_on_the_same_handle(world):
    _, (_, result, _) = approve_at_the_console(world, "--again=root", "--session", "--answer=")
    assert result == "PAM_AUTH_ERR"
    assert world.host.syslog.wait("event=login_denied phase=session user=root .*reason=no_prompt_possible")


def test_a_session_without_an_auth_phase(world, row):
    seen, result, _ = ends(application(world, "--session-only", service="console"))
    assert result == "PAM_AUTH_ERR"
    denied(world, row, seen)


def test_arguments_are_refused(world, row):
    seen, result, prompts = ends(application(world, *as_sshd(world), service="arguments"))
    assert (result, prompts) == ("PAM_AUTH_ERR", 0)
    denied(world, row, seen)


def test_a_name_that_the_user_database_spells_otherwise(world, row):
    seen, result, _ = ends(application(world, *as_sshd(world), user="ALICE"))
    assert result == "PAM_AUTH_ERR"
    denied(world, row, seen)


def test_pamtester(world):
    """Another real PAM application; it answers nothing, since its stdin is closed."""
    result = world.host.run(["pamtester", "-v", "console", "alice", "authenticate"], check=False, stdin=subprocess.DEVNULL)
    assert result.returncode != 0
    world.host.syslog.wait("event=login_denied .*reason=(prompt_failed|deadline_passed)")


def test_nothing_is_left_behind(world):
    started = time.monotonic()
    ends(application(world, *as_sshd(world), "--answer=null"))
    assert time.monotonic() - started < 3.0
    assert world.host.processes("countersign-courier") == []
