"""scripts/demo tells its story with these programs, calmly, and cleans up after itself."""

import os
import re
import subprocess

import pytest

from sshclient import Terminal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STEPS = ["The registry", "The host web-01", "alice: one key", "alice logs in", "What has happened", "The receipt",
         "A second login", "This machine, afterwards"]


@pytest.fixture(scope="module")
def story(build):
    done = subprocess.run([f"{ROOT}/scripts/demo", "--build", build], capture_output=True, text=True, timeout=300, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_step_is_told(story):
    assert [re.match(r"\d+  (.*)", row).group(1)[:len(name)] for name, row in
            zip(STEPS, re.findall(r"^\d+  .*", story, re.M))] == STEPS
    for what in ("key looked up", "record verified", "challenge", "approval", "receipt"):
        assert f"✓ {what}" in story
    assert "You are alice, on a host that asked twice." in story
    assert 'Good "answer.v1@countersign" signature for alice with ED25519 key' in story
    assert "reason=wrong_number" in story


def test_it_fits_eighty_columns_and_has_no_colours_in_a_pipe(story):
    assert "\033" not in story
    assert [row for row in story.splitlines() if len(row) > 80] == []


def test_colours_on_a_terminal_unless_not_wanted(build):
    for more, wanted in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        env = {"PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8", **more}
        with Terminal([f"{ROOT}/scripts/demo", "--build", build], env) as terminal:
            terminal.expect("1  The registry")
            assert ("\033[1m" in terminal.output) == wanted
            terminal.kill(2)  # as Ctrl-C would: everything is taken down


def test_it_stays_up_when_asked_to(build):
    """What a browser does with the address that it prints is in tests/browser/test_demo_stay.py."""
    with Terminal([f"{ROOT}/scripts/demo", "--build", build, "--stay"], {"PATH": os.environ["PATH"], "TERM": "dumb", "LANG": "C.UTF-8"}) as terminal:
        terminal.expect("Everything stays up", timeout=120)
        config = terminal.expect(r"ssh -F (\S+) 127\.0\.0\.1").group(1)
        terminal.expect("Waiting")
        with Terminal(["ssh", "-F", config, "127.0.0.1"], {"PATH": os.environ["PATH"], "TERM": "dumb"}) as login:
            login.expect("Approve on your phone with number")
        terminal.send("\x03")
        terminal.expect("as it was", timeout=60)  # the registry gives open waits up to 10 s
        assert terminal.finish() == 0
        assert [row for row in terminal.output.splitlines() if len(row) > 80 and "countersign enrol" not in row] == []
    assert not os.path.exists(os.path.dirname(config))


def test_misuse(build):
    done = subprocess.run([f"{ROOT}/scripts/demo", "--nonsense"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert "unknown option --nonsense" in done.stderr
    assert subprocess.run([f"{ROOT}/scripts/demo", "--help"], capture_output=True, timeout=60).returncode == 0
