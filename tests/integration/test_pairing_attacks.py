"""Races and hostile parties against pairing and signed changes, on the real registry; what needs a moment between two lines
of the registry is in tests/unit/registry/pairing_attack_test.cpp."""

import http.server
import os
import re
import shutil
import subprocess
import threading

import pytest
import statements
from test_pairing import PHONE, QUESTION, Site, code_of, phrase


@pytest.fixture(scope="module")
def shared(build):
    with Site(build) as one:
        yield one


@pytest.fixture
def site(shared):
    """With two approvers, `key` and `second`."""
    shared.second = shared.make_key(f"second-{os.urandom(4).hex()}")
    for key in (shared.key, shared.second):
        shared.admin("approver", "add", "alice", "--level", "ssh-key", key + ".pub")
    yield shared
    for line in shared.approvers().splitlines():
        shared.admin("approver", "remove", "alice", line.split()[0], "--last")


def at_once(*calls):
    """The results of all calls, begun in the same moment."""
    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        start.wait()
        results[place] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def begin_pairing(site, key):
    """Token and path of a pairing that `key` makes, and its session."""
    made = site.change(key, "pair approver")
    assert made.status == 200, made.body
    fields = dict(line.split(": ", 1) for line in made.body.splitlines())
    return fields["token"], "/v1/pairings/" + fields["pairing"], site.session(key)


def endorsement(key, endorser):
    return statements.signed("approver", [("user", "alice"), ("key", statements.public_key(key)), ("level", "ssh-key"),
                                          ("added", statements.stamp())], endorser)


def test_two_phones_finish_one_pairing_at_once(site):
    """Exactly one key comes in, and the terminal shows that one's words."""
    keys = [site.make_key(f"phone-{os.urandom(4).hex()}") for _ in range(4)]
    with site.pair_ssh_key() as admin:
        _, token = code_of(admin)
        enrolments = [site.enrolment(token, key) for key in keys]
        answers = at_once(*(lambda text=text: site.post(token, text) for text in enrolments))
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        winner = [answer.status for answer in answers].index(201)
        admin.expect(QUESTION)
        assert phrase(enrolments[winner], "en") in admin.output
        admin.enter("yes")
        assert admin.finish() == 0
    added = {line.split()[0] for line in site.approvers().splitlines()}
    assert added == {statements.fingerprint(key) for key in (site.key, site.second, keys[winner])}


@pytest.mark.parametrize("attempt", range(3))
def test_confirming_and_giving_up_at_once(site, attempt):
    """The pairing ends once: added with its approver, or refused without. And nobody slips another key in."""
    new, other = (site.make_key(f"new-{os.urandom(4).hex()}") for _ in range(2))
    token, path, session = begin_pairing(site, site.key)
    assert site.post(token, site.enrolment(token, new)).status == 201
    confirm, swap, late = endorsement(new, site.key), endorsement(other, site.key), site.enrolment(token, other)
    answers = at_once(*[lambda: site.call("POST", path + "/endorsement", token=session, body=confirm)] * 2,
                      *[lambda: site.call("DELETE", path, token=session)] * 2,
                      lambda: site.call("POST", path + "/endorsement", token=session, body=swap),
                      lambda: site.post(token, late))
    confirmed, given_up = [answer.status for answer in answers[:2]], [answer.status for answer in answers[2:4]]
    assert answers[4].status in (403, 410) and answers[5].status in (409, 410)
    fingerprints = {line.split()[0] for line in site.approvers().splitlines()}
    assert statements.fingerprint(other) not in fingerprints
    if site.state(token) == "added":
        assert sorted(confirmed) == [204, 410] and given_up == [410, 410]
        assert statements.fingerprint(new) in fingerprints
    else:
        assert site.state(token) == "refused"
        assert confirmed == [410, 410] and given_up == [204, 204]
        assert statements.fingerprint(new) not in fingerprints


@pytest.mark.parametrize("attempt", range(3))
def test_two_that_remove_each_other_at_once(site, attempt):
    first, second = (statements.fingerprint(key) for key in (site.key, site.second))
    answers = at_once(lambda: site.change(site.key, "remove approver " + second),
                      lambda: site.change(site.second, "remove approver " + first))
    assert sorted(answer.status for answer in answers) == [204, 403], [answer.body for answer in answers]
    assert len(site.approvers().splitlines()) == 1


def test_one_change_sent_by_many_at_once(site):
    text = statements.signed("change", [
        ("registry", site.origin), ("user", "alice"), ("nonce", statements.hash32(os.urandom(32))),
        ("issued", statements.stamp()), ("expires", statements.stamp(600)), ("change", "pair approver")], site.key)
    answers = at_once(*[lambda: site.call("POST", "/v1/changes", body=text)] * 8)
    assert sorted(answer.status for answer in answers) == [200] + [403] * 7


def test_the_administrator_pairs_whatever_an_approver_has_begun(site):
    """A hostile approver that fills its own count keeps nobody else out, and is removed with all that it began."""
    pairings = [begin_pairing(site, site.second) for _ in range(8)]
    assert site.change(site.second, "pair approver").reason == "quota_exceeded"
    new = site.make_key(f"new-{os.urandom(4).hex()}")
    with site.pair_ssh_key() as admin:
        code, _ = code_of(admin)
        with site.enrol(code, new) as approver:
            admin.expect(QUESTION)
            admin.enter("yes")
            assert admin.finish() == 0 and approver.finish() == 0
    assert site.change(site.key, "remove approver " + statements.fingerprint(site.second)).status == 204
    for token, path, session in pairings:
        assert site.state(token) == "refused"
        assert site.call("GET", path, token=session).reason == "not_authorized"
    assert site.change(site.second, "pair approver").reason == "not_an_approver"


def test_a_user_who_is_made_anew_has_nothing_of_the_old_one(build):
    with Site(build) as site:
        site.admin("approver", "add", "alice", "--level", "ssh-key", site.key + ".pub")
        session, (of_approver, path, _) = site.session(site.key), begin_pairing(site, site.key)
        change = site.change  # signed below, with the same key as before
        with site.pair_ssh_key() as admin:
            _, of_administrator = code_of(admin)
            site.admin("user", "remove", "alice")
            site.admin("user", "add", "alice", "--hosts", "*")
            assert admin.finish() == 1 and "not_found" in admin.output
        for token in (of_administrator, of_approver):
            assert site.post(token, site.enrolment(token)).reason == "not_authorized"
        assert change(site.key, "pair approver").reason == "not_an_approver"
        site.admin("approver", "add", "alice", "--level", "ssh-key", site.key + ".pub")
        assert site.call("GET", path, token=session).reason == "not_authorized"
        assert site.call("GET", "/v1/approvers", token=session).reason == "not_authorized"


def test_who_hosts_do_not_follow_cannot_have_the_registry_vouch(site):
    """An approver whose endorser hosts no longer list pairs an accomplice and removes itself."""
    stranger, thief, accomplice = (site.make_key(f"{name}-{os.urandom(4).hex()}")
                                   for name in ("stranger", "thief", "accomplice"))
    endorsed = f"{site.folder}/endorsed"
    with open(endorsed, "w", encoding="utf-8") as file:
        file.write(endorsement(thief, stranger))
    site.admin("approver", "add", "alice", "--endorsement", endorsed)
    token, path, session = begin_pairing(site, thief)
    assert site.post(token, site.enrolment(token, accomplice)).status == 201
    assert site.call("POST", path + "/endorsement", token=session, body=endorsement(accomplice, thief)).status == 204
    assert site.change(thief, "remove approver " + statements.fingerprint(thief)).status == 204
    assert {line.split()[0] for line in site.approvers().splitlines()} == {
        statements.fingerprint(key) for key in (site.key, site.second)}


def test_a_restored_backup_brings_back_what_was_removed(build):
    """As docs/THREAT_MODEL.md says under what remains; and the codes and changes of before are no better than before."""
    with Site(build) as site:
        second = site.make_key("second")
        for key in (site.key, second):
            site.admin("approver", "add", "alice", "--level", "ssh-key", key + ".pub")
        token, _, _ = begin_pairing(site, second)
        site.stop()
        backup = f"{site.folder}/backup"
        shutil.copytree(site.data, backup)
        site.start()
        name = statements.fingerprint(second)
        assert site.change(site.key, "remove approver " + name).status == 204
        serial = int(statements.field(site.admin("record", "show", "alice").stdout, "serial"))
        site.stop()
        shutil.rmtree(site.data)
        shutil.copytree(backup, site.data)
        site.expire()
        site.start()
        assert name in site.approvers()
        assert site.post(token, site.enrolment(token)).reason == "pairing_ended"
        assert site.change(site.key, "remove approver " + name).status == 204
        assert int(statements.field(site.admin("record", "show", "alice").stdout, "serial")) > serial


class Hostile(http.server.BaseHTTPRequestHandler):
    """A registry that answers with what it likes to whoever enrols."""

    answer = (200, b"")

    def do_GET(self):
        status, body = self.answer
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("status,user,more", [
    (409, "", "already_answered: \x1b[2J\x9b31m\u202ereversed\n"), (401, "", "\x1b]0;title\x07\n"),
    (200, "alice\x1b[2J", ""), (200, "al\u202eice", ""), (200, "-alice", ""), (200, "alice", "more: \x1b[2J\n")])
def test_a_hostile_registry_writes_nothing_strange_on_a_terminal(shared, status, user, more):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    origin = f"http://127.0.0.1:{server.server_port}"
    fields = (f"state: open\nuser: {user}\nregistry: {origin}\nlevels: ssh-key\nexpires: {statements.stamp(600)}\n"
              if user else "")
    Hostile.answer = (status, (fields + more).encode())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        argv = [shared.client, "enrol", "--registry", origin, "--key", shared.key, "K7QF-9T2M-XA3D"]
        done = subprocess.run(argv, capture_output=True, check=False, timeout=30)
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 1, done
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae", done.stdout + done.stderr), done


@pytest.mark.parametrize("code", ["К7QF-9T2M-XA3D", "Ｋ7QF-9T2M-XA3D", "K7QF-9T2M-XA3D\u200b", "K7QF-9T2M-XA3D\n",
                                  f"{PHONE}/#pair=K7QF9T2MXA3D&pair=000000000000", "K7QF–9T2M–XA3D", "K7QF9T2MXA3DU"])
def test_codes_that_only_look_like_one(shared, code):
    argv = [shared.client, "enrol", "--registry", shared.origin, "--key", shared.key, code]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2 and "not a pairing code" in done.stderr, done
