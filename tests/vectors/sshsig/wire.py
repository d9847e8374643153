"""SSH wire format, SSHSIG blobs and their armor, with every field open to being made wrong."""
import base64
import hashlib
import struct

SK_ED = "sk-ssh-ed25519@openssh.com"
SK_EC = "sk-ecdsa-sha2-nistp256@openssh.com"
WEBAUTHN = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"


def string(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(value)) + value


def mpint(number):
    if number == 0:
        return string(b"")
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def signed_data(namespace, message, hash_name="sha512"):
    digest = hashlib.new(hash_name, message.encode()).digest()
    return b"SSHSIG" + string(namespace) + string("") + string(hash_name) + string(digest)


def sshsig(key, signature, namespace="file", version=1, reserved=b"", hash_name="sha512", magic=b"SSHSIG", after=b""):
    return (magic + struct.pack(">I", version) + string(key) + string(namespace) + string(reserved) +
            string(hash_name) + string(signature) + after)


def armor(blob, width=70, end="\n"):
    digits = base64.b64encode(blob).decode()
    lines = [digits[i:i + width] for i in range(0, len(digits), width)]
    return end.join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def sk_data(application, flags, counter, given, extensions=b""):
    return (hashlib.sha256(application.encode()).digest() + bytes([flags]) + struct.pack(">I", counter) + extensions +
            hashlib.sha256(given).digest())
