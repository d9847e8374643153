"""One host with the module in its sshd, one user with a login key and an approver, and a registry that obeys the test.

What a login needs is here in its good form; each test bends one thing. Records and answers are made by statements.py with
stock ssh-keygen; the courier is the real one.
"""

import hashlib
from contextlib import contextmanager

import statements
from host_registry import HostRegistry
from testhost import TestHost

PROMPT_MODE = "AuthenticationMethods publickey,keyboard-interactive:pam"
NO_PROMPT_MODE = "AuthenticationMethods publickey"
PROMPT = r"Approve on your phone with number (\d\d)"

CONFIG = """\
host: {{ name: web-01, groups: [web] }}
registry: {{ url: "{origin}", token: /etc/countersign/token }}
challenge: {{ timeout: {timeout}, levels: [passkey, hardware, ssh-key], max_trust: {max_trust} }}
paths: {{ courier: {courier} }}
"""


class World:
    def __init__(self, build, host):
        self.host, self.registry = host, HostRegistry()
        self._sshds = {}
        for user in ("countersign", "alice", "bob"):
            host.add_user(user)
        self.module = host.install(f"{build}/lib/pam_countersign.so", "lib")
        self.courier = host.install(f"{build}/bin/countersign-courier")
        self.key, self.approver_key, self.signer = (host.make_key(name) for name in ("laptop", "phone", "signer"))
        for user in ("alice", "bob", "root"):
            host.authorize(user, self.key)
        self.approver = statements.Approver(self.approver_key)
        host.mkdir("/etc/countersign")
        host.mkdir("/var/cache/countersign", owner="countersign")
        host.mkdir("/var/cache/countersign/records", owner="countersign")
        stack = f"requisite {self.module}"
        host.pam_service("sshd", auth=stack, session=stack)
        self.reset()

    def reset(self):
        """Everything as it should be, whatever the last test bent."""
        host, registry = self.host, self.registry
        registry.reset()
        host.syslog.lines.clear()
        self.configure()
        host.write("/etc/countersign/signers", statements.signers_line(self.signer, ["record", "approver"]))
        host.write("/etc/countersign/token", "csh_" + "A" * 43 + "\n", mode=0o640)
        host.run(["sh", "-c", "rm -rf /var/lib/countersign; rm -f /var/cache/countersign/records/*"])
        host.run(["chown", "root:countersign", "/etc/countersign/token"])
        self.publish(self.record())

    def forget_log_and_receipts(self):
        self.host.syslog.lines.clear()
        self.host.run(["rm", "-rf", "/var/lib/countersign/receipts"])

    def configure(self, timeout="30s", origin=None, courier=None, max_trust="0s", more=""):
        self.host.write("/etc/countersign/countersign.yaml", CONFIG.format(
            origin=origin or self.registry.origin, timeout=timeout, max_trust=max_trust, courier=courier or self.courier) + more)

    # Records

    def record(self, user="alice", **changes):
        settings = {"signer": self.signer, "user": user, "login_keys": [self.key], "approvers": [self.approver]}
        return statements.record(**{**settings, **changes})

    def publish(self, record, user="alice"):
        """What the registry serves, and what the key helper has cached a moment ago."""
        self.registry.records[user] = record
        self.cache(record, user)

    def cache(self, record, user="alice"):
        name = hashlib.sha256(user.encode()).hexdigest()
        self.host.write(f"/var/cache/countersign/records/{name}", record, owner="countersign")

    def floor(self, user="alice"):
        name = hashlib.sha256(user.encode()).hexdigest()
        return f"/var/lib/countersign/floors/{name}"

    def receipts(self):
        return self.host.run(["sh", "-c", "find /var/lib/countersign/receipts -type f 2>/dev/null || true"]).stdout.split()

    # sshd in each mode, started when first asked for

    def _sshd(self, name, *directives):
        if name not in self._sshds:
            self._sshds[name] = self.host.start_sshd(*directives)
        return self._sshds[name]

    def prompt_sshd(self):
        return self._sshd("prompt", PROMPT_MODE, "PermitRootLogin yes")

    def no_prompt_sshd(self):
        return self._sshd("no prompt", NO_PROMPT_MODE)

    def any_sshd(self):
        """sshd's default, and the password method: what an administrator gets who forgot the mode."""
        return self._sshd("any", "AuthenticationMethods any", "PasswordAuthentication yes")

    # Logins

    def answer(self, challenge, number, key=None, **more):
        return statements.answer(challenge, key or self.approver_key, number=number, **more)

    def approve(self, terminal, challenge=None, **changes):
        """Reads the number off the terminal and lets the registry hand out the answer; `changes` bend it."""
        number = terminal.expect(PROMPT).group(1)
        challenge = challenge or self.registry.next_challenge()
        if changes.get("decision", "approve") != "approve":
            number = "none"
        answer = self.answer(challenge, changes.pop("number", number), **changes)
        self.registry.give(challenge, answer)
        return answer

    def log_in_trusting(self, client, **changes):
        """A login on a terminal that alice's phone approves with a trust; `changes` bend the trust."""
        with client.terminal() as terminal:
            number = terminal.expect(PROMPT).group(1)
            challenge = self.registry.next_challenge()
            self.registry.give(challenge, statements.trust(challenge, self.approver_key, number, **changes))
            terminal.enter()
            assert terminal.finish() == 0 and "admitted" in terminal.output

    def leave_at_prompt(self, client):
        """A login that gets the prompt and goes away there; the card's end is waited for, or the next test would see it."""
        seen = len(self.registry.challenges)
        with client.terminal() as terminal:
            terminal.expect(PROMPT)
            # The card may come after the prompt; a late one would be taken for the next test's.
            challenge = self.registry.next_challenge(seen)
            terminal.kill()
            self.registry.wait_withdrawn(challenge)


@contextmanager
def world(build):
    with TestHost() as host:
        one = World(build, host)
        try:
            yield one
        finally:
            one.registry.close()
