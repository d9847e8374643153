"""countersign-authorized-keys as a program: many at once, with another AuthorizedKeysCommand behind it, for people, and run
by sshd itself.
"""

import os
import subprocess
import threading
import time

import pytest

import statements
from helper_program import CACHE, NAME, asked, authority, helper, installed, registry  # noqa: F401
from scripted_registry import Answer, hang, refusal
from testhost import free_port, wait_until


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
