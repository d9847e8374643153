"""Fixtures of the package tests: the Debian packages of this checkout, and a throw-away Debian to install them on.

The packages are built as `dpkg-buildpackage -b` builds them, from what git knows of this checkout. COUNTERSIGN_BUILD names
the build directory; packages and roots go below COUNTERSIGN_BUILD/packages.
"""

import glob
import os
import shutil
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "support")]
from debian import Root, make_base  # noqa: E402


def pytest_configure(config):
    if os.geteuid() != 0:
        pytest.exit("the package tests boot a system of their own and need root", returncode=2)
    if not os.path.isdir(os.environ.get("COUNTERSIGN_BUILD", "")):
        pytest.exit("set COUNTERSIGN_BUILD to the build directory, for example build/dev", returncode=2)
    if not shutil.which("dpkg-buildpackage"):
        pytest.exit("Debian packages are built on Debian: dpkg-buildpackage is missing", returncode=2)


@pytest.fixture(scope="session")
def folder():
    path = os.path.join(os.path.abspath(os.environ["COUNTERSIGN_BUILD"]), "packages")
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


@pytest.fixture(scope="session")
def packages(folder):
    """The .deb files by their package's name."""
    source = f"{folder}/countersign"
    os.mkdir(source)
    files = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], check=True, capture_output=True).stdout
    packed = subprocess.run(["tar", "-C", TOP, "-c", "--null", "-T", "-"], input=files, check=True, capture_output=True)
    subprocess.run(["tar", "-C", source, "-x"], input=packed.stdout, check=True)
    env = {**os.environ, "CCACHE_BASEDIR": source, "PATH": f"/usr/lib/ccache:{os.environ['PATH']}"}
    done = subprocess.run(["dpkg-buildpackage", "-b", "-us", "-uc", f"-j{os.cpu_count()}"], cwd=source, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    return {os.path.basename(path).split("_")[0]: path for path in glob.glob(f"{folder}/*.deb")}


@pytest.fixture(scope="session")
def base(folder, packages):
    """A minimal Debian of this machine's release, with what the packages depend on, but without them."""
    return make_base(f"{folder}/base", packages)


@pytest.fixture(scope="module")
def machine(folder, base, packages):
    """A copy of `base` with the packages installed, booted, without network."""
    with Root(f"{folder}/machine", base) as root:
        root.install(packages)
        root.boot()
        yield root
