"""The demo's private corner: a test host with registry, sshd and module, built with the commands an administrator uses."""

import hashlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "support"))
from testhost import TestHost, free_port, wait_until  # noqa: E402

PREFIX = "/opt/countersign/bin"


class Machine(TestHost):
    """A TestHost with Countersign's programs, users and directories, and nothing configured yet."""

    def __init__(self, build):
        super().__init__("web-01")
        try:
            for program in ("countersign", "countersign-registry", "countersign-authorized-keys", "countersign-courier"):
                self.install(f"{build}/bin/{program}")
            self.module = self.install(f"{build}/lib/pam_countersign.so", folder="lib")
            for user in ("countersign", "countersign-registry"):
                self.add_user(user, shell="/usr/sbin/nologin")
            self.add_user("alice")
            self.mkdir("/etc/countersign")
            self.mkdir("/etc/countersign-registry")
            self.mkdir("/var/cache/countersign", owner="countersign")
            self.origin = f"http://localhost:{free_port()}"  # to a browser as good as HTTPS
            self._registry = None
        except BaseException:
            self.close()
            raise

    def do(self, *words, stdin=None, user=None, check=True):
        """Runs one of Countersign's programs by its short name; returns what it printed."""
        return self.run([f"{PREFIX}/{words[0]}", *words[1:]], user=user, check=check, input=stdin).stdout

    def start_registry(self):
        with open(self.path("/var/log/registry"), "w", encoding="utf-8") as log:
            self._registry = self.start([f"{PREFIX}/countersign-registry", "serve"], stdout=log, stderr=log)

        def answers():
            done = subprocess.run(self.command([f"{PREFIX}/countersign", "approve", "--registry", self.origin, "--user",
                                                "nobody", "--key", "/etc/ssh/testhost_ed25519", "--yes", "--deny",
                                                "--wait", "0"]),
                                  capture_output=True, text=True, check=False)
            return "not_an_approver" in done.stderr or self._registry.poll() is not None
        wait_until(answers, "the registry's start")
        if self._registry.poll() is not None:
            raise AssertionError("the registry does not start:\n" + self.read("/var/log/registry"))

    def receipts(self):
        found = self.run(["find", "/var/lib/countersign/receipts", "-type", "f"], check=False).stdout.split()
        return {path: self.read(path) for path in found}

    def close(self):
        if getattr(self, "_registry", None) and self._registry.poll() is None:
            self._registry.terminate()
            self._registry.wait(timeout=15)
        super().close()


# What must be the same afterwards

WATCHED = ("/etc/ssh", "/etc/pam.d", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/security",
           "/etc/countersign", "/etc/countersign-registry", "/var/lib/countersign", "/var/lib/countersign-registry",
           "/var/cache/countersign", "/opt/countersign")


def _files(top):
    if os.path.isdir(top) and not os.path.islink(top):
        for folder, _, names in os.walk(top):
            yield folder
            yield from (os.path.join(folder, name) for name in names)
    elif os.path.lexists(top):
        yield top


def snapshot():
    """Everything of this machine that an installation would change: files with mode, owner and content, mounts, sshd."""
    seen = {}
    for top in WATCHED:
        for path in _files(top):
            status = os.lstat(path)
            content = b""
            if os.path.islink(path):
                content = os.readlink(path).encode()
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
            seen[path] = (status.st_mode, status.st_uid, status.st_gid, hashlib.sha256(content).hexdigest())
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        seen["mounts"] = sorted(line.split()[1] for line in mounts)
    mine = os.readlink("/proc/self/ns/mnt")
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/comm", encoding="utf-8") as file:
                if file.read().strip() == "sshd" and os.readlink(f"/proc/{name}/ns/mnt") == mine:
                    seen[f"sshd {name}"] = True
        except OSError:
            pass  # it has just ended
    return seen
