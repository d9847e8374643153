"""No secret in any log: logins on a site of real programs with sshd at DEBUG3, good and bad ones, and every log gathered.

Our own programs have no level to raise: what they log is all there is. Tokens, keys and what was typed are looked for as
they are. The number of a login has two digits, which stand in every log by chance, so it is looked for as the same place
of the same kind of line in each of several logins.
"""

import base64
import hashlib
import http.client
import os
import re
import subprocess
from urllib.parse import urlsplit

import pytest

import statements
from site_of_one_host import Site

TYPED = "XKCD9-PLUGH-31415-QUUX"  # as a recovery code might look
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
A_TOKEN = re.compile(r"cs[a-z]_[A-Za-z0-9_-]{12,}")
FORGED_CODE = "csp_V4C5X6Z7Y8W9"
FORGED = ["csh_" + "Zy9" * 14 + "Q", "css_" + "Xw8" * 14 + "Q"]  # no host's and no session's, but as secret to us


@pytest.fixture(scope="module")
def site(host, build):
    one = Site(build, host, "LogLevel DEBUG3")
    yield one
    one.stop()


def logs(site):
    """The registry's, sshd's, and the host's syslog: the audit lines, the key helper's, the courier's words in both."""
    return {"registry": site.registry_log(), "sshd": site.sshd.log, "syslog": "\n".join(site.host.syslog.lines) + "\n"}


def call(site, method, path, token=None, body=None):
    url = urlsplit(site.origin)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection.request(method, path, body=body, headers={**headers, "Content-Type": "text/plain; charset=utf-8"})
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


def open_session(site):
    """What `countersign approve` does and keeps to itself; the token."""
    text = statements.signed("session", [
        ("registry", site.origin), ("user", "alice"), ("key", statements.public_key(site.phone)),
        ("nonce", statements.hash32(os.urandom(32))), ("issued", statements.stamp()), ("expires", statements.stamp(600))],
        site.phone)
    return re.match(r"token: (css_\S{43})\n", call(site, "POST", "/v1/sessions", body=text)).group(1)


def key_secrets(private_key):
    """The seed of an Ed25519 key as its OpenSSH file spells it, and in other spellings."""
    text = "".join(private_key.splitlines()[1:-1])
    data = base64.b64decode(text)
    public = data[data.rindex(b"ssh-ed25519") + 15:][:32]
    at = data.rindex(public) - 32  # the private part is seed and public key
    seed = data[at:at + 32]
    return [text[at * 4 // 3 + 2:][:36], seed.hex(), seed.hex(":"), base64.b64encode(seed).decode()[:42],
            base64.urlsafe_b64encode(seed).decode()[:42]]


def login(site, typed=()):
    """A login that is approved at last; its number, and what it added to each log."""
    before = {name: len(text) for name, text in logs(site).items()}
    with site.client("alice", None, "NumberOfPasswordPrompts 1").terminal() as terminal:
        number = site.number(terminal)
        for line in typed:
            terminal.enter(line)
            assert site.number(terminal) == number
        site.approve(number)
        terminal.enter()
        assert terminal.finish() == 0
        assert "admitted" in terminal.output
    return number, {name: text[before[name]:] for name, text in logs(site).items()}


def places(number, added):
    """Where this number stands: the line with its digits blotted out, and which of its numbers it is."""
    found = set()
    for name, text in added.items():
        for line in text.splitlines():
            shape = re.sub(r"\d+", "#", line)
            found |= {(name, shape, i) for i, digits in enumerate(re.findall(r"\d+", line)) if digits == number}
    return found


def test_the_search_finds_a_number():
    lines = {"syslog": "pid 4711 number 47\nat 47:11"}
    assert places("47", lines) == {("syslog", "pid # number #", 1), ("syslog", "at #:#", 0)}


def test_no_log_holds_a_secret(site):
    host = site.host
    token, session = host.read("/etc/countersign/token").strip(), open_session(site)
    assert re.fullmatch(r"csh_\S{43}", token)
    with open(site.phone, encoding="utf-8") as file:
        phone = file.read()
    secrets = [token, token[4:], session, session[4:], TYPED, *FORGED, *key_secrets(phone),
               *key_secrets(host.read("/var/lib/countersign-registry/signing_key"))]

    logins = {}
    while len(logins) < 3:  # of three numbers
        number, added = login(site, typed=[TYPED])
        logins[number] = added
    assert all("login_approved" in added["syslog"] for added in logins.values()), "the audit lines are among the logs"
    assert all("challenge_answered" in added["registry"] for added in logins.values())
    assert all("debug3" in added["sshd"] for added in logins.values()), "sshd is at its most talkative"
    told = set.intersection(*(places(number, added) for number, added in logins.items()))
    assert not told, f"the number is logged: {told}"

    # What goes wrong has details: a session's card, tokens of nobody, a signature that does not fit, no registry.
    assert call(site, "GET", "/v1/cards", token=session) == ""
    for forged in FORGED:
        assert call(site, "GET", "/v1/records/alice", token=forged).startswith("not_authorized")
        assert call(site, "GET", "/v1/cards", token=forged).startswith("not_authorized")
    with site.client("alice", None, "NumberOfPasswordPrompts 1").terminal() as terminal:
        for _ in range(3):
            site.number(terminal)
            terminal.enter(TYPED)
        assert terminal.finish() == 255
    site.configure(timeout="10s")
    site.stop()
    try:
        with site.client("alice", None, "NumberOfPasswordPrompts 1").terminal() as terminal:
            site.number(terminal)
            terminal.enter()
            assert terminal.finish() == 255
    finally:
        site.configure()
        site.serve()
    everything = logs(site)
    for told in ("bad_answer_line", "registry_unreachable"):
        assert told in everything["syslog"]
    for name, text in everything.items():
        for secret in secrets:
            assert secret not in text, f"{name} holds {secret}"
        assert not A_TOKEN.search(text), f"{name} holds a token of some kind"


def phrase(enrolment, language):
    """PROTOCOL.md section 4.6."""
    with open(f"{SOURCE}/common/phrase/{language}.txt", encoding="utf-8") as file:
        words = file.read().split("\n")
    text = statements.message(enrolment).encode()
    return " ".join(words[number] for number in hashlib.pbkdf2_hmac("sha256", text, b"countersign phrase v1", 100_000, 5))


def change(site, line):
    """A change that alice's approver signs; the fields of the answer."""
    text = statements.signed("change", [
        ("registry", site.origin), ("user", "alice"), ("nonce", statements.hash32(os.urandom(32))),
        ("issued", statements.stamp()), ("expires", statements.stamp(600)), ("change", line)], site.phone)
    return dict(line.split(": ", 1) for line in call(site, "POST", "/v1/changes", body=text).splitlines())


def enrolment(site, token, key, user="alice"):
    return statements.signed("enrolment", [
        ("registry", site.origin), ("user", user), ("pairing", statements.hash32(token)),
        ("key", statements.public_key(key)), ("level", "ssh-key"), ("issued", statements.stamp())], key)


def test_no_log_holds_what_a_pairing_shows(site):
    """Codes, tokens and words of two whole pairings, one at a terminal and one between approvers, and of what goes wrong
    on the way: bad enrolments, a code used twice, codes of nobody, a refusal."""
    host, session = site.host, open_session(site)
    of_terminal, of_approver, late = (host.make_key(name) for name in ("of-terminal", "of-approver", "late"))
    with host.start([site._registry, "pair", "alice", "--level", "ssh-key"], stdin=subprocess.PIPE, text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as admin:
        code = site._read_until(admin, r"code  (\S+)\n").group(1)
        token = "csp_" + code.replace("-", "")
        for bad in ("junk", enrolment(site, token, of_terminal, user="bob"), enrolment(site, FORGED_CODE, of_terminal)):
            assert call(site, "POST", "/v1/pairing", token=token, body=bad).split(":")[0] != "state"
        enrolled = enrolment(site, token, of_terminal)
        assert call(site, "POST", "/v1/pairing", token=token, body=enrolled).startswith("state: enrolled\n")
        words = site._read_until(admin, r"\n  ([a-z]+(?: [a-z]+){4})\n").group(1)
        assert words == phrase(enrolled, "en")
        assert call(site, "POST", "/v1/pairing", token=token, body=enrolment(site, token, late)).startswith("already_answered")
        admin.communicate("yes\n", timeout=30)
        assert admin.returncode == 0

    made = change(site, "pair approver")
    second = enrolment(site, made["token"], of_approver)
    assert call(site, "POST", "/v1/pairing", token=made["token"], body=second).startswith("state: enrolled\n")
    path = "/v1/pairings/" + made["pairing"]
    assert call(site, "GET", path, token=session).endswith("\n\n" + second)
    approver = statements.signed("approver", [
        ("user", "alice"), ("key", statements.public_key(of_approver)), ("level", "ssh-key"), ("added", statements.stamp())],
        site.phone)
    assert call(site, "POST", path + "/endorsement", token=session, body=approver) == ""
    given_up = change(site, "pair approver")
    assert call(site, "DELETE", "/v1/pairings/" + given_up["pairing"], token=session) == ""
    for forged in (FORGED_CODE, given_up["token"] + "0", given_up["token"].lower()):
        assert call(site, "GET", "/v1/pairing", token=forged).startswith("not_authorized")
    assert call(site, "POST", "/v1/pairing", token=FORGED_CODE, body=second).startswith("not_authorized")
    assert call(site, "GET", path, token=FORGED[1]).startswith("not_authorized")

    tokens = [token, made["token"], given_up["token"], FORGED_CODE]
    secrets = [session, session[4:], code, code.lower(), *tokens, *(each[4:] for each in tokens),
               *(each[4:].lower() for each in tokens),
               *(phrase(text, language) for text in (enrolled, second) for language in ("en", "ko"))]
    everything = logs(site)
    for told in ("pairing_enrolled", "enrolment_failed", "pairing_made", "pairing_refused", "approver_added"):
        assert f"event={told} " in everything["registry"], told
    for name, text in everything.items():
        for secret in secrets:
            assert secret not in text, f"{name} holds {secret}"
        assert not A_TOKEN.search(text), f"{name} holds a token of some kind"
