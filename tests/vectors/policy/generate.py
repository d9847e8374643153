#!/usr/bin/python3
"""Makes the vectors of this folder: each is one decision of PROTOCOL.md section 7 (or of the sections that 4.2, 4.6,
4.8 and 4.10 give it), with one thing wrong, or nothing.

Head: `section`, `shows`, `call` (record, floor, answer, trust, session, change, enrolment), `expect` (ok or a reason code),
`signers` (NAME.signers beside it), `now`, and what the call is told; where the call is answer, trust, session or change,
`record` is the name of a NAME.record beside it, and where it is answer, `challenge` that of a NAME.challenge. Body: the text to
be judged.
Needs ssh-keygen and openssl.
"""
import base64
import functools
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import signing  # noqa: E402
from signing import armor, endorsement, hash32, signed, text_of  # noqa: E402

LOGIN = signing.SshKey("alice_login")
REGISTRY = signing.SshKey("registry")
ADMIN = signing.SshKey("admin")
LAPTOP = signing.SshKey("alice_laptop", "ecdsa")
STRANGER = signing.SshKey("stranger")
TOKEN = signing.FidoKey("alice_token", "ssh:", webauthn=False)
PHONE = signing.FidoKey("alice_phone", signing.RP_ID, webauthn=True)
EVIL_PHONE = signing.FidoKey("evil_phone", signing.RP_ID, webauthn=True)

ISSUED, NOW, ADDED = "2026-11-21T09:30:00Z", "2026-11-21T09:30:20Z", "2026-11-01T08:00:00Z"
RECORD_NS, APPROVER_NS = "record.v1@countersign", "approver.v1@countersign"
HEAD = [("user", "alice"), ("hosts", "@web"), ("serial", "1795253400000"), ("issued", ISSUED),
        ("expires", "2026-11-28T09:30:00Z")]
LOGIN_LINE = [("login-key", LOGIN.public)]


def approver(level, key, endorser, person=None, vouched=None):
    """The lines of an approver. `vouched` is (level, added, public, person) where another text was endorsed."""
    v_level, v_added, v_public, v_person = vouched or (level, ADDED, key.public, person)
    value = endorsement("alice", (v_level, v_added, v_public), endorser, v_person)
    lines = [("approver", f"{level} {ADDED} {key.public}")] + ([("person", person)] if person else [])
    return lines + [("endorsement", value)]


APPROVERS = approver("passkey", PHONE, ADMIN) + approver("hardware", TOKEN, ADMIN) + approver("ssh-key", LAPTOP, ADMIN)
RECORD = HEAD + LOGIN_LINE + APPROVERS
CHALLENGE = [
    ("nonce", hash32("nonce")), ("registry", "https://registry.example.com"), ("host", "web-01"), ("service", "sshd"),
    ("user", "alice"), ("address", "203.0.113.9"), ("connection", "203.0.113.9 51234 192.0.2.10 22"),
    ("login-key", LOGIN.fingerprint()), ("issued", ISSUED), ("expires", "2026-11-21T09:31:30Z"),
    ("number-wanted", "yes"), ("max-trust", "28800s")]
END = [("decision", "approve"), ("number", "47"), ("via", "registry")]
DENY = [("decision", "deny"), ("number", "none"), ("via", "registry")]
count = 0


def put(fields, name, value):
    return [(n, value if n == name else v) for n, v in fields]


def write(name, text):
    with open(os.path.join(HERE, name), "w", encoding="utf-8", newline="") as file:
        file.write(text)


def vector(section, name, shows, call, expect, body, **told):
    global count
    head = {"section": section, "shows": shows, "call": call, "expect": expect}
    head.update({"signers": "site", "now": NOW})
    head.update({key.replace("_", "-"): value for key, value in told.items()})
    signing.write_vector(HERE, f"{call}_{name}.vector", {k: v for k, v in head.items() if v is not None}, body)
    count += 1


def signers_files():
    def line(key, name_space, options="", principals="*"):
        return f'{principals} namespaces="{name_space}"{options} {key.public}\n'

    records, endorsers = line(REGISTRY, RECORD_NS), line(ADMIN, APPROVER_NS)
    write("site.signers", records + endorsers)
    write("small_site.signers", records + line(REGISTRY, APPROVER_NS))
    write("nobody.signers", "# nobody\n")
    write("other_user.signers", line(REGISTRY, RECORD_NS, principals="bob,ali?") + endorsers)
    write("expired.signers", line(REGISTRY, RECORD_NS, ',valid-before="20261121093000Z"') + endorsers)
    write("early.signers", line(REGISTRY, RECORD_NS, ',valid-after="20261121100000Z"') + endorsers)
    write("other_namespace.signers", line(REGISTRY, APPROVER_NS) + endorsers)
    write("no_endorser.signers", records)
    write("endorser_of_bob.signers", records + line(ADMIN, APPROVER_NS, principals="bob"))
    write("no_namespaces.signers", f"* {REGISTRY.public}\n")
    write("cert_authority.signers", line(REGISTRY, RECORD_NS, ",cert-authority") + endorsers)
    write("unknown_option.signers", line(REGISTRY, RECORD_NS, ',touch-required'))
    write("local_time.signers", line(REGISTRY, RECORD_NS, ',valid-before="20270101"'))
    write("endorser_expired.signers", records + line(ADMIN, APPROVER_NS, ',valid-before="20261121093000Z"'))


def records():
    good = signed("record", RECORD, REGISTRY)

    def record(name, shows, expect, body=good, **told):
        told = {"user": "alice", "host": "web-01", "groups": "web", "max_life": "604800s", **told}
        vector(told.pop("section", "7.1"), name, shows, "record", expect, body, **told)

    def remade(fields, key=REGISTRY, name_space=None):
        return signed("record", fields, key, name_space)

    record("good", "a record that counts", "ok")
    record("good_all_hosts", "hosts: *", "ok", remade(put(HEAD, "hosts", "*")), host="db-01", groups=None)
    record("good_by_name", "this host by its name", "ok", remade(put(HEAD, "hosts", "db-01 web-01")), groups=None)
    record("signer_other_user", "the signer may sign for others, by patterns that do not match", "signer_unknown", signers="other_user")
    record("too_large", "more than 64 KiB", "too_large", good + "x" * 65536)
    record("not_a_record", "an answer where a record is expected", "wrong_kind",
           signed("answer", CHALLENGE + END, PHONE))
    record("version", "another version", "unsupported_version", good.replace(" v1", " v2", 1))
    record("crlf", "CR LF line ends", "bad_statement", good.replace("\n", "\r\n"))
    record("unknown_signer", "signed by a key that signers does not list", "signer_unknown", remade(RECORD, STRANGER))
    record("nobody", "an empty signers file", "signer_unknown", signers="nobody")
    record("signed_by_approver", "signed by an approver of the record itself", "signer_unknown",
           remade(RECORD, LAPTOP))
    record("signer_expired", "the signer's time is over", "signer_not_valid_now", signers="expired")
    record("signer_early", "the signer's time has not come", "signer_not_valid_now", signers="early")
    record("signer_other_namespace", "the key is listed for endorsements only", "wrong_namespace",
           signers="other_namespace")
    for name, reason in [("no_namespaces", "bad_signers_line"), ("cert_authority", "unsupported_signers_line"),
                         ("unknown_option", "unsupported_signers_line"), ("local_time", "bad_signers_line")]:
        record(f"signers_{name}", "a signers file that is refused as a whole", reason, signers=name, section="6.2")
    record("namespace", "signed in another namespace", "wrong_namespace", remade(RECORD, name_space="file"))
    record("namespace_of_approver", "signed as an endorsement", "wrong_namespace",
           remade(RECORD, name_space=APPROVER_NS))
    for name, value in HEAD + LOGIN_LINE:
        changed = {"user": "alicf", "hosts": "@wec", "serial": "1795253400001", "issued": "2026-11-21T09:30:01Z",
                   "expires": "2026-11-28T09:30:01Z", "login-key": STRANGER.public}[name]
        record(f"changed_{name.replace('-', '_')}", f"{name} changed after signing", "signature_mismatch",
               good.replace(value, changed, 1))
    record("approver_removed", "an approver cut out after signing", "signature_mismatch",
           text_of("record", RECORD[:-2]) + good[good.index("-----BEGIN"):])
    record("armor_of_another", "the armor of another record", "signature_mismatch",
           text_of("record", RECORD) + armor(REGISTRY.blob(text_of("record", put(RECORD, "serial", "5")), RECORD_NS)))
    record("wrong_user", "the record of somebody else", "wrong_user", user="bob")
    record("wrong_user_case", "the same name in another case", "wrong_user", user="Alice")
    record("other_host", "another host, in no group", "host_out_of_scope", host="db-01", groups=None)
    record("other_group", "a host of another group", "host_out_of_scope", groups="web-eu db")
    record("group_is_no_host", "a host that is called as the group", "host_out_of_scope", host="web", groups=None)
    record("host_is_no_group", "a group that is called as the host", "host_out_of_scope",
           remade(put(RECORD, "hosts", "web")), groups="web")
    record("lifetime", "a second longer than max_life", "record_lifetime_too_long", max_life="604799s")
    record("future", "issued 301 s ahead", "record_from_future", now="2026-11-21T09:24:59Z")
    record("near_future", "issued 300 s ahead", "ok", now="2026-11-21T09:25:00Z")
    record("expired", "at the second of its expiry", "record_expired", now="2026-11-28T09:30:00Z")
    record("last_second", "a second before", "ok", now="2026-11-28T09:29:59Z")
    record("both_roles", "one key logs in and approves", "key_has_both_roles",
           remade(HEAD + [("login-key", LAPTOP.public)] + APPROVERS), section="4.1")
    record("login_key_twice", "a login key twice, with other options", "bad_statement",
           remade(HEAD + LOGIN_LINE + [("login-key", "restrict " + LOGIN.public)]), section="4.1")
    record("approver_twice", "an approver twice, with another level", "bad_statement",
           remade(HEAD + approver("ssh-key", TOKEN, ADMIN) + approver("hardware", TOKEN, ADMIN)), section="4.1")
    record("order_signer_first", "everything wrong: the signer is named first", "signer_unknown",
           remade(put(RECORD, "expires", "2027-11-28T09:30:00Z"), STRANGER), user="bob", host="x", groups=None,
           now="2028-01-01T00:00:00Z")
    record("order_user_next", "then the user", "wrong_user", remade(put(RECORD, "expires", "2027-11-28T09:30:00Z")),
           user="bob", host="x", groups=None, now="2028-01-01T00:00:00Z")
    record("order_host_next", "then the host", "host_out_of_scope",
           remade(put(RECORD, "expires", "2027-11-28T09:30:00Z")), host="x", groups=None, now="2028-01-01T00:00:00Z")
    record("order_life_next", "then the lifetime", "record_lifetime_too_long",
           remade(put(RECORD, "expires", "2027-11-28T09:30:00Z")), now="2028-01-01T00:00:00Z")

    def floor(name, shows, expect, line, after=None, **told):
        told = {"user": "alice", "host": "web-01", "groups": "web", "max_life": "604800s", "floor": line,
                "after": after, **told}
        vector(told.pop("section", "7.1"), name, shows, "floor", expect, good, **told)

    serial, own, other = "1795253400000", hash32(good), hash32("other")
    line = f"{serial} {own} {ISSUED}"
    floor("none", "no record accepted before", "ok", "none", line)
    floor("same", "the same record again", "ok", line, line)
    floor("newer", "a higher serial", "ok", f"1795253399999 {other} 2026-11-20T09:30:00Z", line)
    floor("newer_issued_earlier", "the newest issue time stays", "ok", f"5 {other} 2026-11-21T09:32:00Z",
          f"{serial} {own} 2026-11-21T09:32:00Z")
    floor("rolled_back", "a lower serial", "record_rolled_back", f"1795253400001 {other} {ISSUED}")
    floor("reused", "the same serial with other bytes", "record_serial_reused", f"{serial} {other} {ISSUED}")
    floor("clock", "the clock stands 301 s before the newest record", "clock_went_back",
          f"5 {other} 2026-11-21T09:35:21Z")
    floor("clock_near", "300 s are taken", "ok", f"5 {other} 2026-11-21T09:35:20Z",
          f"{serial} {own} 2026-11-21T09:35:20Z")
    floor("clock_before_serial", "the clock is judged before the serial", "clock_went_back",
          f"1795253400001 {other} 2026-11-21T10:30:00Z")
    for label, bad in {"empty": "", "two_words": f"{serial} {own}", "four_words": line + " x", "zero": "0" + line[13:],
                       "two_spaces": line.replace(" ", "  ", 1), "trailing_space": line + " "}.items():
        floor(f"bad_{label}", "a floor that does not parse is a denial", "bad_statement", "'" + bad, section="11")
    write("good.record", good)


def answers():
    text = text_of("challenge", CHALLENGE)
    write("login.challenge", text)
    write("unnumbered.challenge", text_of("challenge", put(CHALLENGE, "number-wanted", "no")))
    write("shared.record", signed("record", HEAD + LOGIN_LINE + [("person", "alice.a")]
                                  + approver("ssh-key", LAPTOP, ADMIN, "alice.a")
                                  + approver("hardware", TOKEN, ADMIN, "bob.b"), REGISTRY))

    def answer(name, shows, expect, body=None, section="7.2", **told):
        told = {"record": "good", "challenge": "login", "number": "47", "via": "registry", "person": "none",
                "levels": "passkey hardware ssh-key", "deadline": "open", "phone": "yes", **told}
        vector(section, name, shows, "answer", expect, body or good, **told)

    def made(fields=None, key=LAPTOP, name_space=None, kind="answer"):
        return signed(kind, fields or CHALLENGE + END, key, name_space)

    good = made()
    end = good[good.index("-----BEGIN"):]
    answer("good_ssh_key", "an approval by an ordinary key", "ok")
    answer("good_passkey", "an approval by the phone", "ok", made(key=PHONE), levels="passkey hardware")
    answer("good_hardware", "an approval by a security key", "ok", made(key=TOKEN), levels="passkey hardware")
    answer("good_prompt", "pasted at the prompt, without number", "ok",
           made(CHALLENGE + [("decision", "approve"), ("number", "none"), ("via", "prompt")]), via="prompt")
    answer("good_no_number", "no number wanted", "ok",
           made(put(CHALLENGE, "number-wanted", "no") + put(END, "number", "none")), challenge="unnumbered",
           number="none")
    answer("good_registry", "the registry does not know the number", "ok", number="unknown")
    answer("good_person", "the same person", "ok", record="shared", person="alice.a")

    answer("empty", "nothing", "bad_statement", "\n")
    answer("is_record", "a record", "wrong_kind", signed("record", RECORD, REGISTRY))
    answer("good_trust", "a trust is an approval, too", "ok",
           made(CHALLENGE + END + [("until", "2026-11-21T12:00:00Z"), ("hosts", "@web")], kind="trust"))
    answer("trust_as_answer", "a trust signed as an answer", "wrong_namespace",
           made(CHALLENGE + END + [("until", "2026-11-21T12:00:00Z"), ("hosts", "@web")], kind="trust",
                name_space="answer.v1@countersign"))
    answer("trust_wrong_number", "a trust with another number", "wrong_number",
           made(CHALLENGE + put(END, "number", "74") + [("until", "2026-11-21T12:00:00Z"), ("hosts", "@web")],
                kind="trust"))
    answer("is_challenge", "the challenge itself", "wrong_kind", text)
    answer("version", "another version", "unsupported_version", good.replace("v1", "v2", 1))
    answer("via_other", "made for the prompt, came through the registry", "bad_statement",
           made(CHALLENGE + [("decision", "approve"), ("number", "none"), ("via", "prompt")]))
    answer("via_registry_at_prompt", "made for the registry, pasted at the prompt", "bad_statement", via="prompt")
    others = {"nonce": hash32("other"), "registry": "https://other.example.com", "host": "web-02", "service": "sudo",
              "user": "bob", "address": "203.0.113.8", "connection": "none", "login-key": "none",
              "issued": "2026-11-21T09:30:01Z", "expires": "2026-11-21T09:31:31Z", "max-trust": "0s"}
    for name, value in others.items():
        answer(f"mismatch_{name.replace('-', '_')}", f"a valid answer to a challenge with another {name}",
               "challenge_mismatch", made(put(CHALLENGE, name, value) + END))
    answer("mismatch_number_wanted", "a valid answer to a challenge that wants no number", "challenge_mismatch",
           made(put(CHALLENGE, "number-wanted", "no") + put(END, "number", "none")))
    answer("replayed", "the answer to an earlier challenge of the same login", "challenge_mismatch",
           made(put(CHALLENGE, "nonce", hash32("earlier")) + END))
    answer("deadline", "the deadline has passed", "challenge_expired", deadline="passed")
    answer("stranger", "signed by a key the record does not know", "not_an_approver", made(key=STRANGER))
    answer("login_key", "signed by the login key", "not_an_approver", made(key=LOGIN))
    answer("registry_key", "signed by the registry's key", "not_an_approver", made(key=REGISTRY))
    answer("endorser_key", "signed by the endorser's key", "not_an_approver", made(key=ADMIN))
    answer("deny_by_stranger", "a stranger's deny is no deny", "not_an_approver",
           made(CHALLENGE + DENY, STRANGER))
    answer("person_other", "another person's approver", "wrong_person", made(key=TOKEN), record="shared",
           person="alice.a")
    answer("person_missing", "an approver with a person, a login key without", "wrong_person", record="shared")
    answer("person_extra", "an approver without person, a login key with one", "wrong_person", person="alice.a")
    answer("level", "an ordinary key where a passkey or hardware is asked for", "level_not_accepted",
           levels="passkey hardware")
    answer("levels_empty", "no level is accepted", "level_not_accepted", levels="none")
    answer("namespace", "signed in another namespace", "wrong_namespace", made(name_space="file"), section="3.2")
    answer("namespace_trust", "signed as a trust", "wrong_namespace", made(name_space="trust.v1@countersign"),
           section="3.2")
    for decision in ("deny", "report"):
        fields = CHALLENGE + [("decision", decision), ("number", "none"), ("via", "registry")]
        reason = {"deny": "answer_denied", "report": "answer_reported"}[decision]
        answer(decision, "the word of a valid approver", reason, made(fields))
        answer(f"{decision}_forged", "an approval turned into it", "signature_mismatch",
               text_of("answer", fields) + end)
    answer("approve_forged", "a deny turned into an approval", "signature_mismatch",
           text_of("answer", CHALLENGE + END)
           + armor(LAPTOP.blob(text_of("answer", CHALLENGE + DENY), "answer.v1@countersign")))
    answer("number_forged", "the number changed after signing", "signature_mismatch",
           good.replace("number: 47", "number: 48"))
    answer("number_wrong", "another number", "wrong_number", made(CHALLENGE + put(END, "number", "74")))
    answer("number_not_shown", "a number where none was shown", "wrong_number", number="none")
    answer("number_wanted_by_host", "no number where one was shown", "wrong_number",
           made(put(CHALLENGE, "number-wanted", "no") + put(END, "number", "none")), challenge="unnumbered")
    answer("deny_before_number", "a deny carries no number and still counts", "answer_denied",
           made(CHALLENGE + DENY), number="47")

    challenge_answer = text_of("answer", CHALLENGE + END)

    def phone_answer(**options):
        return challenge_answer + armor(PHONE.blob(challenge_answer, "answer.v1@countersign", **options))

    answer("phone_origin", "the phone's page of another origin", "wrong_origin",
           phone_answer(origin="https://evil.example.com"), section="5.3")
    answer("phone_not_verified", "without user verification", "user_verification_missing", phone_answer(flags=1),
           section="5.3")
    for name, flags in (("eligible", 0x0D), ("backed_up", 0x1D), ("backed_up_only", 0x15)):
        answer(f"phone_{name}", "a passkey that may leave its device", "ok", phone_answer(flags=flags), section="5.3")
        answer(f"phone_{name}_refused", "a passkey that may leave its device, where none of those counts",
               "synced_not_accepted", phone_answer(flags=flags), phone="one-device", section="5.3")
    answer("phone_one_device", "a passkey bound to its device, where only those count", "ok", phone_answer(),
           phone="one-device", section="5.3")
    answer("phone_not_configured", "a site without a phone", "unsupported_signature_type", made(key=PHONE), phone="no",
           section="5.3")
    answer("token_not_touched", "a security key that was not touched", "user_presence_missing",
           challenge_answer + armor(TOKEN.blob(challenge_answer, "answer.v1@countersign", flags=0)), section="5.2")
    raw = signing.FidoKey("alice_phone", signing.RP_ID, webauthn=False)
    answer("phone_raw", "a passkey's credential used as a security key, past the page", "unsupported_signature_type",
           made(key=raw), section="4.1")


def trusts():
    given = CHALLENGE + END + [("until", "2026-11-21T12:00:00Z"), ("hosts", "web-01")]

    def made(fields=None, key=PHONE, name_space=None):
        return signed("trust", fields or given, key, name_space)

    good = made()
    revoked = hash32(good[:good.index("-----BEGIN")])

    def trust(name, shows, expect, body=None, section="7.4", **told):
        told = {"record": "good", "user": "alice", "host": "web-01", "service": "sshd", "login_key": LOGIN.fingerprint(),
                "address": "203.0.113.9", "person": "none", "levels": "passkey hardware", "max_trust": "28800s",
                "phone": "yes", "now": "2026-11-21T11:59:59Z", **told}
        vector(section, name, shows, "trust", expect, body or good, **told)

    trust("good", "a later login that is like the first", "ok")
    trust("good_hardware", "given by a security key", "ok", made(key=TOKEN))
    trust("is_answer", "an answer admits one login", "wrong_kind", signed("answer", CHALLENGE + END, PHONE))
    trust("empty", "nothing", "bad_statement", "\n")
    others = {"user": "bob", "host": "web-02", "service": "sudo", "login_key": STRANGER.fingerprint(),
              "address": "203.0.113.8"}
    for name, value in others.items():
        trust(f"other_{name}", f"a login with another {name.replace('_', '-')}", "trust_does_not_fit", **{name: value})
    trust("no_key", "a login without a key", "trust_does_not_fit", made(put(given, "login-key", "none")),
          login_key="none")
    trust("console", "a login without a network address", "trust_does_not_fit",
          made(put(put(given, "address", "console"), "connection", "none")), address="console")
    trust("group", "given for a group", "trust_does_not_fit", made(put(given, "hosts", "@web")))
    trust("over", "its time is over", "trust_expired", now="2026-11-21T12:00:00Z")
    trust("policy_shrank", "the host trusts for an hour now", "trust_expired", max_trust="3600s",
          now="2026-11-21T10:30:00Z")
    trust("policy_none", "the host trusts nobody now", "trust_expired", max_trust="0s", now="2026-11-21T09:30:00Z")
    trust("from_future", "issued 301 s ahead", "trust_expired", now="2026-11-21T09:24:59Z")
    for name, field in (("revoked", ("revoked-trust", revoked)), ("not_before", ("trust-not-before", NOW))):
        write(f"trust_{name}.record", signed("record", RECORD + [field], REGISTRY))
        trust(name, "the record takes it back", "trust_revoked", record=f"trust_{name}")
    trust("stranger", "signed by a key the record does not know", "not_an_approver", made(key=STRANGER))
    trust("level", "given by an ordinary key", "level_not_accepted", made(key=LAPTOP))
    trust("person_other", "another person's approver", "wrong_person", made(key=TOKEN), record="shared", person="alice.a")
    trust("not_endorsed", "by an approver that nobody vouches for", "not_endorsed", made(key=EVIL_PHONE),
          record="hostile_registry")
    trust("namespace", "signed as an answer", "wrong_namespace", made(name_space="answer.v1@countersign"))
    trust("until_forged", "a later end after signing", "signature_mismatch",
          good.replace("until: 2026-11-21T12", "until: 2026-11-21T13"))


def endorsements():
    def case(name, shows, expect, approvers, key, **told):
        write(f"{name}.record", signed("record", HEAD + LOGIN_LINE + approvers, REGISTRY))
        told = {"record": name, "challenge": "login", "number": "47", "via": "registry", "person": "none",
                "levels": "passkey hardware ssh-key", "deadline": "open", "phone": "yes", **told}
        vector("4.2", f"endorsed_{name}", shows, "answer", expect, signed("answer", CHALLENGE + END, key), **told)

    case("by_admin", "the endorser that signers lists", "ok", approver("passkey", PHONE, ADMIN), PHONE)
    case("by_registry", "a small site lets the registry endorse", "ok", approver("passkey", PHONE, REGISTRY), PHONE,
         signers="small_site")
    case("hostile_registry", "a registry that adds an approver of its own", "not_endorsed",
         APPROVERS + approver("passkey", EVIL_PHONE, REGISTRY), EVIL_PHONE)
    case("by_stranger", "an endorser that signers does not list", "not_endorsed", approver("passkey", PHONE, STRANGER),
         PHONE)
    case("by_login_key", "a login key endorses", "not_endorsed", approver("passkey", PHONE, LOGIN), PHONE)
    case("no_endorser", "signers lists no endorser", "not_endorsed", approver("passkey", PHONE, ADMIN), PHONE,
         signers="no_endorser")
    case("endorser_of_bob", "an endorser for another user", "not_endorsed", approver("passkey", PHONE, ADMIN), PHONE,
         signers="endorser_of_bob")
    case("endorser_expired", "an endorser whose time is over", "not_endorsed", approver("passkey", PHONE, ADMIN), PHONE,
         signers="endorser_expired")
    case("for_bob", "the endorsement of the same key for another user", "not_endorsed",
         [("approver", f"passkey {ADDED} {PHONE.public}"),
          ("endorsement", endorsement("bob", ("passkey", ADDED, PHONE.public), ADMIN))], PHONE)
    case("other_level", "a level raised after the endorsement", "not_endorsed",
         approver("hardware", TOKEN, ADMIN, vouched=("ssh-key", ADDED, TOKEN.public, None)), TOKEN)
    case("other_time", "another time than the endorsed one", "not_endorsed",
         approver("hardware", TOKEN, ADMIN, vouched=("hardware", ISSUED, TOKEN.public, None)), TOKEN)
    case("other_key", "the endorsement of another key", "not_endorsed",
         approver("hardware", TOKEN, ADMIN, vouched=("hardware", ADDED, EVIL_PHONE.public, None)), TOKEN)
    case("other_person", "another person than the endorsed one", "not_endorsed",
         approver("hardware", TOKEN, ADMIN, "bob.b", vouched=("hardware", ADDED, TOKEN.public, "alice.a")), TOKEN,
         person="bob.b")
    text = text_of("approver", [("user", "alice"), ("key", PHONE.public), ("level", "passkey"), ("added", ADDED)])
    case("other_namespace", "an endorsement signed in the record's namespace", "not_endorsed",
         [("approver", f"passkey {ADDED} {PHONE.public}"),
          ("endorsement", base64.b64encode(ADMIN.blob(text, RECORD_NS)).decode())], PHONE)

    case("chain", "an approver endorsed by an approver", "ok",
         approver("passkey", PHONE, ADMIN) + approver("hardware", TOKEN, PHONE), TOKEN)
    case("chain_of_three", "a chain of three", "ok", approver("hardware", TOKEN, PHONE)
         + approver("ssh-key", LAPTOP, TOKEN) + approver("passkey", PHONE, ADMIN), LAPTOP)
    case("chain_no_phone", "a webauthn endorser at a site without a phone", "not_endorsed",
         approver("passkey", PHONE, ADMIN) + approver("hardware", TOKEN, PHONE), TOKEN, phone="no")
    case("chain_broken", "its endorser's endorsement does not hold", "not_endorsed",
         approver("passkey", PHONE, STRANGER) + approver("hardware", TOKEN, PHONE), TOKEN)
    synced = signing.FidoKey("alice_phone", signing.RP_ID, webauthn=True)
    synced.blob = functools.partial(synced.blob, flags=0x1D)
    case("chain_synced", "its endorser is a passkey that may leave its device, where none of those counts", "not_endorsed",
         approver("passkey", PHONE, ADMIN) + approver("hardware", TOKEN, synced), TOKEN, phone="one-device")
    case("self", "an approver endorses itself", "not_endorsed", approver("ssh-key", LAPTOP, LAPTOP), LAPTOP)
    case("circle", "two approvers endorse each other", "not_endorsed",
         approver("passkey", PHONE, TOKEN) + approver("hardware", TOKEN, PHONE), TOKEN)
    case("circle_of_three", "three in a circle", "not_endorsed",
         approver("passkey", PHONE, TOKEN) + approver("hardware", TOKEN, EVIL_PHONE)
         + approver("passkey", EVIL_PHONE, PHONE), TOKEN)
    case("chain_other_person", "endorsed by another person's approver", "not_endorsed",
         approver("passkey", PHONE, ADMIN, "bob.b") + approver("hardware", TOKEN, PHONE, "alice.a"), TOKEN,
         person="alice.a")
    case("chain_same_person", "endorsed by the same person's approver", "ok",
         approver("passkey", PHONE, ADMIN, "alice.a") + approver("hardware", TOKEN, PHONE, "alice.a"), TOKEN,
         person="alice.a")
    case("chain_weaker", "an ordinary key endorses a passkey", "not_endorsed",
         approver("ssh-key", LAPTOP, ADMIN) + approver("passkey", EVIL_PHONE, LAPTOP), EVIL_PHONE)


def sessions():
    fields = [("registry", "https://registry.example.com"), ("user", "alice"), ("key", LAPTOP.public),
              ("nonce", hash32("n")), ("issued", ISSUED), ("expires", "2026-11-22T09:30:00Z")]

    def session(name, shows, expect, body=None, **told):
        told = {"record": "good", "registry": "https://registry.example.com", "phone": "yes", **told}
        vector("4.8", name, shows, "session", expect, body or signed("session", fields, LAPTOP), **told)

    session("good", "a device may list cards", "ok")
    session("good_phone", "the phone may, too", "ok", signed("session", put(fields, "key", PHONE.public), PHONE))
    session("other_registry", "made for another registry", "wrong_origin", registry="https://other.example.com")
    session("other_user", "of another user", "wrong_user", signed("session", put(fields, "user", "bob"), LAPTOP))
    session("expired", "its time is over", "statement_expired", now="2026-11-22T09:30:00Z")
    session("future", "issued 301 s ahead", "statement_from_future", now="2026-11-21T09:24:59Z")
    session("login_key", "by a login key", "not_an_approver", signed("session", put(fields, "key", LOGIN.public), LOGIN))
    session("not_endorsed", "by an approver that nobody vouches for", "not_endorsed",
            signed("session", put(fields, "key", EVIL_PHONE.public), EVIL_PHONE), record="hostile_registry")
    session("other_key", "names an approver, signed by another", "key_mismatch",
            signed("session", put(fields, "key", TOKEN.public), LAPTOP))
    session("namespace", "signed as an answer", "wrong_namespace",
            signed("session", fields, LAPTOP, "answer.v1@countersign"))
    session("changed", "another nonce after signing", "signature_mismatch",
            signed("session", fields, LAPTOP).replace(hash32("n"), hash32("m")))


def changes():
    fields = [("registry", "https://registry.example.com"), ("user", "alice"), ("nonce", hash32("n")), ("issued", ISSUED),
              ("expires", "2026-11-21T09:40:00Z"), ("change", "pair approver")]

    def change(name, shows, expect, body=None, **told):
        told = {"record": "good", "registry": "https://registry.example.com", "phone": "yes", **told}
        vector("4.10", name, shows, "change", expect, body or signed("change", fields, LAPTOP), **told)

    change("good", "an approver changes its account", "ok")
    change("good_phone", "the phone may, too", "ok", signed("change", fields, PHONE))
    change("other_registry", "made for another registry", "wrong_origin", registry="https://other.example.com")
    change("other_user", "of another user", "wrong_user", signed("change", put(fields, "user", "bob"), LAPTOP))
    change("expired", "its time is over", "statement_expired", now="2026-11-21T09:40:00Z")
    change("future", "issued 301 s ahead", "statement_from_future", now="2026-11-21T09:24:59Z")
    change("login_key", "by a login key", "not_an_approver", signed("change", fields, LOGIN))
    change("not_endorsed", "by an approver that nobody vouches for", "not_endorsed",
           signed("change", fields, EVIL_PHONE), record="hostile_registry")
    change("namespace", "signed as a session", "wrong_namespace",
           signed("change", fields, LAPTOP, "session.v1@countersign"))
    change("changed", "another line after signing", "signature_mismatch",
           signed("change", fields, LAPTOP).replace("pair approver", "remove last approver " + LAPTOP.fingerprint()))
    change("no_phone", "a passkey at a site without a phone", "unsupported_signature_type", signed("change", fields, PHONE), phone="no")


def enrolments():
    proof = [("registry", "https://registry.example.com"), ("user", "alice"), ("pairing", hash32("pairing")),
             ("key", EVIL_PHONE.public), ("level", "passkey"), ("issued", ISSUED)]

    def enrolment(name, shows, expect, body=None, **told):
        told = {"registry": "https://registry.example.com", "phone": "yes", "user": "alice",
                "pairing": hash32("pairing"), "levels": "passkey hardware", **told}
        vector("4.6", name, shows, "enrolment", expect, body or signed("enrolment", proof, EVIL_PHONE), **told)

    enrolment("good", "a new phone proves that it holds its key", "ok")
    enrolment("good_ssh_key", "an ordinary key", "ok",
              signed("enrolment", put(put(proof, "key", STRANGER.public), "level", "ssh-key"), STRANGER), levels="ssh-key")
    enrolment("level", "a level that the pairing does not take", "level_not_accepted",
              signed("enrolment", put(put(proof, "key", STRANGER.public), "level", "ssh-key"), STRANGER))
    enrolment("no_level", "a pairing that takes no level", "level_not_accepted", levels="none")
    enrolment("other_registry", "made for another registry", "wrong_origin", registry="https://other.example.com")
    enrolment("other_user", "of another user", "wrong_user", user="bob")
    enrolment("other_pairing", "of another pairing", "not_authorized", pairing=hash32("other"))
    enrolment("old", "five minutes later", "statement_expired", now="2026-11-21T09:35:00Z")
    enrolment("future", "issued 301 s ahead", "statement_from_future", now="2026-11-21T09:24:59Z")
    enrolment("other_key", "a key that somebody else holds", "key_mismatch",
              signed("enrolment", put(proof, "key", PHONE.public), EVIL_PHONE))
    enrolment("changed", "another level after signing", "signature_mismatch",
              signed("enrolment", proof, EVIL_PHONE).replace("level: passkey", "level: hardware"))


for old in os.listdir(HERE):
    if old.endswith((".vector", ".signers", ".record", ".challenge")):
        os.remove(os.path.join(HERE, old))
signers_files()
records()
answers()
trusts()
endorsements()
sessions()
changes()
enrolments()
print(f"{count} vectors")
