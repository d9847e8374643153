"""Fixtures of the browser tests: one Chromium for all of them, the real registry, and a folder for pictures.

COUNTERSIGN_BUILD names the build directory. Pictures and logs go below COUNTERSIGN_ARTIFACTS (default BUILD/browser).
"""

import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "support")]
from browser import MODULES, Browser  # noqa: E402
from browser_site import BrowserSite  # noqa: E402
from realregistry import RealRegistry  # noqa: E402
from testhost import TestHost  # noqa: E402


def pytest_configure(config):
    if os.geteuid() != 0:
        pytest.exit("the browser tests start sshd and need root", returncode=2)
    if not os.path.isdir(os.environ.get("COUNTERSIGN_BUILD", "")):
        pytest.exit("set COUNTERSIGN_BUILD to the build directory, for example build/dev", returncode=2)
    if not os.path.isdir(os.path.join(MODULES, "playwright-core")):
        pytest.exit("playwright-core is missing: scripts/fetch_npm.py", returncode=2)


@pytest.fixture(scope="session")
def build():
    return os.path.abspath(os.environ["COUNTERSIGN_BUILD"])


@pytest.fixture(scope="session")
def artifacts(build):
    folder = os.environ.get("COUNTERSIGN_ARTIFACTS", f"{build}/browser")
    os.makedirs(folder, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser():
    with Browser() as one:
        yield one


def with_phone(registry):
    """Says in the registry's configuration that its own origin is the phone's."""
    with open(registry.config, "a", encoding="utf-8") as file:
        file.write(f"phone: {{ origin: {registry.origin}, rp_id: localhost }}\n")
    return registry


@pytest.fixture(scope="module")
def registry(build):
    with RealRegistry(build) as one:
        yield with_phone(one).start()


@pytest.fixture(scope="module")
def the_site(build):
    with TestHost() as host:
        one = BrowserSite(build, host)
        yield one
        one.stop()


@pytest.fixture
def site(the_site):
    """The module's site, with nothing in the log of its host."""
    the_site.host.syslog.lines.clear()
    return the_site
