"""The key helper and its courier, installed on a test host, and a scripted registry: run() is what sshd does."""

import hashlib
import os
import shutil
import time

import pytest

import statements
from scripted_registry import Authority, ScriptedRegistry

TOKEN = "csh_" + "B" * 43
CACHE = "/var/cache/countersign"
NAME = hashlib.sha256(b"alice").hexdigest()
DAY = 86400


class Helper:
    """The programs, installed; run() is what sshd does."""

    def __init__(self, host, build, authority, keys):
        self.host, self.keys = host, keys
        host.add_user("countersign")
        host.add_user("alice")
        host.mkdir("/etc/countersign")
        self.program = host.install(f"{build}/bin/countersign-authorized-keys")
        self.courier = host.install(f"{build}/bin/countersign-courier")
        with open(authority.ca, encoding="utf-8") as file:
            host.write("/etc/countersign/ca.pem", file.read())
        host.write("/etc/countersign/token", TOKEN + "\n", mode=0o640)
        os.chown(host.path("/etc/countersign/token"), 0, host.ids("countersign")[1])

    def reset(self, origin):
        host = self.host
        shutil.rmtree(host.path(CACHE), ignore_errors=True)
        host.mkdir(CACHE, owner="countersign")
        host.write("/etc/countersign/signers", statements.signers_line(self.keys["signer"], ["record", "approver"]))
        self.point_at(origin)

    def point_at(self, origin):
        self.host.write("/etc/countersign/countersign.yaml", "host: {name: web-01, groups: [web]}\nregistry:\n"
                        f"  url: {origin}\n  token: /etc/countersign/token\n  ca: /etc/countersign/ca.pem\n")

    def argv(self, *arguments, user="alice"):
        return [self.program, "--host", "web-01", "--group", "web", "--courier", self.courier, *arguments, user]

    def run(self, *arguments, user="alice", fingerprint=None, as_user="countersign"):
        """What it prints; exit 0 and nothing on stderr."""
        argv = self.argv(*arguments, user=user) + ([fingerprint] if fingerprint else [])
        started = time.monotonic()
        done = self.host.run(argv, user=as_user, check=False)
        self.took = time.monotonic() - started
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def lines(self, *names):
        return "".join(statements.public_key(self.keys[name]) + "\n" for name in names)

    def record(self, *names, **more):
        return statements.record(self.keys["signer"], login_keys=[self.keys[name] for name in names], **more)

    def path(self, folder):
        return self.host.path(f"{CACHE}/{folder}/{NAME}")

    def cached(self):
        with open(self.path("records"), encoding="utf-8") as file:
            return file.read()

    def age(self, folder, seconds):
        when = time.time() - seconds
        os.utime(self.path(folder), (when, when))

    def put(self, record, seconds_ago=3600):
        self.host.mkdir(f"{CACHE}/records", owner="countersign")
        self.host.write(f"{CACHE}/records/{NAME}", record, owner="countersign")
        self.age("records", seconds_ago)

    def log(self, pattern, timeout=5):
        return self.host.syslog.wait(pattern, timeout)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(str(tmp_path_factory.mktemp("authority")))


@pytest.fixture(scope="module")
def installed(host, build, authority):
    names = ("signer", "stranger", "laptop", "desktop")
    return Helper(host, build, authority, {name: host.make_key(name) for name in names})


@pytest.fixture
def registry(authority):
    with ScriptedRegistry(tls=authority) as one:
        yield one


@pytest.fixture
def helper(installed, registry):
    installed.reset(registry.origin)
    installed.host.syslog.lines.clear()
    return installed


def asked(registry):
    return len(registry.seen("GET", "/v1/records/"))
