#!/usr/bin/python3
"""Writes the damaged files of tests/corpus/private_key from the whole ones there, which generate_sshsig.py lets ssh-keygen
make: bytes changed at places that matter, and private parts put together again with one field that should not be so."""
import base64
import os
import struct

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "private_key")
HEADER, FOOTER = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"
MAGIC = b"openssh-key-v1\0"
# SEC 2: the base point of P-256, which is somebody else's public key.
P256_BASE = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                          "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")


def put(name, text):
    with open(os.path.join(FOLDER, name), "w", encoding="ascii", newline="") as file:
        file.write(text)


def text_of(name):
    with open(os.path.join(FOLDER, name), encoding="ascii") as file:
        return file.read()


def inside(text):
    return base64.b64decode("".join(text.split("\n")[1:-2]))


def outside(blob):
    digits = base64.b64encode(blob).decode()
    return "\n".join([HEADER, *(digits[i:i + 70] for i in range(0, len(digits), 70)), FOOTER, ""])


def string(value):
    return struct.pack(">I", len(value)) + value


def strings_of(data):
    while len(data) >= 4 and len(data) >= 4 + int.from_bytes(data[:4], "big"):
        size = int.from_bytes(data[:4], "big")
        yield data[4:4 + size]
        data = data[4 + size:]


def parts_of(text):
    """(the public blob, the fields of the private part from the type's name to the comment)."""
    public, secret = strings_of(inside(text)[len(MAGIC) + len(string(b"none") * 2 + string(b"")) + 4:])
    return public, list(strings_of(secret[8:]))


def put_fields(name, source, change):
    """The key of file `source`, whole but for what `change` does to the list of its fields."""
    public, fields = parts_of(text_of(source))
    change(fields)
    secret = b"same" * 2 + b"".join(map(string, fields))
    secret += bytes(range(1, -len(secret) % 8 + 1))
    put(name, outside(MAGIC + string(b"none") * 2 + string(b"") + struct.pack(">I", 1) + string(public) + string(secret)))


def field(index, value):
    return lambda fields: fields.__setitem__(index, value(fields[index]))


text = text_of("ed25519")
put("no_footer", text.replace(FOOTER, ""))
put("after_footer", text + "more\n")
put("bad_base64", text.replace("A", "*", 1))
put("long", "x" * 70000)
whole = inside(text)
at = whole.index(b"countersign TEST KEY")
for name, position, byte in (("magic", 0, 1), ("cipher", 20, 1), ("two_keys", 38, 3), ("public", 60, 1),
                             ("checks_differ", whole.index(b"ssh-ed25519", 60) - 5, 1), ("seed", at - 60, 1),
                             ("second_public", at - 10, 1), ("padding", len(whole) - 1, 1), ("comment", at - 1, 64),
                             ("type", whole.index(b"ssh-ed25519", 60), 1)):
    changed = bytearray(whole)
    changed[position] ^= byte
    put("damaged_" + name, outside(bytes(changed)))
put("damaged_end", outside(whole[:-20]))
put_fields("damaged_long_type", "ed25519", field(0, lambda kind: b"x" * 65))
put_fields("damaged_rsa_padded", "rsa_2048", field(1, lambda n: b"\0" + n))
put_fields("damaged_rsa_negative", "rsa_2048", field(2, lambda e: b"\xff" + e))
put_fields("damaged_rsa_zero", "rsa_2048", field(3, lambda d: b""))
put_fields("damaged_ecdsa_curve", "ecdsa_p256", field(1, lambda curve: b"nistp384"))
put_fields("damaged_ecdsa_no_point", "ecdsa_p256", field(2, lambda point: point[:-1]))
put_fields("damaged_ecdsa_other_point", "ecdsa_p256", field(2, lambda point: P256_BASE))
