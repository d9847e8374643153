"""The recipes of docs/POLICY.md, as they stand there, on a real sshd. Only names of this test's host take the place of the
examples': its one client has the address 127.0.0.1."""

import os
import re

import pytest

import statements
from outcome_fixtures import NO_PASSWORD, sshd, the_world, world  # noqa: F401

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "POLICY.md")
with open(PAGE, encoding="utf-8") as page:
    RECIPES = dict(re.findall(r"<!-- recipe: (\w+) -->\n```yaml\n(.*?)```", page.read(), re.S))


@pytest.fixture
def recipe(request, world):
    """Puts the recipe that the test is named after into the host's file; changes are (text, instead) pairs."""
    def use(*changes):
        text = RECIPES[request.node.name.removeprefix("test_").split("_")[0]]
        for old, new in (("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", statements.fingerprint(world.key)),
                         ("10.0.0.0/8", "127.0.0.1"), ("192.0.2.5", "127.0.0.1"), *changes):
            text = text.replace(old, new)
        settings = re.match(r"challenge: \{ (.*) \}\n", text)
        world.configure(more=text[settings.end():] if settings else text, timeout="15s",
                        max_trust="8h" if settings else "0s")
    for group, members in (("contractors", "alice"), ("staff", "bob"), ("operators", "")):
        if not re.search(rf"(?m)^{group}:", world.host.read("/etc/group")):
            world.host.append("/etc/group", f"{group}:x:{31000 + len(group)}:{members}\n")
        else:
            world.host.write("/etc/group", re.sub(rf"(?m)^({group}:.*):.*$", rf"\1:{members}", world.host.read("/etc/group")))
    return use


def user(world, sshd, name, *options):
    """The client of `name`, who has a record of the one login key and the one approver."""
    if f"\n{name}:" not in "\n" + world.host.read("/etc/passwd"):
        world.host.add_user(name)
    if not os.path.exists(world.host.path(f"/etc/ssh/authorized/{name}")):
        world.host.authorize(name, world.key)
    world.publish(world.record(user=name), name)
    return world.host.client(sshd, name, world.key, *NO_PASSWORD, "NumberOfPasswordPrompts 1", *options)


def asked(world, client):
    """The challenge of a login that gets the prompt, and what it shows; the login then goes away."""
    seen = len(world.registry.challenges)
    with client.terminal() as terminal:
        terminal.expect("Press Enter when done: ")
        challenge = world.registry.next_challenge(seen)
        output = terminal.output
        terminal.kill()
        world.registry.wait_withdrawn(challenge)
    return challenge, output


def test_every_recipe_is_a_test():
    names = {name.removeprefix("test_").split("_")[0] for name in globals() if name.startswith("test_")}
    assert RECIPES and set(RECIPES) <= names


def test_robots(world, sshd, recipe):
    recipe()
    deploy = user(world, sshd, "deploy")
    assert deploy.without_tty("echo admitted").stdout == "admitted\n"
    world.host.syslog.wait("event=login_allowed .*user=deploy .*rule=/etc/countersign/countersign.yaml:6")
    batch = world.host.client(world.no_prompt_sshd(), "deploy", world.key)
    assert batch.batch("echo admitted").stdout == "admitted\n"


def test_robots_from_elsewhere(world, sshd, recipe):
    recipe()
    done = user(world, sshd, "deploy", "BindAddress 127.0.0.2").without_tty("echo admitted")
    assert done.returncode == 255 and "This account logs in from the build network only." in done.stderr
    world.host.syslog.wait("event=login_denied .*reason=denied_by_rule")
    assert world.registry.challenges == []


def test_batch(world, sshd, recipe):
    recipe()
    world.publish(world.record())
    client = world.host.client(world.no_prompt_sshd(), "alice", world.key)
    process = client.background(command=["echo", "admitted"])
    challenge = world.registry.next_challenge()
    world.registry.give(challenge, statements.trust(challenge, world.approver_key, "none"))
    assert process.communicate(timeout=30)[0] == "admitted\n"
    for _ in range(19):
        assert client.batch("echo admitted").stdout == "admitted\n"
    assert len(world.registry.challenges) == 1
    assert len(world.host.syslog.find("event=login_trusted phase=session")) == 19


def test_contractors(world, sshd, recipe):
    recipe()
    alice = user(world, sshd, "alice")
    challenge, shown = asked(world, alice)
    assert "\nAccess is logged. Questions to ops@example.com.\n" in shown
    assert statements.field(challenge, "max-trust") == "0s"
    with alice.terminal() as terminal:  # the approver is an ordinary key
        world.approve(terminal, world.registry.next_challenge(1))
        terminal.enter()
        assert terminal.finish() == 255
    world.host.syslog.wait("event=login_denied .*reason=level_not_accepted")


def test_root(world, sshd, recipe):
    recipe(("levels: [hardware]", "levels: [ssh-key]"))
    root = user(world, sshd, "root")
    with root.terminal() as terminal:
        world.approve(terminal)
        terminal.enter()
        assert terminal.finish() == 0 and "admitted" in terminal.output


def test_root_from_elsewhere(world, sshd, recipe):
    recipe()
    assert user(world, sshd, "root", "BindAddress 127.0.0.2").without_tty("echo admitted").returncode == 255
    world.host.syslog.wait("event=login_denied .*user=root .*reason=root_not_allowed")
    assert world.registry.challenges == []


def test_only(world, sshd, recipe):
    recipe()
    asked(world, user(world, sshd, "bob"))
    done = user(world, sshd, "alice").without_tty("echo admitted")
    assert done.returncode == 255 and "This host is for staff." in done.stderr


def test_bastion(world, sshd, recipe):
    recipe()
    challenge, shown = asked(world, user(world, sshd, "alice"))
    assert " through bastion-01\n" in shown and statements.field(challenge, "max-trust") == "0s"
    challenge, shown = asked(world, user(world, sshd, "alice", "BindAddress 127.0.0.2"))
    assert "through" not in shown and statements.field(challenge, "max-trust") == "28800s"


def test_staged(world, sshd, recipe):
    recipe()
    alice = user(world, sshd, "alice")
    assert alice.without_tty("echo admitted").stdout == "admitted\n"
    assert "missing=" not in world.host.syslog.wait("event=login_allowed .*would=challenge")
    world.host.syslog.lines.clear()
    world.host.run(["sh", "-c", "rm -f /var/cache/countersign/records/*"])
    world.registry.records.clear()
    assert alice.without_tty("echo admitted").stdout == "admitted\n"
    world.host.syslog.wait("event=login_allowed .*would=challenge missing=record_unknown")


def test_staged_when_the_day_has_come(world, sshd, recipe):
    recipe(("2999-01-31", "2026-01-31"))
    challenge, _ = asked(world, user(world, sshd, "alice"))
    assert statements.field(challenge, "number-wanted") == "yes"
    assert not world.host.syslog.find("event=login_allowed")


def test_sudo(world, sshd, recipe, build):
    """What the rules say of a service without key and address, by the program that tells."""
    recipe()
    program = world.host.install(f"{build}/bin/countersign")
    denied = world.host.run([program, "explain", "--user", "alice", "--service", "sudo"], check=False)
    assert denied.returncode == 1 and "  then       deny" in denied.stdout
    world.host.write("/etc/group", re.sub(r"(?m)^(operators:.*):.*$", r"\1:alice", world.host.read("/etc/group")))
    done = world.host.run([program, "explain", "--user", "alice", "--service", "sudo"], check=False)
    assert done.returncode == 0 and "  then       challenge" in done.stdout
    other = world.host.run([program, "explain", "--user", "alice", "--service", "sshd"], check=False)
    assert other.returncode == 0 and "no rule matches: the login is a challenge" in other.stdout
