"""Every way a login can end, on a real sshd with a real client: what the user sees and which line the log gets.

docs/OUTCOMES.md is the table of expectations: a test here is named after its row and asserts what the row says. This part:
the registry and the courier, which misbehave on cue.
"""

import time

from fake_host_registry import Reply, text
from outcome_fixtures import login, sshd, the_world, world  # noqa: F401
from world import PROMPT


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
