#!/usr/bin/python3
"""Makes the vectors of this folder: each is one statement, or one bundle, that shows one rule of PROTOCOL.md.

Head: `section`, `shows`, `kind` (or `bundle`), `expect` (ok or a reason code), and `at` (LINE:COLUMN of the fault, where
there is one). Body: the bytes under test. Needs ssh-keygen and openssl. The small ones become the corpus of the fuzz target, too.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
CORPUS = os.path.join(HERE, "..", "..", "corpus", "statement")
import signing  # noqa: E402
from signing import armor, hash32, text_of  # noqa: E402

LOGIN = signing.SshKey("alice_login")
LOGIN2 = signing.SshKey("bob_login", "rsa")
REGISTRY = signing.SshKey("registry")
ADMIN = signing.SshKey("admin")
LAPTOP = signing.SshKey("alice_laptop", "ecdsa")
TOKEN = signing.FidoKey("alice_token", "ssh:", webauthn=False)
PHONE = signing.FidoKey("alice_phone", signing.RP_ID, webauthn=True)

ISSUED = "2026-11-21T09:30:00Z"
A = ("passkey", "2026-11-01T08:00:00Z", PHONE.public)
B = ("hardware", "2026-11-02T08:00:00Z", TOKEN.public)
C = ("ssh-key", "2026-11-03T08:00:00Z", LAPTOP.public)

CHALLENGE = [
    ("nonce", hash32("nonce")), ("registry", "https://registry.example.com"), ("host", "web-01"), ("service", "sshd"),
    ("user", "alice"), ("address", "203.0.113.9"), ("connection", "203.0.113.9 51234 192.0.2.10 22"),
    ("login-key", LOGIN.fingerprint()), ("issued", ISSUED), ("expires", "2026-11-21T09:31:30Z"),
    ("number-wanted", "yes"), ("max-trust", "28800s")]
ANSWER = CHALLENGE + [("decision", "approve"), ("number", "47"), ("via", "registry")]
TRUST = ANSWER + [("until", "2026-11-21T17:30:00Z"), ("hosts", "@web")]
RECORD = [
    ("user", "alice"), ("hosts", "@web db-01 web-01"), ("serial", "1795253400000"), ("issued", ISSUED),
    ("expires", "2026-11-28T09:30:00Z"),
    ("login-key", LOGIN.public), ("person", "alice"),
    ("login-key", "restrict " + LOGIN2.public),
    ("approver", " ".join(A)), ("person", "alice"), ("endorsement", signing.endorsement("alice", A, ADMIN, "alice")),
    ("approver", " ".join(B)), ("endorsement", signing.endorsement("alice", B, ADMIN)),
    ("approver", " ".join(C)), ("endorsement", signing.endorsement("alice", C, ADMIN)),
    ("recovery", hash32("code 1")), ("recovery", hash32("code 2")), ("revoked-trust", hash32("trust")),
    ("trust-not-before", "2026-11-20T00:00:00Z")]
SHORT_RECORD = RECORD[:6]
KINDS = {
    "record": RECORD,
    "approver": [("user", "alice"), ("person", "alice"), ("key", PHONE.public), ("level", "passkey"),
                 ("added", "2026-11-01T08:00:00Z")],
    "challenge": CHALLENGE,
    "answer": ANSWER,
    "trust": TRUST,
    "enrolment": [("registry", "https://registry.example.com"), ("user", "alice"), ("pairing", hash32("pairing")),
                  ("key", PHONE.public), ("level", "passkey"), ("issued", ISSUED)],
    "host": [("host", "web-01"), ("groups", "web web-eu"), ("token", hash32("token")), ("issued", ISSUED),
             ("expires", "2027-11-21T09:30:00Z")],
    "session": [("registry", "https://registry.example.com"), ("user", "alice"), ("key", PHONE.public),
                ("nonce", hash32("n")), ("issued", ISSUED), ("expires", "2026-11-22T09:30:00Z")],
    "signin": [("registry", "https://registry.example.com"), ("user", "alice"), ("address", "2001:db8::7"),
               ("session", hash32("s")), ("nonce", hash32("n")), ("issued", ISSUED),
               ("expires", "2026-11-21T09:40:00Z")],
    "change": [("registry", "https://registry.example.com"), ("user", "alice"), ("nonce", hash32("n")),
               ("issued", ISSUED), ("expires", "2026-11-21T09:40:00Z"),
               ("change", "remove login key " + LOGIN.fingerprint() + " of alice"), ("change", "add group web to db-01")],
}
SIGNER = {"record": REGISTRY, "approver": ADMIN, "host": REGISTRY}
ARMOR = armor(PHONE.blob(text_of("answer", ANSWER), "answer.v1@countersign"))

made = []


def vector(section, name, shows, kind, expect, body, at=None):
    head = {"section": section, "shows": shows, "kind": kind, "expect": expect}
    if at:
        head["at"] = at
    signing.write_vector(HERE, name + ".vector", head, body)
    body = body.encode() if isinstance(body, str) else body
    if len(body) < 4096:
        with open(os.path.join(CORPUS, name), "wb") as file:
            file.write(body)
    made.append((section, name))


def statement(kind, fields):
    return text_of(kind, fields) + ("" if kind == "challenge" else ARMOR)


def put(fields, name, value, nth=0):
    """The fields with the value of one replaced."""
    where = [i for i, (n, _) in enumerate(fields) if n == name][nth]
    return [(n, value if i == where else v) for i, (n, v) in enumerate(fields)]


def line_of(fields, name, nth=0):
    return [i for i, (n, _) in enumerate(fields) if n == name][nth] + 2


def bad_value(section, name, shows, kind, field, value, nth=0, column=None):
    fields = KINDS[kind]
    at = f"{line_of(fields, field, nth)}:{column or len(field) + 3}"
    vector(section, name, shows, kind, "bad_statement", statement(kind, put(fields, field, value, nth)), at)


def good_value(section, name, shows, kind, field, value):
    vector(section, name, shows, kind, "ok", statement(kind, put(KINDS[kind], field, value)))


def bytes_and_values():
    for label, value in {
            "tab": "a\tb", "cr": "alice\r", "nul": "a\0b", "del": "a\x7f", "c1": "a\x85", "bidi": "a\u202eb",
            "arabic_mark": "a\u061cb", "isolate": "a\u2066b", "line_separator": "a\u2028b"}.items():
        column = len("change") + 3 + min(i for i, c in enumerate(value) if not c.isascii() or c < " " or c == "\x7f")
        bad_value("2.1", f"text_{label}", f"a value holding {label}", "change", "change", value, column=column)
    fields = KINDS["change"]
    body = statement("change", put(fields, "change", "XX")).encode()
    for label, data in {"utf8_lone": b"\xc3", "utf8_overlong": b"\xc0\xaf", "utf8_surrogate": b"\xed\xa0\x80"}.items():
        vector("2.1", f"text_{label}", "bytes that are not UTF-8", "change", "bad_statement",
               body.replace(b"XX", data), f"{line_of(fields, 'change')}:9")
    vector("2.1", "text_bom", "a byte order mark", "challenge", "bad_statement",
           "\ufeff" + text_of("challenge", CHALLENGE), "1:1")
    good_value("2.1", "text_umlaut", "UTF-8 text is taken", "change", "change", "Schlüssel — hinzugefügt")
    bad_value("2.1", "text_empty", "an empty value", "change", "change", "")
    bad_value("2.1", "text_space_first", "a value that starts with a space", "change", "change", " a")
    bad_value("2.1", "text_space_last", "a value that ends with a space", "change", "change", "a ", column=10)

    for label, value in {"sign": "+5", "leading_zero": "05", "zero": "0", "too_large": str(2**53), "hex": "0x5",
                         "fraction": "5.0"}.items():
        bad_value("2.2", f"serial_{label}", f"a serial with {label}", "record", "serial", value)
    good_value("2.2", "serial_largest", "2^53 - 1", "record", "serial", str(2**53 - 1))
    for label, value in {"minutes": "480m", "hours": "8h", "no_unit": "28800", "leading_zero": "028800s",
                         "negative": "-1s", "milliseconds": "28800000ms"}.items():
        bad_value("2.2", f"duration_{label}", "a duration that is not in seconds", "challenge", "max-trust", value)
    good_value("2.2", "duration_zero", "no trust at all", "challenge", "max-trust", "0s")

    for label, value in {"no_z": "2026-11-21T09:30:00", "offset": "2026-11-21T09:30:00+00:00",
                         "fraction": "2026-11-21T09:30:00.0Z", "lower": "2026-11-21t09:30:00z",
                         "leap_second": "2026-11-21T09:30:60Z", "no_such_day": "2026-02-30T09:30:00Z",
                         "early": "1969-12-31T23:59:59Z", "space": "2026-11-21 09:30:00Z"}.items():
        bad_value("2.3", f"time_{label}", "a time in another form", "challenge", "issued", value)

    for label, field, value in [
            ("user_dash", "user", "-alice"), ("user_slash", "user", "a/b"), ("user_long", "user", "a" * 129),
            ("user_space", "user", "a b"), ("user_umlaut", "user", "jürgen"), ("host_upper", "host", "Web-01"),
            ("host_underscore", "host", "web_01"), ("host_dot_last", "host", "web."), ("host_long", "host", "a" * 254),
            ("service_dash", "service", "-sshd"), ("service_slash", "service", "ss/hd"), ("nonce_short", "nonce", "AAAA"),
            ("nonce_padded", "nonce", hash32("nonce") + "="), ("nonce_twin", "nonce", "A" * 42 + "B"),
            ("nonce_base64", "nonce", "A" * 41 + "+A")]:
        bad_value("2.4", f"name_{label}", "a name outside its allow-list", "challenge", field, value)
    good_value("2.4", "name_user_windows", "a user of a directory", "challenge", "user", "CORP\\alice$")
    for label, value in {"upper": "Web", "at": "@web"}.items():
        bad_value("2.4", f"name_group_{label}", "a group outside its allow-list", "host", "groups", value)
    bad_value("2.4", "name_person_slash", "a person outside its allow-list", "approver", "person", "a/b")

    key_type, key_data = PHONE.public.split()
    for label, value in {
            "comment": PHONE.public + " phone", "no_type": key_data, "wrong_type": "ssh-ed25519 " + key_data,
            "unpadded": LOGIN2.public.rstrip("=") if LOGIN2.public.endswith("=") else PHONE.public.rstrip("="),
            "two_spaces": key_type + "  " + key_data, "cut": PHONE.public[:-8],
            "certificate": "ssh-ed25519-cert-v01@openssh.com AAAA"}.items():
        bad_value("2.5", f"key_{label}", "a key that is not TYPE BASE64", "session", "key", value)
    for label, value in {"md5": "MD5:00:11", "padded": LOGIN.fingerprint() + "=", "lower": LOGIN.fingerprint().lower(),
                         "url": "SHA256:" + "_" * 42 + "A"}.items():
        bad_value("2.5", f"fingerprint_{label}", "a fingerprint in another form", "challenge", "login-key", value)
    good_value("2.5", "fingerprint_none", "no key known", "challenge", "login-key", "none")

    for label, value in {"mapped": "::ffff:203.0.113.9", "upper": "2001:DB8::1", "long": "2001:db8:0:0:0:0:0:1",
                         "single_zero": "2001:db8::1:1:1:1:1", "dotted": "64:ff9b::192.0.2.1", "name": "localhost",
                         "octal": "203.0.113.09", "port": "203.0.113.9:22", "zone_empty": "fe80::1%",
                         "zone_ipv4": "203.0.113.9%eth0", "unknown": "UNKNOWN"}.items():
        bad_value("2.6", f"address_{label}", "an address in a second spelling", "challenge", "address", value)
    for label, value in {"ipv6": "2001:db8::1", "zone": "fe80::1%eth0.100", "console": "console"}.items():
        good_value("2.6", f"address_{label}", "each form of address", "challenge", "address", value)
    for label, value in {"no_port": "203.0.113.9 192.0.2.10 22", "port_zero": "203.0.113.9 0 192.0.2.10 22",
                         "port_large": "203.0.113.9 65536 192.0.2.10 22", "console": "console 1 console 2",
                         "mapped": "::ffff:203.0.113.9 51234 192.0.2.10 22"}.items():
        bad_value("4.3", f"connection_{label}", "a connection in another form", "challenge", "connection", value)
    good_value("4.3", "connection_none", "no connection", "challenge", "connection", "none")

    for label, value in {"slash": "https://registry.example.com/", "port_443": "https://registry.example.com:443",
                         "upper": "https://Registry.example.com", "http": "http://registry.example.com:8080",
                         "http_no_port": "http://localhost", "http_port_80": "http://localhost:80",
                         "path": "https://registry.example.com/x", "user": "https://a@registry.example.com",
                         "no_scheme": "registry.example.com", "ipv6_long": "https://[0:0::1]"}.items():
        bad_value("2.7", f"origin_{label}", "an origin in a second spelling", "challenge", "registry", value)
    for label, value in {"port": "https://registry.example.com:8443", "local": "http://127.0.0.1:8080",
                         "ipv6": "http://[::1]:8080"}.items():
        good_value("2.7", f"origin_{label}", "each form of origin", "challenge", "registry", value)


def grammar():
    for kind, fields in KINDS.items():
        text = text_of(kind, fields)
        key = SIGNER.get(kind, PHONE)
        end = "" if kind == "challenge" else armor(key.blob(text, f"{kind}.v1@countersign"))
        number = {k: i for i, k in enumerate(KINDS, 1)}[kind]
        vector(f"4.{number}", f"good_{kind}", f"a whole {kind}", kind, "ok", text + end)

    text = text_of("answer", ANSWER)
    whole = text + ARMOR
    lines = text.count("\n")
    last = whole.count("\n")
    vector("3.1", "head_other_word", "the first word is fixed", "answer", "bad_statement",
           whole.replace("countersign", "Countersign", 1), "1:1")
    vector("3.1", "head_empty", "no bytes at all", "answer", "bad_statement", "", "1:1")
    vector("3.1", "head_no_version", "a head without version", "answer", "bad_statement",
           whole.replace(" v1\n", "\n", 1), "1:19")
    vector("3.1", "head_two_spaces", "a second space in the head", "answer", "bad_statement",
           whole.replace(" v1", "  v1", 1), "1:20")
    vector("3.1", "head_trailing_space", "a space at the end of the head", "answer", "bad_statement",
           whole.replace(" v1\n", " v1 \n", 1), "1:20")
    vector("3.1", "head_unknown_kind", "a kind that does not exist", "any", "wrong_kind",
           whole.replace("answer", "poem", 1), "1:13")
    vector("3.1", "head_wrong_kind", "another kind than the one expected", "record", "wrong_kind", whole, "1:13")
    vector("13", "head_v2", "another version", "answer", "unsupported_version", whole.replace("v1", "v2", 1), "1:20")
    vector("13", "head_v10", "another version of an unknown kind", "any", "unsupported_version",
           "countersign poem v10\n", "1:18")
    vector("3.1", "head_v01", "a version with a leading zero", "answer", "bad_statement",
           whole.replace("v1", "v01", 1), "1:20")

    vector("3.1", "size_largest", "exactly 65,536 bytes", "change", "ok", sized_change(65536))
    vector("3.1", "size_too_large", "65,537 bytes", "change", "too_large", sized_change(65537))
    vector("3.1", "line_too_long", "a line of 16,385 bytes", "change", "too_large",
           statement("change", put(KINDS["change"], "change", "x" * (16385 - 8))), "7:16385")

    n = line_of(ANSWER, "host")
    vector("3.1", "field_unknown", "a field that the kind does not have", "answer", "bad_statement",
           statement("answer", ANSWER[:2] + [("colour", "red")] + ANSWER[2:]), f"{n}:1")
    vector("3.1", "field_missing", "a missing field", "answer", "bad_statement",
           statement("answer", [f for f in ANSWER if f[0] != "host"]), f"{n}:1")
    vector("3.1", "field_missing_last", "a missing last field", "answer", "bad_statement",
           statement("answer", ANSWER[:-1]), f"{lines}:1")
    vector("3.1", "field_repeated", "a repeated field", "answer", "bad_statement",
           statement("answer", ANSWER[:3] + ANSWER[2:]), f"{n + 1}:1")
    vector("3.1", "field_reordered", "two fields in the wrong order", "answer", "bad_statement",
           statement("answer", ANSWER[:2] + [ANSWER[3], ANSWER[2]] + ANSWER[4:]), f"{n}:1")
    vector("3.1", "field_name_case", "a field name in another case", "answer", "bad_statement",
           whole.replace("\nhost:", "\nHost:"), f"{n}:1")
    vector("3.1", "field_no_space", "no space after the colon", "answer", "bad_statement",
           whole.replace("\nhost: ", "\nhost:"), f"{n}:6")
    vector("3.1", "field_second_space", "a second space after the colon", "answer", "bad_statement",
           whole.replace("\nhost: ", "\nhost:  "), f"{n}:7")
    vector("3.1", "field_trailing_space", "a space at the end of a line", "answer", "bad_statement",
           whole.replace("web-01\n", "web-01 \n"), f"{n}:13")
    vector("3.1", "field_space_before_colon", "a space before the colon", "answer", "bad_statement",
           whole.replace("\nhost:", "\nhost :"), f"{n}:1")
    vector("3.1", "field_no_colon", "a line that is no field", "answer", "bad_statement",
           whole.replace("\nhost: ", "\nhost "), f"{n}:1")
    vector("3.1", "line_empty", "an empty line", "answer", "bad_statement", whole.replace("\nhost", "\n\nhost"), f"{n}:1")
    vector("3.1", "line_crlf", "CR LF line ends", "answer", "bad_statement", whole.replace("\n", "\r\n"), "1:22")
    vector("3.1", "line_no_final_lf", "no LF at the end of a challenge", "challenge", "bad_statement",
           text_of("challenge", CHALLENGE)[:-1], f"{len(CHALLENGE) + 1}:{len('max-trust: 28800s') + 1}")

    vector("3.1", "armor_missing", "a signed kind without armor", "answer", "bad_statement", text, f"{lines + 1}:1")
    vector("3.1", "armor_on_challenge", "a challenge with armor", "challenge", "bad_statement",
           text_of("challenge", CHALLENGE) + ARMOR, f"{len(CHALLENGE) + 2}:1")
    vector("3.1", "armor_no_final_lf", "no LF after the footer", "answer", "bad_statement", whole[:-1], f"{last}:28")
    for label, more in {"lf": "\n", "space": " \n", "text": "more\n", "statement": whole, "nul": "\0"}.items():
        vector("3.1", f"armor_then_{label}", "bytes after the footer", "answer", "bad_statement", whole + more,
               f"{last + 1}:1")
    vector("3.1", "armor_no_footer", "the footer is missing", "answer", "bad_statement",
           whole.replace("-----END SSH SIGNATURE-----\n", ""), f"{last}:1")
    vector("3.1", "armor_header_space", "a space after the header", "answer", "bad_statement",
           whole.replace("BEGIN SSH SIGNATURE-----\n", "BEGIN SSH SIGNATURE----- \n"), f"{lines + 1}:1")
    digits = ARMOR.split("\n")[1:-2]
    head, foot = "-----BEGIN SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n"
    joined = "".join(digits)
    wide = "\n".join(joined[i:i + 76] for i in range(0, len(joined), 76)) + "\n"
    vector("3.1", "armor_width_76", "lines of 76", "answer", "bad_statement", text + head + wide + foot,
           f"{lines + 2}:71")
    short = "\n".join([digits[0][:-1], digits[0][-1] + digits[1], *digits[2:]]) + "\n"
    vector("3.1", "armor_short_line", "a line before the last that is not 70 long", "answer", "bad_statement",
           text + head + short + foot, f"{lines + 3}:1")
    vector("3.1", "armor_empty_line", "an empty line in the armor", "answer", "bad_statement",
           text + head + "\n" + "\n".join(digits) + "\n" + foot, f"{lines + 2}:1")
    vector("3.1", "armor_empty", "an armor without base64", "answer", "bad_statement", text + head + foot,
           f"{lines + 2}:1")
    vector("3.1", "armor_blank_inside", "a space in the base64", "answer", "bad_statement",
           whole.replace(digits[1], digits[1][:9] + " " + digits[1][10:]), f"{lines + 3}:10")
    unpadded = LAPTOP_ARMOR.replace("=", "")
    vector("3.1", "armor_unpadded", "base64 without its padding", "answer", "bad_statement", text + unpadded,
           f"{lines + 2}:1")
    at = LAPTOP_ARMOR.index("=") - 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = alphabet[alphabet.index(LAPTOP_ARMOR[at]) + 1]
    vector("3.1", "armor_twin", "base64 with bits behind the last byte", "answer", "bad_statement",
           text + LAPTOP_ARMOR[:at] + twin + LAPTOP_ARMOR[at + 1:], f"{lines + 2}:1")
    blob = PHONE.blob(text, "answer.v1@countersign")
    vector("5.2", "blob_version_0", "an SSHSIG of version 0", "answer", "bad_statement",
           text + armor(blob[:9] + b"\0" + blob[10:]), f"{lines + 2}:1")
    vector("5.2", "blob_longer", "bytes behind the SSHSIG", "answer", "bad_statement", text + armor(blob + b"\0"),
           f"{lines + 2}:1")

    challenge = text_of("challenge", CHALLENGE)
    for label, body, count in [("empty", "", 0), ("one", whole, 1), ("two_challenges", challenge * 2, 2),
                               ("mixed", challenge + whole + challenge + whole + whole, 5)]:
        vector("3.3", f"bundle_{label}", f"{count} statements", f"bundle {count}", "ok", body)
    vector("3.3", "bundle_gap", "an empty line between two statements", "bundle 0", "bad_statement",
           whole + "\n" + whole)
    vector("3.3", "bundle_prefix", "bytes before the first statement", "bundle 0", "bad_statement", "x\n" + whole)


# An armor whose base64 is padded, found by trying: ECDSA signatures differ in length.
def padded_armor():
    for _ in range(200):
        text = armor(LAPTOP.blob(text_of("answer", ANSWER), "answer.v1@countersign"))
        if "=" in text and "\n=" not in text:
            return text
    raise SystemExit("no padded armor in 200 signatures")


LAPTOP_ARMOR = padded_armor()


def sized_change(size):
    """A change of exactly `size` bytes: full lines, then one that fills up."""
    fields = KINDS["change"][:5]
    room = size - len(statement("change", fields))
    full, rest = divmod(room, len("change: \n") + 1024)
    fields = fields + [("change", "x" * 1024)] * full
    if rest < len("change: \n") + 1:
        fields[-1] = ("change", "x" * (1024 - 20))
        rest += 20
    return statement("change", fields + [("change", "y" * (rest - len("change: \n")))])


def kinds():
    def fields_fault(section, name, shows, kind, fields, at):
        vector(section, name, shows, kind, "bad_statement", statement(kind, fields), at)

    r = RECORD
    for label, value in {"unsorted": "db-01 @web", "repeated": "db-01 db-01", "star_and_host": "* web-01",
                         "two_spaces": "db-01  web-01", "upper": "Web"}.items():
        bad_value("4.1", f"record_hosts_{label}", "a scope in another form", "record", "hosts", value)
    good_value("4.1", "record_hosts_all", "every host", "record", "hosts", "*")
    vector("4.1", "record_nobody", "a record without any key", "record", "ok", statement("record", r[:5]))
    bad_value("4.1", "record_expires_first", "expires before issued", "record", "expires", "2026-11-21T09:30:00Z")
    bad_value("4.1", "record_level", "a level that does not exist", "record", "approver", "paper " + " ".join(A[1:]))
    bad_value("4.1", "record_level_passkey", "an ordinary key as passkey", "record", "approver",
              " ".join(["passkey", C[1], C[2]]), nth=2)
    bad_value("4.1", "record_level_hardware", "an ordinary key as hardware", "record", "approver",
              " ".join(["hardware", C[1], C[2]]), nth=2)
    bad_value("4.1", "record_approver_short", "an approver without time", "record", "approver", "passkey " + A[2])
    bad_value("4.1", "record_endorsement_base64", "an endorsement that is no base64", "record", "endorsement", "****")
    bad_value("4.1", "record_endorsement_blob", "an endorsement that is no SSHSIG", "record", "endorsement", "AAAA")
    e = line_of(r, "endorsement")
    fields_fault("4.1", "record_no_endorsement", "an approver without endorsement", "record",
                 r[:e - 2] + r[e - 1:], f"{e}:1")
    fields_fault("4.1", "record_person_late", "a person after the endorsement", "record",
                 r[:e - 3] + [r[e - 2], r[e - 3]] + r[e - 1:], f"{e}:1")
    fields_fault("4.1", "record_person_twice", "two persons of one key", "record", r[:7] + [r[6]] + r[7:], "9:1")
    fields_fault("4.1", "record_login_after_approver", "a login key after the approvers", "record",
                 [*r[:5], *r[8:11], r[5]], "10:1")
    bad_value("6.1", "record_option", "an option that is not on the list", "record", "login-key",
              'environment="A=B" ' + LOGIN.public)
    bad_value("6.1", "record_key_comment", "a login key with a comment", "record", "login-key", LOGIN.public + " alice")
    for field, most in [("recovery", 32), ("revoked-trust", 256)]:
        many = [(field, hash32(str(i))) for i in range(most + 1)]
        vector("4.1", f"record_{field.replace('-', '_')}_most", f"{most} of them", "record", "ok",
               statement("record", SHORT_RECORD + many[:-1]))
        fields_fault("4.1", f"record_{field.replace('-', '_')}_too_many", f"{most + 1} of them", "record", SHORT_RECORD + many,
                     f"{len(SHORT_RECORD) + most + 2}:1")
    keys = [("login-key", LOGIN.public)] * 257
    vector("4.1", "record_login_keys_most", "256 login keys (repeated: the parser counts, the verifier judges)", "record",
           "ok", statement("record", r[:5] + keys[:-1]))
    fields_fault("4.1", "record_login_keys_too_many", "257 login keys", "record", r[:5] + keys, f"{5 + 256 + 2}:1")
    three = [r[11], r[12]]
    vector("4.1", "record_approvers_most", "64 approvers", "record", "ok", statement("record", r[:5] + three * 64))
    fields_fault("4.1", "record_approvers_too_many", "65 approvers", "record", r[:5] + three * 65,
                 f"{5 + 128 + 2}:1")

    vector("4.2", "approver_level_of_key", "a level the key cannot show", "approver", "bad_statement",
           statement("approver", put(KINDS["approver"], "key", LOGIN.public)), "5:8")

    bad_value("4.3", "challenge_too_long", "121 seconds", "challenge", "expires", "2026-11-21T09:32:01Z")
    good_value("4.3", "challenge_longest", "120 seconds", "challenge", "expires", "2026-11-21T09:32:00Z")
    bad_value("4.3", "challenge_expires_at_once", "no time at all", "challenge", "expires", ISSUED)
    bad_value("4.3", "challenge_number_wanted", "neither yes nor no", "challenge", "number-wanted", "maybe")

    for label, changes, good in [
            ("number_missing", {"number": "none"}, False),
            ("deny_with_number", {"decision": "deny"}, False),
            ("report_with_number", {"decision": "report"}, False),
            ("prompt_with_number", {"via": "prompt"}, False),
            ("unwanted_number", {"number-wanted": "no"}, False),
            ("deny", {"decision": "deny", "number": "none"}, True),
            ("report", {"decision": "report", "number": "none"}, True),
            ("prompt", {"via": "prompt", "number": "none"}, True),
            ("no_number_wanted", {"number-wanted": "no", "number": "none"}, True)]:
        fields = ANSWER
        for name, value in changes.items():
            fields = put(fields, name, value)
        if good:
            vector("4.4", f"answer_{label}", "where a number stands", "answer", "ok", statement("answer", fields))
        else:
            fields_fault("4.4", f"answer_{label}", "where a number stands", "answer", fields,
                         f"{line_of(ANSWER, 'number')}:9")
    for label, value in {"9": "9", "100": "100", "07": "07", "word": "ten"}.items():
        bad_value("4.4", f"answer_number_{label}", "a number outside 10 to 99", "answer", "number", value)
    bad_value("4.4", "answer_decision", "a decision that does not exist", "answer", "decision", "maybe")
    bad_value("4.4", "answer_via", "a way that does not exist", "answer", "via", "pigeon")

    bad_value("4.5", "trust_too_long", "longer than max-trust", "trust", "until", "2026-11-21T17:30:01Z")
    bad_value("4.5", "trust_past", "until is not after issued", "trust", "until", ISSUED)
    bad_value("4.5", "trust_other_host", "another host than the challenge's", "trust", "hosts", "web-02")
    bad_value("4.5", "trust_two_groups", "two groups", "trust", "hosts", "@a @b")
    good_value("4.5", "trust_one_host", "the challenge's host", "trust", "hosts", "web-01")
    fields_fault("4.5", "trust_deny", "a denial that trusts", "trust",
                 put(put(TRUST, "decision", "deny"), "number", "none"), f"{line_of(TRUST, 'decision')}:11")

    vector("4.6", "enrolment_level_of_key", "a level the key cannot show", "enrolment", "bad_statement",
           statement("enrolment", put(KINDS["enrolment"], "key", LAPTOP.public)), "6:8")
    for label, value in {"unsorted": "web db", "repeated": "web web", "two_spaces": "db  web"}.items():
        bad_value("4.7", f"host_groups_{label}", "groups in another form", "host", "groups", value)
    good_value("4.7", "host_groups_none", "no groups", "host", "groups", "none")
    bad_value("4.7", "host_expires", "expires before issued", "host", "expires", ISSUED)
    bad_value("4.8", "session_too_long", "24 hours and a second", "session", "expires", "2026-11-22T09:30:01Z")
    bad_value("4.9", "signin_too_long", "10 minutes and a second", "signin", "expires", "2026-11-21T09:40:01Z")
    bad_value("4.10", "change_too_long", "10 minutes and a second", "change", "expires", "2026-11-21T09:40:01Z")
    bad_value("4.10", "change_line_too_long", "1,025 bytes", "change", "change", "x" * 1025)
    good_value("4.10", "change_line_longest", "1,024 bytes", "change", "change", "x" * 1024)
    c = KINDS["change"]
    fields_fault("4.10", "change_none", "no change", "change", c[:5], "7:1")
    vector("4.10", "change_most", "64 changes", "change", "ok", statement("change", c[:5] + [c[5]] * 64))
    fields_fault("4.10", "change_too_many", "65 changes", "change", c[:5] + [c[5]] * 65, f"{5 + 64 + 2}:1")


os.makedirs(CORPUS, exist_ok=True)
for old in os.listdir(CORPUS):
    os.remove(os.path.join(CORPUS, old))
for old in os.listdir(HERE):
    if old.endswith(".vector"):
        os.remove(os.path.join(HERE, old))
bytes_and_values()
grammar()
kinds()
print(f"{len(made)} vectors")
