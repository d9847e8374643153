"""The test host itself: it leaves no trace on the machine, also after a kill, also from within a chroot."""

import os
import shutil
import signal
import subprocess
import sys

import pytest
from testhost import TestHost, wait_until
import namespace

SUPPORT = os.path.dirname(os.path.abspath(namespace.__file__))


def mounts():
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return file.read()


def tree(directory):
    """Every name below the directory with the time of its last change."""
    return sorted((path, os.lstat(path).st_mtime_ns) for folder, names, files in os.walk(directory)
                  for path in (os.path.join(folder, name) for name in names + files))


def test_the_machine_stays_as_it_is():
    places = ["/etc", "/run", "/opt", "/var/log", "/var/lib/pam", os.path.expanduser("~root/.ssh")]
    before = mounts(), {place: tree(place) for place in places}
    with TestHost() as host:
        assert mounts() == before[0]
        host.add_user("alice")
        host.mkdir("/var/lib/countersign", mode=0o700)
        host.pam_service()
        host.start_sshd()
        host.run(["logger", "-t", "somebody", "hello"])
        assert host.syslog.wait("hello").startswith("somebody: hello")
        assert host.run(["id", "-un"], user="alice").stdout == "alice\n"
    assert (mounts(), {place: tree(place) for place in places}) == before
    assert not os.path.exists("/var/lib/countersign/floors")
    assert not os.path.exists(host.directory)


ABANDONED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from testhost import TestHost
host = TestHost()
host.pam_service()
sshd = host.start_sshd()
print(host._keeper.pid, sshd.process.pid, host.directory, flush=True)
time.sleep(600)
"""


def test_everything_ends_when_the_test_program_is_killed():
    with subprocess.Popen([sys.executable, "-c", ABANDONED, SUPPORT], stdout=subprocess.PIPE, text=True) as program:
        keeper, sshd, directory = program.stdout.readline().split()
        assert os.path.exists(f"/proc/{keeper}") and os.path.exists(f"/proc/{sshd}")
        program.send_signal(signal.SIGKILL)
    wait_until(lambda: not os.path.exists(f"/proc/{keeper}") and not os.path.exists(f"/proc/{sshd}"), "the end of both")
    shutil.rmtree(directory)


# A root directory that is no mount point, on a shared mount whose peer is the shell's own namespace.
IN_A_CHROOT = """
set -eu
mount -t tmpfs place "$1"
root=$1/root
mkdir -p "$root/tmp" "$root/run" "$root/opt" "$root/root" "$root/support"
for name in bin sbin lib lib64; do cp -a "/$name" "$root/" 2>/dev/null || true; done
for name in usr etc var proc dev; do mkdir "$root/$name"; mount --rbind "/$name" "$root/$name"; done
cp "$2"/*.py "$root/support"
mount --make-rshared "$1"
exec chroot "$root" "$3" -B -c "$4"
"""
INSIDE = """
import sys
sys.path.insert(0, "/support")
from testhost import TestHost, os
def mounts(): return open("/proc/self/mountinfo").read()
before = mounts()
assert not any(line.split()[4] == "/" for line in before.splitlines())
assert "shared:" in before
with TestHost() as host:
    assert mounts() == before, "a mount has leaked out"
    host.add_user("alice")
    key = host.make_key("laptop")
    host.authorize("alice", key)
    host.pam_service(auth="required pam_permit.so")
    sshd = host.start_sshd("AuthenticationMethods publickey")
    print(host.client(sshd, "alice", key).batch("id", "-un").stdout, end="")
    assert mounts() == before, "a mount has leaked out"
assert mounts() == before
print("nothing leaked")
"""


def test_it_works_in_a_chroot_and_leaks_no_mount(tmp_path):
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        root_is_a_mount = any(line.split()[4] == "/" for line in file)
    if not root_is_a_mount:
        pytest.skip("this root is a chroot already, so all the other tests show it; from here no second one can be set apart")
    result = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", IN_A_CHROOT, "sh",
                             str(tmp_path), SUPPORT, "/usr/bin/python3", INSIDE], capture_output=True, text=True,
                            timeout=60)
    assert (result.returncode, result.stdout) == (0, "alice\nnothing leaked\n"), result.stderr
