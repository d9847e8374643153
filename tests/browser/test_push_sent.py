"""Web Push by the real registry to a push service on loopback, read by an independent library (npm's http_ece)."""

import base64
import sqlite3
import subprocess
import time

import pytest
import statements
from pushservice import Phone, PushService
from realregistry import free_port
from registry_site import Site, eventually

SETTINGS = "limits: {{ challenges_per_minute: 1000, pending_per_user: 1000 }}\npush: {{ contact: 'mailto:ops@example.com', {} }}\n"


class PushSite(Site):
    def __init__(self, build, push):
        super().__init__(build, settings=SETTINGS.format(push))

    def subscribe(self, endpoint, phone, session=None):
        answer = self.call("PUT", "/v1/push", token=session or self.session(), body=phone.subscription(endpoint))
        assert answer.status == 204, answer.body

    def subscriptions(self):
        with sqlite3.connect(f"{self.data}/registry.db") as database:
            return database.execute("SELECT endpoint FROM push_subscriptions").fetchall()

    def ring(self, **more):
        challenge = self.challenge(**more)
        start = time.monotonic()
        answer = self.post(challenge)
        assert answer.status == 201, answer.body
        assert time.monotonic() - start < 3, "the host waits for no push service"
        return challenge

    def events(self, kind, name=""):
        return [line for line in self.log().splitlines() if f"event=push_{kind}" in line and name in line]


@pytest.fixture(scope="module")
def service():
    with PushService() as one:
        yield one


@pytest.fixture(scope="module")
def site(build, service):
    with PushSite(build, f"hosts: [], private_hosts: ['{service.host}'], ca: {service.ca}") as one:
        yield one


@pytest.fixture(scope="module")
def phone():
    return Phone()


def test_a_push_arrives_at_once_and_only_the_phone_can_read_it(site, service, phone):
    site.subscribe(service.endpoint("first"), phone)
    start = time.monotonic()
    challenge = site.ring()
    push = service.wait_for("first")
    assert push.time - start < 3
    assert phone.read(push.body) == challenge
    assert len(push.body) == 16 + 4 + 1 + 65 + 2048 + 16 and b"web-01" not in push.body
    assert 80 <= int(push.headers["TTL"]) <= 90
    assert push.headers["Urgency"] == "high" and push.headers["Content-Encoding"] == "aes128gcm"
    assert push.headers["Topic"] == statements.challenge_id(challenge)[:32]
    claims = Phone.verify_vapid(push.headers["Authorization"])
    point = subprocess.run(["openssl", "pkey", "-in", f"{site.data}/vapid_key", "-pubout", "-outform", "DER"],
                           capture_output=True, check=True).stdout[-65:]
    assert claims["key"] == base64.urlsafe_b64encode(point).decode().rstrip("=")
    assert (claims["aud"], claims["sub"]) == (service.origin, "mailto:ops@example.com")
    assert 11 * 3600 < claims["exp"] - time.time() <= 12 * 3600
    assert eventually(lambda: site.events("sent", "user=alice"))


def test_a_challenge_that_replaces_another_makes_no_new_sound(site, service, phone):
    site.subscribe(service.endpoint("replace"), phone)
    connection = "203.0.113.9 40000 192.0.2.1 22"
    first = site.ring(connection=connection)
    assert phone.read(service.wait_for("replace").body) == first
    assert eventually(lambda: len(service.to("replace")) == 1)
    site.ring(connection=connection)
    other = site.ring()
    assert phone.read(service.wait_for("replace", 2).body) == other
    assert len(service.to("replace")) == 2


def test_a_push_that_has_not_gone_out_becomes_one_for_the_challenge_that_replaced_its_own(site, service, phone):
    site.subscribe(service.endpoint("succeed"), phone)
    service.answer("succeed", status=503)
    connection = "203.0.113.9 40001 192.0.2.1 22"
    site.ring(connection=connection)
    service.wait_for("succeed")
    newest = site.ring(connection=connection)
    assert phone.read(service.wait_for("succeed", 2).body) == newest


def test_a_service_in_trouble_is_asked_again_when_it_says(site, service, phone):
    site.subscribe(service.endpoint("trouble"), phone)
    service.answer("trouble", status=503, headers={"Retry-After": "2"})
    service.answer("trouble", status=500)
    challenge = site.ring()
    pushes = [service.wait_for("trouble", count) for count in (1, 2, 3)]
    assert 1.9 < pushes[1].time - pushes[0].time < 8
    assert 1.9 < pushes[2].time - pushes[1].time < 8, "the second pause"
    assert phone.read(pushes[2].body) == challenge
    assert pushes[2].body != pushes[1].body, "a key of its own each time"
    assert int(pushes[2].headers["TTL"]) < int(pushes[0].headers["TTL"])


def test_an_answered_challenge_is_not_rung_for_again(site, service, phone):
    site.subscribe(service.endpoint("answered"), phone)
    service.answer("answered", status=503)
    challenge = site.ring()
    service.wait_for("answered")
    _, answer = site.answer(challenge, decision="deny")
    assert answer.status == 204
    later = site.ring()
    assert phone.read(service.wait_for("answered", 2).body) == later
    time.sleep(1.5)
    assert len(service.to("answered")) == 2


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_over_is_forgotten(site, service, phone, status):
    name = f"gone{status}"
    site.subscribe(service.endpoint(name), phone)
    service.answer(name, status=status)
    site.ring()
    service.wait_for(name)
    assert eventually(lambda: (service.endpoint(name),) not in site.subscriptions())
    assert eventually(lambda: site.events("forgotten", f"HTTP {status}"))
    site.ring()
    time.sleep(0.5)
    assert len(service.to(name)) == 1


@pytest.mark.parametrize("name, plan, logged", [
    ("refusing", dict(status=403, body=b"BadJwtToken"), "HTTP 403"),
    ("redirecting", dict(status=307, headers={"Location": "/inside"}), "HTTP 307"),
    ("babbling", dict(status=201, body=b"x" * 1_000_000), "too_large"),
    ("patient", dict(status=429, headers={"Retry-After": "99999"}), "HTTP 429"),
])
def test_what_cannot_be_delivered_is_logged_once(site, service, phone, name, plan, logged):
    site.subscribe(service.endpoint(name), phone)
    service.answer(name, **plan)
    before = len(site.events("failed", logged))
    site.ring(life=20)
    service.wait_for(name)
    assert eventually(lambda: len(site.events("failed", logged)) == before + 1)
    time.sleep(1.5)
    assert len(service.to(name)) == 1 and not service.to("inside")
    assert len(site.events("failed", logged)) == before + 1


def test_a_service_that_asked_for_a_pause_has_it_from_the_next_challenge_too(site, service, phone):
    site.subscribe(service.endpoint("paused"), phone)
    service.answer("paused", status=429, headers={"Retry-After": "3"})
    site.ring()
    first = service.wait_for("paused")
    site.ring()
    assert service.wait_for("paused", 2).time - first.time > 2.5
    service.wait_for("paused", 3)


class SecondApprover:
    """Another approver of alice, with a session; the phone at the endpoint NAME is told of both ends."""

    def __init__(self, site, service, phone, name):
        self.site, self.service, self.name = site, service, name
        site.subscribe(service.endpoint(name), phone)
        self.key = site.make_key(name)
        self.fingerprint = statements.fingerprint(self.key)
        site.admin("approver", "add", "alice", "--level", "ssh-key", self.key + ".pub", "--label", "second phone")
        first, site.approver_key = site.approver_key, self.key
        try:
            self.session = site.session()
        finally:
            site.approver_key = first
        self.added = service.wait_for(name)

    def remove(self):
        seen = len(self.service.to(self.name))
        self.site.admin("approver", "remove", "alice", self.fingerprint)
        return self.service.wait_for(self.name, seen + 1)


@pytest.mark.parametrize("manner", ["silent", "endless"])
def test_a_service_that_never_ends_delays_nobody(site, service, phone, manner):
    second = SecondApprover(site, service, phone, f"beside-{manner}")
    site.subscribe(service.endpoint(manner), Phone(), second.session)
    service.answer(manner, times=100, **{manner: True})
    begun = time.monotonic()
    for count in range(1, 21):
        start = time.monotonic()
        challenge = site.ring(address=f"203.0.113.{count}")
        push = service.wait_for(f"beside-{manner}", 1 + count)
        assert push.time - start < 5, count
        assert phone.read(push.body) == challenge
    tries = 1 + (time.monotonic() - begun) // 10  # seconds that one may take
    assert 1 <= len(service.to(manner)) <= 2 * tries, "two at once for a phone"
    second.remove()


def test_the_other_phones_hear_of_an_approver_that_comes_or_goes(site, service, phone):
    second = SecondApprover(site, service, phone, "told")
    site.subscribe(service.endpoint("new"), Phone(), second.session)
    added = phone.read(second.added.body).splitlines()
    assert added[:4] == ["notice: approver-added", "user: alice", f"key: {second.fingerprint}", "label: second phone"]
    assert added[4].startswith("at: ") and len(added) == 5
    assert "Topic" not in second.added.headers and second.added.headers["TTL"] == "86400"
    removed = phone.read(second.remove().body).splitlines()
    assert removed[:3] == ["notice: approver-removed", "user: alice", f"key: {second.fingerprint}"]
    assert (service.endpoint("new"),) not in site.subscriptions()
    site.ring()
    service.wait_for("told", 3)
    assert not service.to("new")


def test_a_phone_that_unsubscribed_is_left_alone(site, service, phone):
    session = site.session()
    site.subscribe(service.endpoint("left"), phone, session)
    assert site.call("DELETE", "/v1/push", token=session).status == 204
    site.ring()
    time.sleep(0.5)
    assert not service.to("left")


def test_who_knows_an_endpoint_can_ring_so_no_log_has_one(site, service, phone):
    site.subscribe(service.endpoint("whispered"), phone)
    site.ring()
    service.wait_for("whispered")
    assert eventually(lambda: site.events("sent"))
    for secret in ("whispered", phone.auth, phone.p256dh):
        assert secret not in site.log()


# Registries that are set up otherwise


def test_a_name_that_leads_inside_is_not_connected_to(build, service, phone):
    """Whatever the list of public services says: the address counts, at the moment of connecting."""
    inside = [service.host, f"127.0.0.1:{service.port}", f"[::1]:{service.port}", "169.254.169.254", "10.0.0.1:8443",
              f"2130706433:{service.port}"]
    before = service.connections
    with PushSite(build, f"hosts: {inside}, ca: {service.ca}") as site:
        for host in inside:
            site.subscribe(f"https://{host}/inside", phone)
            site.ring()
            assert eventually(lambda host=host: [line for line in site.events("failed", "unsafe_address") if f"https://{host}" in line]), host
        mapped = site.call("PUT", "/v1/push", token=site.session(), body=phone.subscription(f"https://[::ffff:127.0.0.1]:{service.port}/inside"))
        assert (mapped.status, mapped.reason) == (400, "bad_request")
    assert service.connections == before


def test_a_certificate_that_nobody_vouches_for_gets_no_push(build, service, phone):
    with PushSite(build, f"private_hosts: ['{service.host}']") as site:
        site.subscribe(service.endpoint("forged"), phone)
        site.ring(life=10)
        assert eventually(lambda: site.events("failed", "registry_unreachable"), 15)
        assert not service.to("forged")


def test_an_empty_list_is_nobody(build, service, phone):
    with PushSite(build, "hosts: []") as site:
        for endpoint in (service.endpoint("nobody"), "https://fcm.googleapis.com/fcm/send/x"):
            answer = site.call("PUT", "/v1/push", token=site.session(), body=phone.subscription(endpoint))
            assert (answer.status, answer.reason) == (403, "registry_refused")


def test_a_list_that_became_shorter_counts_for_what_was_stored_before(build, service, phone):
    with PushSite(build, f"private_hosts: ['{service.host}'], ca: {service.ca}") as site:
        site.subscribe(service.endpoint("unlisted"), phone)
        site.stop()
        with open(site.config, encoding="utf-8") as file:
            text = file.read()
        with open(site.config, "w", encoding="utf-8") as file:
            file.write(text.replace(service.host, "localhost:1"))
        site.start()
        site.ring()
        assert eventually(lambda: site.events("failed", "registry_refused"))
        assert not service.to("unlisted")


def test_the_end_waits_for_no_service(build, service, phone):
    with PushSite(build, f"private_hosts: ['{service.host}'], ca: {service.ca}") as site:
        site.subscribe(service.endpoint("end"), phone)
        service.answer("end", silent=True)
        site.ring()
        service.wait_for("end")
        start = time.monotonic()
        site.stop()
        assert time.monotonic() - start < 8


def test_notices_wait_for_the_server(build, service, phone):
    with PushSite(build, f"private_hosts: ['{service.host}'], ca: {service.ca}") as site:
        site.subscribe(service.endpoint("later"), phone)
        site.stop()
        key = site.make_key("meanwhile")
        site.admin("approver", "add", "alice", "--level", "ssh-key", key + ".pub")
        site.start()
        text = phone.read(service.wait_for("later").body)
        assert statements.fingerprint(key) in text and "label:" not in text


class SecondServer:
    """Another `serve` with the same database and keys, on a port of its own."""

    def __init__(self, site):
        port, self.config = free_port(), f"{site.folder}/etc/second.yaml"
        with open(site.config, encoding="utf-8") as file:
            text = file.read()
        assert f"127.0.0.1:{site.port}" in text
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace(f"127.0.0.1:{site.port}", f"127.0.0.1:{port}"))
        self.log = f"{site.folder}/second.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([site.program, "serve", "--config", self.config], stderr=log)
        assert eventually(lambda: "event=registry_started" in self.read(), 10), self.read()

    def read(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(20) == 0, self.read()


def test_of_two_servers_with_one_store_one_tells(build, service, phone):
    with PushSite(build, f"private_hosts: ['{service.host}'], ca: {service.ca}") as site:
        site.subscribe(service.endpoint("once"), phone)
        second = SecondServer(site)
        try:
            keys = [site.make_key(f"key{number}") for number in range(6)]
            for key in keys:
                site.admin("approver", "add", "alice", "--level", "ssh-key", key + ".pub")
                time.sleep(0.5)
            service.wait_for("once", len(keys))
            time.sleep(2.5)
            told = [phone.read(push.body).splitlines()[2] for push in service.to("once")]
            assert sorted(told) == sorted(f"key: {statements.fingerprint(key)}" for key in keys)
        finally:
            second.stop()
