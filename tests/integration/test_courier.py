"""countersign-courier against servers on loopback: docs/PROTOCOL.md sections 9 and 10.

The courier is run as the unprivileged user that it is made for, with a configuration and a token as they are installed.
What it carries are opaque bytes to it, so the statements here are no statements.
"""

import base64
import hashlib
import os
import re
import socket
import struct
import subprocess
import time

import pytest

from scripted_registry import Answer, Authority, ScriptedRegistry, drip, etag, hang, raw, refusal
from testhost import free_port, wait_until

TOKEN = "csh_" + "A" * 43
CHALLENGE = "countersign challenge v1\nnonce: as opaque as anything\n"
ID = base64.urlsafe_b64encode(hashlib.sha256(CHALLENGE.encode()).digest()).decode().rstrip("=")
RECORD = "countersign record v1\nuser: alice\n"
LIMIT = 256 * 1024


class Courier:
    """One run: the request goes in at once, stdin stays open until close() or result()."""

    def __init__(self, host, program, config, request=None, raw_request=None):
        argv = host.command([program, "--config", config], user="countersign")
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={})
        self.started = time.monotonic()
        data = raw_request if raw_request is not None else struct.pack(">I", len(request)) + request.encode()
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()

    def output(self, timeout=20):
        """All of stdout, the courier's end, and how long it took."""
        data = self.process.stdout.read()
        self.process.wait(timeout=timeout)
        self.took = time.monotonic() - self.started
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.errors = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return data

    def reply(self):
        """(status, reason, detail, statements) of the one whole frame."""
        data = self.output()
        assert len(data) >= 4 and struct.unpack(">I", data[:4])[0] == len(data) - 4 <= LIMIT, data[:100]
        head, _, statements = data[4:].decode().partition("\n\n")
        match = re.fullmatch(r"countersign courier v1\nstatus: (\w+)\nreason: (\w+)\ndetail: ([ -~]+)", head)
        assert match, head
        assert self.process.returncode == 0 and self.errors == ""
        return (*match.groups(), statements)


def request(do="record", user="alice", tag="none", deadline="2000ms", body=""):
    return f"countersign courier v1\ndo: {do}\nuser: {user}\netag: {tag}\ndeadline: {deadline}\n\n{body}"


def challenge(deadline="20000ms"):
    return request("challenge", deadline=deadline, body=CHALLENGE)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(str(tmp_path_factory.mktemp("authority")))


@pytest.fixture(scope="module")
def installed(host, build):
    host.add_user("countersign")
    host.mkdir("/etc/countersign")
    return host.install(f"{build}/bin/countersign-courier")


@pytest.fixture
def run(host, installed, authority):
    """run(origin, request) starts a courier whose configuration names that registry."""
    running = []
    with open(authority.ca, encoding="utf-8") as file:
        host.write("/etc/countersign/ca.pem", file.read())

    def start(origin, text=None, token=TOKEN + "\n", token_mode=0o640, config=None, ca="/etc/countersign/ca.pem", **more):
        host.write("/etc/countersign/token", token, mode=token_mode)
        os.chown(host.path("/etc/countersign/token"), 0, host.ids("countersign")[1])
        lines = f"host: {{name: web-01}}\nregistry:\n  url: {origin}\n  token: /etc/countersign/token\n"
        if ca:
            lines += f"  ca: {ca}\n"
        host.write("/etc/countersign/countersign.yaml", config if config is not None else lines)
        running.append(Courier(host, installed, "/etc/countersign/countersign.yaml", text, **more))
        return running[-1]

    yield start
    for courier in running:
        if courier.process.poll() is None:
            courier.process.kill()
            courier.process.wait()


@pytest.fixture
def registry(authority):
    with ScriptedRegistry(tls=authority) as one:
        yield one


# Records

def test_a_record_over_tls(run, registry):
    registry.answer("GET", "/v1/records/alice", Answer(200, RECORD, {"ETag": etag(RECORD)}))
    assert run(registry.origin, request()).reply() == ("ok", "none", "none", RECORD)
    seen, = registry.requests
    assert seen.path == "/v1/records/alice"
    assert seen.headers["Authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["Countersign-Accept"] == "1"
    assert "If-None-Match" not in seen.headers and "Cookie" not in seen.headers


def test_a_record_that_the_caller_holds(run, registry):
    registry.serve_record("alice", RECORD)
    assert run(registry.origin, request(tag=etag(RECORD).strip('"'))).reply() == ("unchanged", "none", "none", "")
    assert registry.requests[0].headers["If-None-Match"] == etag(RECORD)
    assert run(registry.origin, request(tag=etag("older").strip('"'))).reply()[0] == "ok"


def test_a_user_name_is_one_path_segment(run, registry):
    registry.answer("GET", "/v1/records/", Answer(200, RECORD))
    assert run(registry.origin, request(user=r"CORP\al+ice$")).reply()[0] == "ok"
    assert registry.requests[0].path == "/v1/records/CORP%5Cal%2Bice%24"
    assert run(registry.origin, request(user="..")).reply()[:2] == ("failed", "bad_request")
    assert len(registry.requests) == 1


@pytest.mark.parametrize("answer, status, reason", [
    (refusal(404, "record_unknown"), "unknown", "record_unknown"),
    (refusal(404, "not_found"), "failed", "not_found"),
    (Answer(404, "<html>gateway</html>"), "failed", "not_found"),
    (refusal(401, "not_authorized"), "failed", "not_authorized"),
    (refusal(403, "registry_refused"), "failed", "registry_refused"),
    (refusal(429, "quota_exceeded", {"Retry-After": "60"}), "failed", "quota_exceeded"),
    (refusal(503, "registry_unreachable"), "failed", "registry_unreachable"),
    (Answer(500), "failed", "internal"),
    (Answer(304), "failed", "internal"),
    (Answer(204), "failed", "internal"),
    (Answer(200), "failed", "internal"),
    (Answer(200, "x", {"Countersign-Version": "2"}), "failed", "unsupported_version"),
    (Answer(200, "x" * (LIMIT + 1)), "failed", "too_large"),
    (Answer(200, "x" * LIMIT), "failed", "too_large"),  # with the lines around it, the reply would be larger than allowed
    (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "failed", "registry_unreachable"),
    (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut"), "failed", "registry_unreachable"),
    (raw(b"HTTP/1.1 200 OK\r\n" + b"X-Filler: x\r\n" * 5000 + b"\r\n"), "failed", "too_large"),
    (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"ffff\r\n" + b"x" * 0xffff + b"\r\n" * 1
         + (b"ffff\r\n" + b"x" * 0xffff + b"\r\n") * 5), "failed", "too_large"),
    (raw(b""), "failed", "registry_unreachable"),
], ids=lambda value: str(getattr(value, "status", value))[:20])
def test_what_else_a_registry_may_say(run, registry, answer, status, reason):
    registry.answer("GET", "/v1/records/alice", answer)
    courier = run(registry.origin, request())
    assert courier.reply()[:2] == (status, reason)
    assert courier.took < 1.5


def test_the_registrys_words_reach_the_log_clean(run, registry):
    registry.answer("GET", "/v1/records/alice", Answer(403, "registry_refused: \x1b[2Jweb-02\u202e\nsecond line\n"))
    detail = run(registry.origin, request()).reply()[2]
    assert detail == "HTTP 403 registry_refused: ?[2Jweb-02???"


@pytest.mark.parametrize("silence", [hang, drip])
def test_its_own_deadline(run, registry, silence):
    registry.answer("GET", "/v1/records/alice", silence)
    courier = run(registry.origin, request(deadline="700ms"))
    assert courier.reply()[:2] == ("failed", "deadline_passed")
    assert 0.65 < courier.took < 1.3


def test_a_server_that_does_not_even_shake_hands(run):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        courier = run(f"https://localhost:{listener.getsockname()[1]}", request(deadline="700ms"))
        assert courier.reply()[:2] == ("failed", "deadline_passed")
        assert courier.took < 1.3


def test_nobody_there(run):
    courier = run(f"https://localhost:{free_port()}", request())
    assert courier.reply()[:2] == ("failed", "registry_unreachable")
    assert courier.took < 1.0


def test_no_redirect_is_followed(run, registry):
    registry.answer("GET", "/v1/records/alice", Answer(302, "", {"Location": registry.origin + "/elsewhere"}))
    registry.answer("GET", "/elsewhere", Answer(200, RECORD))
    assert run(registry.origin, request()).reply()[:2] == ("failed", "internal")
    assert [seen.path for seen in registry.requests] == ["/v1/records/alice"]


# Whom it trusts

def test_only_the_configured_authority(run, registry, tmp_path):
    registry.answer("GET", "/v1/records/alice", Answer(200, RECORD))
    status, reason, detail, _ = run(registry.origin, request(), ca=None).reply()
    assert (status, reason) == ("failed", "registry_unreachable") and "certificate" in detail
    assert registry.requests == []


def test_only_the_registrys_own_name(run, tmp_path, host):
    other = Authority(str(tmp_path), names="DNS:other.example.com")
    with open(other.ca, encoding="utf-8") as file:
        host.write("/etc/countersign/other.pem", file.read())
    with ScriptedRegistry(tls=other) as registry:
        registry.answer("GET", "/v1/records/alice", Answer(200, RECORD))
        status, reason, detail, _ = run(registry.origin, request(), ca="/etc/countersign/other.pem").reply()
    assert (status, reason) == ("failed", "registry_unreachable") and "certificate" in detail


def test_plain_http_on_loopback(run):
    with ScriptedRegistry() as registry:
        registry.answer("GET", "/v1/records/alice", Answer(200, RECORD))
        assert run(registry.origin, request(), ca=None).reply()[0] == "ok"


def test_the_environment_says_nothing(run, registry, host, installed):
    registry.answer("GET", "/v1/records/alice", Answer(200, RECORD))
    run(registry.origin, request()).reply()  # writes the configuration
    with ScriptedRegistry() as proxy:
        proxies = {name: proxy.origin for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY")}
        argv = host.command(["env", *(f"{name}={value}" for name, value in proxies.items()), installed, "--config",
                             "/etc/countersign/countersign.yaml"], user="countersign")
        text = request().encode()
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdin.write(struct.pack(">I", len(text)) + text)
            process.stdin.flush()
            assert b"status: ok" in process.stdout.read()
        assert proxy.requests == []


# Its own house

@pytest.mark.parametrize("change, words", [
    ({"token": "csh_short\n"}, "/etc/countersign/token: not a host token"),
    ({"token": "css_" + "A" * 43}, "/etc/countersign/token: not a host token"),
    ({"token_mode": 0o644}, "unsafe_file: /etc/countersign/token"),
    ({"token_mode": 0o660}, "unsafe_file: /etc/countersign/token"),
    ({"config": "registry: {url: http://registry.example.com}\n"}, "/etc/countersign/countersign.yaml:1:"),
    ({"config": ""}, "/etc/countersign/countersign.yaml"),
])
def test_a_bad_configuration_is_named(run, registry, change, words):
    status, reason, detail, _ = run(registry.origin, request(), **change).reply()
    assert (status, reason) == ("failed", "bad_config")
    assert words in detail and "AAAA" not in detail
    assert registry.requests == []


def test_it_does_not_run_as_root(host, installed):
    text = request().encode()
    done = subprocess.run(host.command([installed, "--config", "/etc/countersign/countersign.yaml"]),
                          input=struct.pack(">I", len(text)) + text, capture_output=True, timeout=20, check=False)
    assert b"reason: bad_config" in done.stdout and b"must not run as root" in done.stdout


def test_nobody_else_of_its_user_can_look_into_it(run, registry, host):
    registry.answer("GET", "/v1/records/alice", hang)
    courier = run(registry.origin, request())
    wait_until(lambda: registry.requests, "the request")
    pid, = host.processes("countersign-cou")
    look = host.run(["cat", f"/proc/{pid}/environ"], user="countersign", check=False)
    assert look.returncode != 0 and "denied" in look.stderr
    with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
        assert re.search(r"(?m)^Max core file size +0 +0 ", file.read())
    courier.close()
    courier.output()


def test_usage(host, installed):
    for arguments, code in (([], 2), (["--config"], 2), (["--config", "a", "b"], 2), (["--help"], 0), (["--version"], 0)):
        done = host.run([installed, *arguments], check=False)
        assert done.returncode == code
        assert ("usage:" in (done.stdout if code == 0 else done.stderr)) == (arguments != ["--version"])


@pytest.mark.parametrize("data, reason", [
    (struct.pack(">I", 80 * 1024 + 1), "bad_courier_message"),
    (b"GET / HTTP/1.1\r\n\r\n", "bad_courier_message"),
    (struct.pack(">I", 5) + b"hello", "bad_courier_message"),
    (struct.pack(">I", 0), "bad_courier_message"),
])
def test_requests_that_are_none(run, registry, data, reason):
    assert run(registry.origin, raw_request=data).reply()[:2] == ("failed", reason)


@pytest.mark.parametrize("data", [b"", b"\0\0", struct.pack(">I", 100) + b"half"])
def test_a_caller_that_goes_before_it_asks(run, registry, data):
    courier = run(registry.origin, raw_request=data)
    courier.close()
    assert courier.output() == b"" and courier.process.returncode == 1
    assert courier.took < 1.0


# Challenges

def test_a_challenge_and_its_answer(run, registry):
    registry.answer("POST", "/v1/challenges", Answer(201, ID + "\n", {"Location": f"/v1/challenges/{ID}"}))
    registry.answer("GET", f"/v1/challenges/{ID}/answer", Answer(204, delay=1.0), Answer(200, "answer and record\n"))
    assert run(registry.origin, challenge()).reply() == ("ok", "none", "none", "answer and record\n")
    posted, first, second = registry.requests
    assert posted.body.decode() == CHALLENGE and posted.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Expect" not in posted.headers
    assert re.fullmatch(rf"/v1/challenges/{ID}/answer\?wait=(19|20)", first.path)
    assert all(seen.headers["Authorization"] == f"Bearer {TOKEN}" for seen in registry.requests)


@pytest.mark.parametrize("reason", ["challenge_replaced", "challenge_withdrawn", "challenge_expired"])
def test_a_challenge_that_ends(run, registry, reason):
    registry.answer("POST", "/v1/challenges", Answer(201, ID + "\n"))
    registry.answer("GET", f"/v1/challenges/{ID}/answer", refusal(410, reason))
    assert run(registry.origin, challenge()).reply()[:2] == ("ended", reason)
    assert registry.seen("DELETE") == []


def wait_long(request):
    """As the real registry: nothing until the wait is over, or the client has gone."""
    request.socket.settimeout(60)
    hang(request)


@pytest.fixture
def waiting(registry):
    registry.answer("POST", "/v1/challenges", Answer(201, ID + "\n"))
    registry.answer("GET", f"/v1/challenges/{ID}/answer", wait_long)
    registry.answer("DELETE", f"/v1/challenges/{ID}", Answer(204))
    return registry


def test_the_end_of_stdin_withdraws(run, waiting):
    courier = run(waiting.origin, challenge())
    wait_until(lambda: waiting.seen("GET"), "the wait")
    closed = time.monotonic()
    courier.close()
    assert courier.output() == b""
    assert time.monotonic() - closed < 1.0
    assert courier.process.returncode == 0
    withdrawn, = waiting.seen("DELETE")
    assert withdrawn.path == f"/v1/challenges/{ID}" and withdrawn.time - closed < 1.0


def test_more_on_stdin_withdraws_too(run, waiting):
    courier = run(waiting.origin, challenge())
    wait_until(lambda: waiting.seen("GET"), "the wait")
    courier.process.stdin.write(b"x")
    courier.process.stdin.flush()
    assert courier.output() == b""
    assert len(waiting.seen("DELETE")) == 1


def test_a_withdrawal_that_the_registry_does_not_take(run, waiting):
    waiting.answer("DELETE", f"/v1/challenges/{ID}", hang)
    courier = run(waiting.origin, challenge())
    wait_until(lambda: waiting.seen("GET"), "the wait")
    closed = time.monotonic()
    courier.close()
    assert courier.output() == b""
    assert 0.5 < time.monotonic() - closed < 1.0


def test_a_caller_that_is_killed_leaves_no_orphan(run, waiting, host, installed):
    """sshd ends its PAM child with a signal; neither the courier nor the card may stay."""
    run(waiting.origin, challenge())  # also writes the configuration
    wait_until(lambda: waiting.seen("GET"), "the first wait")
    reading, writing = os.pipe()
    caller = subprocess.Popen(["/usr/bin/sleep", "600"], pass_fds=[writing])
    argv = host.command([installed, "--config", "/etc/countersign/countersign.yaml"], user="countersign")
    courier = subprocess.Popen(argv, stdin=reading, stdout=subprocess.DEVNULL)
    text = challenge()
    os.write(writing, struct.pack(">I", len(text)) + text.encode())
    os.close(reading)
    os.close(writing)
    wait_until(lambda: len(waiting.seen("GET")) == 2, "the second wait")
    caller.kill()
    caller.wait()
    courier.wait(timeout=1.5)
    assert len(waiting.seen("DELETE")) == 1


def test_the_deadline_answers_first_and_withdraws_then(run, waiting):
    courier = run(waiting.origin, challenge(deadline="1500ms"))
    assert courier.reply()[:2] == ("failed", "deadline_passed")
    assert 1.4 < courier.took < 2.5
    assert len(waiting.seen("DELETE")) == 1


def test_a_refused_challenge_is_not_posted_again(run, registry):
    registry.answer("POST", "/v1/challenges", refusal(429, "quota_exceeded", {"Retry-After": "60"}))
    assert run(registry.origin, challenge()).reply()[:2] == ("failed", "quota_exceeded")
    assert [seen.method for seen in registry.requests] == ["POST"]


def test_the_registry_restarts_during_the_wait(run, authority):
    first = ScriptedRegistry(tls=authority)
    first.answer("POST", "/v1/challenges", Answer(201, ID + "\n"))
    first.answer("GET", f"/v1/challenges/{ID}/answer", raw(b""))
    courier = run(first.origin, challenge())
    wait_until(lambda: first.seen("GET"), "the wait")
    first.close()
    time.sleep(1.0)
    with ScriptedRegistry(tls=authority, port=first.port) as second:
        second.answer("GET", f"/v1/challenges/{ID}/answer", Answer(200, "answer and record\n"))
        assert courier.reply() == ("ok", "none", "none", "answer and record\n")
        assert second.seen("POST") == []


def test_a_post_whose_fate_is_unknown_is_asked_for_first(run, registry):
    registry.answer("POST", "/v1/challenges", raw(b""), Answer(201, ID + "\n"))
    registry.answer("GET", f"/v1/challenges/{ID}/answer", refusal(404, "not_found"), Answer(200, "answer and record\n"))
    assert run(registry.origin, challenge()).reply()[0] == "ok"
    assert [seen.method for seen in registry.requests] == ["POST", "GET", "POST", "GET"]


def test_an_answer_too_large_to_carry(run, waiting):
    waiting.answer("GET", f"/v1/challenges/{ID}/answer", Answer(200, "x" * LIMIT))
    assert run(waiting.origin, challenge()).reply()[:2] == ("failed", "too_large")


def test_a_caller_that_does_not_read_does_not_kill_it_by_a_signal(run, registry):
    registry.answer("GET", "/v1/records/alice", Answer(200, "x" * 200_000, delay=0.3))
    courier = run(registry.origin, request())
    courier.process.stdout.close()
    assert courier.process.wait(timeout=5) == 1  # an ordinary exit, not SIGPIPE
    courier.process.stdout = open(os.devnull, "rb")
    courier.output()


def test_it_writes_no_file(run, waiting, host):
    waiting.answer("GET", f"/v1/challenges/{ID}/answer", Answer(200, "answer and record\n"))
    run(waiting.origin, challenge()).reply()
    found = host.run(["find", "/run/home", "/etc/countersign", "/tmp", "-ignore_readdir_race", "-xdev", "-user", "countersign",
                      "-type", "f"]).stdout
    assert found == ""
