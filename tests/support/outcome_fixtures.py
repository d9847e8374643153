"""What the tests of docs/OUTCOMES.md share: a world that is good again before each test, and a login whose end is checked
against the row of the test that started it."""

import pytest

from outcomes import pattern, row_of
from world import World

# After PAM_MAXTRIES sshd has no method left to name, and a stock client then tries the password method all the same.
NO_PASSWORD = ["PreferredAuthentications publickey,keyboard-interactive"]


@pytest.fixture(scope="module")
def the_world(host, build):
    one = World(build, host)
    yield one
    one.registry.close()


@pytest.fixture
def world(the_world):
    the_world.reset()
    return the_world


@pytest.fixture
def sshd(world):
    return world.prompt_sshd()


@pytest.fixture
def login(request, world, sshd):
    """login() starts one; its end is checked against the row of this test."""
    row = row_of(request)
    terminals = []

    class Login:
        def __init__(self, user="alice", key=None, attempts=1, server=None, options=()):
            client = world.host.client(server or sshd, user, key or world.key, *options, *NO_PASSWORD,
                                       f"NumberOfPasswordPrompts {attempts}")
            self.terminal = client.terminal()
            terminals.append(self.terminal)

        def ends(self, admitted=False, timeout=30.0):
            status = self.terminal.finish(timeout)
            assert ("admitted" in self.terminal.output) == admitted, self.terminal.output
            assert (status == 0) == admitted
            for words in row.seen:
                assert words in self.terminal.output
            assert row.logged
            for words in row.logged:
                world.host.syslog.wait(pattern(words))
            decisions = world.host.syslog.find(r"event=login_(denied|approved)")
            assert len(decisions) == 1, decisions
            assert (len(world.receipts()) == 1) == admitted
            return decisions[0]

    yield Login
    for terminal in terminals:
        terminal.close()
