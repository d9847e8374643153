"""Every way a login can end, on a real sshd with a real client: what the user sees and which line the log gets.

docs/OUTCOMES.md is the table of expectations: a test here is named after its row and asserts what the row says. This part:
answers and records that are bent in one place, and a host that is not set up as it should be.
"""

import os
import sys
import time

import pytest

import statements
from outcome_fixtures import login, sshd, the_world, world  # noqa: F401
from outcomes import ROWS, pattern
from statements import Approver
from world import PROMPT

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors"))
import signing  # noqa: E402


# The answer


def test_replayed_answer(world, login):
    """An answer admits one login; the next one has another nonce."""
    first = world.host.client(world.prompt_sshd(), "alice", world.key)
    with first.terminal() as terminal:
        answer = world.approve(terminal)
        terminal.enter()
        assert terminal.finish() == 0
    world.forget_log_and_receipts()
    one = login()
    one.terminal.expect(PROMPT)
    world.registry.give(world.registry.next_challenge(seen=1), answer)
    one.terminal.enter()
    one.ends()


def answered_with(world, login, **changes):
    one = login()
    world.approve(one.terminal, **changes)
    one.terminal.enter()
    one.ends()


def test_answer_for_another_user(world, login):
    answered_with(world, login, changes={"user": "bob"})


def test_answer_for_another_host(world, login):
    answered_with(world, login, changes={"host": "web-02"})


def test_answer_for_another_service(world, login):
    answered_with(world, login, changes={"service": "sudo"})


def test_answer_for_another_challenge(world, login):
    answered_with(world, login, changes={"nonce": statements.hash32("another")})


def test_answer_with_another_expiry(world, login):
    answered_with(world, login, changes={"expires": statements.stamp(100)})


def test_answer_by_no_approver(world, login):
    answered_with(world, login, key=world.host.make_key(f"thief-{time.monotonic_ns()}"))


def test_answer_by_the_login_key(world, login):
    answered_with(world, login, key=world.key)


def test_answer_in_another_namespace(world, login):
    answered_with(world, login, namespace="git")


def test_answer_altered_by_one_byte(world, login):
    one = login()
    number = one.terminal.expect(PROMPT).group(1)
    challenge = world.registry.next_challenge()
    answer = world.answer(challenge, number)
    altered = answer.replace("address: 127.0.0.1\n", "address: 127.0.0.2\n")
    assert altered != answer
    world.registry.give(challenge, altered)
    one.terminal.enter()
    one.ends()


def test_decision_altered_after_signing(world, login):
    one = login()
    number = one.terminal.expect(PROMPT).group(1)
    challenge = world.registry.next_challenge()
    denied = world.answer(challenge, "none", decision="deny")
    world.registry.give(challenge, denied.replace("decision: deny\nnumber: none", f"decision: approve\nnumber: {number}"))
    one.terminal.enter()
    one.ends()


def test_level_not_accepted(world, login):
    world.host.write("/etc/countersign/countersign.yaml", world.host.read("/etc/countersign/countersign.yaml").replace(
        "levels: [passkey, hardware, ssh-key]", "levels: [passkey, hardware]"))
    answered_with(world, login)


PHONE = "phone: { origin: 'https://phone.example.com'%s }\n"


def approved_with_a_passkey(world, login, settings, flags):
    """A passkey, in software: what it says of itself stands in `flags`."""
    passkey = signing.FidoKey("alice_phone", signing.RP_ID, webauthn=True)
    public = f"{world.host.directory}/passkey"
    with open(public + ".pub", "w", encoding="ascii") as file:
        file.write(passkey.public + "\n")
    world.configure(more=PHONE % settings)
    world.publish(world.record(approvers=[Approver(public, level="passkey")]))
    one = login()
    number = one.terminal.expect(PROMPT).group(1)
    challenge = world.registry.next_challenge()
    text = statements.statement("answer", statements.fields(challenge) + [("decision", "approve"), ("number", number),
                                                                          ("via", "registry")])
    blob = passkey.blob(text, "answer.v1@countersign", flags=flags)
    world.registry.give(challenge, text + signing.armor(blob))
    one.terminal.enter()
    return one


def test_synced_passkey_refused(world, login):
    approved_with_a_passkey(world, login, ", synced: refuse", 0x1D).ends()


@pytest.mark.parametrize("settings,flags", [(", synced: refuse", 0x05), (", synced: allow", 0x1D), ("", 0x1D)])
@pytest.mark.parametrize("case", ["approve"])
def test_passkeys_that_count(world, login, case, settings, flags):
    approved_with_a_passkey(world, login, settings, flags).ends(admitted=True)


# The record


def test_record_rolled_back(world, login):
    older = world.record(serial=1_700_000_000_000)
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    world.host.write(world.floor(), f"1700000000001 {statements.hash32('newer')} {statements.stamp(-60)}\n", mode=0o600)
    world.publish(older)
    login().ends()
    assert world.registry.challenges == []


def test_record_serial_reused(world, login):
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    world.host.write(world.floor(), f"1700000000000 {statements.hash32('other')} {statements.stamp(-60)}\n", mode=0o600)
    world.publish(world.record(serial=1_700_000_000_000))
    login().ends()


def test_registry_restored_from_a_backup(world, login):
    """It signs with serial = max(last + 1, milliseconds), so what it signs now is above what it signed before."""
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    before = int(time.time() * 1000) - 5000
    world.host.write(world.floor(), f"{before} {statements.hash32('before the crash')} {statements.stamp(-60)}\n", mode=0o600)
    one = login()
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends(admitted=True)
    assert int(world.host.read(world.floor()).split()[0]) > before


def test_reply_with_an_older_record(world, login):
    """The registry turns hostile while the phone rings: it hands out a record from before an approver was removed."""
    one = login()
    world.registry.records["alice"] = world.record(serial=1_700_000_000_000)
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends()


def test_approver_removed_while_the_phone_rang(world, login):
    one = login()
    other = Approver(world.host.make_key(f"other-{time.monotonic_ns()}"))
    world.registry.records["alice"] = world.record(approvers=[other])
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends()


def test_login_key_removed_while_the_phone_rang(world, login):
    one = login()
    world.registry.records["alice"] = world.record(login_keys=[])
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends()


def test_record_signer_not_pinned(world, login):
    other = world.host.make_key(f"other-{time.monotonic_ns()}")
    world.host.write("/etc/countersign/signers", statements.signers_line(other, ["record", "approver"]))
    login().ends()


def test_endorser_not_pinned(world, login):
    """A hostile registry signs a record with an approver of its own, but only an administrator's key may endorse."""
    administrator = world.host.make_key(f"administrator-{time.monotonic_ns()}")
    world.host.write("/etc/countersign/signers", statements.signers_line(world.signer, ["record"])
                     + statements.signers_line(administrator, ["approver"]))
    answered_with(world, login)


def test_separate_endorser(world, login):
    administrator = world.host.make_key(f"administrator-{time.monotonic_ns()}")
    world.host.write("/etc/countersign/signers", statements.signers_line(world.signer, ["record"])
                     + statements.signers_line(administrator, ["approver"]))
    world.publish(world.record(endorser=administrator))
    one = login()
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends(admitted=True)


def test_key_in_both_roles(world, login):
    world.publish(world.record(approvers=[Approver(world.key)]))
    login().ends()
    assert world.registry.challenges == []


def test_record_of_another_user(world, login):
    world.publish(world.record(user="bob"))
    login().ends()


def test_record_for_another_host(world, login):
    world.publish(world.record(hosts="web-02"))
    login().ends()


def test_record_expired(world, login):
    world.publish(world.record(issued=-7200, life=3600))
    login().ends()


def test_record_lives_too_long(world, login):
    world.publish(world.record(life=8 * 86400))
    login().ends()


def test_clock_skew(world, login):
    """This host's clock is ten minutes behind the signer's."""
    world.publish(world.record(issued=600))
    login().ends()


def test_clock_set_back(world, login):
    """The newest record accepted was issued ten minutes from now."""
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    world.host.write(world.floor(), f"1700000000000 {statements.hash32('x')} {statements.stamp(600)}\n", mode=0o600)
    login().ends()


def test_no_record(world, login):
    world.host.run(["sh", "-c", "rm /var/cache/countersign/records/*"])
    world.registry.records.clear()
    login().ends()


def test_cache_lost(world, login):
    """A full disk has lost the cache: the record comes from the registry, and the login goes on."""
    world.host.run(["sh", "-c", "rm /var/cache/countersign/records/*"])
    one = login()
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends(admitted=True)


# The host


def test_configuration_missing(world, login):
    world.host.run(["rm", "/etc/countersign/countersign.yaml"])
    login().ends()


def test_configuration_wrong(world, login):
    world.configure(more="chalenge: { timeout: 30s }\n")
    login().ends()


def test_configuration_writable_by_others(world, login):
    world.host.run(["chmod", "666", "/etc/countersign/countersign.yaml"])
    login().ends()


def test_signers_with_an_authority(world, login):
    world.host.append("/etc/countersign/signers", f"* cert-authority {statements.public_key(world.signer)}\n")
    login().ends()


def test_floor_unreadable(world, login):
    world.host.mkdir("/var/lib/countersign/floors", mode=0o700)
    world.host.write(world.floor(), "not a floor\n", mode=0o600)
    login().ends()


def test_disk_full(world, login):
    """The state directory takes nothing: the receipt is lost with a log line, the login is not."""
    world.host.run(["sh", "-c", "mkdir -m 700 /var/lib/countersign && mount -t tmpfs -o ro,mode=0700 none /var/lib/countersign"])
    try:
        one = login()
        world.approve(one.terminal)
        one.terminal.enter()
        assert one.terminal.finish() == 0
        assert "admitted" in one.terminal.output
        for words in ROWS["disk_full"].logged:
            world.host.syslog.wait(pattern(words))
    finally:
        world.host.run(["umount", "/var/lib/countersign"])
