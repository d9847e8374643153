"""countersign-authorized-keys with its courier against a registry on loopback, as sshd runs it: what is served and refused.

Records are written by tests/support/statements.py and signed by ssh-keygen. Ages are made by setting files' times back.
"""

import os
import re
import socket
import time

import pytest

import statements
from helper_program import CACHE, DAY, NAME, asked, authority, helper, installed, registry  # noqa: F401
from scripted_registry import Answer, drip, etag, hang, raw, refusal
from testhost import free_port


# What is served

def test_first_look_up(helper, registry):
    record = helper.record("laptop", "desktop")
    registry.serve_record("alice", record)
    assert helper.run() == helper.lines("laptop", "desktop")
    assert helper.cached() == record
    found = os.stat(helper.path("records"))
    assert (found.st_mode & 0o7777, found.st_uid) == (0o644, helper.host.ids("countersign")[0])
    assert os.listdir(helper.host.path(f"{CACHE}/records")) == [NAME]
    line = helper.log("key_lookup")
    assert re.search(r"event=key_lookup user=alice source=registry keys=2 serial=\d+$", line), line


def test_a_fresh_record_asks_nobody_and_logs_nothing(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    helper.run()
    helper.log("source=registry")
    helper.host.syslog.lines.clear()
    assert helper.run() == helper.lines("laptop")
    helper.age("records", 55)
    assert helper.run() == helper.lines("laptop")
    assert asked(registry) == 1
    assert helper.host.syslog.lines == []


def test_revalidation_by_etag(helper, registry):
    record = helper.record("laptop")
    registry.serve_record("alice", record)
    helper.put(record, seconds_ago=61)
    before = os.stat(helper.path("records"))
    assert helper.run() == helper.lines("laptop")
    assert registry.requests[0].headers["If-None-Match"] == etag(record)
    after = os.stat(helper.path("records"))
    assert after.st_ino == before.st_ino and abs(after.st_mtime - time.time()) < 5
    helper.log("source=cache_confirmed keys=1")
    assert helper.run() == helper.lines("laptop")
    assert asked(registry) == 1


def test_freshness_is_a_setting(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    helper.run("--fresh", "0s")
    helper.run("--fresh", "0s")
    assert asked(registry) == 2
    helper.age("records", 300)
    helper.run("--fresh", "10m")
    assert asked(registry) == 2


def test_a_new_record_replaces_the_old_one(helper, registry):
    helper.put(helper.record("laptop", serial=1000))
    newer = helper.record("desktop", serial=1001)
    registry.serve_record("alice", newer)
    assert helper.run() == helper.lines("desktop")
    assert helper.cached() == newer


def test_a_fingerprint_filters(helper, registry):
    registry.serve_record("alice", helper.record("laptop", "desktop"))
    assert helper.run(fingerprint=statements.fingerprint(helper.keys["desktop"])) == helper.lines("desktop")
    assert helper.run(fingerprint=statements.fingerprint(helper.keys["stranger"])) == ""
    assert helper.run(fingerprint="MD5:ba:91:87:8a:bd:d1:08:33:c4:b9:8d:f2:07:b7:8f:63") == helper.lines("laptop", "desktop")


# When asking fails

@pytest.mark.parametrize("trouble, reason", [
    (refusal(503, "registry_unreachable"), "registry_unreachable"),
    (refusal(401, "not_authorized"), "not_authorized"),
    (refusal(429, "quota_exceeded"), "quota_exceeded"),
    (Answer(404, "<html>no such page</html>"), "not_found"),
    (Answer(302, "", {"Location": "/v1/records/mallory"}), "internal"),
    (Answer(200, "<html>welcome</html>"), "bad_statement"),
    (Answer(200, "countersign record v1\n" + "x" * 70_000), "too_large"),
    (Answer(200, "x" * 300_000), "too_large"),
    (raw(b"\0" * 100), "registry_unreachable"),
    (Answer(304), None),
], ids=["503", "401", "429", "a proxy's 404", "redirect", "not a record", "too large a record", "too large for anything",
        "not HTTP", "304"])
def test_the_cached_record_serves_while_asking_fails(helper, registry, trouble, reason):
    record = helper.record("laptop")
    registry.answer("GET", "/v1/records/alice", trouble)
    helper.put(record)
    if reason is None:  # 304 for a record that is held is no failure
        assert helper.run() == helper.lines("laptop")
        helper.log("source=cache_confirmed")
        return
    assert helper.run() == helper.lines("laptop")
    assert helper.cached() == record
    helper.log(rf"user=alice source=cache_stale keys=1 serial=\d+ reason={reason} ")


def test_a_failure_is_remembered_for_fifteen_seconds(helper, registry):
    registry.answer("GET", "/v1/records/alice", refusal(500, "internal"))
    helper.put(helper.record("laptop"))
    for _ in range(3):
        assert helper.run() == helper.lines("laptop")
    assert asked(registry) == 1
    helper.log("remembered=failed")
    helper.age("misses", 16)
    assert helper.run() == helper.lines("laptop")
    assert asked(registry) == 2


def test_a_failure_without_a_cached_record_is_no_keys(helper, registry):
    registry.answer("GET", "/v1/records/alice", refusal(500, "internal"))
    assert helper.run() == "" and helper.run() == ""
    assert asked(registry) == 1
    helper.log("user=alice source=none keys=0 reason=internal")


def test_stale_ends_with_the_records_own_expiry(helper, registry):
    registry.answer("GET", "/v1/records/alice", refusal(500, "internal"))
    helper.put(helper.record("laptop", issued=-100, life=102))
    assert helper.run() == helper.lines("laptop")
    time.sleep(2.5)
    assert helper.run() == ""


def test_an_unknown_user_is_served_nothing_more(helper, registry):
    helper.put(helper.record("laptop"))
    registry.answer("GET", "/v1/records/alice", refusal(404, "record_unknown"))
    assert helper.run() == "" and helper.run() == ""
    assert asked(registry) == 1  # remembered
    helper.log("source=none keys=0 reason=record_unknown")
    helper.age("misses", 11)
    registry.answer("GET", "/v1/records/alice", refusal(500, "internal"))
    assert helper.run() == ""
    assert asked(registry) == 2
    helper.age("misses", 16)
    assert helper.run() == ""


@pytest.mark.parametrize("silence", [hang, drip], ids=["hang", "drip"])
def test_two_seconds_in_all(helper, registry, silence):
    registry.answer("GET", "/v1/records/alice", silence)
    helper.put(helper.record("laptop"))
    assert helper.run() == helper.lines("laptop")
    assert 1.0 < helper.took < 2.0
    helper.log("source=cache_stale .*reason=deadline_passed")
    assert helper.run() == helper.lines("laptop")
    assert helper.took < 0.3


def test_a_registry_that_does_not_shake_hands(helper):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        helper.point_at(f"https://localhost:{listener.getsockname()[1]}")
        assert helper.run() == ""
        assert 1.0 < helper.took < 2.0


def test_a_registry_that_is_down(helper):
    helper.point_at(f"https://localhost:{free_port()}")
    helper.put(helper.record("laptop"))
    assert helper.run() == helper.lines("laptop")
    assert helper.took < 1.0


@pytest.mark.parametrize("script, reason", [
    ("exit 0", "courier_failed"),
    ("kill -SEGV $$", "courier_failed"),
    ("echo garbage", "courier_failed"),
    ("exec yes", "courier_failed"),
    ("trap '' TERM; exec sleep 60", "deadline_passed"),
    ("exec 0<&-; exec sleep 60", "deadline_passed"),
], ids=["ends", "dies", "garbage", "endless", "ignores TERM", "closes stdin"])
def test_couriers_that_break_the_contract(helper, script, reason):
    helper.host.write("/opt/countersign/bin/broken", f"#!/bin/sh\n{script}\n", mode=0o755)
    helper.put(helper.record("laptop"))
    argv = [helper.program, "--host", "web-01", "--courier", "/opt/countersign/bin/broken", "alice"]
    started = time.monotonic()
    done = helper.host.run(argv, user="countersign")
    assert done.stdout == helper.lines("laptop") and time.monotonic() - started < 2.0
    helper.log(f"source=cache_stale .*reason={reason}")
    assert helper.host.processes("broken") == [] and helper.host.processes("sleep") == []


# What is refused

def test_nothing_is_served_that_no_signer_signed(helper, registry):
    registry.serve_record("alice", statements.record(helper.keys["stranger"], login_keys=[helper.keys["laptop"]]))
    assert helper.run() == ""
    helper.log("reason=signer_unknown")
    helper.put(statements.record(helper.keys["stranger"], login_keys=[helper.keys["laptop"]]), seconds_ago=0)
    assert helper.run() == ""


REFUSED = {
    "record_rolled_back": {"serial": 999},
    "record_serial_reused": {"serial": 1000},
    "record_lifetime_too_long": {"serial": 2000, "life": 7 * DAY + 1},
    "record_from_future": {"serial": 2000, "issued": 330},
    "record_expired": {"serial": 2000, "issued": -1000, "life": 900},
    "wrong_user": {"serial": 2000, "user": "mallory"},
    "host_out_of_scope": {"serial": 2000, "hosts": "@db web-02"},
    "wrong_namespace": {"serial": 2000, "namespace": "approver.v1@countersign"},
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_refused_record_is_a_failed_fetch(helper, registry, reason):
    held = helper.record("laptop", serial=1000, issued=-3600)
    helper.put(held)
    registry.serve_record("alice", helper.record("desktop", **REFUSED[reason]))
    assert helper.run() == helper.lines("laptop")
    assert helper.cached() == held
    expected = "signature_mismatch|wrong_namespace" if reason == "wrong_namespace" else reason
    helper.log(f"source=cache_stale .*reason=({expected})")
    helper.run()
    assert asked(registry) == 1


def test_the_longest_lifetime_is_a_setting(helper, registry):
    registry.serve_record("alice", helper.record("laptop", life=DAY))
    assert helper.run("--max-life", "12h") == ""
    helper.log("reason=record_lifetime_too_long")
    os.unlink(helper.path("misses"))
    assert helper.run("--max-life", "24h") == helper.lines("laptop")


def test_a_clock_that_was_set_back(helper, registry):
    """A record accepted "in ten minutes" is what a host sees whose clock was set back by ten."""
    helper.put(helper.record("laptop", serial=1000, issued=600), seconds_ago=-600)
    registry.serve_record("alice", helper.record("desktop", serial=2000))
    assert helper.run() == ""
    helper.log("source=none .*reason=clock_went_back")


@pytest.mark.parametrize("text", ["", "alice ssh-ed25519 AAAA\n", "* cert-authority,namespaces=\"x\" ssh-ed25519 AAAA\n"],
                         ids=["nobody", "no namespaces", "an authority"])
def test_signers_that_do_not_parse_are_no_keys(helper, registry, text):
    registry.serve_record("alice", helper.record("laptop"))
    helper.host.write("/etc/countersign/signers", text)
    assert helper.run() == ""
    helper.log("source=none .*reason=(signer_unknown|bad_signers_line|unsupported_signers_line)")


def test_signers_that_others_could_write_are_no_keys(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    os.chmod(helper.host.path("/etc/countersign/signers"), 0o664)
    assert helper.run() == ""
    helper.log("reason=unsafe_file")
    assert registry.requests == []


@pytest.mark.parametrize("user", ["nobody-of-that-name", "Alice", "a b", "../x", "$(id)"], ids=range(5))
def test_accounts_that_are_none(helper, registry, user):
    assert helper.run(user=user) == ""
    helper.log("source=none reason=unknown_user")
    assert registry.requests == []


def test_cache_files_that_are_not_what_they_should_be(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    helper.host.mkdir(f"{CACHE}/records", owner="countersign")
    os.mkfifo(helper.path("records"))
    assert helper.run() == helper.lines("laptop")  # and does not hang
    assert os.path.isfile(helper.path("records"))
    os.unlink(helper.path("records"))
    os.symlink("/etc/passwd", helper.path("records"))
    assert helper.run() == helper.lines("laptop")
    assert not os.path.islink(helper.path("records"))


def test_a_cache_that_cannot_be_written_loses_no_login(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    os.chown(helper.host.path(CACHE), 0, 0)
    assert helper.run() == helper.lines("laptop")
    helper.log("source=registry keys=1 .*not_stored=")
    assert os.listdir(helper.host.path(CACHE)) == []
