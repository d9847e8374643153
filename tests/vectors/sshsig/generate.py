#!/usr/bin/python3
"""Writes the SSHSIG vectors of this folder: ./generate.py PATH-OF-libsk_dummy.so

Two independent sources, neither of them our own code:
- stock_*: signatures by the ssh-keygen that is installed, with new TEST KEYS whose private halves are thrown away;
- the rest: computed in plain Python (arithmetic.py) from fixed TEST KEYS, in the shapes that Project Wycheproof's
  published ECDSA, EdDSA and RSA test groups made known (edge r and s, arithmetic modulo n, numbers in a second encoding,
  small-order keys, padding that is nearly right). The numbers are computed here; nothing is copied from there.

None of these keys may ever be trusted for anything. `stock:` is what `ssh-keygen -Y verify` of OpenSSH 9.2 said when the
vector was written: where it says "accepts" beside an `expect:` that is not ok, we are stricter (PROTOCOL.md section 5.2).
"""
import base64
import os
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import arithmetic as a
from wire import (SK_EC, SK_ED, WEBAUTHN, armor, mpint, signed_data, sk_data, sshsig, string)

FOLDER = os.path.dirname(os.path.abspath(__file__))
MESSAGE = "countersign test vector"
ORIGIN, RP_ID = "https://phone.example.com", "phone.example.com"
RANDOM = random.Random(20260101)  # fixed: these are test keys
WORK = tempfile.mkdtemp()


def run(*arguments, stdin=""):
    return subprocess.run(arguments, input=stdin.encode(), capture_output=True, cwd=WORK,
                          env={"PATH": "/usr/bin:/bin", "SSH_SK_PROVIDER": sys.argv[1]})


def key_type(blob):
    return blob[4:4 + int.from_bytes(blob[:4], "big")].decode("ascii", "replace")


def write(name, expect, shows, key, text, section="5.2", **fields):
    """`text` is an armor, or a blob to be armored."""
    if isinstance(text, bytes):
        text = armor(text)
    line = f"{key_type(key)} {base64.b64encode(key).decode()}".replace("\0", "?")
    open(f"{WORK}/allowed", "w").write(f"test {line}\n")
    open(f"{WORK}/signature", "w", newline="").write(text)
    verdict = run("ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "test", "-n", "file", "-s", "signature",
                  stdin=MESSAGE)
    stock = "accepts" if verdict.returncode == 0 else "refuses"
    assert expect != "ok" or stock == "accepts", (name, verdict.stderr)
    head = {"expect": expect, "shows": shows, "section": section, "stock": stock,
            "key": base64.b64encode(key).decode(), "namespace": "file", "message": MESSAGE, **fields}
    with open(f"{FOLDER}/{name}.vector", "w", newline="") as out:
        out.write("".join(f"{field}: {value}\n" for field, value in head.items()) + "\n" + text)


def stock():
    kinds = {"ed25519": ["ed25519"], "ecdsa_p256": ["ecdsa", "-b", "256"], "ecdsa_p384": ["ecdsa", "-b", "384"],
             "ecdsa_p521": ["ecdsa", "-b", "521"], "rsa_2048": ["rsa", "-b", "2048"], "rsa_4096": ["rsa", "-b", "4096"],
             "sk_ed25519": ["ed25519-sk"], "sk_ecdsa_p256": ["ecdsa-sk"]}
    for name, kind in kinds.items():
        run("ssh-keygen", "-q", "-N", "", "-C", "TEST KEY", "-f", name, "-t", *kind)
        key = base64.b64decode(open(f"{WORK}/{name}.pub").read().split()[1])
        for hash_name in ("sha512", "sha256"):
            done = run("ssh-keygen", "-Y", "sign", "-n", "file", "-O", f"hashalg={hash_name}", "-f", name, stdin=MESSAGE)
            write(f"stock_{name}_{hash_name}", "ok", f"made by ssh-keygen, hash {hash_name}", key, done.stdout.decode(),
                  "5.1")


def ec_key(curve, point, name=None, encoded=None):
    return string(name or "ecdsa-sha2-" + curve.name) + string(curve.name) + string(encoded or curve.encode(point))


def ec_sig(curve, r, s):
    """`r` and `s` are numbers, or the bytes of an mpint's content."""
    pack = lambda value: mpint(value) if isinstance(value, int) else string(value)
    return string("ecdsa-sha2-" + curve.name) + string(pack(r) + pack(s))


def plain(number, size=None):
    return number.to_bytes(size or (number.bit_length() + 7) // 8, "big")


def ecdsa(curve):
    tag = "ecdsa_" + curve.name.replace("nist", "")
    data = signed_data("file", MESSAGE)
    d, k = RANDOM.randrange(1, curve.n), RANDOM.randrange(1, curve.n)
    public = curve.mul(d, curve.g)
    key = ec_key(curve, public)
    r, s = curve.sign(d, k, data)
    low, high = min(s, curve.n - s), max(s, curve.n - s)
    n, size = curve.n, curve.size

    def put(name, expect, shows, key, r, s):
        write(f"{tag}_{name}", expect, shows, key, sshsig(key, ec_sig(curve, r, s)))

    put("low_s", "ok", "s below n/2", key, r, low)
    put("high_s", "ok", "s above n/2 is a signature too", key, r, high)
    small_x = next(x for x in range(1, 1000) if curve.lift(x))
    for name, shows, point, number in (
            ("small_r", "r of one byte", curve.lift(small_x), low),
            ("s_is_1", "s = 1", curve.mul(k, curve.g), 1),
            ("s_is_n_minus_1", "s = n - 1", curve.mul(k, curve.g), n - 1),
            ("small_r_and_s", "r and s of one byte", curve.lift(small_x), 2)):
        put(name, "ok", shows, ec_key(curve, curve.key_for(point, number, data)), point[0] % n, number)
    largest = next(x for x in range(n - 1, 0, -1) if curve.lift(x))
    put("largest_r", "ok", "the largest r below n that is an x of the curve",
        ec_key(curve, curve.key_for(curve.lift(largest), low, data)), largest, low)
    above = next((x for x in range(n + 1, min(n + 1000, curve.p)) if curve.lift(x)), None)
    if above:  # P-521 has such x too; n < p for all three curves
        over = ec_key(curve, curve.key_for(curve.lift(above), low, data))
        put("x_above_n", "ok", "the nonce point's x is n or more, r is x - n", over, above - n, low)
        put("r_is_x_above_n", "bad_signature_encoding", "r = x where x is n or more", over, above, low)

    bad = "bad_signature_encoding"
    for name, shows, first, second in (
            ("r_is_0", "r = 0", 0, s), ("s_is_0", "s = 0", r, 0), ("both_0", "r = s = 0", 0, 0),
            ("r_is_n", "r = n", n, s), ("s_is_n", "s = n", r, n), ("r_plus_n", "r + n", r + n, s),
            ("s_plus_n", "s + n", r, s + n), ("r_is_p", "r = p", curve.p, s),
            ("r_negative", "r is negative", -r, s), ("s_minus_n", "s - n, a negative number", r, s - n),
            ("r_padded", "needless zero bytes before r", b"\0\0" + plain(r, size), s),
            ("s_padded", "two needless zero bytes before s", r, b"\0\0" + plain(s, size)),
            ("zero_as_byte", "r = 0 as one zero byte", b"\0", s),
            ("s_huge", "s of 1000 bytes", r, b"\x01" * 1000)):
        put(name, bad, shows, key, first, second)
    high_bit = next(i for i in range(1, 1000) if curve.sign(d, i, data)[0].bit_length() == n.bit_length() // 8 * 8) \
        if n.bit_length() % 8 == 0 else None
    if high_bit:
        first, second = curve.sign(d, high_bit, data)
        put("high_bit_unpadded", bad, "r has its highest bit set and no zero byte before it", key, plain(first), second)
    put("swapped", "signature_mismatch", "r and s exchanged", key, s, r)
    put("both_1", "signature_mismatch", "r = s = 1", key, 1, 1)
    name = string("ecdsa-sha2-" + curve.name)
    good = mpint(r) + mpint(s)
    der = bytes([0x02, 0x01, 0x01, 0x02, 0x01, 0x01])
    for label, expect, shows, value in (
            ("only_r", "truncated", "s is missing", mpint(r)), ("three", "trailing_bytes", "a third number", good + mpint(1)),
            ("tail", "trailing_bytes", "a byte after s", good + b"\0"), ("empty", "truncated", "no numbers", b""),
            ("der", "too_large", "DER where SSH has mpints", b"\x30\x06" + der)):
        write(f"{tag}_{label}", expect, shows, key, sshsig(key, name + string(value)))
    ec_keys(curve, tag, key, public, (r, s))


def ec_keys(curve, tag, key, public, signature):
    body = ec_sig(curve, *signature)
    x, y = public
    small = curve.lift(next(i for i in range(1, 1000) if curve.lift(i)))
    size = curve.size

    def put(name, shows, encoded=None, expect="bad_public_key", blob=None):
        bad = blob or ec_key(curve, None, encoded=encoded)
        write(f"{tag}_key_{name}", expect, shows, bad, sshsig(bad, body))

    put("compressed", "a compressed point", bytes([2 + y % 2]) + plain(x, size))
    put("hybrid", "a point in hybrid form", bytes([6 + y % 2]) + plain(x, size) + plain(y, size))
    put("infinity", "the point at infinity", b"\0")
    put("zeros", "x = y = 0", b"\x04" + bytes(2 * size))
    put("off_curve", "a point beside the curve", b"\x04" + plain(x, size) + plain(y ^ 1, size))
    put("x_plus_p", "x + p instead of x", b"\x04" + plain(small[0] + curve.p, size) + plain(small[1], size))
    put("long", "a byte after the point", curve.encode(public) + b"\0")
    put("empty", "no point", blob=string("ecdsa-sha2-" + curve.name) + string(curve.name) + string(b""))
    other = "nistp384" if curve.name == "nistp256" else "nistp256"
    put("other_curve", "the curve's name is not the one in the type",
        blob=string("ecdsa-sha2-" + curve.name) + string(other) + string(curve.encode(public)))
    put("tail", "a byte after the key", blob=key + b"\0", expect="trailing_bytes")
    put("alias", "the type under OpenSSH's short name", expect="unsupported_key_type",
        blob=string("ECDSA") + string(curve.name) + string(curve.encode(public)))
    put("nul", "NUL after the type", expect="unsupported_key_type",
        blob=string("ecdsa-sha2-" + curve.name + "\0") + string(curve.name) + string(curve.encode(public)))


def ed25519():
    seed = RANDOM.randbytes(32)
    public = a.ed_keys(seed)[2]
    key = string("ssh-ed25519") + string(public)
    point, s = a.ed_sign(seed, signed_data("file", MESSAGE))

    def body(point, number, tail=b""):
        number = number if isinstance(number, bytes) else number.to_bytes(32, "little")
        return string("ssh-ed25519") + string(point + number + tail)

    def put(name, expect, shows, signature, blob=None):
        write("ed25519_" + name, expect, shows, blob or key, sshsig(blob or key, signature))

    bad = "bad_signature_encoding"
    put("good", "ok", "by RFC 8032", body(point, s))
    put("s_plus_l", bad, "S + L: a second form of the same signature", body(point, s + a.L))
    put("s_is_l", bad, "S = L", body(point, a.L))
    put("s_high_bits", bad, "the three highest bits of S set", body(point, s | 7 << 253))
    put("s_all_ones", bad, "S = 2^256 - 1", body(point, b"\xff" * 32))
    put("s_is_0", "signature_mismatch", "S = 0", body(point, 0))
    put("all_zero", "signature_mismatch", "64 zero bytes", body(bytes(32), 0))
    put("r_not_canonical", "signature_mismatch", "R = 1 written as p + 1", body((a.Q + 1).to_bytes(32, "little"), s))
    put("r_other", "signature_mismatch", "R of another message", body(a.ed_sign(seed, b"other")[0], s))
    put("short", bad, "63 bytes", string("ssh-ed25519") + string((point + s.to_bytes(32, "little"))[:63]))
    put("long", bad, "65 bytes", body(point, s, b"\0"))
    put("tail", "trailing_bytes", "a byte after the signature", body(point, s) + b"\0")
    put("other_type", "unsupported_signature_type", "labelled as ECDSA",
        string("ecdsa-sha2-nistp256") + string(mpint(1) + mpint(1)))
    for i, small in enumerate(a.ed_small_order()):
        blob = string("ssh-ed25519") + string(a.ed_encode(small))
        # Under the neutral element R = [S]B holds for every message; under the others for one message in a few.
        put(f"small_order_{i}", "weak_key", "a public key of small order",
            body(a.ed_encode(a.ed_mul(5, a.BASE)), 5), blob)
    for name, y in (("p", a.Q), ("p_plus_1", a.Q + 1), ("all_ones", 2**255 - 1)):
        for sign in (0, 1):
            blob = string("ssh-ed25519") + string((y | sign << 255).to_bytes(32, "little"))
            put(f"key_{name}_{sign}", "bad_public_key", "y of the public key is p or more",
                body(a.ed_encode(a.ed_mul(5, a.BASE)), 5), blob)
    put("key_zero_x_odd", "weak_key", "the neutral element with its sign bit set",
        body(a.ed_encode(a.ed_mul(5, a.BASE)), 5), string("ssh-ed25519") + string((1 | 1 << 255).to_bytes(32, "little")))
    for name, value, expect in (("short", public[:31], "bad_public_key"), ("long", public + b"\0", "bad_public_key"),
                                ("empty", b"", "bad_public_key")):
        put(f"key_{name}", expect, "a public key that has not 32 bytes", body(point, s), string("ssh-ed25519") + string(value))
    put("key_alias", "unsupported_key_type", "the type under OpenSSH's short name", body(point, s),
        string("ED25519") + string(public))
    structure(key, body(point, s), seed)


def structure(key, body, seed):
    good = sshsig(key, body)

    def put(name, expect, shows, text, section="5.2", key=key):
        write(name, expect, shows, key, text, section)

    def resigned(namespace="file", hash_name="sha512", **fields):
        point, s = a.ed_sign(seed, signed_data(namespace, MESSAGE, hash_name))
        return sshsig(key, string("ssh-ed25519") + string(point + s.to_bytes(32, "little")), namespace=namespace,
                      hash_name=hash_name, **fields)

    for version, expect in ((0, "unsupported_sshsig_version"), (2, "unsupported_sshsig_version"),
                            (0x01000000, "unsupported_sshsig_version")):
        put(f"version_{version}", expect, f"SSHSIG version {version}", sshsig(key, body, version=version))
    put("magic", "bad_sshsig", "another magic", sshsig(key, body, magic=b"SSHSIH"))
    put("namespace_other", "wrong_namespace", "signed for another namespace", resigned("git"), "5.1")
    put("namespace_relabelled", "signature_mismatch", "signed for git, says file",
        sshsig(key, string("ssh-ed25519") + string(a.ed_sign(seed, signed_data("git", MESSAGE))[0] + bytes(32))), "5.1")
    put("namespace_prefix", "wrong_namespace", "a namespace that starts with the expected one", resigned("file2"), "5.1")
    put("namespace_empty", "bad_sshsig", "an empty namespace", sshsig(key, body, namespace=""))
    put("namespace_nul", "bad_sshsig", "NUL in the namespace", sshsig(key, body, namespace="file\0"))
    put("reserved", "bad_sshsig", "something in the reserved field", sshsig(key, body, reserved=b"x"))
    for name in ("sha384", "sha1", "md5"):
        put(f"hash_{name}", "unsupported_hash", f"hash {name}", resigned(hash_name=name))
    put("hash_upper", "unsupported_hash", "SHA512 in capitals", sshsig(key, body, hash_name="SHA512"))
    put("hash_relabelled", "signature_mismatch", "signed with sha512, says sha256", sshsig(key, body, hash_name="sha256"))
    put("tail_blob", "trailing_bytes", "a byte after the blob", sshsig(key, body, after=b"\0"))
    put("truncated", "truncated", "the last byte is missing", good[:-1])
    other = string("ssh-ed25519") + string(a.ed_keys(RANDOM.randbytes(32))[2])
    put("key_mismatch", "key_mismatch", "by another key than the expected one", good, key=other)

    put("armor_width_76", "ok", "lines of 76 characters, as PROTOCOL.sshsig advises", armor(good, 76))
    put("armor_blank_after", "ok", "white space after the footer", armor(good) + "\n \n")
    put("armor_crlf", "bad_armor", "CR LF", armor(good, end="\r\n"))
    put("armor_leading_blank", "bad_armor", "a line before the header", "\n" + armor(good))
    put("armor_after", "bad_armor", "text after the footer", armor(good) + "more\n")
    put("armor_twice", "bad_armor", "two armors", armor(good) * 2)
    put("armor_no_footer", "bad_armor", "no footer", armor(good).replace("-----END SSH SIGNATURE-----\n", ""))
    put("armor_footer_in_line", "bad_armor", "the footer in the line of the last base64",
        armor(good).replace("\n-----END", "-----END"))
    put("armor_header_blank", "bad_armor", "a blank after the header", armor(good).replace("E-----\n", "E----- \n", 1))
    put("armor_blank_line", "bad_armor", "an empty line", armor(good).replace("\n", "\n\n", 1))
    put("armor_blank_inside", "bad_base64", "a blank inside the base64", armor(good, 60).replace("\nU1N", "\nU1 N", 1))
    padded = armor(good + b"\0")
    put("armor_unpadded", "bad_base64", "no padding", padded.replace("=", ""))
    first = padded.index("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    changed = alphabet[alphabet.index(padded[first - 1]) + 1]
    put("armor_unused_bits", "bad_base64", "unused bits of the last character set",
        padded[:first - 1] + changed + padded[first:])


def rsa():
    data = signed_data("file", MESSAGE)
    test = a.Rsa(RANDOM, 2048, 65537)

    def blob(pair, e=None, n=None):
        return string("ssh-rsa") + (e or mpint(pair.e)) + (n or mpint(pair.n))

    def body(value, name="rsa-sha2-512"):
        return string(name) + string(value)

    def put(name, expect, shows, key, signature):
        write("rsa_" + name, expect, shows, key, sshsig(key, signature))

    key, good = blob(test), test.sign("sha512", data)
    put("sha512", "ok", "rsa-sha2-512", key, body(good))
    put("sha256", "ok", "rsa-sha2-256 under SSHSIG hash sha512", key, body(test.sign("sha256", data), "rsa-sha2-256"))
    put("sha1", "unsupported_signature_type", "ssh-rsa, which is SHA-1", key, body(good, "ssh-rsa"))
    put("relabelled", "signature_mismatch", "rsa-sha2-512 labelled as rsa-sha2-256", key, body(good, "rsa-sha2-256"))
    bad = "bad_signature_encoding"
    put("longer", bad, "a zero byte before the signature", key, body(b"\0" + good))
    put("empty", bad, "no signature", key, body(b""))
    put("shorter", bad, "the last byte is missing", key, body(good[:-1]))
    plus_n = int.from_bytes(good, "big") + test.n
    if plus_n.bit_length() <= 2048:
        put("plus_n", "signature_mismatch", "the signature plus the modulus", key, body(plus_n.to_bytes(256, "big")))
    put("n", "signature_mismatch", "the modulus as signature", key, body(test.n.to_bytes(256, "big")))
    put("zero", "signature_mismatch", "0", key, body(bytes(256)))
    put("one", "signature_mismatch", "1", key, body((1).to_bytes(256, "big")))
    padded = test.pad("sha512", data)
    info = padded[padded.index(b"\0", 2) + 1:]

    def forged(value):
        return body(test.raw(value).to_bytes(256, "big"))

    rest = 256 - len(info)
    put("tail_in_padding", "signature_mismatch", "bytes after the hash, fewer before it", key,
        forged(b"\0\1" + b"\xff" * (rest - 23) + b"\0" + info + b"\x11" * 20))
    put("short_padding", "signature_mismatch", "eight bytes of padding and junk after", key,
        forged(b"\0\1" + b"\xff" * 8 + b"\0" + info + b"\x22" * (256 - 11 - len(info))))
    put("zeros_in_padding", "signature_mismatch", "a zero inside the padding", key,
        forged(b"\0\1" + b"\xff" * 20 + b"\0" + b"\xff" * (rest - 24) + b"\0" + info))
    put("block_type_2", "signature_mismatch", "the padding of encryption", key, forged(b"\0\2" + padded[2:]))
    put("no_null", "signature_mismatch", "no NULL in the hash's algorithm", key,
        forged(b"\0\1" + b"\xff" * (rest - 1) + b"\0" + b"\x30\x4f\x30\x0b" + info[4:15] + info[17:]))
    put("bare_hash", "signature_mismatch", "the hash without its algorithm", key,
        forged(b"\0\1" + b"\xff" * (253 - 64) + b"\0" + info[-64:]))

    for bits in (1024, 2040, 2047):
        small = a.Rsa(RANDOM, bits, 65537)
        put(f"bits_{bits}", "weak_key", f"{bits} bits", blob(small), body(small.sign("sha512", data)))
    for e in (3, 17, 65535):
        weak = a.Rsa(RANDOM, 2048, e)
        put(f"e_{e}", "weak_key", f"exponent {e}", blob(weak), body(weak.sign("sha512", data)))
    large = a.Rsa(RANDOM, 2048, 2**64 - 59)
    put("e_64_bits", "ok", "an exponent of 64 bits", blob(large), body(large.sign("sha512", data)))
    larger = a.Rsa(RANDOM, 2048, 2**64 + 13)
    put("e_65_bits", "bad_public_key", "an exponent of 65 bits", blob(larger), body(larger.sign("sha512", data)))
    put("e_1", "weak_key", "exponent 1: the signature is the padded hash itself", blob(test, e=mpint(1)), body(padded))
    put("e_even", "weak_key", "an even exponent", blob(test, e=mpint(65538)), body(good))
    put("e_0", "bad_public_key", "exponent 0", blob(test, e=mpint(0)), body(good))
    put("n_even", "weak_key", "an even modulus", blob(test, n=mpint(test.n + 1)), body(good))
    put("n_negative", "bad_public_key", "a negative modulus", blob(test, n=mpint(-test.n)), body(good))
    put("n_padded", "bad_public_key", "two zero bytes before the modulus",
        blob(test, n=string(b"\0\0" + plain(test.n))), body(good))
    put("e_padded", "bad_public_key", "a zero byte before the exponent", blob(test, e=string(b"\0\1\0\1")), body(good))
    put("key_tail", "trailing_bytes", "a byte after the key", key + b"\0", body(good))
    put("key_large", "too_large", "a modulus of 16392 bits", blob(test, n=mpint(1 << 16391 | 1)), body(good))


def security_keys():
    data = signed_data("file", MESSAGE)
    seed, d = RANDOM.randbytes(32), RANDOM.randrange(1, a.P256.n)
    ed_public, ec_point = a.ed_keys(seed)[2], a.P256.mul(d, a.P256.g)

    def ed(application="ssh:", flags=1, counter=7, given=data, tail=b""):
        key = string(SK_ED) + string(ed_public) + string(application)
        point, s = a.ed_sign(seed, sk_data(application, flags, counter, given))
        return key, string(SK_ED) + string(point + s.to_bytes(32, "little")) + bytes([flags]) + \
            counter.to_bytes(4, "big") + tail

    def ec(application="ssh:", flags=1, counter=7, given=data, tail=b""):
        key = string(SK_EC) + string("nistp256") + string(a.P256.encode(ec_point)) + string(application)
        r, s = a.P256.sign(d, RANDOM.randrange(1, a.P256.n), sk_data(application, flags, counter, given))
        return key, string(SK_EC) + string(mpint(r) + mpint(s)) + bytes([flags]) + counter.to_bytes(4, "big") + tail

    for tag, make in (("sk_ed25519", ed), ("sk_ecdsa", ec)):
        def put(name, expect, shows, key, body, **fields):
            write(f"{tag}_{name}", expect, shows, key, sshsig(key, body), **fields)
        put("present", "ok", "user present", *make())
        put("verified", "ok", "user present and verified", *make(flags=5))
        put("counter_max", "ok", "the largest counter", *make(counter=2**32 - 1))
        put("application", "ok", "an application that is not ssh:", *make(application="phone.example.com"))
        put("absent", "user_presence_missing", "user not present", *make(flags=0))
        put("only_verified", "user_presence_missing", "verified but not present", *make(flags=4))
        put("attested", "bad_signature_encoding", "attested data announced", *make(flags=0x41))
        put("extensions", "bad_signature_encoding", "extensions announced", *make(flags=0x81))
        put("not_hashed", "signature_mismatch", "the data of an ordinary key", make()[0], make(given=b"x")[1])
        put("other_application", "signature_mismatch", "signed for another application", make()[0],
            make(application="ssh:other")[1])
        put("tail", "trailing_bytes", "a byte after the counter", *make(tail=b"\0"))
        put("key_no_application", "bad_public_key", "an empty application", *make(application=""))
        key, body = make()
        put("no_counter", "truncated", "the counter is missing", key, body[:-4])
        put("key_tail", "trailing_bytes", "a byte after the application", key + b"\0", body)
    for i, small in enumerate(a.ed_small_order()[:2]):
        key = string(SK_ED) + string(a.ed_encode(small)) + string("ssh:")
        write(f"sk_ed25519_small_order_{i}", "weak_key", "a security key of small order", key,
              sshsig(key, ed()[1]))
    webauthn(d, ec_point)


def webauthn(d, point):
    data = signed_data("file", MESSAGE)
    challenge = base64.urlsafe_b64encode(data).decode().rstrip("=")

    def put(name, expect, shows, origin=ORIGIN, tail=',"crossOrigin":false}', flags=5, extensions=b"", field=None,
            json=None, application=RP_ID, pad=b"", wanted=(ORIGIN, RP_ID)):
        key = string(SK_EC) + string("nistp256") + string(a.P256.encode(point)) + string(application)
        text = json or '{"type":"webauthn.get","challenge":"CHALLENGE","origin":"' + origin + '"' + tail
        text = text.replace("CHALLENGE", challenge)
        r, s = a.P256.sign(d, RANDOM.randrange(1, a.P256.n), sk_data(application, flags, 1, text.encode(), extensions))
        body = string(WEBAUTHN) + string(mpint(r) + mpint(s)) + bytes([flags]) + (1).to_bytes(4, "big")
        body += string(origin if field is None else field) + string(text) + string(extensions) + pad
        fields = {"origin": wanted[0], "rp-id": wanted[1]} if wanted else {}
        write(f"webauthn_{name}", expect, shows, key, sshsig(key, body), section="5.3", **fields)

    head = '{"type":"webauthn.get","challenge":"CHALLENGE","origin":"' + ORIGIN + '"'
    put("good", "ok", "as a browser makes it")
    put("short", "ok", "nothing after the origin", tail="}")
    put("unknown_members", "ok", "members that we do not know",
        tail=',"crossOrigin":false,"other_keys_can_be_added_here":"do not compare","x":[1,{"y":null}]}')
    put("android", "ok", "the origin as Android writes it", origin=ORIGIN.replace("/", "\\/"))
    put("backed_up", "ok", "the flags of a passkey that is backed up", flags=0x1D)
    put("extension_data", "ok", "extensions, announced", flags=0x85, extensions=b"\xa0")
    put("not_configured", "unsupported_signature_type", "no origin is configured", wanted=None)
    put("not_verified", "user_verification_missing", "user not verified", flags=1)
    put("not_present", "user_presence_missing", "user not present", flags=4)
    put("attested", "bad_signature_encoding", "attested data announced", flags=0x45)
    put("extensions_missing", "bad_signature_encoding", "extensions announced, none there", flags=0x85)
    put("extensions_hidden", "bad_signature_encoding", "extensions there, not announced", extensions=b"\xa0")
    put("rp_id", "wrong_rp_id", "another application", application="example.com")
    put("origin_sibling", "wrong_origin", "a sibling subdomain", origin="https://evil.example.com")
    put("origin_port", "wrong_origin", "another port", origin=ORIGIN + ":8443")
    put("origin_http", "wrong_origin", "not https", origin="http://phone.example.com")
    put("origin_field", "wrong_origin", "the field is unescaped, the JSON is not",
        origin=ORIGIN.replace("/", "\\/"), field=ORIGIN)
    put("cross_origin", "wrong_origin", "inside a frame", tail=',"crossOrigin":true}')
    put("top_origin", "wrong_origin", "inside a frame of the same origin", tail=f',"topOrigin":"{ORIGIN}"}}')
    put("cross_origin_text", "bad_client_data", "crossOrigin is a string", tail=',"crossOrigin":"false"}')
    for name, shows, tail in (("origin_twice", "origin twice", ',"origin":"https://evil.example.com"}'),
                              ("member_twice", "an unknown member twice", ',"a":1,"a":1}'),
                              ("escaped_twice", "type a second time, escaped", ',"typ\\u0065":"webauthn.create"}'),
                              ("not_closed", "the object does not end", ""), ("junk", "junk after the object", "}junk"),
                              ("blank", "a line end after the object", "}\n"), ("number", "a number with a leading zero", ',"a":01}'),
                              ("surrogate", "half a surrogate pair", ',"a":"\\ud800"}'),
                              ("deep", "nine levels", ',"a":' + "[" * 9 + "]" * 9 + "}")):
        put(name, "bad_client_data", shows, tail=tail)
    put("create", "bad_client_data", "type webauthn.create", json=head.replace(".get", ".create") + "}")
    put("reordered", "bad_client_data", "challenge before type",
        json='{"challenge":"CHALLENGE","type":"webauthn.get","origin":"' + ORIGIN + '"}')
    put("leading_blank", "bad_client_data", "a blank before the first member", json="{ " + head[1:] + "}")
    put("challenge", "signature_mismatch", "the challenge of another message",
        json=head.replace("CHALLENGE", base64.urlsafe_b64encode(signed_data("file", "x")).decode().rstrip("=")) + "}")
    put("challenge_padded", "signature_mismatch", "a padded challenge", json=head.replace("CHALLENGE", "CHALLENGE=") + "}")
    put("tail", "trailing_bytes", "a byte after the extensions", pad=b"\0")


for old in os.listdir(FOLDER):
    if old.endswith(".vector"):
        os.remove(f"{FOLDER}/{old}")
stock()
for curve in (a.P256, a.P384, a.P521):
    ecdsa(curve)
ed25519()
rsa()
security_keys()
names = sorted(name for name in os.listdir(FOLDER) if name.endswith(".vector"))
print(f"{len(names)} vectors")
