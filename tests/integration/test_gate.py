"""The gate: on a real sshd, nothing but the module's own decision lets a client in.

Each refusal stands beside the same login through pam_permit, which must work: so it is the module that refuses, and the
test would see it if it did not.
"""

import socket
import threading
import time

import pytest

from world import NO_PROMPT_MODE, PROMPT, PROMPT_MODE, World

PERMIT = "required pam_permit.so"


@pytest.fixture(scope="module")
def world(host, build):
    """Everything as it should be, but nobody who approves."""
    one = World(build, host)
    one.configure(timeout="10s")
    yield one
    one.registry.close()


@pytest.fixture(scope="module")
def module(world):
    return world.module


@pytest.fixture(scope="module")
def alice(world):
    """alice's key file; sshd accepts it."""
    return world.key


@pytest.fixture(scope="module")
def stranger(host):
    return host.make_key("stranger")


class Gate:
    """One sshd whose stack can be changed from "the module" to "anybody" between logins."""

    def __init__(self, host, module, service, *directives):
        self.host, self.module, self.service = host, f"requisite {module}", service
        self.close()
        self.sshd = host.start_sshd(*directives, service=service)

    def close(self):
        self.host.pam_service(self.service, auth=self.module, session=self.module)

    def open(self):
        self.host.pam_service(self.service, auth=PERMIT, session=PERMIT)

    def client(self, *arguments):
        return self.host.client(self.sshd, *arguments)


@pytest.fixture(scope="module")
def prompt_mode(host, module):
    return Gate(host, module, "cs-prompt", PROMPT_MODE)


@pytest.fixture(scope="module")
def no_prompt_mode(host, module):
    return Gate(host, module, "cs-batch", NO_PROMPT_MODE)


@pytest.fixture(scope="module")
def any_method(host, module):
    """sshd's default, with the password method on as well."""
    return Gate(host, module, "cs-any", "AuthenticationMethods any", "PasswordAuthentication yes")


@pytest.fixture(autouse=True)
def fresh_log(host):
    host.syslog.lines.clear()


def denied(host, reason):
    assert host.syslog.wait(rf"event=login_denied .*reason={reason}\b")


# The prompt mode


def test_prompt_mode_denies_without_a_second_factor(host, prompt_mode, alice):
    with prompt_mode.client("alice", alice, "NumberOfPasswordPrompts 1").terminal() as terminal:
        terminal.expect(PROMPT)
        terminal.enter()
        assert terminal.finish() == 255
        assert "admitted" not in terminal.output
        assert "Permission denied" in terminal.output
    denied(host, "deadline_passed")


def test_prompt_mode_control(prompt_mode, alice):
    prompt_mode.open()
    try:
        with prompt_mode.client("alice", alice).terminal() as terminal:
            assert terminal.finish() == 0
            assert "admitted" in terminal.output
        # zero prompts admit clients without a terminal, too
        assert prompt_mode.client("alice", alice).without_tty("echo admitted").stdout == "admitted\n"
    finally:
        prompt_mode.close()


def test_prompt_mode_stops_a_wrong_key_before_the_module(host, prompt_mode, stranger):
    assert prompt_mode.client("alice", stranger).without_tty("echo admitted").returncode == 255
    assert host.syslog.find("event=") == []


# Any method will do, says this sshd: the module's publickey rule says otherwise


def test_no_key_is_no_entry_under_any_method(host, any_method):
    with any_method.client("alice", None, "PreferredAuthentications keyboard-interactive").terminal() as terminal:
        assert terminal.finish() == 255
        assert "admitted" not in terminal.output
    denied(host, "no_publickey")


def test_a_wrong_key_is_no_entry_under_any_method(host, any_method, stranger):
    client = any_method.client("alice", stranger, "PreferredAuthentications publickey,keyboard-interactive")
    assert client.without_tty("echo admitted").returncode == 255
    denied(host, "no_publickey")


def test_the_password_method_is_no_entry(host, any_method):
    client = any_method.client("alice", None, "PreferredAuthentications password", "NumberOfPasswordPrompts 1")
    with client.terminal() as terminal:
        terminal.expect("password:")
        terminal.enter("anything")
        assert terminal.finish() == 255
        assert "admitted" not in terminal.output
    denied(host, "no_publickey")


def test_any_method_control(any_method):
    """What a module that succeeds too easily would do: no key, or a wrong password, and in."""
    any_method.open()
    try:
        client = any_method.client("alice", None, "PreferredAuthentications keyboard-interactive")
        assert client.without_tty("echo admitted").stdout == "admitted\n"
        with any_method.client("alice", None, "PreferredAuthentications password").terminal() as terminal:
            terminal.expect("password:")
            terminal.enter("anything")
            assert terminal.finish() == 0
            assert "admitted" in terminal.output
    finally:
        any_method.close()


# The no-prompt mode: sshd has already accepted the key; the session phase is the gate


class Echo:
    """A TCP service that a forwarding would reach: it greets."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"forwarded\n")

    def __exit__(self, *_):
        self._socket.close()


def greeting(port, timeout):
    """What a connection to the port says; nothing when nobody listens there until the timeout."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
                return connection.recv(100).decode()
        except OSError:
            time.sleep(0.05)
    return ""


def forwarded(client, *arguments, port):
    process = client.background("-N", *arguments)
    try:
        return greeting(port, 1.5)
    finally:
        process.kill()
        process.communicate()


def run_exec(host, client):
    return "admitted" in client.batch("echo admitted").stdout


def run_shell(host, client):
    with client.terminal(None, ["-tt"]) as terminal:
        terminal.send("echo adm''itted\nexit\n")
        terminal.finish()
        return "admitted" in terminal.output


def run_sftp(host, client):
    return "Remote working directory" in client.sftp("pwd\n").stdout


def run_scp(host, client):
    result = client.scp("/etc/hostname", "/run/home/alice/copied")
    if result.returncode == 0:
        host.run(["rm", "/run/home/alice/copied"])
    return result.returncode == 0


def run_local_forwarding(host, client):
    with Echo() as echo, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        return forwarded(client, "-L", f"{port}:127.0.0.1:{echo.port}", port=port) == "forwarded\n"


def run_remote_forwarding(host, client):
    with Echo() as echo, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        return forwarded(client, "-R", f"{port}:127.0.0.1:{echo.port}", port=port) == "forwarded\n"


def run_stdio_forwarding(host, client):
    with Echo() as echo:
        return "forwarded" in client.batch(arguments=["-W", f"127.0.0.1:{echo.port}"]).stdout


WAYS = [run_exec, run_shell, run_sftp, run_scp, run_local_forwarding, run_remote_forwarding, run_stdio_forwarding]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__[4:])
def test_session_phase_stops(host, no_prompt_mode, alice, way):
    assert not way(host, no_prompt_mode.client("alice", alice))
    denied(host, "no_prompt_possible")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__[4:])
def test_session_phase_control(host, no_prompt_mode, alice, way):
    no_prompt_mode.open()
    try:
        assert way(host, no_prompt_mode.client("alice", alice))
    finally:
        no_prompt_mode.close()
