"""The Debian packages: what they install, what they leave alone, and one login on a machine that has only them."""

import os
import re
import stat
import subprocess

import pytest
from debian import Root, contents

OURS = ["countersign", "countersign-host", "countersign-registry"]


def mode_of(root, path):
    return stat.S_IMODE(os.stat(root.file(path)).st_mode)


def test_lintian_finds_nothing(folder, packages):
    debs = [packages[name] for name in OURS]
    done = subprocess.run(["lintian", "--allow-root", "--fail-on=error,warning", "--suppress-tags=initial-upload-closes-no-bugs", *debs],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not re.search(r"^[EW]:", done.stdout, re.M), done.stdout + done.stderr


def test_what_can_go_where(packages):
    """The tool for people needs neither PAM nor a daemon's user."""
    assert sorted(packages) == sorted([*OURS, *[f"{name}-dbgsym" for name in OURS]])
    for name in OURS:
        files = subprocess.run(["dpkg-deb", "-c", packages[name]], capture_output=True, text=True, check=True).stdout
        assert ("pam_countersign.so" in files) == (name == "countersign-host")
        assert "/usr/share/doc/" in files and "changelog" in files


@pytest.fixture(scope="module")
def fresh(folder, base, packages):
    """A copy of `base`, not booted, in which packages come and go; with what stood in /etc before."""
    with Root(f"{folder}/fresh", base) as root:
        before = {part: contents(root.file(part)) for part in ("/etc/pam.d", "/etc/ssh", "/var/lib", "/var/cache", "/usr")}
        root.install(packages)
        yield root, before


def test_installing_switches_nothing_on(fresh):
    root, before = fresh
    for part in ("/etc/pam.d", "/etc/ssh"):
        assert contents(root.file(part)) == before[part]
    assert not os.listdir(root.file("/etc/countersign")) and not os.listdir(root.file("/etc/countersign-registry"))
    assert root.try_run("systemctl", "is-enabled", "countersign-registry").stdout.splitlines()[0] == "disabled"


def test_the_pam_profile_is_listed_and_off(fresh):
    root, _ = fresh
    assert "Default: no" in root.read("/usr/share/pam-configs/countersign")
    root.run("pam-auth-update", "--package")
    assert "pam_countersign" not in "".join(root.read(f"/etc/pam.d/{name}") for name in os.listdir(root.file("/etc/pam.d")))


def test_the_pam_profile_can_be_chosen_and_dropped(fresh):
    root, before = fresh
    root.run("pam-auth-update", "--enable", "countersign")
    lines = [line for line in root.read("/etc/pam.d/common-auth").splitlines() if not line.startswith("#")]
    ours = next(number for number, line in enumerate(lines) if re.match(r"auth\s+requisite\s+pam_countersign\.so\s*$", line))
    assert any("pam_unix.so" in line for line in lines[:ours]), "only who knows the password is asked"
    root.run("pam-auth-update", "--disable", "countersign")
    assert "pam_countersign" not in root.read("/etc/pam.d/common-auth")


def test_users_folders_and_modes(fresh):
    root, _ = fresh
    users = {line.split(":")[0]: line.split(":") for line in root.read("/etc/passwd").splitlines()}
    for name in ("countersign", "countersign-registry"):
        assert users[name][6] == "/usr/sbin/nologin"
    assert mode_of(root, "/var/cache/countersign") == 0o755
    assert os.stat(root.file("/var/cache/countersign")).st_uid == int(users["countersign"][2])
    assert (mode_of(root, "/var/lib/countersign"), os.stat(root.file("/var/lib/countersign")).st_uid) == (0o700, 0)
    for name in ("countersign-courier", "countersign-authorized-keys"):
        program = os.stat(root.file(f"/usr/libexec/countersign/{name}"))
        assert (stat.S_IMODE(program.st_mode), program.st_uid) == (0o711, 0), "execute-only, so never traceable"


def test_purging_leaves_nothing_but_the_registry_s_data(fresh):
    root, before = fresh
    os.makedirs(root.file("/var/lib/countersign-registry"))
    root.write("/var/lib/countersign-registry/signing_key", "a key that hosts trust")
    said = root.run("apt-get", "-y", "purge", *OURS)
    assert "/var/lib/countersign-registry is kept" in said
    assert contents(root.file("/etc/pam.d")) == before["/etc/pam.d"] and contents(root.file("/etc/ssh")) == before["/etc/ssh"]
    gone = ("/etc/countersign", "/etc/countersign-registry", "/var/cache/countersign", "/var/lib/countersign", "/usr/libexec/countersign")
    assert [path for path in gone if os.path.exists(root.file(path))] == []
    left = set(contents(root.file("/usr"))) - set(before["/usr"])
    assert [path for path in left if "countersign" in path] == []
    assert os.path.exists(root.file("/var/lib/countersign-registry/signing_key"))
