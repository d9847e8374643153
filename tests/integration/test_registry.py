"""countersign-registry as a program: HTTP and HTTPS, with records, challenges and answers made by stock ssh-keygen."""

import os
import socket
import ssl
import subprocess
import threading
import time

import pytest
import statements
from realregistry import Answer, RealRegistry
from registry_site import Site, eventually, path


@pytest.fixture(scope="module", params=["http", "https"])
def site(build, request):
    with Site(build, tls=request.param == "https", settings="limits: { challenges_per_minute: 1000 }\n") as one:
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


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_the_service_manager_hears_that_it_is_ready(build, kind):
    with RealRegistry(build) as registry, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        name = f"{registry.folder}/notify" if kind == "path" else f"@countersign-{os.urandom(6).hex()}"
        manager.bind(name.replace("@", "\0", 1))
        manager.settimeout(10)
        registry.environment["NOTIFY_SOCKET"] = name
        registry.start()
        assert manager.recv(100) == b"READY=1"
        assert registry.call("GET", "/healthz").status == 200


@pytest.mark.parametrize("name", ["", "relative", "@", "/" + "x" * 200])
def test_a_service_manager_that_cannot_be_named_changes_nothing(build, name):
    with RealRegistry(build) as registry:
        registry.environment["NOTIFY_SOCKET"] = name
        assert registry.start().call("GET", "/healthz").status == 200
