#!/usr/bin/python3
"""Writes the corpora of common/crypto and common/sshsig from tests/vectors/sshsig, and a few TEST KEY files made by
ssh-keygen: ./generate_sshsig.py PATH-OF-libsk_dummy.so"""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "..", "vectors", "sshsig")


def folder(name):
    path = os.path.join(HERE, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return lambda file, content: open(os.path.join(path, file), "wb").write(
        content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)


armors, blobs, keys, client_data = (folder(n) for n in ("sshsig_armor", "sshsig_blob", "public_key", "client_data"))
for file in sorted(os.listdir(VECTORS)):
    if not file.endswith(".vector"):
        continue
    name = file[:-len(".vector")]
    head, body = open(os.path.join(VECTORS, file), newline="").read().split("\n\n", 1)
    fields = dict(line.split(": ", 1) for line in head.split("\n"))
    if name.startswith("armor_") or name == "stock_ed25519_sha512":
        armors(name, body)
    if "_key_" in name or "small_order" in name or name.startswith(("stock_", "rsa_e_", "rsa_n_", "rsa_bits")):
        if not name.endswith("_sha256"):
            keys(name, base64.b64decode(fields["key"]))
    elif not name.startswith("armor_") and not name.startswith(("ecdsa_p384", "ecdsa_p521_r", "ecdsa_p521_s")):
        blobs(name, base64.b64decode("".join(re.findall(r"^[A-Za-z0-9+/=]+$", body, re.M))))
    if name.startswith("stock_") and name.endswith("_sha256"):
        blobs(name, base64.b64decode("".join(re.findall(r"^[A-Za-z0-9+/=]+$", body, re.M))))
armors("long", "-----BEGIN SSH SIGNATURE-----\n" + ("A" * 76 + "\n") * 300)
armors("one_line", "-----BEGIN SSH SIGNATURE----- AAAA BBBB -----END SSH SIGNATURE-----")
armors("pasted", "\n  -----BEGIN SSH SIGNATURE-----\r\n  AAAA\r\n BB==\r\n-----END SSH SIGNATURE-----\r\n")
armors("pasted_after", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\nmore")
armors("empty_body", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n")

challenge = base64.urlsafe_b64encode(b"SSHSIG challenge").decode().rstrip("=")
start = f'{{"type":"webauthn.get","challenge":"{challenge}","origin":"https://phone.example.com"'
for name, text in {
        "good": start + ',"crossOrigin":false}', "short": start + "}",
        "android": start.replace("/", "\\/") + ',"androidPackageName":"com.android.chrome"}',
        "nested": start + ',"a":[1,-0.5e+3,2E-1,true,false,null,"x",{"b":{}},[]],"c" : { "d" : "e" } }',
        "escapes": start + ',"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\udd11"}', "utf8": start + ',"a":"é日本🔑"}',
        "cross": start + ',"crossOrigin":true}', "cross_text": start + ',"crossOrigin":"false"}',
        "top": start + ',"topOrigin":"https://phone.example.com"}', "twice": start + ',"a":1,"\\u0061":2}',
        "origin": start.replace("phone", "evil") + "}", "create": start.replace(".get", ".create") + "}",
        "challenge": start.replace(challenge, "AAAA") + "}", "blank": start.replace("{", "{ ") + "}",
        "no_origin": f'{{"type":"webauthn.get","challenge":"{challenge}"}}', "empty": "{}", "array": "[]",
        "deep": start + ',"a":' + "[" * 12 + "]" * 12 + "}", "deep_objects": start + ',"a":' + '{"a":' * 12 + "1" + "}" * 13,
        "surrogate": start + ',"a":"\\ud800\\u0041"}', "low_surrogate": start + ',"a":"\\udc00"}',
        "bad_hex": start + ',"a":"\\u00g0"}', "bad_escape": start + ',"a":"\\x"}', "control": start + ',"a":"\t"}',
        "number": start + ',"a":01}', "minus": start + ',"a":-}', "literal": start + ',"a":nul}', "after": start + "}x",
        "not_utf8": start + ',"a":"\udcff"}', "long": start + ',"a":"' + "x" * 9000 + '"}', "no_colon": start + ',"a"}'}.items():
    client_data(name, text)

private = folder("private_key")
with tempfile.TemporaryDirectory() as work:
    def keygen(name, kind, passphrase=""):
        subprocess.run(["ssh-keygen", "-q", "-N", passphrase, "-C", "countersign TEST KEY", "-f", name, "-t", *kind],
                       cwd=work, check=True, env={"PATH": "/usr/bin:/bin", "SSH_SK_PROVIDER": sys.argv[1]})
        private(name, open(os.path.join(work, name)).read())

    for name, kind in (("ed25519", ["ed25519"]), ("ecdsa_p256", ["ecdsa", "-b", "256"]), ("ecdsa_p521", ["ecdsa", "-b", "521"]),
                       ("rsa_2048", ["rsa", "-b", "2048"]), ("sk_ed25519", ["ed25519-sk"])):
        keygen(name, kind)
    keygen("passphrase", ["ed25519"], "secret")
subprocess.run([sys.executable, os.path.join(HERE, "generate_private_key.py")], check=True)  # the damaged ones
