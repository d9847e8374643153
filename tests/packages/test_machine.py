"""A booted machine that has only the packages: the registry as a service, a login through sshd, and a removal that is refused."""

import os
import re

SSHD = """\
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
AuthenticationMethods publickey,keyboard-interactive:pam
AuthorizedKeysCommand /usr/libexec/countersign/countersign-authorized-keys --host web-01 --group web %u %f
AuthorizedKeysCommandUser countersign
AuthorizedKeysFile none
"""
HOST = """\
host:
  name: web-01
  groups: [web]
registry:
  url: http://127.0.0.1:8080
challenge:
  levels: [passkey, hardware, ssh-key]
"""


def make_key(machine, path):
    machine.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)


def test_the_registry_waits_for_its_configuration(machine):
    machine.run("systemctl", "start", "countersign-registry")
    assert machine.try_run("systemctl", "is-active", "countersign-registry").stdout.strip() == "inactive"


def test_the_registry_runs_as_a_service_with_few_rights(machine):
    machine.run("sh", "-c", "countersign-registry init --url http://127.0.0.1:8080 > /etc/countersign/signers")
    machine.run("systemctl", "enable", "--now", "countersign-registry")  # returns once it has said READY=1
    assert machine.run("systemctl", "is-active", "countersign-registry").strip() == "active"
    log = machine.run("journalctl", "-u", "countersign-registry", "-o", "cat")
    assert "event=registry_started" in log, log
    pid = machine.run("systemctl", "show", "-P", "MainPID", "countersign-registry").strip()
    status = machine.run("cat", f"/proc/{pid}/status")
    assert re.search(r"^NoNewPrivs:\t1$", status, re.M) and re.search(r"^CapBnd:\t0000000000000400$", status, re.M)
    machine.run("systemd-analyze", "security", "--threshold=20", "--no-pager", "countersign-registry")


def test_a_login_from_packages_alone(machine):
    token = machine.run("countersign-registry", "host", "add", "web-01", "--group", "web").strip()
    machine.run("install", "-o", "root", "-g", "countersign", "-m", "640", "/dev/null", "/etc/countersign/token")
    machine.write("/etc/countersign/token", token + "\n")
    machine.write("/etc/countersign/countersign.yaml", HOST)
    machine.run("useradd", "-m", "-s", "/bin/sh", "alice")
    make_key(machine, "/root/laptop")
    make_key(machine, "/root/approver")
    machine.run("countersign-registry", "user", "add", "alice", "--hosts", "@web")
    machine.run("countersign-registry", "key", "add", "alice", "/root/laptop.pub")
    machine.run("countersign-registry", "approver", "add", "alice", "--level", "ssh-key", "/root/approver.pub")
    machine.run("countersign", "check-config")
    machine.write("/etc/ssh/sshd_config.d/10-countersign.conf", SSHD)
    stack = machine.read("/etc/pam.d/sshd")
    changed = stack.replace("@include common-auth", "auth requisite pam_countersign.so")
    changed = re.sub(r"^(session\s)", r"session requisite pam_countersign.so\n\1", changed, count=1, flags=re.M)
    assert changed.count("pam_countersign.so") == 2
    machine.write("/etc/pam.d/sshd", changed)
    machine.run("sshd", "-t")
    machine.run("systemctl", "restart", "ssh")
    with machine.terminal("ssh", "-i", "/root/laptop", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
                          "alice@127.0.0.1", "echo admitted $USER") as login:
        number = login.expect(r"with number (\d+)")[1]
        login.expect("Press Enter when done:")
        machine.run("countersign", "approve", "--registry", "http://127.0.0.1:8080", "--user", "alice", "--key",
                    "/root/approver", "--number", number, "--yes")
        login.enter()
        login.expect("admitted alice")
        assert login.finish() == 0
    assert "event=login_approved" in machine.run("journalctl", "-t", "sshd", "-o", "cat")


def test_removal_is_refused_while_logins_need_it(machine):
    done = machine.try_run("apt-get", "-y", "remove", "countersign-host")
    assert done.returncode != 0, done.stdout
    for words in ("/etc/pam.d/sshd", "/etc/ssh/sshd_config.d/10-countersign.conf", "COUNTERSIGN_REMOVE=anyway"):
        assert words in done.stdout, done.stdout
    assert os.path.exists(machine.file("/usr/libexec/countersign/countersign-courier"))


def test_removal_goes_through_when_nothing_names_it_any_more(machine):
    os.remove(machine.file("/etc/ssh/sshd_config.d/10-countersign.conf"))
    machine.write("/etc/pam.d/sshd", re.sub(r".*pam_countersign.*\n", "", machine.read("/etc/pam.d/sshd")))
    machine.run("dpkg", "--remove", "countersign-host")
    machine.run("sshd", "-t")


def test_the_registry_s_service_goes_with_its_package(machine):
    machine.run("apt-get", "-y", "remove", "countersign-registry")
    assert machine.try_run("systemctl", "is-active", "countersign-registry").stdout.strip() != "active"
