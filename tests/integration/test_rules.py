"""Rules on a real sshd: who is let in unasked, asked, or denied, in the prompt mode and in the one without prompts."""

import os

import pytest

import statements
from outcome_fixtures import NO_PASSWORD, login, sshd, the_world, world  # noqa: F401
from outcomes import pattern, row_of

ALLOW = """\
rules:
  - match: { users: [alice], from: [127.0.0.0/8] }
    then: allow
"""


@pytest.fixture
def row(request):
    return row_of(request)


@pytest.fixture
def batch(world):
    """alice's client where nothing can prompt: `AuthenticationMethods publickey`."""
    return world.host.client(world.no_prompt_sshd(), "alice", world.key)


def prompting(world, sshd, key=None):
    return world.host.client(sshd, "alice", key or world.key, *NO_PASSWORD, "NumberOfPasswordPrompts 1")


def decided(world, words, count=1):
    line = world.host.syslog.wait(words)
    assert len(world.host.syslog.find("event=login_(denied|approved|allowed|trusted)")) == count, world.host.syslog.lines
    return line


def file_to_copy(world):
    path = os.path.join(world.host.directory, "a file")
    with open(path, "w", encoding="utf-8") as file:
        file.write("content")
    return path


# An allow rule


def test_allowed_by_a_rule(world, sshd, row):
    world.configure(more=ALLOW)
    done = prompting(world, sshd).without_tty("echo admitted")
    assert (done.returncode, done.stdout) == (0, "admitted\n"), done.stderr
    for words in row.logged:
        world.host.syslog.wait(pattern(words))
    decided(world, "event=login_allowed phase=auth .* rule=/etc/countersign/countersign.yaml:6")
    assert world.registry.challenges == [] and world.receipts() == []


def test_allowed_to_copy_files(world, sshd):
    world.configure(more=ALLOW)
    client = prompting(world, sshd)
    done = client.run(["scp", "-F", client.config, file_to_copy(world), "127.0.0.1:copied"])
    assert done.returncode == 0, done.stderr
    done = client.run(["sftp", "-F", client.config, "127.0.0.1"], stdin="get copied " + world.host.directory + "/back\n")
    assert done.returncode == 0, done.stderr
    with open(world.host.directory + "/back", encoding="utf-8") as file:
        assert file.read() == "content"


def test_allowed_in_batches(world, batch):
    world.configure(more=ALLOW)
    assert batch.batch("echo admitted").stdout == "admitted\n"
    assert batch.scp(file_to_copy(world), "copied").returncode == 0
    assert "Remote working directory" in batch.sftp("pwd\n").stdout
    decided(world, "event=login_allowed phase=session user=alice host=web-01 service=sshd", count=3)
    assert world.registry.challenges == []


def test_twenty_tasks_as_ansible_runs_them(world, batch):
    """Each task copies a file, runs it, and takes it away, over one connection that stays, and without."""
    world.configure(more=ALLOW)
    control = ["-o", "ControlMaster=auto", "-o", f"ControlPath={world.host.directory}/%C", "-o", "ControlPersist=10s"]
    for options in ([], control):
        world.host.syslog.lines.clear()
        for number in range(20):
            done = batch.batch(f"echo task {number}", arguments=["-o", "KbdInteractiveAuthentication=no", *options])
            assert done.stdout == f"task {number}\n", done.stderr
        assert len(world.host.syslog.find("event=login_allowed")) == (1 if options else 20)
    batch.run(["ssh", "-F", batch.config, *control, "-O", "exit", "127.0.0.1"])


def test_another_address_is_not_allowed(world, sshd):
    world.configure(timeout="10s", more=ALLOW.replace("127.0.0.0/8", "127.0.0.2"))
    world.leave_at_prompt(prompting(world, sshd))
    assert not world.host.syslog.find("event=login_allowed")


def test_a_key_that_the_record_does_not_hold(world, sshd):
    """Allowed by the rule, and sshd knows the key from a file: the record decides."""
    other = world.host.make_key("unlisted")
    world.host.authorize("alice", other)
    world.configure(more=ALLOW)
    done = prompting(world, sshd, other).without_tty("echo admitted")
    assert done.returncode == 255
    decided(world, "event=login_denied .*reason=key_not_in_record")
    world.host.syslog.lines.clear()
    assert "admitted" not in world.host.client(world.no_prompt_sshd(), "alice", other).batch("echo admitted").stdout
    decided(world, "event=login_denied phase=session .*reason=key_not_in_record")
    world.host.syslog.lines.clear()
    world.configure(more=ALLOW + "    login_keys: any\n")
    assert prompting(world, sshd, other).without_tty("echo admitted").stdout == "admitted\n"
    decided(world, "event=login_allowed ")


def test_no_rule_lets_in_without_a_key(world):
    world.configure(more="rules: [ { then: allow, login_keys: any } ]\n")
    client = world.host.client(world.any_sshd(), "alice", None, "PreferredAuthentications keyboard-interactive")
    assert client.without_tty("echo admitted").returncode == 255
    decided(world, "event=login_denied .*reason=no_publickey", count=3)


# Denied, root, groups


def test_denied_by_a_rule(world, login):
    world.configure(more="rules:\n  - { then: deny, message: Ask ops@example.com }\n")
    login().ends()
    assert world.registry.challenges == []


def test_denied_by_a_rule_in_a_batch(world, batch):
    world.configure(more="rules: [ { then: deny } ]\n")
    assert "admitted" not in batch.batch("echo admitted").stdout
    decided(world, "event=login_denied phase=session .*reason=denied_by_rule")


def test_root_by_a_rule(world, login):
    world.publish(world.record(user="root"), "root")
    world.configure(more="rules: [ { match: { users: [root] }, then: challenge, root: true } ]\n")
    one = login("root")
    world.approve(one.terminal)
    one.terminal.enter()
    one.ends(admitted=True)


def test_group_that_nobody_knows(world, login):
    world.configure(more="rules: [ { match: { groups: [nosuchgroup] }, then: challenge }, { then: allow } ]\n")
    login().ends()


def test_groups_decide(world, sshd):
    if "contractors:" not in world.host.read("/etc/group"):
        world.host.append("/etc/group", "contractors:x:30001:bob\nstaff2:x:30002:bob,alice\n")
    world.configure(more="rules: [ { match: { groups: [contractors] }, then: deny }, { match: { groups: [staff2] }, then: allow } ]\n")
    assert prompting(world, sshd).without_tty("echo admitted").stdout == "admitted\n"
    world.publish(world.record(user="bob"), "bob")
    bob = world.host.client(sshd, "bob", world.key, *NO_PASSWORD, "NumberOfPasswordPrompts 1")
    assert bob.without_tty("echo admitted").returncode == 255
    world.host.syslog.wait("event=login_denied phase=auth user=bob .*reason=denied_by_rule")


def test_the_primary_group_counts(world, sshd):
    world.configure(more="rules: [ { match: { groups: [alice] }, then: allow } ]\n")
    assert prompting(world, sshd).without_tty("echo admitted").stdout == "admitted\n"


# The phone, without a prompt


def pushed(world, client, **answer):
    """A batch login that waits for the phone; what it printed."""
    process = client.background(command=["echo", "admitted"])
    try:
        challenge = world.registry.next_challenge()
        assert statements.field(challenge, "number-wanted") == "no"
        world.registry.give(challenge, world.answer(challenge, "none", **answer))
        return process.communicate(timeout=30)[0]
    finally:
        process.kill()
        process.wait()


PUSH = "rules: [ { match: { users: [alice] }, then: challenge, number: false } ]\n"


def test_a_push_alone_where_a_rule_says_so(world, batch):
    world.configure(more=PUSH)
    assert pushed(world, batch) == "admitted\n"
    decided(world, "event=login_approved phase=session user=alice")
    assert len(world.receipts()) == 1


def test_a_push_that_is_denied(world, batch):
    world.configure(more=PUSH)
    assert "admitted" not in pushed(world, batch, decision="deny")
    decided(world, "event=login_denied phase=session .*reason=answer_denied")


def test_a_push_that_nobody_answers(world, batch):
    world.configure(timeout="10s", more=PUSH)
    assert "admitted" not in batch.batch("echo admitted").stdout
    decided(world, "event=login_denied phase=session .*reason=deadline_passed")
    world.registry.wait_withdrawn(world.registry.next_challenge())


def test_no_push_where_no_rule_says_so(world, batch):
    text = "rules: [ { match: { users: [alice] }, then: challenge } ]\n"
    world.configure(more=text)
    world.host.write("/etc/countersign/countersign.yaml", world.host.read("/etc/countersign/countersign.yaml").replace(
        "challenge: {", "challenge: { number: false,"))
    assert "admitted" not in batch.batch("echo admitted").stdout
    decided(world, "event=login_denied phase=session .*reason=no_prompt_possible")
    assert world.registry.challenges == []


def test_one_login_is_asked_once(world, sshd):
    """Prompt mode, with the session line too, under a rule that could push in both phases."""
    world.configure(more=PUSH)
    with prompting(world, sshd).terminal() as terminal:
        terminal.expect("Approve on your phone\n")
        challenge = world.registry.next_challenge()
        world.registry.give(challenge, world.answer(challenge, "none"))
        terminal.enter()
        assert terminal.finish() == 0 and "admitted" in terminal.output
    decided(world, "event=login_approved phase=auth")
    assert len(world.registry.challenges) == 1


# Trust


def test_trust_admits_batches(world, sshd, batch):
    world.configure(max_trust="8h")
    world.log_in_trusting(prompting(world, sshd))
    world.host.syslog.lines.clear()
    assert batch.batch("echo admitted").stdout == "admitted\n"
    decided(world, "event=login_trusted phase=session user=alice")
    world.host.syslog.lines.clear()
    world.configure(max_trust="8h", more="rules: [ { then: challenge, max_trust: 0s } ]\n")
    assert "admitted" not in batch.batch("echo admitted").stdout
    decided(world, "event=login_denied phase=session .*reason=no_prompt_possible")


def test_behind_a_bastion_nobody_is_trusted(world, sshd):
    world.configure(max_trust="8h", more="bastions: [ { name: bastion-01, addresses: [127.0.0.1] } ]\n")
    with prompting(world, sshd).terminal() as terminal:
        terminal.expect("alice@web-01 from 127.0.0.1 through bastion-01\n")
        challenge = world.registry.next_challenge()
        assert statements.field(challenge, "max-trust") == "0s"
        terminal.kill()
        world.registry.wait_withdrawn(challenge)


# A roll-out in stages


def test_a_staged_rule_lets_in_and_tells(world, sshd):
    staged = "rules: [ { then: allow, would: challenge, until: %s, login_keys: any } ]\n"
    world.configure(more=staged % "2999-01-01")
    assert prompting(world, sshd).without_tty("echo admitted").stdout == "admitted\n"
    line = decided(world, "event=login_allowed .* would=challenge")
    assert "missing=" not in line
    world.host.syslog.lines.clear()
    other = world.host.make_key("unregistered")
    world.host.authorize("alice", other)
    assert prompting(world, sshd, other).without_tty("echo admitted").stdout == "admitted\n"
    decided(world, "event=login_allowed .* would=challenge missing=key_not_in_record")
    world.configure(timeout="10s", more=staged % "2026-01-01")
    world.leave_at_prompt(prompting(world, sshd))


# countersign explain


def test_explain_has_no_side_effects(world, build):
    program = world.host.install(f"{build}/bin/countersign")
    world.configure(more="""\
rules:
  - match: { users: [bob] }
    then: deny
  - match: { from: [10.0.0.0/8], login_keys: ["%s"] }
    then: allow
  - match: { groups: [nosuchgroup] }
    then: deny
bastions: [ { name: bastion-01, addresses: [192.0.2.5] } ]
""" % statements.fingerprint(world.key))

    def explain(*words):
        return world.host.run([program, "explain", *words], check=False)

    def state():
        return world.host.run(["sh", "-c", "find /var/lib/countersign /var/cache/countersign -printf '%p %T@\n' 2>&1 | sort"]).stdout

    def asked():
        """Without the polls of an earlier test's login, whose courier may take a second to end."""
        return [request for request in world.registry.requests if "/answer?" not in request.path]

    before = state()
    done = explain("--user", "alice", "--from", "10.1.2.3", "--key", statements.fingerprint(world.key))
    assert done.returncode == 0, done.stderr
    assert done.stdout == """\
/etc/countersign/countersign.yaml:6: does not match: users
/etc/countersign/countersign.yaml:8: matches
  then       allow
  login key  must stand in the record of alice; else the login is denied
"""
    denied = explain("--user", "bob", "--from", "10.1.2.3")
    assert denied.returncode == 1 and denied.stdout.endswith("countersign.yaml:6: matches\n  then       deny\n")
    unsure = explain("--user", "alice", "--from", "192.0.2.5")
    assert unsure.returncode == 1 and "  then       deny: group_lookup_failed: " in unsure.stdout
    nobody = explain("--user", "no-such-user")
    assert nobody.returncode == 2 and "unknown_user" in nobody.stderr
    assert asked() == [] and world.host.syslog.lines == []
    assert state() == before


def test_explain_and_the_module_agree(world, sshd, build):
    """The same words for the same login, whatever the rule."""
    program = world.host.install(f"{build}/bin/countersign")
    for rules, event in ((ALLOW, "login_allowed"), ("rules: [ { then: deny } ]\n", "login_denied .*denied_by_rule"),
                         ("rules: [ { match: { service: [sudo] }, then: deny }, { match: { users: [] }, then: deny }, { then: allow } ]\n",
                          "login_allowed")):
        world.host.syslog.lines.clear()
        world.configure(more=rules)
        done = world.host.run([program, "explain", "--user", "alice", "--from", "127.0.0.1", "--key",
                               statements.fingerprint(world.key)], check=False)
        place, = [line.split(": ")[0] for line in done.stdout.splitlines() if line.endswith(": matches")]
        prompting(world, sshd).without_tty("true")
        assert f" rule={place}" in world.host.syslog.wait(f"event={event}")
