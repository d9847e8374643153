"""countersign-registry as a program: HTTP and HTTPS, with records, challenges and answers made by stock ssh-keygen."""

import base64
import os
import re
import socket
import sqlite3
import ssl
import stat
import subprocess
import threading
import time

import pytest
import statements
from realregistry import Answer, RealRegistry


class Site(RealRegistry):
    """A registry with one user, two hosts and one approver, serving."""

    def __init__(self, build, **more):
        super().__init__(build, **more)
        self.login_key, self.approver_key = self.make_key("login"), self.make_key("approver")
        self.admin("user", "add", "alice", "--hosts", "@web")
        self.admin("key", "add", "alice", self.login_key + ".pub")
        self.admin("approver", "add", "alice", "--level", "ssh-key", self.approver_key + ".pub")
        self.token, self.other_token = self.add_host("web-01", "web"), self.add_host("db-01", "db")
        self.start()

    def challenge(self, life=90, connection="none", address="203.0.113.9", **changes):
        fields = dict(nonce=statements.hash32(os.urandom(32)), registry=self.origin, host="web-01", service="sshd",
                      user="alice", address=address, connection=connection, **{
                          "login-key": statements.fingerprint(self.login_key), "issued": statements.stamp(),
                          "expires": statements.stamp(life), "number-wanted": "yes", "max-trust": "0s"})
        fields.update(changes)
        return statements.statement("challenge", fields.items())

    def post(self, challenge, token=None):
        return self.call("POST", "/v1/challenges", token=token or self.token, body=challenge)

    def wait(self, challenge, seconds=25):
        return self.begin("GET", f"{path(challenge)}/answer?wait={seconds}", token=self.token)

    def answer(self, challenge, **more):
        more.setdefault("number", "47" if more.get("decision", "approve") == "approve" else "none")
        text = statements.answer(challenge, self.approver_key, **more)
        return text, self.call("POST", f"{path(challenge)}/answer", body=text)

    def session(self):
        text = statements.signed("session", [
            ("registry", self.origin), ("user", "alice"), ("key", statements.public_key(self.approver_key)),
            ("nonce", statements.hash32(os.urandom(32))), ("issued", statements.stamp()),
            ("expires", statements.stamp(3600))], self.approver_key)
        answer = self.call("POST", "/v1/sessions", body=text)
        assert answer.status == 201, answer.body
        return re.match(r"token: (css_[A-Za-z0-9_-]{43})\nexpires: \S+\n\Z", answer.body).group(1)

    def state(self, challenge):
        with sqlite3.connect(f"{self.data}/registry.db") as database:
            row, = database.execute("SELECT state FROM challenges WHERE id = ?", [statements.challenge_id(challenge)])
        return row[0]


def path(challenge):
    return f"/v1/challenges/{statements.challenge_id(challenge)}"


def eventually(holds, seconds=5):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


@pytest.fixture(scope="module", params=["http", "https"])
def site(build, request):
    with Site(build, tls=request.param == "https", settings="limits: { challenges_per_minute: 1000 }\n") as one:
        yield one


@pytest.fixture
def fresh(build):
    """A registry that serves nothing yet and that the test may break."""
    with RealRegistry(build) as one:
        yield one


def test_it_is_healthy(site):
    answer = site.call("GET", "/healthz")
    assert (answer.status, answer.body) == (200, "ok\n")


def test_a_record_holds_for_stock_ssh_keygen_and_is_confirmed_by_its_etag(site):
    answer = site.call("GET", "/v1/records/alice", token=site.token)
    assert answer.status == 200, answer.body
    assert answer.headers["ETag"] == f'"{statements.hash32(answer.body)}"'
    assert statements.field(answer.body, "login-key") == statements.public_key(site.login_key)
    assert statements.verify_with_ssh_keygen(answer.body, f"{site.data}/signing_key", "record.v1@countersign", site.folder)
    again = site.call("GET", "/v1/records/alice", token=site.token, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body, again.headers["ETag"]) == (304, "", answer.headers["ETag"])
    head = site.call("HEAD", "/v1/records/alice", token=site.token)
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, "", str(len(answer.body)))


def test_an_addition_beside_the_server_is_served_at_once(site):
    before = site.call("GET", "/v1/records/alice", token=site.token)
    key = site.make_key("second")
    site.admin("key", "add", "alice", key + ".pub")
    after = site.call("GET", "/v1/records/alice", token=site.token, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status == 200 and statements.public_key(key) in after.body
    assert int(statements.field(after.body, "serial")) > int(statements.field(before.body, "serial"))
    site.admin("key", "remove", "alice", statements.fingerprint(key))
    assert statements.public_key(key) not in site.call("GET", "/v1/records/alice", token=site.token).body
    os.remove(key), os.remove(key + ".pub")


@pytest.mark.parametrize("token", [None, "csh_" + "A" * 43, "x", "css_" + "A" * 43])
def test_a_token_that_is_no_hosts(site, token):
    answer = site.call("GET", "/v1/records/alice", token=token)
    assert (answer.status, answer.reason) == (401, "not_authorized")


def test_another_hosts_token_reads_and_posts_nothing(site):
    answer = site.call("GET", "/v1/records/alice", token=site.other_token)
    assert (answer.status, answer.reason) == (404, "record_unknown")
    challenge = site.challenge()
    answer = site.post(challenge, token=site.other_token)
    assert (answer.status, answer.reason) == (403, "registry_refused")
    assert site.post(challenge).status == 201
    answer = site.call("GET", f"{path(challenge)}/answer", token=site.other_token)
    assert (answer.status, answer.reason) == (404, "not_found")
    answer = site.call("DELETE", path(challenge), token=site.other_token)
    assert (answer.status, answer.reason) == (404, "not_found")
    assert site.call("DELETE", path(challenge), token=site.token).status == 204


def test_a_login_is_approved(site):
    challenge, session = site.challenge(), site.session()
    empty = site.call("GET", "/v1/cards", token=session)
    assert (empty.status, empty.body) == (200, "")
    phone = site.begin("GET", "/v1/cards?wait=25", token=session, headers={"If-None-Match": empty.headers["ETag"]})
    posted = site.post(challenge)
    assert (posted.status, posted.body) == (201, statements.challenge_id(challenge) + "\n")
    assert posted.headers["Location"] == path(challenge)
    assert Answer(phone.getresponse()).body == challenge
    waiting = site.wait(challenge)
    text, accepted = site.answer(challenge)
    assert accepted.status == 204, accepted.body
    result = Answer(waiting.getresponse())
    assert result.status == 200
    answer, record = statements.split(result.body)
    assert answer == text
    assert record == site.call("GET", "/v1/records/alice", token=site.token).body
    _, late = site.answer(challenge, decision="deny")
    assert (late.status, late.reason) == (409, "already_answered")


def test_answers_that_do_not_count(site):
    challenge = site.challenge()
    site.post(challenge)
    for key, changes, namespace, status, reason in [
            (site.login_key, None, None, 403, "not_an_approver"),
            (site.approver_key, {"host": "web-02"}, None, 403, "challenge_mismatch"),
            (site.approver_key, {"via": "prompt"}, None, 400, "bad_statement"),
            (site.approver_key, None, "git", 403, "signature_mismatch")]:
        text = statements.answer(challenge, key, number="47", changes=changes, namespace=namespace)
        answer = site.call("POST", f"{path(challenge)}/answer", body=text)
        assert (answer.status, answer.reason) == (status, reason), (changes, answer.body)
    assert site.state(challenge) == "posted"
    site.call("DELETE", path(challenge), token=site.token)


def test_a_wait_passes_with_nothing(site):
    challenge = site.challenge()
    site.post(challenge)
    start = time.monotonic()
    assert Answer(site.wait(challenge, 1).getresponse()).status == 204
    assert 0.9 < time.monotonic() - start < 5
    site.call("DELETE", path(challenge), token=site.token)


def test_a_new_challenge_on_the_connection_replaces_the_old(site):
    ends = "203.0.113.9 50022 192.0.2.1 22"
    first, second = site.challenge(connection=ends), site.challenge(connection=ends)
    site.post(first)
    waiting = site.wait(first)
    site.post(second)
    replaced = Answer(waiting.getresponse())
    assert (replaced.status, replaced.reason) == (410, "challenge_replaced")
    waiting = site.wait(second)
    assert site.call("DELETE", path(second), token=site.token).status == 204
    withdrawn = Answer(waiting.getresponse())
    assert (withdrawn.status, withdrawn.reason) == (410, "challenge_withdrawn")


def test_a_challenge_expires(site):
    challenge = site.challenge(life=2)
    site.post(challenge)
    expired = Answer(site.wait(challenge, 20).getresponse())
    assert (expired.status, expired.reason) == (410, "challenge_expired")


def test_a_host_that_vanishes_stops_the_ringing(site):
    challenge = site.challenge()
    site.post(challenge)
    waiting = site.wait(challenge)
    time.sleep(0.3)
    waiting.sock.close() if site.ca is None else waiting.sock.shutdown(socket.SHUT_RDWR)
    waiting.close()
    time.sleep(5)
    assert site.state(challenge) == "posted"
    assert eventually(lambda: site.state(challenge) == "withdrawn", 10)
    assert f"event=challenge_abandoned id={statements.challenge_id(challenge)}" in site.log()


def raw(site, data, wait_for_end=True):
    """What the registry says to exactly these bytes, sent in clear; only for HTTP."""
    with socket.create_connection(("127.0.0.1", site.port), 20) as connection:
        connection.sendall(data)
        said = b""
        while wait_for_end and (piece := connection.recv(65536)):
            said += piece
        return said.decode()


def test_limits_of_size(site):
    head = {"Content-Length": "200000"}
    answer = site.call("POST", "/v1/challenges", token=site.token, body="x" * 200000, headers=head)
    assert (answer.status, answer.reason) == (413, "too_large")
    answer = site.call("GET", "/healthz", headers={"X-Long": "a" * 9000})
    assert (answer.status, answer.reason) == (431, "too_large")
    answer = site.call("GET", "/" + "a" * 3000)
    assert (answer.status, answer.reason) == (414, "too_large")
    assert site.call("GET", "/healthz").status == 200


@pytest.mark.parametrize("target", ["/v1/records/..%2f..", "/v1/records/%2e%2e", "/v1/records/a%00", "/v1//records/a",
                                    "/v1/records/%zz", "/healthz?x", "/v1/records/%c3%a4"])
def test_targets_that_are_refused(site, target):
    answer = site.call("GET", target, token=site.token)
    assert (answer.status, answer.reason) == (400, "bad_request")


def test_a_name_that_must_be_escaped_is_found(site):
    name = "DOM\\bob+x@example$"
    site.admin("user", "add", name, "--hosts", "*")
    answer = site.call("GET", "/v1/records/DOM%5Cbob%2Bx%40example%24", token=site.token)
    assert answer.status == 200 and statements.field(answer.body, "user") == name
    site.admin("user", "remove", name)


def test_a_slow_header_is_cut_off(build):
    with RealRegistry(build) as registry:
        registry.start()
        start = time.monotonic()
        assert raw(registry, b"GET /healthz HTT").startswith("HTTP/1.1 408 ")
        assert 8 < time.monotonic() - start < 15


def test_tls_speaks_no_clear_text_and_no_old_version(build):
    with RealRegistry(build, tls=True) as registry:
        registry.start()
        with pytest.raises((ConnectionError, ssl.SSLError)):
            answer = raw(registry, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            raise ConnectionError(answer) if answer == "" else AssertionError(answer)
        old = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{registry.port}", "-tls1_1", "-cipher",
                              "ALL:@SECLEVEL=0"], capture_output=True, input=b"", check=False)
        assert b"alert protocol version" in old.stderr, old
        assert eventually(lambda: "kind=handshake_failed" in registry.log())


def test_too_many_connections_are_closed_and_places_come_back(build):
    with RealRegistry(build, settings="limits: { connections: 16 }\n") as registry:
        registry.start()
        held = [socket.create_connection(("127.0.0.1", registry.port), 5) for _ in range(16)]
        one_more = socket.create_connection(("127.0.0.1", registry.port), 5)
        assert eventually(lambda: "kind=connection_refused" in registry.log())
        assert one_more.recv(1) == b""
        for connection in held + [one_more]:
            connection.close()
        assert eventually(lambda: able_to_ask(registry))


def able_to_ask(registry):
    try:
        return registry.call("GET", "/healthz").status == 200
    except (ConnectionError, OSError):
        return False


def test_it_shuts_down_gracefully_and_the_host_may_come_back(build):
    with Site(build) as registry:
        challenge = registry.challenge()
        registry.post(challenge)
        waiting = registry.wait(challenge)
        idle = registry.connect()
        idle.connect()
        time.sleep(0.3)
        start = time.monotonic()
        registry.process.terminate()
        stopped = Answer(waiting.getresponse())
        assert (stopped.status, stopped.reason) == (503, "registry_unreachable")
        assert stopped.headers["Connection"] == "close"
        waiting.close()
        assert registry.process.wait(10) == 0
        assert time.monotonic() - start < 5
        assert "event=registry_stopped" in registry.log()
        registry.start()
        waiting = registry.wait(challenge)
        text, accepted = registry.answer(challenge)
        assert accepted.status == 204
        assert Answer(waiting.getresponse()).body.startswith(text)


def test_a_challenge_that_a_restart_left_alone_is_withdrawn(build):
    with Site(build) as registry:
        challenge = registry.challenge()
        registry.post(challenge)
        registry.stop()
        registry.start()
        assert registry.state(challenge) == "posted"
        assert eventually(lambda: registry.state(challenge) == "withdrawn", 15)


def test_many_logins_at_once(site):
    outcomes, threads = [], []

    def login(number):
        challenge = site.challenge(address=f"198.51.100.{number}")
        if site.post(challenge).status != 201:
            return
        waiting = site.wait(challenge)
        text, _ = site.answer(challenge)
        outcomes.append(Answer(waiting.getresponse()).body.startswith(text))

    for number in range(20):
        threads.append(threading.Thread(target=login, args=[number]))
        threads[-1].start()
    for thread in threads:
        thread.join(60)
    assert outcomes == [True] * 20


def test_wrong_numbers_quiet_the_source(build):
    with Site(build) as registry:
        for _ in range(3):
            challenge = registry.challenge()
            assert registry.post(challenge).status == 201
            assert registry.answer(challenge)[1].status == 204
            assert registry.call("DELETE", path(challenge) + "?reason=wrong_number", token=registry.token).status == 204
        quiet = registry.post(registry.challenge())
        assert (quiet.status, quiet.reason) == (429, "quota_exceeded")
        assert int(quiet.headers["Retry-After"]) > 0
        assert registry.post(registry.challenge(address="203.0.113.10")).status == 201


def test_a_report_takes_the_login_key_out(build):
    with Site(build) as registry:
        challenge = registry.challenge()
        registry.post(challenge)
        assert registry.answer(challenge, decision="report")[1].status == 204
        record = registry.call("GET", "/v1/records/alice", token=registry.token).body
        assert "login-key:" not in record and "approver:" in record
        assert " REPORTED " in registry.admin("key", "list", "alice").stdout
        registry.admin("key", "restore", "alice", statements.fingerprint(registry.login_key))
        assert "login-key:" in registry.call("GET", "/v1/records/alice", token=registry.token).body


def test_the_log_tells_what_happened_and_no_secret(build):
    with Site(build) as registry:
        session, challenge = registry.session(), registry.challenge()
        registry.post(challenge)
        text, _ = registry.answer(challenge)
        registry.call("GET", "/v1/records/alice", token="csh_" + "B" * 43)
        registry.stop()
        log = registry.log()
        for event in ("registry_started", "record_signed", "session_opened", "challenge_posted", "challenge_answered",
                      "request_refused", "registry_stopped"):
            assert f"event={event}" in log, event
        signature = text.split("-----")[2].split()[0]
        for secret in (session, registry.token, "csh_" + "B" * 43, signature):
            assert secret not in log


# Administration


def test_init_makes_private_files_and_changes_nothing_that_exists(fresh):
    modes = {name: stat.S_IMODE(os.stat(f"{fresh.folder}/{name}").st_mode)
             for name in ("data", "data/registry.db", "data/signing_key", "data/signing_key.pub", "data/vapid_key",
                          "etc/registry.yaml")}
    assert modes == {"data": 0o700, "data/registry.db": 0o600, "data/signing_key": 0o600, "data/signing_key.pub": 0o644,
                     "data/vapid_key": 0o600,
                     "etc/registry.yaml": 0o644}
    with open(f"{fresh.data}/signing_key.pub", encoding="utf-8") as file:
        key = " ".join(file.read().split()[:2])
    assert fresh.signers.splitlines() == [f'* namespaces="{kind}.v1@countersign" {key} countersign-registry'
                                          for kind in ("record", "approver")]
    derived = subprocess.run(["ssh-keygen", "-y", "-f", f"{fresh.data}/signing_key"], capture_output=True, text=True, check=True)
    assert derived.stdout.startswith(key)
    again = fresh.admin("init", "--url", fresh.origin, "--directory", fresh.data, expect=1)
    assert "already_exists" in again.stderr


def test_init_refuses_what_serve_would_refuse(fresh):
    elsewhere = ["--directory", f"{fresh.folder}/other"]
    for words, status in [(["--url", "ftp://x"], 1), (["--url", fresh.origin, "--listen", "0.0.0.0:80"], 1),
                          (["--url", fresh.origin, "--tls-key", "/x"], 1), ([], 2), (["--url", "a\"b"], 2)]:
        done = subprocess.run([fresh.program, "init", *elsewhere, "--config", f"{fresh.folder}/other.yaml", *words],
                              capture_output=True, text=True, check=False)
        assert done.returncode == status, done
        assert not os.path.exists(f"{fresh.folder}/other") and not os.path.exists(f"{fresh.folder}/other.yaml")


def test_root_leaves_the_data_to_its_owner(build):
    with RealRegistry(build) as registry:
        subprocess.run(["chown", "-R", "nobody:nogroup", registry.data], check=True)
        registry.admin("user", "add", "alice", "--hosts", "*")
        registry.start()
        token = registry.add_host("web-01")
        assert registry.call("GET", "/v1/records/alice", token=token).status == 200
        with open(f"/proc/{registry.process.pid}/status", encoding="utf-8") as file:
            uids = re.search(r"^Uid:(.*)$", file.read(), re.M).group(1).split()
        nobody = str(os.stat(registry.data).st_uid)
        assert uids == [nobody] * 4 and nobody != "0"
        owners = {os.stat(f"{registry.data}/{name}").st_uid for name in os.listdir(registry.data)}
        assert owners == {int(nobody)}


def test_keys_that_are_refused(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "*")
    key = fresh.make_key("k")
    fresh.admin("key", "add", "alice", key + ".pub")
    public = statements.public_key(key)
    for line, reason in [(public, "already_exists"), ("cert-authority " + public, "bad_key_option"),
                         ("ssh-ed25519 AAAA", "bad_base64|truncated|bad_public_key"), ("ssh-dss AAAA x", "unsupported_key_type|bad")]:
        done = fresh.admin("key", "add", "alice", line, expect=1)
        assert re.search(reason, done.stderr), done.stderr
    done = fresh.admin("approver", "add", "alice", "--level", "ssh-key", key + ".pub", expect=1)
    assert "key_has_both_roles" in done.stderr
    done = fresh.admin("approver", "add", "alice", "--level", "hardware", fresh.make_key("soft") + ".pub", expect=1)
    assert "alice" not in fresh.admin("approver", "list", "alice").stdout, done.stderr
    assert "not_found" in fresh.admin("key", "add", "bob", key + ".pub", expect=1).stderr
    assert "not_found" in fresh.admin("key", "remove", "alice", "SHA256:x", expect=1).stderr


def test_a_record_that_would_grow_too_large_is_refused(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "*")
    for number in range(200):
        line = f'command="{"x" * 4000}" ' + statements.public_key(fresh.make_key(f"k{number}"))
        done = subprocess.run([fresh.program, "key", "add", "alice", line, "--config", fresh.config], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            break
    assert done.returncode == 1 and "too_large" in done.stderr, done
    assert 14 <= number <= 16
    assert len(fresh.admin("key", "list", "alice").stdout.splitlines()) == number
    assert fresh.admin("record", "show", "alice").stdout.count("login-key: ") == number


def test_lines_from_standard_input_keep_their_options_and_comments(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "*")
    first, second = (statements.public_key(fresh.make_key(name)) for name in ("one", "two"))
    text = f"# keys of alice\n\nno-pty,from=\"10.0.0.0/8\" {first} alice@laptop\n{second}\n"
    fresh.admin("key", "add", "alice", "-", text=text)
    assert "(alice@laptop)" in fresh.admin("key", "list", "alice").stdout
    record = fresh.admin("record", "show", "alice").stdout
    assert f'login-key: no-pty,from="10.0.0.0/8" {first}\nlogin-key: {second}\n' in record


def test_an_administrator_endorses(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "*")
    admin_key, approver = fresh.make_key("admin"), fresh.make_key("approver")
    request = fresh.admin("approver", "request", "alice", "--level", "ssh-key", approver + ".pub").stdout
    endorsed = f"{fresh.folder}/endorsed"
    with open(endorsed, "w", encoding="utf-8") as file:
        file.write(request + statements.armor(request, admin_key, "approver.v1@countersign"))
    done = fresh.admin("approver", "add", "alice", "--endorsement", endorsed)
    assert f"Endorsed by {statements.fingerprint(admin_key)}" in done.stderr
    record = fresh.admin("record", "show", "alice").stdout
    assert statements.public_key(approver) in record
    with open(endorsed, "w", encoding="utf-8") as file:
        file.write(request + statements.armor(request, admin_key, "file"))
    fresh.admin("approver", "remove", "alice", statements.fingerprint(approver))
    assert "wrong_namespace" in fresh.admin("approver", "add", "alice", "--endorsement", endorsed, expect=1).stderr


def test_a_record_signed_elsewhere_is_only_stored(build):
    with Site(build) as registry:
        offline = registry.make_key("offline")
        approver = statements.Approver(registry.approver_key)
        text = statements.record(offline, login_keys=[registry.login_key], approvers=[approver], hosts="@web",
                                 serial=int(time.time() * 1000) + 1)
        registry.admin("record", "import", "-", text=text)
        assert registry.call("GET", "/v1/records/alice", token=registry.token).body == text
        assert "record_rolled_back" in registry.admin("record", "import", "-", text=text, expect=1).stderr
        key = registry.make_key("another")
        assert "registry_refused" in registry.admin("key", "add", "alice", key + ".pub", expect=1).stderr
        challenge = registry.challenge()
        assert registry.post(challenge).status == 201
        assert registry.answer(challenge)[1].status == 204
        forged = text.replace("hosts: @web", "hosts: *")
        assert "signature_mismatch" in registry.admin("record", "import", "-", text=forged, expect=1).stderr


def test_tokens_are_told_once_and_rotated(fresh):
    token = fresh.add_host("web-01", "web", "edge")
    assert re.fullmatch(r"csh_[A-Za-z0-9_-]{43}", token)
    assert "already_exists" in fresh.admin("host", "add", "web-01", expect=1).stderr
    assert fresh.admin("host", "list").stdout == "web-01 @edge,@web -\n"
    fresh.admin("user", "add", "alice", "--hosts", "web-01")
    fresh.start()
    assert fresh.call("GET", "/v1/records/alice", token=token).status == 200
    new = fresh.admin("host", "rotate-token", "web-01", "--token-life", "1s").stdout.strip()
    assert fresh.call("GET", "/v1/records/alice", token=token).status == 401
    assert eventually(lambda: fresh.call("GET", "/v1/records/alice", token=new).status == 401)
    with open(f"{fresh.data}/registry.db", "rb") as file:
        assert token.encode() not in file.read()
    fresh.admin("host", "remove", "web-01")
    assert fresh.admin("host", "list").stdout == ""


def test_users_are_shown_changed_and_removed(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "web-01,@web @db")
    assert fresh.admin("user", "list").stdout == "alice active @db @web web-01\n"
    fresh.admin("user", "set", "alice", "--disable")
    assert "state: disabled" in fresh.admin("user", "show", "alice").stdout
    assert "record_unknown" in fresh.admin("record", "show", "alice", expect=1).stderr
    fresh.admin("user", "set", "alice", "--enable", "--hosts", "*")
    assert "hosts: *" in fresh.admin("record", "show", "alice").stdout
    fresh.admin("user", "remove", "alice")
    assert "not_found" in fresh.admin("user", "show", "alice", expect=1).stderr


@pytest.mark.parametrize("words", [["user", "add", "alice"], ["user", "add", "-x", "--hosts", "*"], ["user", "add"],
                                   ["user", "add", "a", "--hosts", "UPPER"], ["user", "add", "a", "--hosts", "*", "--hosts", "*"],
                                   ["user", "set", "a"], ["user", "set", "a", "--enable", "--disable"], ["key", "add", "a"],
                                   ["host", "add", "Web"], ["host", "add", "w", "--token-life", "soon"], ["serve", "now"],
                                   ["user"], ["nothing"], ["approver", "add", "a", "k.pub"]])
def test_misuse_has_its_own_exit_code(fresh, words):
    done = fresh.admin(*words, expect=2)
    assert "bad_usage" in done.stderr and done.stdout == ""


def test_every_subcommand_has_help_with_usage(fresh):
    top = subprocess.run([fresh.program, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+(?: [a-z-]+)?)  +\S", top.split("Commands:")[1].split("\n\n")[0], re.M)
    assert len(commands) >= 20
    for command in commands:
        text = subprocess.run([fresh.program, *command.split(), "--help"], capture_output=True, text=True, check=True).stdout
        assert text.startswith(f"countersign-registry {command}: ")
        assert f"Usage: countersign-registry {command}" in text


def test_a_configuration_that_is_wrong_or_unsafe_is_refused(fresh):
    with open(fresh.config, "a", encoding="utf-8") as file:
        file.write("nonsense: 1\n")
    done = fresh.admin("serve", expect=1)
    assert f"{fresh.config}:6:1: nonsense" in done.stderr
    os.chmod(fresh.config, 0o666)
    assert "unsafe_file" in fresh.admin("user", "list", expect=1).stderr


def test_a_signing_key_that_others_can_read_is_refused(fresh):
    os.chmod(f"{fresh.data}/signing_key", 0o640)
    assert "unsafe_file" in fresh.admin("serve", expect=1).stderr


def test_a_site_of_before_gets_its_vapid_key_when_it_serves(build):
    with RealRegistry(build, settings="phone: { origin: 'https://phone.example.com' }\n") as site:
        path = f"{site.data}/vapid_key"
        os.remove(path)
        site.start()
        assert site.call("GET", "/v1/phone").status == 200
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        point = subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"], capture_output=True,
                               check=True).stdout[-65:]
        expected = (f"registry: {site.origin}\norigin: https://phone.example.com\nrp-id: phone.example.com\n"
                    f"vapid: {base64.urlsafe_b64encode(point).decode().rstrip('=')}\n")
        answer = site.call("GET", "/v1/phone")
        assert (answer.status, answer.body) == (200, expected)
        site.stop()
        site.start()
        assert site.call("GET", "/v1/phone").body == expected


def test_a_vapid_key_that_others_can_read_is_refused(fresh):
    os.chmod(f"{fresh.data}/vapid_key", 0o640)
    done = subprocess.run([fresh.program, "serve", "--config", fresh.config], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "vapid_key" in done.stderr and "unsafe_file" in done.stderr
