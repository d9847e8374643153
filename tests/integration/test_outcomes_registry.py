"""Every way a login can end, on a real sshd with a real client: what the user sees and which line the log gets.

docs/OUTCOMES.md is the table of expectations: a test here is named after its row and asserts what the row says. This part:
the registry and the courier, which misbehave on cue.
"""

import time

import pytest

from outcome_fixtures import login, sshd, the_world, world  # noqa: F401
from scripted_registry import Answer, hang, refusal
from world import PROMPT


def answer(status, body):
    return lambda world: world.registry.answer("GET", "/v1/challenges/", Answer(status, body))


def courier_that(script):
    def install(world):
        world.host.mkdir("/opt/countersign/bin")
        world.host.write("/opt/countersign/bin/courier-that", "#!/bin/sh\n" + script, mode=0o755)
        world.configure(courier="/opt/countersign/bin/courier-that", timeout="10s")
    return install


def never_answer(world):
    world.configure(timeout="10s")
    world.registry.instead(lambda request: hang)


# case -> what to do to the world; the prompt comes at once, Enter is pressed, and the login ends within its ten seconds.
CASES = {
    "registry_down_before": lambda world: world.configure(timeout="10s", origin="http://127.0.0.1:1"),
    "registry_accepts_and_never_answers": never_answer,
    "registry_quota": lambda world: world.registry.answer(
        "POST", "/v1/challenges", refusal(429, "quota_exceeded", {"Retry-After": "600"})),
    "garbage_reply": answer(200, "<html>502 Bad Gateway</html>\n"),
    "oversized_reply": answer(200, "x" * 300_000),
    "challenge_expired": answer(410, "challenge_expired: too old\n"),
    "challenge_replaced": answer(410, "challenge_replaced: by a newer one\n"),
    "courier_babbles": courier_that("head -c 4096 /dev/urandom\n"),
    "courier_floods": courier_that("cat /dev/zero\n"),
    "courier_missing": lambda world: world.configure(courier="/opt/countersign/bin/no-such-courier"),
    "courier_hangs": courier_that("trap '' TERM HUP PIPE; exec sleep 600\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_enter_ends_it(case, world, login):
    CASES[case](world)
    started = time.monotonic()
    one = login()
    one.terminal.expect(PROMPT, timeout=2.0)
    one.terminal.enter()
    one.ends()
    assert time.monotonic() - started < 12.5
    assert not world.host.processes("cat") + world.host.processes("sleep"), "no courier is left"


def test_registry_down_during(world, login):
    world.configure(timeout="10s")
    one = login()
    one.terminal.expect(PROMPT)
    world.registry.next_challenge()
    world.registry.instead(lambda request: refusal(503, "registry_unreachable"))
    one.terminal.enter()
    one.ends()
