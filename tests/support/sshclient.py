"""A stock OpenSSH client under test control: on a terminal (Terminal) or without one (Client.batch, scp, sftp, -L, -W).

It reads no file of the person who runs the tests: its own configuration with -F, its own known_hosts, no agent, no
default keys. Every read from a terminal has a deadline.
"""

import codecs
import os
import pty
import re
import select
import signal
import subprocess
import time

DEADLINE = 30.0


class Terminal:
    """A command on a pseudo-terminal of its own, with reads in the manner of expect."""

    def __init__(self, argv, env):
        self.output = ""
        # A read may end within a character or a line end.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held_back = ""
        self._seen = 0
        self._status = None
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)

    def _read(self, until):
        ready, _, _ = select.select([self._fd], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # EIO: the other side is closed
            data = b""
        text = self._held_back + self._decoder.decode(data, final=not data)
        self._held_back = "\r" if data and text.endswith("\r") else ""
        self.output += text[:len(text) - len(self._held_back)].replace("\r\n", "\n")
        return bool(data)

    def expect(self, pattern, timeout=DEADLINE):
        """The match of `pattern` in what came since the last expect; AssertionError when it does not come in time."""
        until = time.monotonic() + timeout
        while True:
            match = re.compile(pattern).search(self.output, self._seen)
            if match:
                self._seen = match.end()
                return match
            if not self._read(until):
                raise AssertionError(f"{pattern!r} did not come; the terminal shows:\n{self.output}")

    def send(self, text):
        os.write(self._fd, text.encode())

    def enter(self, text=""):
        self.send(text + "\n")

    def read_to_end(self, timeout=DEADLINE):
        """Until the command closes its terminal, or the time is over."""
        until = time.monotonic() + timeout
        while self._read(until):
            pass

    def finish(self, timeout=DEADLINE):
        """Reads to the end and returns the exit status; AssertionError when the command goes on."""
        until = time.monotonic() + timeout
        self.read_to_end(timeout)
        while self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > until:
                raise AssertionError(f"the command goes on; the terminal shows:\n{self.output}")
            else:
                time.sleep(0.01)
        return self._status

    def kill(self, number=signal.SIGKILL):
        if self._status is None:
            os.kill(self.pid, number)
            self.finish()

    def close(self):
        """Ends the command; can be called twice."""
        self.kill()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Client:
    """How `user` reaches the sshd on `port`: with the private key file `key`, or with none."""

    def __init__(self, directory, port, user, key=None, options=()):
        self.port, self.user = port, user
        self._env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb"}
        lines = [
            "Host *",
            f"User {user}",
            f"Port {port}",
            f"UserKnownHostsFile {directory}/known_hosts",
            "GlobalKnownHostsFile none",
            "StrictHostKeyChecking no",
            "IdentityAgent none",
            "IdentitiesOnly yes",
            f"IdentityFile {key or 'none'}",
            "ControlPath none",
            *options,
        ]
        self.config = os.path.join(directory, f"config-{user}-{os.urandom(6).hex()}")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def _argv(self, *arguments):
        return ["ssh", "-F", self.config, *arguments]

    def terminal(self, command="echo admitted", arguments=()):
        """ssh on a terminal; the default command proves admission by what it prints."""
        return Terminal(self._argv(*arguments, "127.0.0.1", *([command] if command else [])), self._env)

    def run(self, argv, stdin=None, timeout=DEADLINE):
        return subprocess.run(argv, input=stdin, capture_output=True, text=True, env=self._env, timeout=timeout,
                              stdin=subprocess.DEVNULL if stdin is None else None, start_new_session=True)

    def batch(self, *command, arguments=(), stdin=None, timeout=DEADLINE):
        """ssh without a terminal and without questions."""
        argv = self._argv("-o", "BatchMode=yes", *arguments, "127.0.0.1", *command)
        return self.run(argv, stdin, timeout)

    def without_tty(self, *command, timeout=DEADLINE):
        """ssh without a terminal, but not told to be in batch mode: it takes part in keyboard-interactive."""
        return self.run(self._argv("127.0.0.1", *command), timeout=timeout)

    def scp(self, source, target):
        return self.run(["scp", "-F", self.config, "-o", "BatchMode=yes", source, f"127.0.0.1:{target}"])

    def sftp(self, commands):
        return self.run(["sftp", "-F", self.config, "-o", "BatchMode=yes", "-b", "-", "127.0.0.1"], stdin=commands)

    def background(self, *arguments, command=()):
        """ssh in the background, for forwarding or a command that waits; the caller ends it."""
        argv = self._argv("-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", *arguments, "127.0.0.1", *command)
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=self._env, start_new_session=True)
