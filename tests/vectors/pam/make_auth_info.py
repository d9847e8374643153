"""Makes auth_info.txt: one plain key and one certificate of each type, by ssh-keygen, with the plain key's fingerprint.

A line of the result: TYPE BASE64 FINGERPRINT. FIDO keys need no token: a certificate authority signs any public key.
"""

import base64
import os
import subprocess
import sys
import tempfile


def run(*argv):
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def string(data):
    return len(data).to_bytes(4, "big") + data


def write_sk_key(path, plain, kind):
    """A FIDO public key with the numbers of a plain one, for application ssh:"""
    with open(plain, encoding="utf-8") as file:
        blob = base64.b64decode(file.read().split()[1])
    old = int.from_bytes(blob[:4], "big")
    sk = string(kind.encode()) + blob[4 + old:] + string(b"ssh:")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{kind} {base64.b64encode(sk).decode()} sk\n")


def main(target):
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "authority")
        for name, kind, bits in (("ed25519", "ed25519", "256"), ("p256", "ecdsa", "256"), ("p384", "ecdsa", "384"),
                                 ("p521", "ecdsa", "521"), ("rsa", "rsa", "3072")):
            run("ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", "", "-f", name)
        write_sk_key("sk-ed25519.pub", "ed25519.pub", "sk-ssh-ed25519@openssh.com")
        write_sk_key("sk-p256.pub", "p256.pub", "sk-ecdsa-sha2-nistp256@openssh.com")
        lines = []
        for name in ("ed25519", "p256", "p384", "p521", "rsa", "sk-ed25519", "sk-p256"):
            run("ssh-keygen", "-q", "-s", "authority", "-I", "alice's", "-n", "alice", "-O", "source-address=10.0.0.0/8",
                f"{name}.pub")
            fingerprint = run("ssh-keygen", "-lf", f"{name}.pub").split()[1]
            for file in (f"{name}.pub", f"{name}-cert.pub"):
                with open(file, encoding="utf-8") as text:
                    lines.append(" ".join(text.read().split()[:2]) + f" {fingerprint}\n")
    with open(target, "w", encoding="utf-8") as file:
        file.writelines(lines)


if __name__ == "__main__":
    main(os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "auth_info.txt"))
