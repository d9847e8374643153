#!/usr/bin/python3
"""Writes tests/corpus/authenticate and tests/corpus/typed_line: whole logins as fuzz_authenticate packs them, good ones and
ones that are bent in one place, signed by ssh-keygen with the keys of tests/vectors/test_keys. The clock of the target
stands at 2026-11-21T09:30:00Z, its nonce is SHA-256 of "nonce", its number 47."""
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import statements  # noqa: E402
from statements import signed  # noqa: E402

KEYS = os.path.join(HERE, "..", "vectors", "test_keys")
CONNECTION = "203.0.113.9 50022 192.0.2.1 22"


def put(folder, name, data):
    os.makedirs(os.path.join(HERE, folder), exist_ok=True)
    with open(os.path.join(HERE, folder, name), "wb") as file:
        file.write(data)


def main(keys):
    signer, login, approver = (os.path.join(keys, name) for name in ("registry", "alice_login", "admin"))

    def record(**changes):
        vouched = statements.Approver(approver, added="2026-01-01T00:00:00Z")
        fields = {"user": "alice", "hosts": "*", "serial": "1700000000000", "issued": "2026-11-21T09:00:00Z",
                  "expires": "2026-11-22T09:00:00Z", "login-key": statements.public_key(login),
                  "approver": f"{vouched.level} {vouched.added} {statements.public_key(approver)}",
                  "endorsement": vouched.endorsement("alice", signer)}
        return signed("record", {**fields, **changes}.items(), signer)

    def answer(decision="approve", number="47", key=approver, **changes):
        fields = {"nonce": statements.hash32("nonce"), "registry": "https://registry.example.com", "host": "web-01",
                  "service": "sshd", "user": "alice", "address": "203.0.113.9", "connection": CONNECTION,
                  "login-key": statements.fingerprint(login), "issued": "2026-11-21T09:30:00Z",
                  "expires": "2026-11-21T09:30:30Z", "number-wanted": "yes", "max-trust": "0s", "decision": decision,
                  "number": number, "via": "registry"}
        return signed("answer", {**fields, **changes}.items(), key)

    good = {"user": "alice", "service": "sshd", "connection": CONNECTION,
            "info": f"publickey {statements.public_key(login)}\n", "typed": "", "cached": record(), "status": 0,
            "brought": answer() + record()}

    def case(name, **changes):
        parts = {**good, **changes}
        data = b""
        for part in parts.values():
            if isinstance(part, int):
                data += bytes([part])
            else:
                data += len(part.encode()).to_bytes(4, "big") + part.encode()
        put("authenticate", name, data)

    case("approved")
    case("console", service="sudo", connection="-", info="-",
         brought=answer(service="sudo", address="console", connection="none", **{"login-key": "none"}) + record())
    case("denied", brought=answer("deny", "none") + record())
    case("reported", brought=answer("report", "none") + record())
    case("wrong_number", brought=answer(number="48") + record())
    case("no_answer", brought=record())
    case("by_login_key", brought=answer(key=login) + record())
    case("other_host", brought=answer(host="web-02") + record())
    case("older_record", brought=answer() + record(serial="1699999999999"))
    case("newer_record", brought=answer() + record(serial="1700000000001"))
    case("expired_record", cached=record(expires="2026-11-21T09:10:00Z"))
    case("no_cached_record", cached="-")
    case("other_user", user="root")
    case("no_user", user="")
    case("no_key", info="-")
    case("password", info="password\n")
    case("bad_connection", connection="somewhere")
    case("bad_service", service="ss hd")
    case("typed", typed="yes")
    for status, name in enumerate(("ok_empty", "unchanged", "unknown", "ended", "failed")):
        case(name, status=status, brought="")

    pushed = answer(number="none", **{"number-wanted": "no", "max-trust": "28800s"}) + record()
    for rules in range(5):
        case(f"ruled_{rules}", trust="-", rules=rules, brought=pushed if rules == 3 else good["brought"])
        case(f"ruled_session_{rules}", trust="-", rules=0x80 + rules, brought=pushed)
    case("ruled_decided", trust="-", rules=0x84, info=good["info"] + "keyboard-interactive/pam\n")
    case("ruled_no_key", trust="-", rules=1, info="password\n")
    case("ruled_root", trust="-", rules=1, user="root", cached="-", status=2, brought="")
    case("ruled_sudo", trust="-", rules=4, service="sudo", connection="-", info="-")

    for name, line in (("empty", b""), ("yes", b"yes"), ("number", b"47"), ("space", b" "), ("escape", b"\x1b[2J"),
                       ("longest", b"a" * 1023), ("too_long", b"a" * 1024), ("not_utf8", b"\xff\xfe")):
        put("typed_line", name, line)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as private:
        for name in os.listdir(KEYS):  # ssh-keygen refuses private keys that others can read
            shutil.copy(os.path.join(KEYS, name), private)
            os.chmod(os.path.join(private, name), 0o600)
        main(private)
