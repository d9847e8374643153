"""Keys and signatures for the vectors, made by stock ssh-keygen; where ssh-keygen would need a device (FIDO keys and
passkeys), by openssl and the packing of PROTOCOL.u2f. Keys stand in test_keys/, so that a second run gives vectors of the
same keys. They guard nothing.
"""
import base64
import hashlib
import os
import struct
import subprocess
import tempfile

KEYS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "test_keys")
ORIGIN = "https://phone.example.com"
RP_ID = "phone.example.com"


def run(*command, data=b""):
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def string(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack(">I", len(data)) + data


def mpint(number):
    data = number.to_bytes((number.bit_length() + 8) // 8, "big")
    return string(data)


class SshKey:
    """An ordinary key; ssh-keygen signs."""

    def __init__(self, name, kind="ed25519"):
        self.path = os.path.join(KEYS, name)
        if not os.path.exists(self.path):
            run("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", self.path)
        with open(self.path + ".pub", encoding="ascii") as file:
            self.public = " ".join(file.read().split()[:2])
        os.chmod(self.path, 0o600)

    def blob(self, text, name_space):
        with tempfile.TemporaryDirectory() as folder:
            message = os.path.join(folder, "message")
            with open(message, "wb") as file:
                file.write(text.encode())
            run("ssh-keygen", "-q", "-Y", "sign", "-f", self.path, "-n", name_space, message)
            with open(message + ".sig", encoding="ascii") as file:
                return base64.b64decode("".join(file.read().split("\n")[1:-2]))

    def fingerprint(self):
        digest = hashlib.sha256(base64.b64decode(self.public.split()[1])).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


class FidoKey(SshKey):
    """An sk-ecdsa key held in software: signs as a security key (`webauthn=False`) or as a passkey does."""

    def __init__(self, name, application, webauthn):
        self.path = os.path.join(KEYS, name + ".pem")
        if not os.path.exists(self.path):
            run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path)
        spki = run("openssl", "ec", "-in", self.path, "-pubout", "-outform", "DER", "-conv_form", "uncompressed")
        self.application = application
        self.webauthn = webauthn
        self.key_blob = (string("sk-ecdsa-sha2-nistp256@openssh.com") + string("nistp256") + string(spki[-65:])
                         + string(application))
        self.public = "sk-ecdsa-sha2-nistp256@openssh.com " + base64.b64encode(self.key_blob).decode()

    def raw(self, data):
        """mpint r, mpint s."""
        der = run("openssl", "dgst", "-sha256", "-sign", self.path, data=data)
        at = 3 + der[3] + 1  # SEQUENCE, length, INTEGER, length, r, INTEGER, length, s
        return mpint(int.from_bytes(der[4:at], "big")) + mpint(int.from_bytes(der[at + 2:], "big"))

    def blob(self, text, name_space, flags=5, origin=ORIGIN, tail=',"crossOrigin":false}'):
        data = b"SSHSIG" + string(name_space) + string("") + string("sha512") + string(
            hashlib.sha512(text.encode()).digest())
        if self.webauthn:
            challenge = base64.urlsafe_b64encode(data).decode().rstrip("=")
            given = f'{{"type":"webauthn.get","challenge":"{challenge}","origin":"{origin}"{tail}'.encode()
        else:
            given = data
        counter = 7
        signed = (hashlib.sha256(self.application.encode()).digest() + bytes([flags]) + struct.pack(">I", counter)
                  + hashlib.sha256(given).digest())
        kind = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com" if self.webauthn else "sk-ecdsa-sha2-nistp256@openssh.com"
        signature = string(kind) + string(self.raw(signed)) + bytes([flags]) + struct.pack(">I", counter)
        if self.webauthn:
            signature += string(origin) + string(given) + string("")
        return (b"SSHSIG" + struct.pack(">I", 1) + string(self.key_blob) + string(name_space) + string("")
                + string("sha512") + string(signature))


def armor(blob):
    digits = base64.b64encode(blob).decode()
    lines = [digits[at:at + 70] for at in range(0, len(digits), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def text_of(kind, fields):
    return f"countersign {kind} v1\n" + "".join(f"{name}: {value}\n" for name, value in fields)


def signed(kind, fields, key, name_space=None):
    text = text_of(kind, fields)
    return text + armor(key.blob(text, name_space or f"{kind}.v1@countersign"))


def hash32(data):
    data = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def endorsement(user, approver, key, person=None):
    """`approver` is (level, added, public key); gives the value of an endorsement field."""
    level, added, public = approver
    fields = [("user", user)] + ([("person", person)] if person else [])
    fields += [("key", public), ("level", level), ("added", added)]
    return base64.b64encode(key.blob(text_of("approver", fields), "approver.v1@countersign")).decode()


def write_vector(folder, name, head, body):
    body = body.encode() if isinstance(body, str) else body
    lines = "".join(f"{key}: {value}\n" for key, value in head.items())
    with open(os.path.join(folder, name), "wb") as file:
        file.write(lines.encode() + b"\n" + body)
