"""Every way a login can end, on a real sshd with a real client: what the user sees and which line the log gets.

docs/OUTCOMES.md is the table of expectations: a test here is named after its row and asserts what the row says.
"""

import importlib
import inspect
import os
import re
import sys
import time

import pytest

import statements
from fake_host_registry import Reply, text
from outcomes import ROWS, pattern, row_of
from statements import Approver
from testhost import wait_until
from world import PROMPT, World

# After PAM_MAXTRIES sshd has no method left to name, and a stock client then tries the password method all the same.
NO_PASSWORD = ["PreferredAuthentications publickey,keyboard-interactive"]


@pytest.fixture(scope="module")
def the_world(host, build):
    one = World(build, host)
    yield one
    one.registry.close()


@pytest.fixture
def world(the_world):
    the_world.reset()
    return the_world


@pytest.fixture
def sshd(world):
    return world.prompt_sshd()


@pytest.fixture
def login(request, world, sshd):
    """login() starts one; its end is checked against the row of this test."""
    row = row_of(request.function)
    terminals = []

    class Login:
        def __init__(self, user="alice", key=None, attempts=1, server=None, options=()):
            client = world.host.client(server or sshd, user, key or world.key, *options, *NO_PASSWORD,
                                       f"NumberOfPasswordPrompts {attempts}")
            self.terminal = client.terminal()
            terminals.append(self.terminal)

        def ends(self, admitted=False, timeout=30.0):
            status = self.terminal.finish(timeout)
            assert ("admitted" in self.terminal.output) == admitted, self.terminal.output
            assert (status == 0) == admitted
            for words in row.seen:
                assert words in self.terminal.output
            assert row.logged
            for words in row.logged:
                world.host.syslog.wait(pattern(words))
            decisions = world.host.syslog.find(r"event=login_(denied|approved)")
            assert len(decisions) == 1, decisions
            assert (len(world.receipts()) == 1) == admitted
            return decisions[0]

    yield Login
    for terminal in terminals:
        terminal.close()


def test_each_row_has_its_test_and_each_test_its_row():
    def tests(module):
        return {name.removeprefix("test_"): function for name, function in inspect.getmembers(module, inspect.isfunction)
                if name.startswith("test_")}

    here, there = tests(sys.modules[__name__]), tests(importlib.import_module("test_libpam"))
    assert set(ROWS) <= set(here) | set(there)
    about_rows = {name for name, function in here.items() if "login" in inspect.signature(function).parameters}
    about_rows |= {name for name, function in there.items() if "row" in inspect.signature(function).parameters}
    assert about_rows <= set(ROWS)


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


# The registry and the way there


def test_registry_down_before(world, login):
    world.configure(timeout="10s", origin="http://127.0.0.1:1")
    started = time.monotonic()
    one = login()
    one.terminal.expect(PROMPT)
    assert time.monotonic() - started < 2.0
    one.terminal.enter()
    one.ends()


def test_registry_down_during(world, login):
    world.configure(timeout="10s")
    one = login()
    one.terminal.expect(PROMPT)
    world.registry.next_challenge()
    world.registry.refuse = lambda method, path: Reply(503, b"registry_unreachable: shutting down\n")
    one.terminal.enter()
    one.ends()


def test_registry_accepts_and_never_answers(world, login):
    world.configure(timeout="10s")
    world.registry.refuse = lambda method, path: Reply(201, delay=60)
    started = time.monotonic()
    one = login()
    one.terminal.expect(PROMPT, timeout=2.0)
    one.terminal.enter()
    one.ends()
    assert time.monotonic() - started < 12.5


def test_registry_quota(world, login):
    world.registry.refuse = lambda method, path: (
        text(429, "quota_exceeded: quiet time\n", Retry_After="600") if method == "POST" else None)
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter()
    one.ends()


def answer_body(world, body, status=200):
    world.registry.refuse = lambda method, path: Reply(status, body) if "/answer" in path else None


def test_garbage_reply(world, login):
    answer_body(world, b"<html>502 Bad Gateway</html>\n")
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter()
    one.ends()


def test_oversized_reply(world, login):
    answer_body(world, b"x" * 300_000)
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter()
    one.ends()


def test_challenge_expired(world, login):
    answer_body(world, b"challenge_expired: too old\n", 410)
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter()
    one.ends()


def test_challenge_replaced(world, login):
    answer_body(world, b"challenge_replaced: by a newer one\n", 410)
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter()
    one.ends()


def courier_that(world, script):
    world.host.mkdir("/opt/countersign/bin")
    world.host.write("/opt/countersign/bin/courier-that", "#!/bin/sh\n" + script, mode=0o755)
    world.configure(courier="/opt/countersign/bin/courier-that", timeout="10s")


def test_courier_babbles(world, login):
    courier_that(world, "head -c 4096 /dev/urandom\n")
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter()
    one.ends()


def test_courier_floods(world, login):
    courier_that(world, "cat /dev/zero\n")
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter()
    one.ends()
    assert not world.host.processes("cat")


def test_courier_missing(world, login):
    world.configure(courier="/opt/countersign/bin/no-such-courier")
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter()
    one.ends()


def test_courier_hangs(world, login):
    courier_that(world, "trap '' TERM HUP PIPE; exec sleep 600\n")
    one = login()
    one.terminal.expect(PROMPT)
    one.terminal.enter()
    one.ends()
    assert not world.host.processes("sleep")


# The answer


def test_replayed_answer(world, login):
    """An answer admits one login; the next one has another nonce."""
    first = world.host.client(world.prompt_sshd(), "alice", world.key)
    with first.terminal() as terminal:
        answer = world.approve(terminal)
        terminal.enter()
        assert terminal.finish() == 0
    world.forget_log_and_receipts()
    one = login()
    one.terminal.expect(PROMPT)
    world.registry.give(world.registry.next_challenge(seen=1), answer)
    one.terminal.enter()
    one.ends()


def answered_with(world, login, **changes):
    one = login()
    world.approve(one.terminal, **changes)
    one.terminal.enter()
    one.ends()


def test_answer_for_another_user(world, login):
    answered_with(world, login, changes={"user": "bob"})


def test_answer_for_another_host(world, login):
    answered_with(world, login, changes={"host": "web-02"})


def test_answer_for_another_service(world, login):
    answered_with(world, login, changes={"service": "sudo"})


def test_answer_for_another_challenge(world, login):
    answered_with(world, login, changes={"nonce": statements.hash32("another")})


def test_answer_with_another_expiry(world, login):
    answered_with(world, login, changes={"expires": statements.stamp(100)})


def test_answer_by_no_approver(world, login):
    answered_with(world, login, key=world.host.make_key(f"thief-{time.monotonic_ns()}"))


def test_answer_by_the_login_key(world, login):
    answered_with(world, login, key=world.key)


def test_answer_in_another_namespace(world, login):
    answered_with(world, login, namespace="git")


def test_answer_altered_by_one_byte(world, login):
    one = login()
    number = one.terminal.expect(PROMPT).group(1)
    challenge = world.registry.next_challenge()
    answer = world.answer(challenge, number)
    altered = answer.replace("address: 127.0.0.1\n", "address: 127.0.0.2\n")
    assert altered != answer
    world.registry.give(challenge, altered)
    one.terminal.enter()
    one.ends()


def test_decision_altered_after_signing(world, login):
    one = login()
    number = one.terminal.expect(PROMPT).group(1)
    challenge = world.registry.next_challenge()
    denied = world.answer(challenge, "none", decision="deny")
    world.registry.give(challenge, denied.replace("decision: deny\nnumber: none", f"decision: approve\nnumber: {number}"))
    one.terminal.enter()
    one.ends()


def test_level_not_accepted(world, login):
    world.host.write("/etc/countersign/countersign.yaml", world.host.read("/etc/countersign/countersign.yaml").replace(
        "levels: [passkey, hardware, ssh-key]", "levels: [passkey, hardware]"))
    answered_with(world, login)


# The record


def test_record_rolled_back(world, login):
    older = world.record(serial=1_700_000_000_000)
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    world.host.write(world.floor(), f"1700000000001 {statements.hash32('newer')} {statements.stamp(-60)}\n", mode=0o600)
    world.publish(older)
    login().ends()
    assert world.registry.challenges == []


def test_record_serial_reused(world, login):
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    world.host.write(world.floor(), f"1700000000000 {statements.hash32('other')} {statements.stamp(-60)}\n", mode=0o600)
    world.publish(world.record(serial=1_700_000_000_000))
    login().ends()


def test_registry_restored_from_a_backup(world, login):
    """It signs with serial = max(last + 1, milliseconds), so what it signs now is above what it signed before."""
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    before = int(time.time() * 1000) - 5000
    world.host.write(world.floor(), f"{before} {statements.hash32('before the crash')} {statements.stamp(-60)}\n", mode=0o600)
    one = login()
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends(admitted=True)
    assert int(world.host.read(world.floor()).split()[0]) > before


def test_reply_with_an_older_record(world, login):
    """The registry turns hostile while the phone rings: it hands out a record from before an approver was removed."""
    one = login()
    world.registry.records["alice"] = world.record(serial=1_700_000_000_000)
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends()


def test_approver_removed_while_the_phone_rang(world, login):
    one = login()
    other = Approver(world.host.make_key(f"other-{time.monotonic_ns()}"))
    world.registry.records["alice"] = world.record(approvers=[other])
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends()


def test_login_key_removed_while_the_phone_rang(world, login):
    one = login()
    world.registry.records["alice"] = world.record(login_keys=[])
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends()


def test_record_signer_not_pinned(world, login):
    other = world.host.make_key(f"other-{time.monotonic_ns()}")
    world.host.write("/etc/countersign/signers", statements.signers_line(other, ["record", "approver"]))
    login().ends()


def test_endorser_not_pinned(world, login):
    """A hostile registry signs a record with an approver of its own, but only an administrator's key may endorse."""
    administrator = world.host.make_key(f"administrator-{time.monotonic_ns()}")
    world.host.write("/etc/countersign/signers", statements.signers_line(world.signer, ["record"])
                     + statements.signers_line(administrator, ["approver"]))
    answered_with(world, login)


def test_separate_endorser(world, login):
    administrator = world.host.make_key(f"administrator-{time.monotonic_ns()}")
    world.host.write("/etc/countersign/signers", statements.signers_line(world.signer, ["record"])
                     + statements.signers_line(administrator, ["approver"]))
    world.publish(world.record(endorser=administrator))
    one = login()
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends(admitted=True)


def test_key_in_both_roles(world, login):
    world.publish(world.record(approvers=[Approver(world.key)]))
    login().ends()
    assert world.registry.challenges == []


def test_record_of_another_user(world, login):
    world.publish(world.record(user="bob"))
    login().ends()


def test_record_for_another_host(world, login):
    world.publish(world.record(hosts="web-02"))
    login().ends()


def test_record_expired(world, login):
    world.publish(world.record(issued=-7200, life=3600))
    login().ends()


def test_record_lives_too_long(world, login):
    world.publish(world.record(life=8 * 86400))
    login().ends()


def test_clock_skew(world, login):
    """This host's clock is ten minutes behind the signer's."""
    world.publish(world.record(issued=600))
    login().ends()


def test_clock_set_back(world, login):
    """The newest record accepted was issued ten minutes from now."""
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    world.host.write(world.floor(), f"1700000000000 {statements.hash32('x')} {statements.stamp(600)}\n", mode=0o600)
    login().ends()


def test_no_record(world, login):
    world.host.run(["sh", "-c", "rm /var/cache/countersign/records/*"])
    world.registry.records.clear()
    login().ends()


def test_cache_lost(world, login):
    """A full disk has lost the cache: the record comes from the registry, and the login goes on."""
    world.host.run(["sh", "-c", "rm /var/cache/countersign/records/*"])
    one = login()
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends(admitted=True)


# The host


def test_configuration_missing(world, login):
    world.host.run(["rm", "/etc/countersign/countersign.yaml"])
    login().ends()


def test_configuration_wrong(world, login):
    world.configure(more="chalenge: { timeout: 30s }\n")
    login().ends()


def test_configuration_writable_by_others(world, login):
    world.host.run(["chmod", "666", "/etc/countersign/countersign.yaml"])
    login().ends()


def test_signers_with_an_authority(world, login):
    world.host.append("/etc/countersign/signers", f"* cert-authority {statements.public_key(world.signer)}\n")
    login().ends()


def test_floor_unreadable(world, login):
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    world.host.write(world.floor(), "not a floor\n", mode=0o600)
    login().ends()


def test_disk_full(world, login):
    """The state directory takes nothing: the receipt is lost with a log line, the login is not."""
    world.host.run(["sh", "-c", "mkdir -m 700 /var/lib/countersign && mount -t tmpfs -o ro,mode=0700 none /var/lib/countersign"])
    try:
        one = login()
        world.approve(one.terminal)
        one.terminal.enter()
        assert one.terminal.finish() == 0
        assert "admitted" in one.terminal.output
        for words in ROWS["disk_full"].logged:
            world.host.syslog.wait(pattern(words))
    finally:
        world.host.run(["umount", "/var/lib/countersign"])
