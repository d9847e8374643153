"""What the prompt shows on a terminal, beyond the number: where else the login can be approved (PROTOCOL.md 12)."""

import statements
from outcome_fixtures import NO_PASSWORD, sshd, the_world, world  # noqa: F401
from world import PROMPT

PHONE = "phone: { origin: 'https://phone.example.com' }\n"
END = r"Press Enter when done: "


def prompt_of(world, sshd):
    """The prompt's lines, and the challenge it belongs to."""
    seen = len(world.registry.challenges)
    with world.host.client(sshd, "alice", world.key, *NO_PASSWORD).terminal() as terminal:
        terminal.expect(END)
        challenge = world.registry.next_challenge(seen)
        lines = terminal.output.splitlines()
        terminal.kill()
        world.registry.wait_withdrawn(challenge)
    first = next(number for number, line in enumerate(lines) if "alice@web-01 from 127.0.0.1" in line)
    return lines[first:], challenge


def test_the_link_names_the_card(world, sshd):
    world.configure(more=PHONE)
    lines, challenge = prompt_of(world, sshd)
    assert len(lines) == 4, lines
    assert lines[2] == "or open https://phone.example.com/#c=" + statements.challenge_id(challenge)
    assert max(map(len, lines)) <= 80


def test_a_longer_link_stands_alone(world, sshd):
    world.configure(more=PHONE.replace("phone.", "countersign."))
    lines, challenge = prompt_of(world, sshd)
    assert lines[2:4] == ["or open", "https://countersign.example.com/#c=" + statements.challenge_id(challenge)]
    assert max(map(len, lines)) <= 80


def test_the_login_goes_on_below_the_link(world, sshd):
    world.configure(more=PHONE)
    with world.host.client(sshd, "alice", world.key, *NO_PASSWORD).terminal() as terminal:
        world.approve(terminal)
        terminal.expect("or open https://")
        terminal.enter()
        assert terminal.finish() == 0 and "admitted" in terminal.output


def test_the_link_can_be_left_out(world, sshd):
    world.configure(more=PHONE)
    text = world.host.read("/etc/countersign/countersign.yaml")
    world.host.write("/etc/countersign/countersign.yaml", text.replace("challenge: {", "challenge: { link: false,"))
    lines, _ = prompt_of(world, sshd)
    assert len(lines) == 3, lines


def test_without_a_phone_there_is_none(world, sshd):
    lines, _ = prompt_of(world, sshd)
    assert len(lines) == 3, lines
