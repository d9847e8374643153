"""The site of one host for a browser: the registry is at http://localhost, which is a secure context with a name, and its
page's passkeys count on the host."""

import os
import re
import subprocess

import statements
from site_of_one_host import CONFIG, Site
from testhost import wait_until

PHONE = "phone: {{ origin: {origin}, rp_id: localhost }}\n"
ONE_TRY = "NumberOfPasswordPrompts 1"

# Makes a passkey with the page's own code and remembers it as pairing would.
ENROL = """(async () => {
  const { createPasskey } = await import('/passkey.js');
  const registry = location.origin;
  const account = { user: 'alice', registry, ...await createPasskey({ user: 'alice', registry, rpId: 'localhost' }) };
  localStorage.setItem('countersign', JSON.stringify({ account }));
  return account.key;
})()"""


class BrowserSite(Site):
    REGISTRY = "localhost"

    def _make_registry(self):
        super()._make_registry()
        self.host.append("/etc/countersign-registry/registry.yaml", PHONE.format(origin=self.origin))

    def configure(self, timeout="60s", max_trust="0s"):
        text = CONFIG.format(origin=self.origin, timeout=timeout, max_trust=max_trust, courier=self.courier, ca="")
        self.host.write("/etc/countersign/countersign.yaml", text + PHONE.format(origin=self.origin))

    # Phones

    def open(self, browser, **options):
        """A phone at the page's first screen, with nothing stored."""
        phone = browser.phone(**options)
        phone.goto(self.origin)
        phone.wait_screen("welcome")
        return phone

    def unlock(self, phone):
        phone.goto(self.origin)
        phone.wait_screen("locked")
        phone.click("Unlock with passkey")
        phone.wait('[data-screen="idle"], [data-screen="card"], [data-screen="list"]')

    def add_phone(self, browser, **options):
        """A phone whose passkey an administrator has added; `key` is its public key. Its list is open."""
        phone = self.open(browser, **options)
        phone.key = phone.eval(ENROL)
        self.registry("approver", "add", "alice", "--level", "passkey", "-", stdin=phone.key + "\n")
        self.unlock(phone)
        return phone

    # Logins

    def terminal(self, key=None, command="echo admitted"):
        return self.client("alice", key, ONE_TRY).terminal(command)

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
