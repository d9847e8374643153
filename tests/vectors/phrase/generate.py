#!/usr/bin/python3
"""Makes the vectors of this folder: the phrase of an enrolment (PROTOCOL.md section 4.6), by Python's own PBKDF2.

Head: `section`, `shows`, `expect`, and the phrase as `english` and `korean`. Body: the signed message, which is the enrolment
without its armor.
"""
import hashlib
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import signing  # noqa: E402

LISTS = os.path.join(HERE, "..", "..", "..", "common", "phrase")
FIELDS = [("registry", "https://registry.example.com"), ("user", "alice"), ("pairing", signing.hash32("token")),
          ("key", signing.FidoKey("alice_phone", signing.RP_ID, webauthn=True).public), ("level", "passkey"),
          ("issued", "2026-11-21T09:30:00Z")]


def words(language, numbers):
    with open(os.path.join(LISTS, language + ".txt"), encoding="utf-8") as file:
        known = file.read().split("\n")
    return " ".join(known[number] for number in numbers)


def write(name, shows, **changes):
    body = signing.text_of("enrolment", [(field, changes.get(field, value)) for field, value in FIELDS])
    numbers = hashlib.pbkdf2_hmac("sha256", body.encode(), b"countersign phrase v1", 100_000, 5)
    head = [("section", "4.6"), ("shows", shows), ("expect", "ok"), ("english", words("en", numbers)),
            ("korean", words("ko", numbers))]
    with open(os.path.join(HERE, name + ".vector"), "w", encoding="utf-8", newline="\n") as file:
        file.write("".join(f"{key}: {value}\n" for key, value in head) + "\n" + body)


def main():
    write("passkey", "the phrase of a phone's enrolment")
    write("one_second_later", "another issue time, another phrase", issued="2026-11-21T09:30:01Z")
    write("ssh_key", "the phrase of an ordinary key's enrolment", key=signing.SshKey("stranger").public, level="ssh-key")
    write("other_pairing", "the same key for another pairing", pairing=signing.hash32("other"))


if __name__ == "__main__":
    main()
