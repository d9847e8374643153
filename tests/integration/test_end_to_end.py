"""Nothing but the real programs: registry, key helper, courier, module, sshd, ssh, and `countersign approve`."""

import shutil
import time

import pytest

import statements
from site_of_one_host import Site


@pytest.fixture(scope="module")
def the_site(host, build):
    one = Site(build, host)
    yield one
    one.stop()


@pytest.fixture
def site(the_site):
    the_site.host.syslog.lines.clear()
    return the_site


def test_a_login(site):
    """Key from the registry, approval by the approver, receipt that stock ssh-keygen accepts."""
    with site.client().terminal() as terminal:
        site.approve(site.number(terminal))
        terminal.enter()
        assert terminal.finish() == 0
        assert "admitted" in terminal.output
    assert site.decisions() == ["event=login_approved "]
    receipt = site.host.run(["sh", "-c", "cat /var/lib/countersign/receipts/*/*"]).stdout
    assert statements.field(receipt, "registry") == site.origin
    assert statements.verify_with_ssh_keygen(receipt, site.phone, "answer.v1@countersign", site.host.directory)
    assert "login-key: " + statements.fingerprint(site.laptop) in receipt


def test_an_approval_that_trusts_for_a_while(site):
    """approve --trust: the next login with the key asks nobody, until the approver is taken away."""
    site.configure(max_trust="8h")
    with site.client().terminal() as terminal:
        said = site.approver("--number", site.number(terminal), "--yes", "--trust", "30m").stdout
        assert ", and trust until " in said
        terminal.enter()
        assert terminal.finish() == 0
    assert site.client().without_tty("echo admitted").stdout == "admitted\n"
    site.host.syslog.wait("event=login_trusted .*user=alice")
    site.configure()


def test_trust_where_the_host_allows_none(site):
    with site.client().terminal() as terminal:
        refused = site.approver("--number", site.number(terminal), "--yes", "--trust", "30m", check=False)
        assert refused.returncode == 2
        assert "--trust: web-01 lets nobody trust later logins" in refused.stderr
        terminal.kill()


def test_a_key_that_was_paired_approves(site):
    """Nobody carried a public key anywhere: code, enrolment, phrase, yes, and a login that the new key approves."""
    first, site.phone = site.phone, site.host.make_key("paired")
    try:
        assert site.pair(site.phone, "no") == (1, 1)
        assert site.pair(site.phone) == (0, 0)
        with site.client().terminal() as terminal:
            site.approve(site.number(terminal))
            terminal.enter()
            assert terminal.finish() == 0
        site.registry("approver", "remove", "alice", statements.fingerprint(site.phone))
        with site.client().terminal() as terminal:
            site.number(terminal)
            assert "not_an_approver" in site.approver("--deny", "--yes", check=False).stderr
    finally:
        site.phone = first


def test_deny(site):
    with site.client().terminal() as terminal:
        site.number(terminal)
        site.approver("--deny", "--yes")
        terminal.enter()
        assert terminal.finish() == 255
        assert "The login was denied on your phone." in terminal.output
    assert site.decisions() == ["event=login_denied answer_denied"]


def test_a_second_attempt_replaces_the_card(site):
    """One connection, two attempts: the approver, who answers "the one login that waits", finds exactly one."""
    with site.client("alice", None, "NumberOfPasswordPrompts 2").terminal() as terminal:
        for _ in range(3):
            site.number(terminal)
            terminal.enter("what?")
        number = site.number(terminal)
        site.approve(number)
        terminal.enter()
        assert terminal.finish() == 0
    assert site.decisions() == ["event=login_denied bad_answer_line", "event=login_approved "]


def test_the_registry_restarts_while_the_phone_rings(site):
    with site.client().terminal() as terminal:
        number = site.number(terminal)
        time.sleep(0.5)
        site.stop()
        site.serve()
        site.approve(number)
        terminal.enter()
        assert terminal.finish() == 0
    assert site.decisions() == ["event=login_approved "]


def test_the_registry_is_restored_from_a_backup(site):
    """Hosts have seen higher serials; what the restored registry signs now is above them all the same."""
    database = site.host.path("/var/lib/countersign-registry")
    site.stop()
    shutil.copytree(database, site.host.directory + "/backup")
    site.serve()
    extra = site.host.make_key("extra")
    site.add_login_key(extra)
    with site.client("alice", extra).terminal() as terminal:
        site.approve(site.number(terminal))
        terminal.enter()
        assert terminal.finish() == 0
    site.stop()
    for name in ("registry.db", "registry.db-wal", "registry.db-shm"):
        site.host.run(["rm", "-f", f"/var/lib/countersign-registry/{name}"])
    shutil.copy2(site.host.directory + "/backup/registry.db", database + "/registry.db")
    site.host.run(["chown", "countersign-registry:", "/var/lib/countersign-registry/registry.db"])
    site.serve()
    site.host.syslog.lines.clear()
    with site.client().terminal() as terminal:
        site.approve(site.number(terminal))
        terminal.enter()
        assert terminal.finish() == 0
    assert site.decisions() == ["event=login_approved "]
    # The key that only the lost database knew is no key any more.
    assert site.client("alice", extra).without_tty("echo admitted").returncode == 255


def test_wrong_numbers_start_a_quiet_time(site):
    for _ in range(3):
        with site.client("alice", None, "NumberOfPasswordPrompts 1").terminal() as terminal:
            number = int(site.number(terminal))
            site.approve(str(10 + (number - 9) % 90))
            terminal.enter()
            assert terminal.finish() == 255
    with site.client("alice", None, "NumberOfPasswordPrompts 1").terminal() as terminal:
        site.number(terminal)
        terminal.enter()
        assert terminal.finish() == 255
        assert "Too many logins wait or failed." in terminal.output
    assert site.decisions() == ["event=login_denied wrong_number"] * 3 + ["event=login_denied quota_exceeded"]


def test_report_takes_the_login_key_out(site):
    """Of another key, since the last test has silenced the first one."""
    stolen = site.host.make_key("stolen")
    site.add_login_key(stolen)
    with site.client("alice", stolen).terminal() as terminal:
        site.number(terminal)
        site.approver("--report", "--yes")
        terminal.enter()
        assert terminal.finish() == 255
    assert site.decisions() == ["event=login_denied answer_reported"]
    assert site.client("alice", stolen).without_tty("echo admitted").returncode == 255
    assert site.host.syslog.find("event=login_denied") == site.host.syslog.find("answer_reported"), "sshd knows no such key"


def test_the_registry_is_down_and_the_cache_serves(site):
    """The key still comes from the cached record; the second factor needs the registry."""
    other = site.host.make_key("other")
    site.add_login_key(other)
    site.client("alice", other).batch("true")  # fills the cache
    site.configure(timeout="10s")
    site.stop()
    try:
        with site.client("alice", other, "NumberOfPasswordPrompts 1").terminal() as terminal:
            site.number(terminal)
            terminal.enter()
            assert terminal.finish() == 255
    finally:
        site.configure()
        site.serve()
    assert site.decisions()[-1] == "event=login_denied registry_unreachable"
