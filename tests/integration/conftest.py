"""Fixtures of the integration tests: the programs of one build, and private test hosts to run them on.

COUNTERSIGN_BUILD names the build directory (bin/ and lib/ below it). The tests need root, and say so instead of skipping.
"""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from testhost import TestHost  # noqa: E402


def pytest_configure(config):
    if os.geteuid() != 0:
        pytest.exit("the integration tests start sshd and need root", returncode=2)
    if not os.path.isdir(os.environ.get("COUNTERSIGN_BUILD", "")):
        pytest.exit("set COUNTERSIGN_BUILD to the build directory, for example build/dev", returncode=2)


@pytest.fixture(scope="session")
def build():
    return os.path.abspath(os.environ["COUNTERSIGN_BUILD"])


@pytest.fixture(scope="module")
def host():
    with TestHost() as one:
        yield one

