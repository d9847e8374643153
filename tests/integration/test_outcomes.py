"""Every way a login can end, on a real sshd with a real client: what the user sees and which line the log gets.

docs/OUTCOMES.md is the table of expectations: a test here is named after its row and asserts what the row says. This part:
the person who decides, the client, and ways around the prompt.
"""

import importlib
import inspect
import os
import re
import time

import pytest

import statements
from outcome_fixtures import NO_PASSWORD, login, sshd, the_world, world  # noqa: F401
from outcomes import ROWS, cases_of, pattern
from testhost import wait_until
from world import PROMPT


def test_each_row_has_its_test_and_each_test_its_row():
    tests = {}
    for module in ("test_outcomes", "test_outcomes_registry", "test_outcomes_statements", "test_libpam", "test_rules"):
        for name, function in inspect.getmembers(importlib.import_module(module), inspect.isfunction):
            if name.startswith("test_"):
                tests.update(dict.fromkeys(cases_of(function), set(inspect.signature(function).parameters)))
    assert set(ROWS) <= set(tests)
    assert {name for name, parameters in tests.items() if parameters & {"login", "row"}} <= set(ROWS)


# The person decides


def test_approve(world, login, sshd):
    one = login()
    answer = world.approve(one.terminal)
    one.terminal.enter()
    line = one.ends(admitted=True)
    challenge = world.registry.challenges[0]
    assert statements.challenge_id(challenge) in line
    assert statements.fingerprint(world.approver_key) in line
    receipt, = world.receipts()
    assert receipt.endswith("/" + statements.challenge_id(challenge))
    assert world.host.read(receipt) == answer
    assert statements.verify_with_ssh_keygen(answer, world.approver_key, "answer.v1@countersign", world.host.directory)
    assert world.host.run(["stat", "-c", "%a %U", receipt]).stdout == "600 root\n"
    assert world.host.run(["stat", "-c", "%a %U", "/var/lib/countersign"]).stdout == "700 root\n"
    assert statements.field(challenge, "login-key") == statements.fingerprint(world.key)
    assert statements.field(challenge, "address") == "127.0.0.1"
    assert world.registry.pushes == 1
    # Nothing secret is in any log: the host's token, the number, a signature's bytes.
    logs = "\n".join(world.host.syslog.lines) + sshd.log
    number = statements.field(answer, "number")
    for secret in (world.host.read("/etc/countersign/token").strip(), answer.split(statements.HEADER)[1][:40]):
        assert secret not in logs
    assert not re.search(rf"number\W*{number}\b", logs)


def test_enter_before_the_approval(world, login):
    """Enter is "look now, and wait for the rest": the approval may come later."""
    one = login()
    number = one.terminal.expect(PROMPT).group(1)
    one.terminal.enter()
    challenge = world.registry.next_challenge()
    time.sleep(0.5)
    assert "admitted" not in one.terminal.output
    world.registry.give(challenge, world.answer(challenge, number))
    one.ends(admitted=True)


@pytest.mark.parametrize("decision", ["deny", "report"])
def test_no_is_no(world, sshd, decision):
    """A person's no ends all attempts of the connection: PAM_MAXTRIES."""
    with world.host.client(sshd, "alice", world.key, *NO_PASSWORD, "NumberOfPasswordPrompts 3").terminal() as terminal:
        world.approve(terminal, decision=decision)
        terminal.enter()
        assert terminal.finish() == 255
    assert len(world.registry.challenges) == 1
    assert len(world.host.syslog.find("event=login_denied")) == 1


def test_deny(world, login):
    one = login()
    world.approve(one.terminal, decision="deny")
    one.terminal.enter()
    one.ends()


def test_report(world, login):
    one = login()
    world.approve(one.terminal, decision="report")
    one.terminal.enter()
    one.ends()


def test_wrong_number(world, login):
    one = login()
    number = int(one.terminal.expect(PROMPT).group(1))
    challenge = world.registry.next_challenge()
    world.registry.give(challenge, world.answer(challenge, str(10 + (number - 9) % 90)))
    one.terminal.enter()
    one.ends()
    assert world.registry.wait_withdrawn(challenge) == "reason=wrong_number"


def test_timeout(world, login):
    world.configure(timeout="10s")
    one = login()
    one.terminal.expect(PROMPT)
    started = time.monotonic()
    one.terminal.enter()
    one.ends()
    assert 8.0 < time.monotonic() - started < 11.5
    world.registry.wait_withdrawn(world.registry.challenges[0])


def test_enter_after_the_deadline(world, login):
    """The approval came in time, the person came back too late."""
    world.configure(timeout="10s")
    one = login()
    world.approve(one.terminal)
    time.sleep(10.2)
    one.terminal.enter()
    one.ends()


def test_typed_nonsense(world, login):
    one = login()
    for _ in range(3):
        one.terminal.expect(PROMPT)
        world.registry.next_challenge()
        one.terminal.enter("yes, it is me")
    one.ends()
    assert world.registry.pushes == 1 and len(world.registry.challenges) == 1
    world.registry.wait_withdrawn(world.registry.challenges[0])
    assert not world.host.syslog.find("it is me")


def test_typed_nonsense_once(world, login):
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter("47")
    one.terminal.expect("Only Enter is understood here")
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends(admitted=True)
    assert len(world.registry.challenges) == 1


# The client


def test_client_killed_while_waiting(world, login):
    one = login()
    one.terminal.expect(PROMPT)
    challenge = world.registry.next_challenge()
    killed = time.monotonic()
    one.terminal.kill()
    world.registry.wait_withdrawn(challenge)
    assert time.monotonic() - killed < 3.0
    wait_until(lambda: not world.host.processes("countersign-courier"), "the courier's end")
    assert world.host.syslog.find("event=") == [], "nobody is left who could log a decision"
    assert world.receipts() == []


def test_unknown_key(world, login):
    """sshd accepts the key from a file of its own; the record does not know it."""
    stranger = world.host.make_key(f"stranger-{time.monotonic_ns()}")
    world.host.authorize("alice", stranger)
    login(key=stranger).ends()
    assert world.registry.challenges == []


def test_unknown_user(world, login):
    """sshd asks for a password that does not exist, and never tells PAM who it is."""
    with world.host.client(world.any_sshd(), "mallory", None, "PreferredAuthentications keyboard-interactive",
                           "NumberOfPasswordPrompts 1").terminal() as terminal:
        assert terminal.finish() == 255
    for words in ROWS["unknown_user"].seen:
        assert words in terminal.output
        assert words + " (" not in terminal.output
    for words in ROWS["unknown_user"].logged:
        world.host.syslog.wait(pattern(words))
    assert world.registry.requests == []


def test_root(world, login):
    world.publish(world.record(user="root"), "root")
    login(user="root").ends()
    assert world.registry.requests == []


def test_two_logins_at_once(world, login):
    first, second = login(), login()
    numbers = [each.terminal.expect(PROMPT).group(1) for each in (first, second)]
    world.registry.next_challenge(seen=1)
    by_connection = {statements.field(each, "connection").split()[1]: each for each in world.registry.challenges}
    assert len(by_connection) == 2 and world.registry.pushes == 2
    ports = [connection_port(each.terminal.pid) for each in (first, second)]
    for one, number, port in zip((first, second), numbers, ports):
        world.registry.give(by_connection[port], world.answer(by_connection[port], number))
        one.terminal.enter()
    for one in (first, second):
        assert one.terminal.finish() == 0
        assert "admitted" in one.terminal.output
    assert len(world.receipts()) == 2
    assert len(world.host.syslog.find("event=login_approved")) == 2


def connection_port(pid):
    """The client's port of the TCP connection that the process holds."""
    inodes = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{name}"))
        inodes.update(match.groups() if match else ())
    with open(f"/proc/{pid}/net/tcp", encoding="utf-8") as file:
        for line in file.readlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                return str(int(fields[1].split(":")[1], 16))
    raise AssertionError("the client has no connection")


def test_second_attempt_on_the_same_connection(world, login):
    """sshd lets a client try again; the phone does not ring again."""
    terminal = login(attempts=2).terminal
    for _ in range(3):
        terminal.expect(PROMPT)
        world.registry.next_challenge()
        terminal.enter("what?")
    number = terminal.expect(PROMPT).group(1)
    challenge = world.registry.next_challenge(seen=1)
    world.registry.give(challenge, world.answer(challenge, number))
    terminal.enter()
    assert terminal.finish() == 0
    for words in ROWS["second_attempt_on_the_same_connection"].seen:
        assert words in terminal.output
    for words in ROWS["second_attempt_on_the_same_connection"].logged:
        world.host.syslog.wait(pattern(words))
    first, second = world.registry.challenges
    assert statements.field(first, "connection") == statements.field(second, "connection")
    assert statements.field(first, "nonce") != statements.field(second, "nonce")
    assert world.registry.pushes == 1


# sshd lets in without a key: we do not


def test_no_key_any_method(world, login):
    login(key="none", server=world.any_sshd(), options=["PreferredAuthentications keyboard-interactive"]).ends()
    assert world.registry.requests == []


def test_password_method(world, login):
    one = login(key="none", server=world.any_sshd(), options=["PreferredAuthentications password"])
    one.terminal.expect("password:")
    one.terminal.enter("anything")
    one.ends()
    assert world.registry.requests == []


def test_no_prompt_mode(world, login):
    login(server=world.no_prompt_sshd()).ends()
    assert world.registry.requests == []
