"""countersign approve against a registry that says what the test wants, with stock ssh-keygen as signer and as judge."""

import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
import statements  # noqa: E402
from phone_registry import PhoneRegistry  # noqa: E402
from scripted_registry import Answer  # noqa: E402
from sshclient import Terminal  # noqa: E402


@pytest.fixture
def registry():
    with PhoneRegistry() as one:
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("approve")


def make_key(folder, name, passphrase="", kind="ed25519", provider=None):
    path = str(folder / name)
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", name, "-f", path,
                    *(["-w", provider] if provider else [])], check=True, stdin=subprocess.DEVNULL)
    return path


@pytest.fixture(scope="module")
def key(folder):
    return make_key(folder, "phone")


class Approve:
    def __init__(self, build, registry, key):
        self.argv = [f"{build}/bin/countersign", "approve", "--registry", registry.origin, "--key", key, "--user", "alice"]
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("SSH_")}

    def run(self, *words, stdin="", **env):
        return subprocess.run(self.argv + list(words), input=stdin, capture_output=True, text=True, timeout=60,
                              env=dict(self.env, **env))

    def terminal(self, *words, **env):
        return Terminal(self.argv + list(words), dict(self.env, TERM="xterm", **env))


@pytest.fixture
def approve(build, registry, key):
    return Approve(build, registry, key)


def split(statement):
    at = statement.index("-----BEGIN SSH SIGNATURE-----\n")
    return statement[:at], statement[at:]


def assert_signed(folder, key, statement, kind):
    """Stock ssh-keygen accepts the statement with the recipe of PROTOCOL.md section 3.2."""
    message, armor = split(statement)
    with open(key + ".pub", encoding="ascii") as public:
        (folder / "allowed").write_text("alice " + public.read())
    (folder / "armor").write_text(armor)
    judged = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", str(folder / "allowed"), "-I", "alice", "-n",
                             f"{kind}.v1@countersign", "-s", str(folder / "armor")], input=message, capture_output=True, text=True)
    assert judged.returncode == 0, judged.stderr
    return message


def assert_one_answer(registry, folder, key, card, challenge, tail):
    (path, statement), = registry.answers
    assert path == f"/v1/challenges/{challenge}/answer"
    message = assert_signed(folder, key, statement, "answer")
    assert message == card.replace("countersign challenge v1", "countersign answer v1") + tail


# For scripts


def test_a_script_approves_with_the_number(registry, folder, approve, key):
    challenge = registry.ask()
    card = registry.cards[0]
    done = approve.run("--number", "47", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert "web-01" in done.stdout and "alice from 203.0.113.9 (sshd)" in done.stdout and challenge in done.stdout
    assert done.stdout.endswith("Sent: approve alice on web-01 with number 47. The host decides.\n")
    assert_one_answer(registry, folder, key, card, challenge, "decision: approve\nnumber: 47\nvia: registry\n")
    session, = registry.sessions
    message = assert_signed(folder, key, session, "session")
    assert message.startswith(f"countersign session v1\nregistry: {registry.origin}\nuser: alice\nkey: ssh-ed25519 ")


@pytest.mark.parametrize("word", ["deny", "report"])
def test_a_script_says_no(registry, folder, approve, key, word):
    challenge = registry.ask()
    card = registry.cards[0]
    done = approve.run(f"--{word}", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert_one_answer(registry, folder, key, card, challenge, f"decision: {word}\nnumber: none\nvia: registry\n")


def test_no_number_is_sent_where_none_is_wanted(registry, folder, approve, key):
    challenge = registry.ask(number_wanted="no")
    card = registry.cards[0]
    done = approve.run("--number", "47", "--yes")
    assert done.returncode == 0
    assert "no number: somebody holding your key may have started this" in done.stdout
    assert_one_answer(registry, folder, key, card, challenge, "decision: approve\nnumber: none\nvia: registry\n")


def test_a_script_without_the_number_answers_nothing(registry, approve):
    registry.ask()
    done = approve.run("--yes")
    assert done.returncode == 2
    assert "bad_usage: this login wants the number" in done.stderr
    assert registry.answers == []


def test_a_script_never_picks_among_several(registry, folder, approve, key):
    registry.ask(host="web-01")
    second = registry.ask(host="db-01")
    card = registry.cards[1]
    done = approve.run("--number", "47", "--yes")
    assert done.returncode == 1
    assert "2 logins are waiting; this is the oldest." in done.stdout
    assert "several logins are waiting" in done.stderr
    assert registry.answers == []
    assert approve.run("--number", "47", "--yes", "--challenge", second).returncode == 0
    assert_one_answer(registry, folder, key, card, second, "decision: approve\nnumber: 47\nvia: registry\n")


def test_waiting_ends(registry, approve):
    for words in (["--wait", "0"], ["--wait", "1"]):
        done = approve.run("--number", "47", "--yes", *words)
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.endswith("No login is waiting.\n")
    registry.ask(age=100)  # over already
    assert approve.run("--number", "47", "--yes", "--wait", "0").returncode == 1
    assert registry.answers == []


# What a registry may say


HUGE = "x" * 300_000


@pytest.mark.parametrize("path,status,body,reason", [
    ("/v1/sessions", 403, "not_an_approver: no\n", "not_an_approver"),
    ("/v1/sessions", 302, "", "internal"),
    ("/v1/sessions", 201, "token: css_x\n", "bad_request"),
    ("/v1/sessions", 201, HUGE, "too_large"),
    ("/v1/cards", 500, "internal: \x1b[2Jsorry\n", "internal"),
    ("/v1/cards", 200, "countersign challenge v1\nnonce: x\n", "bad_statement"),
    ("/v1/cards", 200, "<html>", "bad_statement"),
    ("/v1/challenges", 409, "already_answered: by your tablet\n", "already_answered"),
    ("/v1/challenges", 410, "challenge_withdrawn: gone\n", "challenge_withdrawn"),
    ("/v1/challenges", 404, "not_found: x\n", "not_found"),
], ids=lambda value: str(value)[:20])
def test_a_refusal_is_a_no_with_its_reason(registry, approve, path, status, body, reason):
    registry.ask()
    registry.instead(lambda request: Answer(status, body) if request.path.startswith(path) else None)
    done = approve.run("--number", "47", "--yes")
    assert done.returncode == 1, done
    assert done.stderr.startswith(f"countersign: {reason}"), done.stderr
    assert "\x1b" not in done.stderr + done.stdout
    assert "Sent:" not in done.stdout


@pytest.mark.parametrize("fields", [{"user": "bob"}, {"registry": "https://elsewhere.example"}])
def test_a_card_of_somebody_else_is_never_signed(registry, approve, fields):
    registry.ask(**fields)
    done = approve.run("--number", "47", "--yes")
    assert done.returncode == 1
    assert done.stderr.startswith("countersign: challenge_mismatch")
    assert registry.answers == []


def test_no_registry_at_all(build, registry, key):
    approve = Approve(build, registry, key)
    registry.close()
    done = approve.run("--number", "47", "--yes")
    assert done.returncode == 1
    assert done.stderr.startswith("countersign: registry_unreachable")


@pytest.mark.parametrize("words,reason", [
    (["--registry", "http://registry.example.com:80"], "bad_text"), (["--user", "a b"], "bad_text"),
    (["--key", "/nonexistent"], "not_found"), (["--number", "7"], "bad_usage"),
])
def test_misuse(build, registry, key, words, reason):
    settings = {"--registry": registry.origin, "--key": key, "--user": "alice"}
    settings.update([words])
    done = subprocess.run([f"{build}/bin/countersign", "approve", *[word for pair in settings.items() for word in pair]],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith(f"countersign: {reason}"), done.stderr


# At a terminal


def test_a_person_types_the_number(registry, folder, approve, key):
    challenge = registry.ask()
    card = registry.cards[0]
    with approve.terminal("--once") as terminal:
        terminal.expect(r"A login is waiting\.")
        terminal.expect(r"\x1b\[1mweb-01\x1b\[0m\n    alice from 203\.0\.113\.9 \(sshd\)\n    key SHA256:A{43}\n")
        terminal.expect(r"asked \d+ s ago, \d+ s left")
        terminal.expect(r"Only if you started it yourself: the number from its terminal approves\.")
        terminal.expect("Enter leaves it: ")
        terminal.enter("yes")
        terminal.expect("neither two digits nor d, r or Enter")
        terminal.enter("47")
        terminal.expect(r"Sent: approve alice on web-01 with number 47\.")
        assert terminal.finish() == 0
    assert_one_answer(registry, folder, key, card, challenge, "decision: approve\nnumber: 47\nvia: registry\n")


def test_the_time_runs_down_while_a_person_reads(registry, approve):
    registry.ask(life=12)
    with approve.terminal(NO_COLOR="1") as terminal:
        terminal.expect("    web-01\n")  # no attributes
        terminal.expect(r"\x1b7\x1b\[3A\r    asked \d+ s ago, \d+ s left\x1b\[K\x1b8")
        terminal.expect("Too late: this login has ended", timeout=20)
    assert registry.answers == []


def test_enter_leaves_a_card_and_shows_the_next(registry, approve):
    registry.ask(host="web-01")
    second = registry.ask(host="db-01")
    with approve.terminal("--once") as terminal:
        terminal.expect("2 logins are waiting; this is the oldest")
        terminal.expect("web-01")
        terminal.expect("Enter leaves it: ")
        terminal.enter()
        terminal.expect("A login is waiting")
        terminal.expect("db-01")
        terminal.expect("Enter leaves it: ")
        terminal.enter("d")
        terminal.expect("Sent: deny alice on db-01")
        assert terminal.finish() == 0
    assert [path for path, _ in registry.answers] == [f"/v1/challenges/{second}/answer"]


def test_a_login_that_comes_later_is_shown(registry, approve):
    with approve.terminal("--once") as terminal:
        terminal.expect("Waiting for a login of alice")
        registry.ask()
        terminal.expect("Enter leaves it: ")
        terminal.enter("r")
        terminal.expect("Sent: report alice on web-01")
        assert terminal.finish() == 0


def test_the_end_of_input_answers_nothing(registry, approve):
    registry.ask()
    done = approve.run()
    assert done.returncode == 1
    assert registry.answers == []


# Keys that only ssh-keygen can use


def test_a_passphrase_is_asked_for_by_ssh_keygen(build, registry, folder):
    key = make_key(folder, "locked", passphrase="open sesame")
    registry.ask()
    with Approve(build, registry, key).terminal("--number", "47", "--yes") as terminal:
        for _ in ("session", "answer"):
            terminal.expect("passphrase")
            terminal.enter("open sesame")
        terminal.expect("Sent: approve")
        assert terminal.finish() == 0
    assert_signed(folder, key, registry.answers[0][1], "answer")


def test_a_key_that_an_agent_holds(build, registry, folder):
    key = make_key(folder, "agents")
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(folder / "agent")], stdout=subprocess.DEVNULL)
    try:
        env = {"SSH_AUTH_SOCK": str(folder / "agent")}
        for _ in range(100):
            if subprocess.run(["ssh-add", "-q", key], env=dict(os.environ, **env), stderr=subprocess.DEVNULL).returncode == 0:
                break
        os.rename(key, key + ".away")
        registry.ask()
        done = Approve(build, registry, key + ".pub").run("--number", "47", "--yes", **env)
        assert done.returncode == 0, done
        assert_signed(folder, key, registry.answers[0][1], "answer")
    finally:
        agent.terminate()
        agent.wait()


def test_a_security_key(build, registry, folder):
    provider = f"{build}/lib/libsk_dummy.so"
    key = make_key(folder, "token", kind="ed25519-sk", provider=provider)
    registry.ask()
    done = Approve(build, registry, key).run("--number", "47", "--yes", SSH_SK_PROVIDER=provider)
    assert done.returncode == 0, done
    assert_signed(folder, key, registry.answers[0][1], "answer")


def test_a_public_half_of_another_key_is_noticed(build, registry, folder, key):
    swapped = make_key(folder, "swapped")
    with open(key + ".pub", encoding="ascii") as other, open(swapped + ".pub", "w", encoding="ascii") as public:
        public.write(other.read())
    registry.ask()
    done = Approve(build, registry, swapped).run("--number", "47", "--yes")
    assert done.returncode == 2, done
    assert "countersign: bad_private_key" in done.stderr  # ssh-keygen compares the halves itself
    assert registry.answers == [] and registry.sessions == []


def test_the_public_half_is_found_without_its_file(build, registry, folder):
    key = make_key(folder, "alone")
    with open(key + ".pub", encoding="ascii") as public:
        text = public.read()
    os.unlink(key + ".pub")
    challenge = registry.ask()
    assert Approve(build, registry, key).run("--number", "47", "--yes").returncode == 0
    with open(key + ".pub", "w", encoding="ascii") as public:
        public.write(text)
    assert statements.hash32(registry.answers[0][1]) != challenge
    assert_signed(folder, key, registry.answers[0][1], "answer")
