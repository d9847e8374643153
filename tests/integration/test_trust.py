"""Trust windows on a real sshd: an approval that also covers later logins like the first (PROTOCOL.md 7.4)."""

import os

import pytest

import statements
from outcome_fixtures import NO_PASSWORD, sshd, the_world, world  # noqa: F401
from scripted_registry import Answer


@pytest.fixture
def trusted(world, sshd):
    """alice's phone has just trusted her login for an hour; the world's log and challenges begin after that."""
    world.configure(max_trust="8h")
    client = world.host.client(sshd, "alice", world.key, *NO_PASSWORD)
    world.log_in_trusting(client)
    line = world.host.syslog.wait("event=login_approved")
    assert " trust=" in line and " until=" in line
    kept, = trusts(world)
    assert world.host.run(["stat", "-c", "%a %U", kept]).stdout == "600 root\n"
    receipt, = world.receipts()
    assert world.host.read(receipt) == world.host.read(kept)
    assert statements.verify_with_ssh_keygen(world.host.read(kept), world.approver_key, "trust.v1@countersign",
                                             world.host.directory)
    world.host.syslog.lines.clear()
    world.registry.challenges.clear()
    return client


def trusts(world):
    return world.host.run(["find", "/var/lib/countersign/trust", "-type", "f"]).stdout.split()


def is_asked(world, client):
    """A login that gets the prompt, and goes away there."""
    world.leave_at_prompt(client)
    assert not world.host.syslog.find("event=login_trusted")
    return True


def test_later_logins_have_no_prompt(world, trusted):
    done = trusted.without_tty("echo admitted")
    assert (done.returncode, done.stdout) == (0, "admitted\n"), done.stderr
    line = world.host.syslog.wait("event=login_trusted phase=auth user=alice host=web-01 service=sshd address=127.0.0.1")
    assert statements.fingerprint(world.approver_key) in line
    assert world.registry.challenges == []
    assert len(world.receipts()) == 1


def test_files_can_be_copied(world, trusted):
    """scp and sftp take part in keyboard-interactive that asks nothing, but for their BatchMode."""
    source = os.path.join(world.host.directory, "a file")
    with open(source, "w", encoding="utf-8") as file:
        file.write("content")
    done = trusted.run(["scp", "-F", trusted.config, source, "127.0.0.1:copied"])
    assert done.returncode == 0, done.stderr
    assert world.host.run(["sh", "-c", "cat ~alice/copied"]).stdout == "content"


def test_another_address_is_asked(world, sshd, trusted):
    assert is_asked(world, world.host.client(sshd, "alice", world.key, *NO_PASSWORD, "BindAddress 127.0.0.2"))


def test_another_key_is_asked(world, sshd, trusted):
    other = world.host.make_key("desktop")
    world.host.authorize("alice", other)
    world.publish(world.record(login_keys=[world.key, other]))
    assert is_asked(world, world.host.client(sshd, "alice", other, *NO_PASSWORD))


def test_without_the_approver_it_is_over(world, trusted):
    world.publish(world.record(approvers=[statements.Approver(world.host.make_key("new phone"))]))
    assert is_asked(world, trusted)
    world.host.syslog.wait("event=login_warning .*reason=not_an_approver")


def test_the_record_takes_it_back(world, trusted):
    kept, = trusts(world)
    world.publish(world.record(more=[("revoked-trust", statements.hash32(statements.message(world.host.read(kept))))]))
    assert is_asked(world, trusted)
    world.host.syslog.wait("event=login_warning .*reason=trust_revoked")


def test_the_cache_cannot_hide_that_it_is_taken_back(world, trusted):
    """Whoever is user countersign can put back an older record and set its time; the registry is asked all the same."""
    kept, = trusts(world)
    revoked = ("revoked-trust", statements.hash32(statements.message(world.host.read(kept))))
    world.registry.records["alice"] = world.record(more=[revoked])
    world.host.run(["sh", "-c", "touch /var/cache/countersign/records/*"], user="countersign")
    assert is_asked(world, trusted)
    world.host.syslog.wait("event=login_warning .*reason=trust_revoked")


def test_without_the_registry_nobody_is_trusted(world, trusted):
    world.registry.answer("GET", "/v1/records/", Answer(503, "registry_unreachable: closed for the test\n"))
    assert is_asked(world, trusted)
    world.host.syslog.wait("event=login_warning .*reason=registry_unreachable")


def test_policy_that_trusts_nobody_ends_it(world, trusted):
    world.configure(max_trust="0s")
    assert is_asked(world, trusted)


def test_a_byte_altered_on_disk_ends_it(world, trusted):
    kept, = trusts(world)
    text = world.host.read(kept)
    until = statements.field(text, "until")
    world.host.write(kept, text.replace(f"until: {until}", f"until: {until[:-3]}01Z" if until[-3:-1] != "01"
                                        else f"until: {until[:-3]}02Z"), mode=0o600)
    assert is_asked(world, trusted)
    world.host.syslog.wait("event=login_warning .*reason=signature_mismatch")


def test_a_group_is_not_a_host(world, sshd):
    """A trust for the host's group admits the login it answers, and no later one."""
    world.configure(max_trust="8h")
    client = world.host.client(sshd, "alice", world.key, *NO_PASSWORD)
    world.log_in_trusting(client, hosts="@web")
    assert is_asked(world, client)
