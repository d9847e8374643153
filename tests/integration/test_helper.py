"""countersign-authorized-keys with its courier against a registry on loopback, as sshd runs it, and once by sshd itself.

Records are written by tests/support/statements.py and signed by ssh-keygen. Ages are made by setting files' times back.
"""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import pytest

import statements
from scripted_registry import Answer, Authority, ScriptedRegistry, drip, etag, hang, raw, refusal
from testhost import free_port, wait_until

TOKEN = "csh_" + "B" * 43
CACHE = "/var/cache/countersign"
NAME = hashlib.sha256(b"alice").hexdigest()
DAY = 86400


class Helper:
    """The programs, installed; run() is what sshd does."""

    def __init__(self, host, build, authority, keys):
        self.host, self.keys = host, keys
        host.add_user("countersign")
        host.add_user("alice")
        host.mkdir("/etc/countersign")
        self.program = host.install(f"{build}/bin/countersign-authorized-keys")
        self.courier = host.install(f"{build}/bin/countersign-courier")
        with open(authority.ca, encoding="utf-8") as file:
            host.write("/etc/countersign/ca.pem", file.read())
        host.write("/etc/countersign/token", TOKEN + "\n", mode=0o640)
        os.chown(host.path("/etc/countersign/token"), 0, host.ids("countersign")[1])

    def reset(self, origin):
        host = self.host
        shutil.rmtree(host.path(CACHE), ignore_errors=True)
        host.mkdir(CACHE, owner="countersign")
        host.write("/etc/countersign/signers", statements.signers_line(self.keys["signer"], ["record", "approver"]))
        self.point_at(origin)

    def point_at(self, origin):
        self.host.write("/etc/countersign/countersign.yaml", "host: {name: web-01, groups: [web]}\nregistry:\n"
                        f"  url: {origin}\n  token: /etc/countersign/token\n  ca: /etc/countersign/ca.pem\n")

    def argv(self, *arguments, user="alice"):
        return [self.program, "--host", "web-01", "--group", "web", "--courier", self.courier, *arguments, user]

    def run(self, *arguments, user="alice", fingerprint=None, as_user="countersign"):
        """What it prints; exit 0 and nothing on stderr."""
        argv = self.argv(*arguments, user=user) + ([fingerprint] if fingerprint else [])
        started = time.monotonic()
        done = self.host.run(argv, user=as_user, check=False)
        self.took = time.monotonic() - started
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def lines(self, *names):
        return "".join(statements.public_key(self.keys[name]) + "\n" for name in names)

    def record(self, *names, **more):
        return statements.record(self.keys["signer"], login_keys=[self.keys[name] for name in names], **more)

    def path(self, folder):
        return self.host.path(f"{CACHE}/{folder}/{NAME}")

    def cached(self):
        with open(self.path("records"), encoding="utf-8") as file:
            return file.read()

    def age(self, folder, seconds):
        when = time.time() - seconds
        os.utime(self.path(folder), (when, when))

    def put(self, record, seconds_ago=3600):
        self.host.mkdir(f"{CACHE}/records", owner="countersign")
        self.host.write(f"{CACHE}/records/{NAME}", record, owner="countersign")
        self.age("records", seconds_ago)

    def log(self, pattern, timeout=5):
        return self.host.syslog.wait(pattern, timeout)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(str(tmp_path_factory.mktemp("authority")))


@pytest.fixture(scope="module")
def installed(host, build, authority):
    names = ("signer", "stranger", "laptop", "desktop")
    return Helper(host, build, authority, {name: host.make_key(name) for name in names})


@pytest.fixture
def registry(authority):
    with ScriptedRegistry(tls=authority) as one:
        yield one


@pytest.fixture
def helper(installed, registry):
    installed.reset(registry.origin)
    installed.host.syslog.lines.clear()
    return installed


def asked(registry):
    return len(registry.seen("GET", "/v1/records/"))


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


# Many at once

def run_many(helper, count):
    """(exit code, output, seconds) of so many look-ups started together."""
    gate = threading.Barrier(count)
    results = [None] * count

    def one(index):
        gate.wait()
        started = time.monotonic()
        done = helper.host.run(helper.argv(), user="countersign", check=False)
        results[index] = (done.returncode, done.stdout, time.monotonic() - started)

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_twenty_at_once_ask_once(helper, registry):
    registry.answer("GET", "/v1/records/alice", Answer(200, helper.record("laptop"), delay=0.3))
    results = run_many(helper, 20)
    assert {result[:2] for result in results} == {(0, helper.lines("laptop"))}
    assert asked(registry) == 1
    assert os.listdir(helper.host.path(f"{CACHE}/records")) == [NAME]


def test_twenty_at_once_and_nobody_answers(helper, registry):
    registry.answer("GET", "/v1/records/alice", hang)
    helper.put(helper.record("laptop"))
    results = run_many(helper, 20)
    assert {result[:2] for result in results} == {(0, helper.lines("laptop"))}
    assert max(result[2] for result in results) < 2.2  # 20 processes on few cores
    assert asked(registry) <= 2


def test_readers_never_see_a_part(helper, registry):
    """Each record is a different one; whoever reads meanwhile sees one of them, whole, and serials only grow."""
    records = [helper.record("laptop", serial=serial) for serial in range(1000, 1030)]
    registry.answer("GET", "/v1/records/alice", *(Answer(200, record) for record in records[1:]))
    helper.put(records[0])
    seen, stop = [], threading.Event()

    def read():
        while not stop.wait(0.0005):  # a pause, since this process is the registry too
            seen.append(helper.cached())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):  # three at once: of many, the last gets the lock when its two seconds are over, and keeps nothing
        programs = [helper.host.start(helper.argv("--fresh", "0s"), user="countersign", stdout=subprocess.PIPE)
                    for _ in range(3)]
        for program in programs:
            assert program.communicate(timeout=30)[0].decode() == helper.lines("laptop")
    stop.set()
    reader.join()
    serials = [records.index(text) for text in seen]  # ValueError for anything but a whole record
    assert serials == sorted(serials)
    assert len(set(serials)) > 3, "records were replaced while they were read"
    assert serials[-1] <= records.index(helper.cached()) <= asked(registry)


# As a program

def test_a_reader_that_goes_away_is_no_signal(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    reading, writing = os.pipe()
    program = helper.host.start(helper.argv(), user="countersign", stdout=writing)
    os.close(reading)
    os.close(writing)
    assert program.wait(timeout=10) == 0


def test_root_is_refused(helper, registry):
    done = helper.host.run(helper.argv(), check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "must not run as root" in done.stderr
    helper.log("event=key_lookup_misused reason=bad_usage detail=\"must not run as root")
    assert registry.requests == []


def test_usage(helper):
    run = lambda *arguments: helper.host.run([helper.program, *arguments], user="countersign", check=False)
    assert run("--help").stdout.startswith("usage: countersign-authorized-keys --host NAME")
    assert run("--version").stdout.startswith("countersign-authorized-keys ")
    for arguments in ([], ["alice"], ["--host", "web-01"], ["--host", "web-01", "--nonsense", "x", "alice"]):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, "") and "bad_usage" in done.stderr


def test_nobody_of_its_user_can_look_into_it(helper, registry):
    registry.answer("GET", "/v1/records/alice", hang)
    program = helper.host.start(helper.argv(), user="countersign", stdout=subprocess.DEVNULL)
    wait_until(lambda: registry.requests, "the request")
    pid, = helper.host.processes("countersign-authorized-keys")
    look = helper.host.run(["cat", f"/proc/{pid}/environ"], user="countersign", check=False)
    assert look.returncode != 0 and "denied" in look.stderr
    program.wait(timeout=10)


def test_the_courier_ends_with_a_helper_that_is_killed(helper, registry):
    registry.answer("GET", "/v1/records/alice", hang)
    program = helper.host.start(helper.argv(), user="countersign", stdout=subprocess.DEVNULL)
    wait_until(lambda: registry.requests, "the request")
    program.kill()
    program.wait()
    wait_until(lambda: not helper.host.processes("countersign-courier"), "the courier's end", timeout=1.5)


# Another AuthorizedKeysCommand behind ours

CHAIN = "/opt/countersign/bin/chained"


def chain(helper, script, mode=0o755):
    helper.host.write(CHAIN, f"#!/bin/sh\n{script}\n", mode=mode)


def test_the_chain_adds_its_lines(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    chain(helper, f"echo '# comment'; echo '{helper.lines('desktop').strip()} somebody@desktop'; echo \"$@\" >&2")
    assert helper.run("--chain", CHAIN) == helper.lines("laptop", "desktop")
    wanted = statements.fingerprint(helper.keys["desktop"])
    assert helper.run("--chain", CHAIN, fingerprint=wanted) == helper.lines("desktop")


def test_the_chain_is_given_user_and_fingerprint_and_little_else(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    chain(helper, "echo \"$@\" > /run/home/countersign/arguments; env | sort > /run/home/countersign/environment")
    helper.run("--chain", CHAIN, fingerprint="SHA256:abc")
    assert helper.host.read("/run/home/countersign/arguments") == "alice SHA256:abc\n"
    assert helper.host.read("/run/home/countersign/environment") == "LANG=C\nPATH=/usr/bin:/bin:/usr/sbin:/sbin\nPWD=/\n"


def test_the_chain_serves_users_that_the_registry_does_not_know(helper, registry):
    registry.answer("GET", "/v1/records/alice", refusal(404, "record_unknown"))
    chain(helper, f"echo '{helper.lines('desktop').strip()}'")
    assert helper.run("--chain", CHAIN) == helper.lines("desktop")


def test_lines_of_the_chain_that_do_not_parse_are_dropped(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    key = helper.lines("desktop").strip()
    chain(helper, f"echo 'cert-authority {key}'; echo 'environment=\"LD_PRELOAD=/x\" {key}'; echo '<html>'; echo '{key}'")
    assert helper.run("--chain", CHAIN) == helper.lines("laptop", "desktop")
    helper.log("event=key_chain_lines_dropped user=alice program=/opt/countersign/bin/chained dropped=3 reason=bad_key_option")


@pytest.mark.parametrize("script, reason", [
    ("echo KEY; exit 1", "courier_failed"),
    ("echo KEY; kill -9 $$", "courier_failed"),
    ("exec yes KEY", "too_large"),
    ("echo KEY; exec sleep 60", "deadline_passed"),
    ("echo KEY; exec >&-; exec sleep 60", "deadline_passed"),
], ids=["exit 1", "killed", "endless", "hangs", "closes and hangs"])
def test_a_chain_that_fails_adds_nothing(helper, registry, script, reason):
    registry.serve_record("alice", helper.record("laptop"))
    chain(helper, script.replace("KEY", f"'{helper.lines('desktop').strip()}'"))
    assert helper.run("--chain", CHAIN) == helper.lines("laptop")
    assert helper.took < 2.0
    helper.log(f"event=key_chain_failed user=alice reason={reason}")


def test_a_slow_registry_leaves_time_for_the_chain(helper, registry):
    registry.answer("GET", "/v1/records/alice", hang)
    helper.put(helper.record("laptop"))
    chain(helper, f"sleep 0.3; echo '{helper.lines('desktop').strip()}'")
    assert helper.run("--chain", CHAIN) == helper.lines("laptop", "desktop")
    assert helper.took < 2.0


def test_a_chain_that_others_could_replace_is_not_run(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    chain(helper, f"echo '{helper.lines('desktop').strip()}'", mode=0o775)
    assert helper.run("--chain", CHAIN) == helper.lines("laptop")
    helper.log("event=key_chain_failed user=alice reason=unsafe_file")
    helper.host.write("/run/home/countersign/mine", "#!/bin/sh\n", mode=0o755, owner="countersign")
    assert helper.run("--chain", "/run/home/countersign/mine") == helper.lines("laptop")
    assert helper.run("--chain", "/opt/countersign/bin/missing") == helper.lines("laptop")
    helper.log("event=key_chain_failed user=alice reason=not_found")


# For people

def explain(helper, as_user=None):
    argv = [helper.program, "--host", "web-01", "--group", "web", "--courier", helper.courier, "--explain", "alice"]
    return helper.host.run(argv, user=as_user).stdout


@pytest.mark.parametrize("as_user", [None, "countersign"])
def test_explain(helper, registry, as_user):
    record = helper.record("laptop")
    registry.serve_record("alice", record)
    helper.put(record, seconds_ago=30)
    tree = lambda: sorted((path, os.stat(path).st_mtime_ns) for folder, names, files in os.walk(helper.host.path(CACHE))
                          for path in [folder, *(os.path.join(folder, name) for name in files)])
    before = tree()
    text = explain(helper, as_user)
    assert "user      alice on web-01, which is in @web\n" in text
    assert f"signed by {statements.fingerprint(helper.keys['signer'])} (line 1 of the signers)" in text
    assert "registry  says that the record in the cache is current\n" in text
    assert f"keys      {statements.fingerprint(helper.keys['laptop'])} ssh-ed25519\n" in text
    assert text.endswith("result    a login now gets these keys, from the cache, without asking\n")
    assert tree() == before
    assert helper.host.syslog.lines == []


def test_explain_names_what_is_wrong(helper):
    helper.point_at(f"https://localhost:{free_port()}")
    text = explain(helper)
    assert "cache     holds no record of this user\n" in text
    assert "registry  could not be asked: registry_unreachable (" in text
    assert text.endswith("result    a login now gets no keys\n")
    helper.host.write("/etc/countersign/countersign.yaml", "nonsense: true\n")
    assert "could not be asked: bad_config (/etc/countersign/countersign.yaml:" in explain(helper)
    os.unlink(helper.host.path("/etc/countersign/signers"))
    assert explain(helper) == "no keys: not_found: /etc/countersign/signers: No such file or directory\n"


# sshd itself

def test_a_real_sshd_takes_the_keys(helper, registry):
    registry.serve_record("alice", helper.record("laptop"))
    host = helper.host
    host.pam_service()
    command = " ".join(helper.argv(user="%u")) + " %f"
    sshd = host.start_sshd(f"AuthorizedKeysCommand {command}", "AuthorizedKeysCommandUser countersign",
                           "AuthorizedKeysFile none", "AuthenticationMethods publickey", authorized_keys=False)
    assert host.client(sshd, "alice", helper.keys["laptop"]).batch("id", "-un").stdout == "alice\n"
    assert host.client(sshd, "alice", helper.keys["desktop"]).batch("id", "-un").returncode == 255
    assert asked(registry) == 1
