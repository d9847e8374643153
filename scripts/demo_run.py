#!/usr/bin/python3
"""The demo's story; scripts/demo builds the programs and starts this. Exit code 0 only when every step went as told."""

import argparse
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import demo_machine  # noqa: E402
from demo_stay import stay  # noqa: E402
from demo_story import BOLD, GREEN, PLAIN, RED, Failed, command, expect, fact, line, say, shown, step  # noqa: E402

HOST_CONFIG = """\
host: {{ name: web-01, groups: [web] }}
registry: {{ url: "{origin}" }}
phone: {{ origin: "{origin}" }}
challenge:
  # Only for this demo, where no phone is at hand: an ordinary SSH key may
  # approve. An agent would sign with such a key without asking anybody.
  levels: [passkey, hardware, ssh-key]
paths: {{ courier: /opt/countersign/bin/countersign-courier }}
"""
SSHD_CONFIG = (
    "AuthenticationMethods publickey,keyboard-interactive:pam",
    "AuthorizedKeysCommand /opt/countersign/bin/countersign-authorized-keys --host web-01 --group web "
    "--courier /opt/countersign/bin/countersign-courier %u %f",
    "AuthorizedKeysCommandUser countersign",
    "AuthorizedKeysFile none",
)
PROMPT = r"alice@web-01 from \S+\s+Approve on your phone with number (\d\d)\s+(?:or open\s+\S+\s+)?Press Enter[^:]*:"


def public(key):
    with open(key + ".pub", encoding="ascii") as file:
        return file.read().strip()


def fingerprint(key):
    return subprocess.run(["ssh-keygen", "-lf", key + ".pub"], capture_output=True, text=True, check=True).stdout.split()[1]


class Demo:
    def __init__(self, build):
        self.build = build
        self.host = demo_machine.Machine(build)

    def set_up_registry(self):
        host = self.host
        step("The registry: it keeps keys, and carries questions to approvers")
        command(f"countersign-registry init --url {host.origin} --phone-origin {host.origin}")
        self.signers = host.do("countersign-registry", "init", "--url", host.origin, "--phone-origin", host.origin, "--listen",
                               host.origin.replace("http://localhost", "127.0.0.1"), "--owner", "countersign-registry")
        shown(self.signers)
        say("It prints whom hosts have to trust: its own key signs records. Here it also endorses approvers, the simpler and "
            "weaker choice; a careful site lists an administrator's hardware key for that instead. It speaks plain HTTP because nothing "
            "leaves this machine; anywhere else it takes a certificate.")
        host.start_registry()

    def set_up_host(self):
        host = self.host
        step("The host web-01: sshd, the PAM module, the key helper")
        command("countersign-registry host add web-01 --group web > token")
        token = host.do("countersign-registry", "host", "add", "web-01", "--group", "web")
        host.write("/etc/countersign/token", token, mode=0o640)
        host.run(["chgrp", "countersign", "/etc/countersign/token"])
        host.write("/etc/countersign/signers", self.signers)
        host.write("/etc/countersign/countersign.yaml", HOST_CONFIG.format(origin=host.origin))
        stack = f"requisite {host.module}"
        host.pam_service("sshd", auth=stack, session=stack)
        command("countersign check-config")
        done = host.run([f"{demo_machine.PREFIX}/countersign", "check-config"], check=False)
        shown(done.stdout + done.stderr)
        expect(done.returncode == 0, "check-config finds a fault")
        self.sshd = host.start_sshd(*SSHD_CONFIG, authorized_keys=False)
        say(f"A real sshd ({self.openssh()}) now listens on 127.0.0.1, port {self.sshd.port}. It knows no key of anybody, and no "
            "password opens it.")

    def openssh(self):
        return subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=True).stderr.split(",")[0]

    def set_up_alice(self):
        host = self.host
        step("alice: one key to log in with, another one to approve with")
        self.login_key, self.approver_key = host.make_key("laptop"), host.make_key("phone")
        for words in (("user", "add", "alice", "--hosts", "@web"), ("key", "add", "alice", public(self.login_key)),
                      ("approver", "add", "alice", "--level", "ssh-key", public(self.approver_key))):
            short = [re.sub(r"^ssh-ed25519 .*", "laptop.pub" if words[0] == "key" else "phone.pub", word) for word in words]
            command(["countersign-registry", *short])
            host.do("countersign-registry", *words)
        self.client_config = host.client(self.sshd, "alice", self.login_key).config
        say("With a phone the second key would be a passkey that never leaves it (--stay lets you pair a browser). This story uses an "
            "ordinary SSH key on the command line, so the host above had to say that it accepts such approvers.")

    # Logins

    def terminal(self, remote):
        return self.host.client(self.sshd, "alice", self.login_key).terminal(remote)

    def read_prompt(self, terminal):
        match = terminal.expect(PROMPT)
        # The client puts "(alice@127.0.0.1) " in front of the first line.
        shown(match.group(0))
        return match.group(1)

    def approve(self, *words):
        argv = [f"{self.build}/bin/countersign", "approve", "--registry", self.host.origin,
                "--key", self.approver_key, "--user", "alice", *words, "--yes"]
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)

    def log_in(self):
        step("alice logs in")
        command(f"ssh -p {self.sshd.port} alice@127.0.0.1")
        with self.terminal("echo You are $(id -un), on a host that asked twice.") as terminal:
            number = self.read_prompt(terminal)
            line()
            say(f"Meanwhile at the second device. alice compares host, address and key, and types the {number} she sees above:")
            command(f"countersign approve --user alice --number {number} --yes …")
            done = self.approve("--number", number)
            shown(done.stdout.strip("\n") + done.stderr)
            expect(done.returncode == 0, "the registry does not take the answer")
            line()
            say("Back at the first terminal. Enter is no consent, it only says \"look now\":")
            terminal.enter()
            code = terminal.finish()
            said = terminal.output[terminal.output.index("Press Enter"):].split("\n", 1)[1]
            shown(said)
            expect(code == 0 and "You are alice" in said, f"ssh ended with {code}")

    def what_happened(self):
        host = self.host
        step("What has happened, from the host's log")
        looked_up = host.syslog.wait(r"event=key_lookup user=alice .*keys=1")
        approved = host.syslog.wait(r"event=login_approved .*user=alice")
        serial, = re.search(r"serial=(\d+)", looked_up).groups()
        challenge, = re.search(r"challenge=(\S+)", approved).groups()
        approver, = re.search(r"approver=(\S+)", approved).groups()
        fact("key looked up", f"sshd asked the key helper; the helper's courier fetched alice's record and it holds the "
             f"login key {fingerprint(self.login_key)[:20]}…")
        fact("record verified", f"serial {serial}, signed by the registry's key, which web-01's own signers file lists")
        fact("challenge", f"{challenge}: a question that this one login made, with host, user, address and key in it")
        fact("approval", f"signed over the whole challenge and the number by {approver[:20]}…, and verified on the host itself")
        self.receipt, self.receipt_text = next(iter(host.receipts().items()))
        fact("receipt", "kept by root below /var/lib/countersign/receipts, named after the challenge")
        expect(self.receipt.endswith("/" + challenge), "the receipt has another name")
        expect(approver == fingerprint(self.approver_key), "somebody else approved")
        line()
        shown(approved.split(": ", 1)[-1])

    def check_receipt(self):
        host = self.host
        step("The receipt, judged by stock OpenSSH")
        shown(self.receipt_text, limit=20)
        line()
        folder = host.directory
        with open(f"{folder}/receipt", "w", encoding="utf-8") as file:
            file.write(self.receipt_text)
        with open(f"{folder}/allowed_signers", "w", encoding="utf-8") as file:
            file.write(f"alice {public(self.approver_key)}\n")
        # PROTOCOL.md section 3.2, word for word
        recipe = ("sed '/^-----BEGIN SSH SIGNATURE-----$/,$d' receipt > message",
                  "sed -n '/^-----BEGIN SSH SIGNATURE-----$/,$p' receipt > message.sig",
                  "ssh-keygen -Y verify -f allowed_signers -I alice -n answer.v1@countersign -s message.sig < message")
        for part in recipe:
            command(part)
        done = subprocess.run(" &&\n".join(recipe), shell=True, cwd=folder, capture_output=True, text=True, check=False)
        shown(done.stdout + done.stderr)
        expect(done.returncode == 0 and done.stdout.startswith("Good "), "ssh-keygen does not accept the receipt")

    def wrong_number(self):
        step("A second login, approved with a wrong number")
        command(f"ssh -p {self.sshd.port} alice@127.0.0.1")
        with self.terminal("echo admitted") as terminal:
            number = self.read_prompt(terminal)
            wrong = str(10 + (int(number) - 9) % 90)
            command(f"countersign approve --user alice --number {wrong} --yes …")
            done = self.approve("--number", wrong)
            shown(done.stdout.strip("\n").split("\n")[-1] + done.stderr)
            terminal.enter()
            shown(terminal.expect(r"The number typed[^\n]*").group(0))
            terminal.kill()
            expect("admitted" not in terminal.output, "the login was admitted")
        denied = self.host.syslog.wait(r"event=login_denied .*reason=wrong_number")
        shown(denied.split(": ", 1)[-1])
        say("Nobody but the person who sees the terminal knows the number: a signature alone, given in haste to a login that "
            "somebody else started, opens nothing.")


def interrupted(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--stay", action="store_true")
    options = parser.parse_args()
    # SIGINT too: whoever is started in the background of a script inherits it ignored, and Python then leaves it so.
    for end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(end, interrupted)
    say("Registry, sshd, PAM stack, users and files of this story live in a mount namespace of their own, on loopback.")
    before, started = demo_machine.snapshot(), time.monotonic()
    demo = Demo(os.path.abspath(options.build))
    try:
        for part in (demo.set_up_registry, demo.set_up_host, demo.set_up_alice, demo.log_in, demo.what_happened,
                     demo.check_receipt, demo.wrong_number):
            part()
        if options.stay:
            stay(demo)
    except BaseException:
        for text in demo.host.syslog.lines[-12:]:
            print(text, file=sys.stderr)
        raise
    finally:
        demo.host.close()
    step("This machine, afterwards")
    after = demo_machine.snapshot()
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    expect(not changed, "changed on this machine: " + ", ".join(changed))
    fact("as it was", "its sshd, its PAM configuration, its users and its mounts; nothing of the demo is left running")
    line()
    line(f"{GREEN}{BOLD}Done in {time.monotonic() - started:.0f} s.{PLAIN} Again, and staying up: scripts/demo --stay")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, AssertionError) as fault:
        print(f"\n{RED}{BOLD}The demo failed:{PLAIN} {fault}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nended", file=sys.stderr)
        sys.exit(130)
