"""The site of one host for a browser: the registry is at http://localhost, which is a secure context with a name, and its
page's passkeys count on the host. Nobody may approve a login at first: approvers come by pairing.

    with TestHost() as host:
        site = BrowserSite(build, host)
        phone = site.add_phone(browser)
        with site.terminal() as terminal:
            site.approve_on(phone, terminal)
"""

import base64
import hashlib
import os
import re
import subprocess

import statements
from site_of_one_host import Site
from sshclient import Terminal
from testhost import wait_until

PHONE = "phone: {{ origin: {origin}, rp_id: localhost{more} }}\n"
ONE_TRY = "NumberOfPasswordPrompts 1"
QUESTION = r"Does the phone show the same words\? \[yes/no\] "


def fingerprint_of(key):
    blob = base64.b64decode(key.split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def sent(phone, path):
    """The last statement that the page posted to a path that ends so."""
    return [request["body"] for request in phone.requests() if request["method"] == "POST" and request["path"].endswith(path)][-1]


class BrowserSite(Site):
    REGISTRY = "localhost"

    def _make_registry(self):
        super()._make_registry()
        self.host.append("/etc/countersign-registry/registry.yaml", PHONE.format(origin=self.origin, more=""))
        self.registry("approver", "remove", "alice", statements.fingerprint(self.phone), "--last")

    def configure(self, timeout="60s", max_trust="0s", synced="allow"):
        super().configure(timeout, max_trust)
        self.host.append("/etc/countersign/countersign.yaml", PHONE.format(origin=self.origin, more=f", synced: {synced}"))

    def restart(self):
        self.stop()
        self.serve()

    # Pairing

    def open(self, browser, **options):
        """A phone at the page's first screen, with nothing stored."""
        phone = browser.phone(**options)
        phone.goto(self.origin)
        phone.wait_screen("welcome")
        return phone

    def pairing(self, *options, user="alice"):
        """`countersign-registry pair` on a terminal of its own; `url` is the address that it prints."""
        terminal = Terminal(self.host.command([self._registry, "pair", user, *options]),
                            {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm-256color"})
        terminal.url = terminal.expect(r"open  (http\S+/#pair=[0-9A-Z]{12})\n").group(1)
        terminal.expect("Waiting")
        return terminal

    @staticmethod
    def enrol(phone, url):
        """The phone opens the address and makes its passkey; it shows the words then, which are returned."""
        phone.goto("about:blank")
        phone.goto(url)
        phone.wait_screen("pair-confirm")
        phone.click("Create passkey")
        phone.wait_screen("pair-phrase")
        return phone.words()

    @staticmethod
    def words_on(terminal):
        """The words on the terminal, which now asks whether the phone shows the same."""
        terminal.expect(QUESTION)
        return re.findall(r"\n  ([a-z]+(?: [a-z]+){4})\n", terminal.output)[-1]

    def add_phone(self, browser, *options, user="alice", **phone_options):
        """A phone that an administrator has paired; `key` is its public key. Its list is open."""
        phone = self.open(browser, **phone_options)
        with self.pairing(*options, user=user) as terminal:
            words = self.enrol(phone, terminal.url)
            assert self.words_on(terminal) == words
            terminal.enter("yes")
            phone.wait_screen("pair-added")
            assert terminal.finish() == 0
        self.begin(phone)
        return phone

    def begin(self, phone):
        """From the screen that says that the phone is added to its list."""
        phone.key = phone.eval("JSON.parse(localStorage.countersign).account.key")
        phone.click("Continue")
        self.unlock(phone)

    def unlock(self, phone):
        phone.wait_screen("locked")
        phone.click("Unlock with passkey")
        phone.wait('[data-screen="idle"], [data-screen="card"], [data-screen="list"]')

    @staticmethod
    def forget_session(phone):
        """As a day later."""
        phone.eval("(() => { const all = JSON.parse(localStorage.countersign); delete all.session; localStorage.countersign = JSON.stringify(all); })()")

    def approvers(self, user="alice"):
        """Fingerprints, as the registry's own terminal lists them."""
        return [line.split()[0] for line in self.registry("approver", "list", user).splitlines()]

    def remove_approvers(self, user="alice"):
        for fingerprint in self.approvers(user):
            self.registry("approver", "remove", user, fingerprint, "--last")

    # Logins

    def terminal(self, key=None, command="echo admitted", user="alice"):
        return self.client(user, key, ONE_TRY).terminal(command)

    @staticmethod
    def link(terminal):
        """The address of the card, as it stands below the number."""
        return terminal.expect(r"or open\s+(http\S+/#c=[A-Za-z0-9_-]{43})\s").group(1)

    def approve_on(self, phone, terminal):
        """A login to its good end: the number from the terminal, typed on the phone."""
        number = self.number(terminal)
        phone.wait_step("ask")
        phone.type_number(number)
        phone.click("Approve")
        phone.wait_step("done")
        terminal.enter()
        assert terminal.finish() == 0
        return number

    @staticmethod
    def end_denied(terminal, words):
        """The login ends without admission, and says why."""
        terminal.enter()
        assert terminal.finish() == 255
        assert words in terminal.output and "admitted" not in terminal.output

    def new_key(self, name):
        """Another login key of alice, so that what one test does to a key spoils no other test."""
        key = self.host.make_key(name)
        self.add_login_key(key)
        return key

    def challenge_ids(self):
        return re.findall(r"event=challenge_posted .*?id=(\S+)", self.registry_log())

    def next_challenge_id(self, before):
        return wait_until(lambda: self.challenge_ids()[len(before):], "a challenge")[0]

    def receipts(self):
        found = self.host.run(["sh", "-c", "find /var/lib/countersign/receipts -type f 2>/dev/null || true"]).stdout.split()
        return {os.path.basename(path): self.host.read(path) for path in found}

    def accepted_by_ssh_keygen(self, statement, key):
        """Stock `ssh-keygen -Y verify` over the statement, in the namespace of its kind."""
        kind = statement.split()[1]
        folder = self.host.directory
        with open(f"{folder}/passkey.allowed", "w", encoding="utf-8") as file:
            file.write(f"alice {key}\n")
        with open(f"{folder}/passkey.sig", "w", encoding="utf-8") as file:
            file.write(statements.HEADER + statement.split(statements.HEADER)[1])
        argv = ["ssh-keygen", "-Y", "verify", "-f", "passkey.allowed", "-I", "alice", "-n", f"{kind}.v1@countersign", "-s", "passkey.sig"]
        done = subprocess.run(argv, input=statements.message(statement), capture_output=True, text=True, cwd=folder, check=False)
        return done.returncode == 0 and done.stdout.startswith("Good ")
