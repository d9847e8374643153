"""Statements of docs/PROTOCOL.md written and signed with nothing but text and stock ssh-keygen.

An implementation of its own, on purpose: what the programs accept here, a second implementer would get accepted. Tests
alter single fields to see them refused.
"""

import base64
import datetime
import hashlib
import re
import subprocess
import time

TIME = "%Y-%m-%dT%H:%M:%SZ"
HEADER, FOOTER = "-----BEGIN SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n"


def stamp(seconds_from_now=0):
    moment = datetime.datetime.fromtimestamp(time.time() + seconds_from_now, datetime.timezone.utc)
    return moment.strftime(TIME)


def hash32(data):
    data = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def public_key(key):
    """`TYPE BASE64` of the key pair whose private key is the file `key`."""
    with open(key + ".pub", encoding="utf-8") as file:
        return " ".join(file.read().split()[:2])


def fingerprint(key):
    blob = base64.b64decode(public_key(key).split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def armor(message, key, namespace):
    return subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", namespace], input=message.encode(),
                          capture_output=True, check=True).stdout.decode()


def statement(kind, fields):
    """The text of a statement; `fields` are (name, value) pairs in their order."""
    return f"countersign {kind} v1\n" + "".join(f"{name}: {value}\n" for name, value in fields)


def signed(kind, fields, key, namespace=None):
    text = statement(kind, fields)
    return text + armor(text, key, namespace or f"{kind}.v1@countersign")


def message(text):
    """What was signed: every byte above the armor."""
    return text.split(HEADER)[0]


def fields(text):
    """The (name, value) pairs of a statement."""
    return [tuple(line.split(": ", 1)) for line in message(text).splitlines()[1:]]


def field(text, name):
    return dict(fields(text))[name]


def split(bundle):
    """The statements of a bundle (section 3.3)."""
    parts = re.split(r"(?m)^(?=countersign [a-z]+ v1$)", bundle)
    return [part for part in parts if part]


class Approver:
    """A key that may approve, with what an endorsement says about it."""

    def __init__(self, key, level="ssh-key", added="2026-01-01T00:00:00Z"):
        self.key, self.level, self.added = key, level, added

    def endorsement(self, user, endorser):
        """Base64 of the SSHSIG blob over the approver statement (4.2)."""
        text = statement("approver", [("user", user), ("key", public_key(self.key)), ("level", self.level),
                                      ("added", self.added)])
        lines = armor(text, endorser, "approver.v1@countersign").splitlines()
        return "".join(lines[1:-1])


def record(signer, user="alice", login_keys=(), approvers=(), endorser=None, serial=None, issued=0, life=86400,
           hosts="*", more=(), namespace=None):
    """A record (4.1). login_keys are key files, approvers are Approver; the signer endorses unless told otherwise."""
    lines = [("user", user), ("hosts", hosts), ("serial", serial or int(time.time() * 1000)), ("issued", stamp(issued)),
             ("expires", stamp(issued + life))]
    lines += [("login-key", public_key(key)) for key in login_keys]
    for approver in approvers:
        lines.append(("approver", f"{approver.level} {approver.added} {public_key(approver.key)}"))
        lines.append(("endorsement", approver.endorsement(user, endorser or signer)))
    return signed("record", lines + list(more), signer, namespace)


def challenge_id(challenge):
    return hash32(challenge)


def answer(challenge, key, decision="approve", number="none", via="registry", changes=None, namespace=None):
    """An answer (4.4) to the challenge; `changes` replaces fields of it before it is signed."""
    pairs = fields(challenge) + [("decision", decision), ("number", number), ("via", via)]
    changes = changes or {}
    unknown = set(changes) - {name for name, _ in pairs}
    assert not unknown, unknown
    return signed("answer", [(name, changes.get(name, value)) for name, value in pairs], key, namespace)


def trust(challenge, key, number, life=3600, hosts=None):
    """A trust (4.5) for `life` seconds from the challenge's issue time, on its own host unless told otherwise."""
    until = datetime.datetime.strptime(field(challenge, "issued"), TIME) + datetime.timedelta(seconds=life)
    return signed("trust", fields(challenge) + [("decision", "approve"), ("number", number), ("via", "registry"),
                                                ("until", until.strftime(TIME)), ("hosts", hosts or field(challenge, "host"))], key)


def signers_line(key, namespaces, principals="*"):
    return f'{principals} namespaces="{",".join(f"{kind}.v1@countersign" for kind in namespaces)}" {public_key(key)}\n'


def verify_with_ssh_keygen(text, key, namespace, directory):
    """What an administrator would run (3.2); True when stock ssh-keygen accepts the statement as signed by the key."""
    allowed, signature = f"{directory}/allowed", f"{directory}/message.sig"
    with open(allowed, "w", encoding="utf-8") as file:
        file.write(f"somebody {public_key(key)}\n")
    with open(signature, "w", encoding="utf-8") as file:
        file.write(HEADER + text.split(HEADER)[1])
    argv = ["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "somebody", "-n", namespace, "-s", signature]
    return subprocess.run(argv, input=message(text).encode(), capture_output=True, check=False).returncode == 0
