"""What somebody could do to kept trusts and their files. Below /var/lib/countersign that would be root, or whatever root runs
there: a restore, a copy between hosts, a tidying script. Each time the question is asked as if nobody had trusted anything."""

import hashlib
import time

import pytest
import statements
from outcome_fixtures import NO_PASSWORD, sshd, the_world, world  # noqa: F401
from test_trust import is_asked, trusted, trusts  # noqa: F401


def folder(user):
    return f"/var/lib/countersign/trust/{hashlib.sha256(user.encode()).hexdigest()}"


def trusted_without_asking(client):
    return client.without_tty("echo admitted").stdout == "admitted\n"


def test_of_another_user(world, sshd, trusted):
    """Equal key, address and approver, in the other user's folder."""
    kept, = trusts(world)
    world.publish(world.record(user="bob"), "bob")
    world.host.run(["cp", "-rp", folder("alice"), folder("bob")])
    assert is_asked(world, world.host.client(sshd, "bob", world.key, *NO_PASSWORD))
    assert trusted_without_asking(trusted) and kept in trusts(world)


def test_of_an_answer_in_a_trusts_place(world, sshd):
    """A receipt of an approval that trusted nobody, under the name of a trust."""
    world.configure(max_trust="8h")
    client = world.host.client(sshd, "alice", world.key, *NO_PASSWORD)
    with client.terminal() as terminal:
        world.approve(terminal)
        terminal.enter()
        assert terminal.finish() == 0
    receipt, = world.receipts()
    world.host.run(["install", "-d", "-m", "700", "/var/lib/countersign/trust", folder("alice")])
    world.host.run(["cp", "-p", receipt, f"{folder('alice')}/{int(time.time()) + 3600}-{'A' * 43}"])
    assert is_asked(world, client)
    world.host.syslog.wait("event=login_warning .*reason=wrong_kind")


def test_with_a_later_time_in_its_name(world, sshd):
    """The name says only what need not be read; the time that counts is signed."""
    world.configure(max_trust="8h")
    client = world.host.client(sshd, "alice", world.key, *NO_PASSWORD)
    world.log_in_trusting(client, life=4)
    kept, = trusts(world)
    world.host.run(["mv", kept, f"{folder('alice')}/{int(time.time()) + 86400}-{'A' * 43}"])
    time.sleep(5)
    assert is_asked(world, client)
    world.host.syslog.wait("event=login_warning .*reason=trust_expired")


@pytest.mark.parametrize("bend", [
    "d=$(mktemp -d); mv {kept} $d/moved; ln -s $d/moved {kept}",
    "chmod 660 {kept}",
    "chown alice {kept}",
    "rm {kept}; mkfifo -m 600 {kept}",
    "d=$(mktemp -d); mv {folder} $d/moved; ln -s $d/moved {folder}",
    "chmod 777 {folder}",
], ids=["a link", "others write", "another owner", "a pipe", "its folder is a link", "others write to its folder"])
def test_in_a_file_that_others_could_have_made(world, trusted, bend):
    kept, = trusts(world)
    world.host.run(["sh", "-c", bend.format(kept=kept, folder=folder("alice"))])
    assert is_asked(world, trusted)


def test_of_a_level_that_no_longer_counts(world, trusted):
    world.configure(max_trust="8h")
    config = world.host.read("/etc/countersign/countersign.yaml")
    world.host.write("/etc/countersign/countersign.yaml", config.replace(", ssh-key]", "]"))
    assert is_asked(world, trusted)
    world.host.syslog.wait("event=login_warning .*reason=level_not_accepted")


def test_of_another_person_of_a_shared_account(world, trusted):
    """The account came to be shared since: whose login key it is, and whose approver, must now be the same."""
    text = world.record()
    fields = []
    for name, value in statements.fields(text):
        if name == "serial":
            value = str(int(value) + 1)
        fields.append((name, value))
        if name == "login-key":
            fields.append(("person", "alice"))
    world.publish(statements.signed("record", fields, world.signer))
    assert is_asked(world, trusted)
    world.host.syslog.wait("event=login_warning .*reason=wrong_person")


def test_signed_by_one_whose_endorser_no_longer_counts(world, trusted):
    other = world.host.make_key("administrator")
    world.host.write("/etc/countersign/signers", statements.signers_line(world.signer, ["record"])
                     + statements.signers_line(other, ["approver"]))
    assert is_asked(world, trusted)
    world.host.syslog.wait("event=login_warning .*reason=not_endorsed")


def test_given_for_another_host_of_the_same_user(world, trusted):
    """The files of one host on another: a cloned machine that got a name of its own."""
    config = world.host.read("/etc/countersign/countersign.yaml")
    world.host.write("/etc/countersign/countersign.yaml", config.replace("name: web-01", "name: web-02"))
    assert is_asked(world, trusted)


def test_a_folder_that_somebody_filled(world, trusted):
    """Only so many are read, those that end first; the question still comes."""
    end = f"{folder('alice')}/{int(time.time()) + 600}"
    world.host.run(["sh", "-c", f"umask 077; i=0; while [ $i -lt 1000 ]; do : > {end}-$i; i=$((i+1)); done"])
    assert is_asked(world, trusted)
    world.host.syslog.wait("event=login_warning .*a kept trust")
