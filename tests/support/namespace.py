"""A private view of the machine: the process behind a TestHost.

Run as a program (by testhost.py, as root) it enters a mount namespace of its own and replaces, for the processes in it
only, /etc (by a copy), /dev (by a minimal one with room for /dev/log), /run, /var/log, and lays /opt, /var/lib and
/var/cache out anew so that directories can be added to them. Then it prints "ready" and waits for the end of its stdin;
at that end it kills whatever still runs in its namespace, and the kernel forgets every mount with the last process.

Nothing is ever mounted while a mount could travel to another namespace: see make_private.
"""

import ctypes
import errno
import os
import signal
import subprocess
import sys
import time

CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
libc = ctypes.CDLL(None, use_errno=True)


def checked(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, data=None):
    encode = lambda text: None if text is None else os.fsencode(text)
    checked(
        libc.mount(encode(source), encode(target), encode(kind), ctypes.c_ulong(flags), encode(data)),
        f"mount {source} on {target}",
    )


def make_private():
    """Cut this namespace's mounts off from every other namespace's.

    A new namespace is a copy whose shared mounts still hand each new mount to their peers. Where / is a mount point one
    call ends that. In a plain chroot / is an ordinary directory of a mount that cannot be named from in here, and even
    a bind of / on / would first appear on the machine. /proc, however, is a mount point: made private, it is a place
    where a recursive bind of / can be attached unseen, and that bind is a mount point to move into.
    """
    try:
        mount(None, "/", None, MS_REC | MS_PRIVATE)
        return
    except OSError as error:
        if error.errno != errno.EINVAL:  # EINVAL: not a mount point
            raise
    if not os.path.ismount("/proc"):
        raise SystemExit("in a chroot, the test host needs /proc mounted")
    mount(None, "/proc", None, MS_PRIVATE)
    mount("/", "/proc/sys", None, MS_BIND | MS_REC)
    os.chroot("/proc/sys")
    os.chdir("/")
    mount(None, "/", None, MS_REC | MS_PRIVATE)


def lay_out_anew(directory, stage):
    """`directory` on the private tmpfs, everything that is in it bound to its old place."""
    os.makedirs(stage)
    for name in os.listdir(directory):
        old, new = os.path.join(directory, name), os.path.join(stage, name)
        if os.path.islink(old):
            os.symlink(os.readlink(old), new)
        elif os.path.isdir(old):
            os.mkdir(new)
            mount(old, new, None, MS_BIND | MS_REC)
        elif os.path.isfile(old):
            os.close(os.open(new, os.O_CREAT | os.O_WRONLY))
            mount(old, new, None, MS_BIND)
    mount(stage, directory, None, MS_BIND | MS_REC)


def private_dev(stage):
    os.makedirs(stage)
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        os.close(os.open(f"{stage}/{name}", os.O_CREAT | os.O_WRONLY))
        mount(f"/dev/{name}", f"{stage}/{name}", None, MS_BIND)
    for name in ("pts", "shm"):
        os.mkdir(f"{stage}/{name}")
    mount("devpts", f"{stage}/pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=0620,gid=5")
    mount("tmpfs", f"{stage}/shm", "tmpfs", 0, "mode=1777")
    links = {"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
    for name, target in links.items():
        os.symlink(target, f"{stage}/{name}")
    mount(stage, "/dev", None, MS_BIND | MS_REC)


def set_up():
    checked(libc.unshare(CLONE_NEWNS), "unshare")
    make_private()
    mount("tmpfs", "/run", "tmpfs", 0, "mode=0755")
    stage = "/run/.testhost"
    os.mkdir(stage, 0o755)
    subprocess.run(["cp", "-a", "/etc", f"{stage}/etc"], check=True)
    mount(f"{stage}/etc", "/etc", None, MS_BIND)
    os.mkdir(f"{stage}/log")
    for name in ("lastlog", "wtmp", "btmp"):
        os.close(os.open(f"{stage}/log/{name}", os.O_CREAT | os.O_WRONLY, 0o600))
    mount(f"{stage}/log", "/var/log", None, MS_BIND)
    for directory in ("/opt", "/var/lib", "/var/cache"):
        lay_out_anew(directory, stage + directory)
    private_dev(f"{stage}/dev")
    os.makedirs("/run/sshd", 0o755)
    os.makedirs("/run/home", 0o755)


def processes_in(namespace):
    """The processes whose mount namespace is `namespace`, a link such as mnt:[4026532222]."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{name}/ns/mnt") == namespace:
                found.append(int(name))
        except OSError:
            pass  # it has just ended
    return found


def kill_all_but_me():
    mine = os.readlink("/proc/self/ns/mnt")
    for _ in range(100):
        others = [pid for pid in processes_in(mine) if pid != os.getpid()]
        if not others:
            return
        for pid in others:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the end of stdin is the only way out: it never leaves orphans
    set_up()
    print("ready", flush=True)
    sys.stdin.read()
    kill_all_but_me()
