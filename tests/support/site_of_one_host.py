"""A whole site on one test host: the real registry, key helper, courier and module, and the software approver.

    with TestHost() as host:
        site = Site(build, host)
        with site.client("alice", site.laptop).terminal() as terminal:
            site.approve(site.number(terminal))
"""

import re
import subprocess

from testhost import free_port, wait_until
from world import PROMPT, PROMPT_MODE

CONFIG = """\
host: {{ name: web-01, groups: [web] }}
registry: {{ url: "{origin}", token: /etc/countersign/token{ca} }}
challenge: {{ timeout: {timeout}, levels: [passkey, hardware, ssh-key], max_trust: {max_trust} }}
paths: {{ courier: {courier} }}
"""


class Site:
    """`sshd_settings` win over the site's own. With an Authority of scripted_registry.py the registry speaks TLS."""

    REGISTRY = "127.0.0.1"

    def __init__(self, build, host, *sshd_settings, authority=None, fresh="0s", match=""):
        self._authority = authority
        self.host, self._build = host, build
        for user in ("countersign", "countersign-registry", "alice"):
            host.add_user(user)
        self.module = host.install(f"{build}/lib/pam_countersign.so", "lib")
        self.helper, self.courier, self._registry = (host.install(f"{build}/bin/countersign-{name}")
                                                     for name in ("authorized-keys", "courier", "registry"))
        self.laptop, self.phone = host.make_key("laptop"), host.make_key("phone")
        host.pam_service("sshd", auth=f"requisite {self.module}", session=f"requisite {self.module}")
        self._make_registry()
        self.configure()
        self.serve()
        # the helper takes a record as fresh for a second only, so that a test sees what it changed
        self.sshd = host.start_sshd(
            *sshd_settings, PROMPT_MODE, "AuthorizedKeysFile none", "AuthorizedKeysCommandUser countersign",
            f"AuthorizedKeysCommand {self.helper} --host web-01 --group web --fresh {fresh} --courier {self.courier} %u %f",
            authorized_keys=False, match=match)

    def _make_registry(self):
        port = free_port()
        self.host.mkdir("/etc/countersign")
        self.host.mkdir("/etc/countersign-registry")
        self.origin, tls = f"http://{self.REGISTRY}:{port}", []
        if self._authority:
            self.origin = f"https://{self.REGISTRY}:{port}"
            for name in ("ca", "certificate", "key"):
                with open(getattr(self._authority, name), encoding="utf-8") as file:
                    self.host.write(f"/etc/countersign-registry/{name}.pem", file.read())
            tls = [word for name in ("certificate", "key") for word in (f"--tls-{name}", f"/etc/countersign-registry/{name}.pem")]
        self.host.mkdir("/var/cache/countersign", owner="countersign")
        signers = self.registry("init", "--url", self.origin, "--listen", f"127.0.0.1:{port}", *tls)
        self.host.write("/etc/countersign/signers", signers)
        self.registry("user", "add", "alice", "--hosts", "@web")
        self.add_login_key(self.laptop)
        with open(self.phone + ".pub", encoding="utf-8") as file:
            self.registry("approver", "add", "alice", "--level", "ssh-key", "-", stdin=file.read())
        token = self.registry("host", "add", "web-01", "--group", "web")
        self.host.write("/etc/countersign/token", token, mode=0o640)
        self.host.run(["chown", "root:countersign", "/etc/countersign/token"])

    def configure(self, timeout="30s", max_trust="0s"):
        ca = ", ca: /etc/countersign-registry/ca.pem" if self._authority else ""
        self.host.write("/etc/countersign/countersign.yaml",
                        CONFIG.format(origin=self.origin, timeout=timeout, max_trust=max_trust, courier=self.courier, ca=ca))

    def registry(self, *arguments, stdin=""):
        """A subcommand of countersign-registry; what it prints."""
        return self.host.run([self._registry, *arguments], input=stdin).stdout

    def add_login_key(self, key):
        with open(key + ".pub", encoding="utf-8") as file:
            self.registry("key", "add", "alice", "-", stdin=file.read())

    def serve(self):
        log = open(self.host.path("/run/registry.log"), "ab")
        with log:
            self.server = self.host.start([self._registry, "serve"], stdout=log, stderr=log)
        wait_until(lambda: self.server.poll() is not None or self._answers(), "the registry's start")
        assert self.server.poll() is None, self.registry_log()

    def _answers(self):
        argv = ["curl", "-sfk", self.origin + "/healthz"]
        return subprocess.run(argv, capture_output=True, check=False).stdout == b"ok\n"

    def stop(self):
        self.server.terminate()
        self.server.wait(timeout=15)

    def registry_log(self):
        return self.host.read("/run/registry.log")

    def client(self, user="alice", key=None, *options):
        return self.host.client(self.sshd, user, key or self.laptop,
                                "PreferredAuthentications publickey,keyboard-interactive", *options)

    @staticmethod
    def number(terminal):
        return terminal.expect(PROMPT).group(1)

    def approver(self, *arguments, check=True):
        """The software approver, as on somebody's own machine."""
        argv = [f"{self._build}/bin/countersign", "approve", "--registry", self.origin, "--key", self.phone, "--user",
                "alice", *(["--ca", self._authority.ca] if self._authority else []), *arguments]
        result = subprocess.run(argv, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
        assert not check or result.returncode == 0, result.stdout + result.stderr
        return result

    def pair(self, key, answer="yes"):
        """A pairing as two people do it: an administrator on the registry, somebody with `key` elsewhere; who of both ended how."""
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        admin = self.host.start([self._registry, "pair", "alice", "--level", "ssh-key"], stdin=subprocess.PIPE, **streams)
        code = self._read_until(admin, r"code  (\S+)\n").group(1)
        argv = [f"{self._build}/bin/countersign", "enrol", "--registry", self.origin, "--key", key, code]
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, **streams) as other:
            self._read_until(admin, r"\[yes/no\] ")
            admin.communicate(answer + "\n", timeout=30)
            other.communicate(timeout=30)
        return admin.returncode, other.returncode

    @staticmethod
    def _read_until(process, pattern):
        text = ""
        while not re.search(pattern, text):
            character = process.stdout.read(1)
            assert character, "it ended:\n" + text
            text += character
        return re.search(pattern, text)

    def approve(self, number):
        return self.approver("--number", number, "--yes")

    def decisions(self):
        return [re.search(r"event=login_\w+|$", line)[0] + " " + (re.search(r"reason=(\w+)", line) or ["", ""])[1]
                for line in self.host.syslog.find("event=login_(approved|denied)")]
