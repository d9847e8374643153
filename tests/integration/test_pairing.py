"""Pairing with the real programs: `countersign-registry pair` on a terminal, `countersign enrol`, and enrolments made by an
implementation of their own (statements.py, hashlib)."""

import hashlib
import os
import re
import signal
import sqlite3
import subprocess
import time

import pytest
import qrcode
import statements
from realregistry import RealRegistry
from sshclient import Terminal

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PHONE = "https://phone.example.com"
QUESTION = r"Does the phone show the same words\? \[yes/no\] "
ADMINISTRATOR = "approvers: { endorsed_by: administrator }\n"


def phrase(enrolment, language):
    """PROTOCOL.md section 4.6, with Python's own PBKDF2."""
    with open(f"{SOURCE}/common/phrase/{language}.txt", encoding="utf-8") as file:
        words = file.read().split("\n")
    text = statements.message(enrolment).encode()
    return " ".join(words[number] for number in hashlib.pbkdf2_hmac("sha256", text, b"countersign phrase v1", 100_000, 5))


class Site(RealRegistry):
    """A registry that serves, with one user who has a login key and no approver."""

    def __init__(self, build, settings=""):
        super().__init__(build, settings=f"phone: {{ origin: {PHONE} }}\n{settings}")
        self.client = f"{build}/bin/countersign"
        self.login_key, self.key = self.make_key("login"), self.make_key("approver")
        self.admin("user", "add", "alice", "--hosts", "*")
        self.admin("key", "add", "alice", self.login_key + ".pub")
        self.start()

    def pair(self, *options, term="xterm-256color"):
        """`pair` on a terminal of its own."""
        return Terminal([self.program, "pair", "alice", "--config", self.config, *options],
                        {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": term})

    def pair_ssh_key(self, *options):
        return self.pair("--level", "ssh-key", *options)

    def enrol(self, code, key=None, *options):
        """`countersign enrol` on a terminal of its own."""
        return Terminal([self.client, "enrol", "--registry", self.origin, "--key", key or self.key, *options, code],
                        {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb"})

    def enrolment(self, token, key=None, **changes):
        fields = {"registry": self.origin, "user": "alice", "pairing": statements.hash32(token),
                  "key": statements.public_key(key or self.key), "level": "ssh-key", "issued": statements.stamp()}
        return statements.signed("enrolment", {**fields, **changes}.items(), key or self.key)

    def post(self, token, enrolment):
        return self.call("POST", "/v1/pairing", token=token, body=enrolment)

    def state(self, token):
        return re.match(r"state: (\w+)\n", self.call("GET", "/v1/pairing", token=token).body).group(1)

    def approvers(self):
        return self.admin("approver", "list", "alice").stdout

    def expire(self):
        with sqlite3.connect(f"{self.data}/registry.db") as database:
            database.execute("UPDATE pairings SET deadline_ms = ?", [int(time.time() * 1000)])

    def session(self, key):
        text = statements.signed("session", [
            ("registry", self.origin), ("user", "alice"), ("key", statements.public_key(key)),
            ("nonce", statements.hash32(os.urandom(32))), ("issued", statements.stamp()),
            ("expires", statements.stamp(3600))], key)
        answer = self.call("POST", "/v1/sessions", body=text)
        assert answer.status == 201, answer.body
        return answer.body.split()[1]

    def change(self, key, line):
        text = statements.signed("change", [
            ("registry", self.origin), ("user", "alice"), ("nonce", statements.hash32(os.urandom(32))),
            ("issued", statements.stamp()), ("expires", statements.stamp(600)), ("change", line)], key)
        return self.call("POST", "/v1/changes", body=text)


def code_of(terminal):
    """The code as people see it, and the token that programs send."""
    code = terminal.expect(r"code  ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\n").group(1)
    return code, "csp_" + code.replace("-", "")


@pytest.fixture(scope="module")
def shared(build):
    with Site(build) as one:
        yield one


@pytest.fixture
def site(shared):
    yield shared
    for line in shared.approvers().splitlines():
        shared.admin("approver", "remove", "alice", line.split()[0], "--last")


def test_an_approver_pairs_itself(site):
    with site.pair_ssh_key("--label", "Alice's agent") as admin:
        code, token = code_of(admin)
        with site.enrol(code) as approver:
            english = approver.expect(r"\n  ([a-z]+(?: [a-z]+){4})\n").group(1)
            korean = approver.expect(r"\n?  ([가-힣]+(?: [가-힣]+){4})\n").group(1)
            admin.expect(r"A key of level ssh-key has enrolled:\n  (SHA256:\S+)")
            assert statements.fingerprint(site.key) in admin.output
            admin.expect(QUESTION)
            assert f"\n  {english}\n  {korean}\n" in admin.output
            assert site.approvers() == ""  # nobody said yes yet
            admin.enter("yes")
            approver.expect("Added: this key is an approver now.")
            assert approver.finish() == 0
        assert admin.finish() == 0
    assert "Added " + statements.fingerprint(site.key) in admin.output
    assert site.approvers().endswith("(Alice's agent)\n")
    assert site.state(token) == "added"
    record = site.admin("record", "show", "alice").stdout
    assert "ssh-key " in statements.field(record, "approver") and site.key
    log = site.log()
    assert "event=pairing_enrolled" in log and code not in log and token not in log
    site.session(site.key)


def test_the_phrase_is_that_of_another_implementation(site):
    with site.pair_ssh_key() as admin:
        _, token = code_of(admin)
        enrolment = site.enrolment(token)
        assert site.post(token, enrolment).status == 201
        admin.expect(QUESTION)
        assert f"\n  {phrase(enrolment, 'en')}\n  {phrase(enrolment, 'ko')}\n" in admin.output
        admin.enter("yes")
        assert admin.finish() == 0


def test_the_qr_code_can_be_scanned(site, tmp_path):
    with site.pair() as admin:
        code, _ = code_of(admin)
        assert qrcode.read(admin.output, tmp_path) == f"{PHONE}/#pair={code.replace('-', '')}"
    with site.pair(term="dumb") as admin:
        code, _ = code_of(admin)
        assert "\x1b" not in admin.output
        assert qrcode.read(admin.output, tmp_path) == f"{PHONE}/#pair={code.replace('-', '')}"
        assert f"  open  {PHONE}/#pair={code.replace('-', '')}\n" in admin.output


def test_without_a_terminal_it_is_drawn_when_asked_for(site, tmp_path):
    def run(*options):
        argv = [site.program, "pair", "alice", "--config", site.config, *options]
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        output = ""
        while "Waiting" not in output:
            output += process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
        assert process.returncode == 1
        return output

    assert not qrcode.lines_of(run())[0]
    assert PHONE in qrcode.read(run("--qr"), tmp_path)


@pytest.mark.parametrize("answer", ["no", "y", "YES", "yes please", " yes", "", "\x04"])
def test_anything_but_a_whole_yes_refuses(site, answer):
    with site.pair_ssh_key() as admin:
        code, token = code_of(admin)
        with site.enrol(code) as approver:
            admin.expect(QUESTION)
            admin.enter(answer) if answer != "\x04" else admin.send(answer)
            assert admin.finish() == 1
            approver.expect("Refused: this key is no approver.")
            assert approver.finish() == 1
    assert "the pairing is refused" in admin.output
    assert site.state(token) == "refused"
    assert site.approvers() == ""


def test_what_was_typed_before_the_question_is_no_answer(site):
    with site.pair_ssh_key() as admin:
        code, token = code_of(admin)
        admin.enter("yes")
        with site.enrol(code):
            admin.expect(QUESTION)
            time.sleep(1.5)
            assert site.state(token) == "enrolled"
            admin.enter("no")
            assert admin.finish() == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("enrolled", [False, True])
def test_an_interrupt_refuses(site, number, enrolled):
    with site.pair_ssh_key() as admin:
        _, token = code_of(admin)
        if enrolled:
            assert site.post(token, site.enrolment(token)).status == 201
            admin.expect(QUESTION)
        os.kill(admin.pid, number)
        assert admin.finish() == 1
    assert site.state(token) == "refused"
    assert site.post(token, site.enrolment(token)).status == 410
    assert site.approvers() == ""


def test_a_stolen_code_counts_once(site):
    """Who comes first shows another phrase than the phone in the person's hand; who comes second gets nothing."""
    thief = site.make_key(f"thief-{os.urandom(4).hex()}")
    with site.pair_ssh_key() as admin:
        code, token = code_of(admin)
        stolen = site.enrolment(token, thief)
        assert site.post(token, stolen).status == 201
        with site.enrol(code) as approver:
            approver.expect("already_answered")
            assert approver.finish() == 1
        admin.expect(QUESTION)
        assert phrase(stolen, "en") in admin.output
        answer = site.post(token, site.enrolment(token))
        assert (answer.status, answer.reason) == (409, "already_answered")
        admin.enter("no")
        assert admin.finish() == 1
    assert site.approvers() == ""


def test_a_login_key_never_becomes_an_approver(site):
    with site.pair_ssh_key() as admin:
        code, token = code_of(admin)
        with site.enrol(code, site.login_key) as approver:
            approver.expect("registry_refused.*key_has_both_roles")
            assert approver.finish() == 1
        assert site.state(token) == "open"
    for line in ("pair approver", "remove approver " + statements.fingerprint(site.login_key)):
        answer = site.change(site.login_key, line)
        assert (answer.status, answer.reason) == (403, "not_an_approver")


def test_five_bad_enrolments_end_it(site):
    with site.pair_ssh_key() as admin:
        _, token = code_of(admin)
        for bad in (dict(user="bob"), dict(registry="https://other.example.com"), dict(level="hardware"),
                    dict(issued=statements.stamp(-400)), dict(issued=statements.stamp(400))):
            assert site.post(token, site.enrolment(token, **bad)).status in (400, 403)
        answer = site.post(token, site.enrolment(token))
        assert (answer.status, answer.reason) == (410, "pairing_ended")
        assert admin.finish() == 1
        assert "the pairing is refused" in admin.output


def test_levels_are_those_that_were_named(site):
    with site.pair() as admin:
        code, token = code_of(admin)
        with site.enrol(code) as approver:
            approver.expect("this pairing takes no ssh-key key")
            assert approver.finish() == 1
        assert site.post(token, site.enrolment(token)).reason == "registry_refused"
        assert "levels: passkey hardware\n" in site.call("GET", "/v1/pairing", token=token).body


def test_an_expired_pairing_adds_nobody(site):
    with site.pair_ssh_key() as admin:
        code, token = code_of(admin)
        with site.enrol(code) as approver:
            admin.expect(QUESTION)
            site.expire()
            assert admin.finish() == 1
            approver.expect("Expired: this key is no approver.")
            assert approver.finish() == 1
    assert "the pairing is expired" in admin.output
    assert site.approvers() == ""
    answer = site.post(token, site.enrolment(token))
    assert (answer.status, answer.reason) == (410, "pairing_ended")


def test_two_pairings_of_a_user_at_once(site):
    second = site.make_key(f"second-{os.urandom(4).hex()}")
    with site.pair_ssh_key() as one, site.pair_ssh_key() as two:
        (code_one, token_one), (code_two, token_two) = code_of(one), code_of(two)
        assert code_one != code_two
        # An enrolment is for one of them: the other does not take it.
        answer = site.post(token_two, site.enrolment(token_one))
        assert (answer.status, answer.reason) == (401, "not_authorized")
        with site.enrol(code_two, second) as approver:
            two.expect(QUESTION)
            two.enter("yes")
            assert two.finish() == 0 and approver.finish() == 0
        assert site.state(token_one) == "open"
        with site.enrol(code_one) as approver:
            one.expect(QUESTION)
            one.enter("yes")
            assert one.finish() == 0 and approver.finish() == 0
    assert len(site.approvers().splitlines()) == 2


def test_guessed_codes_are_limited(build):
    with Site(build) as site:
        guess = lambda: site.call("GET", "/v1/pairing", token="csp_" + os.urandom(6).hex().upper())
        answers = [guess() for _ in range(12)]
        assert [answer.status for answer in answers] == [401] * 10 + [429] * 2
        assert answers[-1].reason == "quota_exceeded" and int(answers[-1].headers["Retry-After"]) > 0
        with site.pair_ssh_key() as admin:
            _, token = code_of(admin)
            assert site.post(token, site.enrolment(token)).status == 429  # the right one, too


@pytest.mark.parametrize("options", [
    ("--label", "phone\x1b[2J"), ("--label", "two\nlines"), ("--label", "turned \u202e round"), ("--label", " spaced "),
    ("--label", "x" * 201), ("--level", "password"), ("--level", "passkey", "--level", "passkey"), ("--life", "59s"),
    ("--life", "11m"), ("--life", "soon"), ("--person", "a b")])
def test_hostile_or_odd_options_are_misuse(site, options):
    done = site.admin("pair", "alice", *options, expect=2)
    assert "\x1b" not in done.stderr and "\u202e" not in done.stderr


def test_an_unknown_user_has_no_pairing(site):
    assert "not_found" in site.admin("pair", "nobody", expect=1).stderr


def test_an_administrator_endorses(build):
    with Site(build, settings=ADMINISTRATOR) as site:
        refused = site.admin("approver", "add", "alice", "--level", "ssh-key", site.key + ".pub", expect=1)
        assert "registry_refused" in refused.stderr and "--endorsement" in refused.stderr
        administrator = site.make_key("administrator")
        with site.pair_ssh_key("--label", "Alice's agent") as admin:
            code, token = code_of(admin)
            with site.enrol(code) as approver:
                admin.expect(QUESTION)
                admin.enter("yes")
                assert admin.finish() == 0
                approver.expect("An administrator is to endorse the key")
                assert site.state(token) == "waiting" and site.approvers() == ""
                statement = re.search(r"countersign approver v1\n(?:[a-z]+: .*\n)+", admin.output).group(0)
                folder = f"{site.folder}/endorsing"
                os.mkdir(folder)
                with open(f"{folder}/approver", "w", encoding="utf-8") as file:
                    file.write(statement)
                shown = re.search(r"\n  (sed .* \| ssh-keygen -lf -)\n", admin.output).group(1)
                fingerprint = subprocess.run(["sh", "-c", shown], cwd=folder, check=True, capture_output=True, text=True).stdout
                assert fingerprint.split()[1] in approver.output, "what both people can compare without the registry"
                commands = re.findall(r"\n  (ssh-keygen -Y sign .*|cat .*)", admin.output)
                assert len(commands) == 2
                for command in commands:
                    subprocess.run(["sh", "-c", command.replace("ADMIN_KEY", administrator)], cwd=folder, check=True,
                                   capture_output=True)
                site.admin("approver", "add", "alice", "--endorsement", f"{folder}/endorsed")
                approver.expect("Added: this key is an approver now.")
                assert approver.finish() == 0
        assert site.state(token) == "added"
        assert site.approvers().endswith("(Alice's agent)\n")


def test_what_is_removed_takes_along_whom_it_endorsed(build):
    """Where an administrator endorses: an approver that only the removed one vouched for could approve nothing."""
    with Site(build, settings=ADMINISTRATOR) as site:
        administrator, second = site.make_key("administrator"), site.make_key("second")
        request = site.admin("approver", "request", "alice", "--level", "ssh-key", site.key + ".pub").stdout
        endorsed = f"{site.folder}/endorsed"
        with open(endorsed, "w", encoding="utf-8") as file:
            file.write(request + statements.armor(request, administrator, "approver.v1@countersign"))
        site.admin("approver", "add", "alice", "--endorsement", endorsed)
        pair_by_approver(site, site.key, second)
        assert len(site.approvers().splitlines()) == 2
        name = statements.fingerprint(site.key)
        assert "the last approver" in site.admin("approver", "remove", "alice", name, expect=1).stderr
        # Endorsed by the administrator as well, the second stands by itself.
        request = site.admin("approver", "request", "alice", "--level", "ssh-key", second + ".pub").stdout
        with open(endorsed, "w", encoding="utf-8") as file:
            file.write(request + statements.armor(request, administrator, "approver.v1@countersign"))
        assert "Endorsed anew" in site.admin("approver", "add", "alice", "--endorsement", endorsed).stderr
        site.admin("approver", "remove", "alice", name)
        assert site.approvers().startswith(statements.fingerprint(second))


def pair_by_approver(site, first, second):
    """PROTOCOL.md section 9.5: `first` makes a pairing, `second` enrols, `first` endorses it."""
    made = site.change(first, "pair approver")
    assert made.status == 200, made.body
    fields = dict(line.split(": ", 1) for line in made.body.splitlines())
    session, path = site.session(first), "/v1/pairings/" + fields["pairing"]
    assert site.call("GET", path, token=session).body.startswith("state: open\nuser: alice\n")
    enrolment = site.enrolment(fields["token"], second)
    assert site.post(fields["token"], enrolment).status == 201
    assert site.call("GET", path, token=session).body.split("\n\n", 1)[1] == enrolment
    endorsement = statements.signed("approver", [
        ("user", "alice"), ("key", statements.public_key(second)), ("level", "ssh-key"), ("added", statements.stamp())],
        first)
    answer = site.call("POST", path + "/endorsement", token=session, body=endorsement)
    assert answer.status == 204, answer.body
    assert site.state(fields["token"]) == "added"


def test_an_approver_pairs_another_and_removes_it(site):
    with site.pair_ssh_key() as admin:
        code, _ = code_of(admin)
        with site.enrol(code) as approver:
            admin.expect(QUESTION)
            admin.enter("yes")
            assert admin.finish() == 0 and approver.finish() == 0
    second = site.make_key(f"second-{os.urandom(4).hex()}")
    pair_by_approver(site, site.key, second)
    first_name, second_name = statements.fingerprint(site.key), statements.fingerprint(second)
    session = site.session(second)
    lines = site.call("GET", "/v1/approvers", token=session).body.splitlines()
    assert [line.split()[1] for line in lines] == [second_name, first_name]
    removed = site.change(second, "remove approver " + first_name)
    assert removed.status == 204, removed.body
    # The registry's key endorses here, and took over: the second still counts.
    assert site.call("GET", "/v1/approvers", token=session).body.split()[1] == second_name
    site.session(second)
    refused = site.change(second, "remove approver " + second_name)
    assert (refused.status, refused.reason) == (403, "registry_refused")
    assert site.change(second, "remove last approver " + second_name).status == 204
    assert site.call("GET", "/v1/approvers", token=session).status == 401


def test_the_last_approver_is_removed_only_with_a_word(site):
    site.admin("approver", "add", "alice", "--level", "ssh-key", site.key + ".pub")
    name = statements.fingerprint(site.key)
    assert "--last" in site.admin("approver", "remove", "alice", name, expect=1).stderr
    assert name in site.approvers()
    assert "has no approver left" in site.admin("approver", "remove", "alice", name, "--last").stderr
    assert site.approvers() == ""


def test_enrol_asks_for_the_code(site):
    with site.pair_ssh_key() as admin:
        code, _ = code_of(admin)
        argv = [site.client, "enrol", "--registry", site.origin, "--key", site.key]
        with Terminal(argv, {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb"}) as approver:
            approver.expect("Code: ")
            approver.enter(f"{PHONE}/#pair={code.lower().replace('-', '')}")
            admin.expect(QUESTION)
            admin.enter("no")
            assert approver.finish() == 1


@pytest.mark.parametrize("words", [
    ["--level", "passkey", "K7QF-9T2M-XA3D"], ["--level", "hardware", "K7QF-9T2M-XA3D"], ["K7QF-9T2M"],
    ["--level", "none", "K7QF-9T2M-XA3D"]])
def test_enrol_misused(site, words):
    done = subprocess.run([site.client, "enrol", "--registry", site.origin, "--key", site.key, *words],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2, done


def test_enrol_at_the_wrong_registry_signs_nothing(build):
    """The code of one registry, given to another that claims to be the first."""
    with Site(build) as site, site.pair_ssh_key() as admin:
        code, token = code_of(admin)
        argv = [site.client, "enrol", "--registry", f"http://127.0.0.1:{site.port}", "--key", site.key, code]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 1 and "wrong_origin" in done.stderr, done
        assert site.state(token) == "open"
