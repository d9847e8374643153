#!/usr/bin/python3
"""Writes tests/corpus/auth_info from tests/vectors/pam/auth_info.txt (keys and certificates that ssh-keygen made): each of
them as sshd would name it, and each way of breaking a line."""
import base64
import os

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "auth_info")
with open(os.path.join(HERE, "..", "vectors", "pam", "auth_info.txt"), encoding="ascii") as file:
    KEYS = [line.split()[:2] for line in file if line.strip()]
PLAIN, CERTIFICATE = KEYS[0], next(key for key in KEYS if "-cert-" in key[0])


def put(name, text):
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(text.encode("latin-1"))


def changed(key, change):
    return f"publickey {key[0]} " + base64.b64encode(change(base64.b64decode(key[1]))).decode() + "\n"


os.makedirs(FOLDER, exist_ok=True)
line = f"publickey {PLAIN[0]} {PLAIN[1]}\n"
for kind, blob in KEYS:
    put("key_" + kind.split("@")[0], f"publickey {kind} {blob}\n")
put("several", line + line + "keyboard-interactive/pam\n")
put("no_line_end", line[:-1])
put("password", "password\n")
put("keyboard_interactive", "keyboard-interactive/pam\n")
put("hostbased", f"hostbased {PLAIN[0]} {PLAIN[1]}\n")
put("like_publickey", f"publickey2 {PLAIN[0]} {PLAIN[1]}\n")
put("upper_case", f"PublicKey {PLAIN[0]} {PLAIN[1]}\n")
put("empty_line", "\n" + line)
put("control", "publickey\x1b\n")
put("not_ascii", "password \xe9\n")
put("no_key", "publickey\n")
put("no_blob", "publickey ssh-ed25519\n")
put("two_spaces", f"publickey  {PLAIN[0]} {PLAIN[1]}\n")
put("other_type", f"publickey ssh-rsa {PLAIN[1]}\n")
put("bad_base64", f"publickey {PLAIN[0]} {PLAIN[1][:-1]}!\n")
put("bytes_after", changed(PLAIN, lambda blob: blob + b"x"))
put("truncated", changed(PLAIN, lambda blob: blob[:-1]))
put("certificate_bytes_after", changed(CERTIFICATE, lambda blob: blob + b"x"))
put("certificate_truncated", changed(CERTIFICATE, lambda blob: blob[:-1]))
put("many_lines", "password\n" * 33)
put("long_line", "password " + "a" * 16384 + "\n")
