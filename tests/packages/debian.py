"""A throw-away Debian in a folder: made by debootstrap, entered with systemd-nspawn, booted with its own systemd.

A booted Root has no network but its own loopback. Everything in it ends with the nspawn process that holds it.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import time

from sshclient import Terminal

NSPAWN = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--resolv-conf=copy-host"]
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TERM": "dumb", "DEBIAN_FRONTEND": "noninteractive",
       "HOME": "/root"}
RELATED = ["Depends", "Pre-Depends"]


def release():
    with open("/etc/os-release", encoding="utf-8") as file:
        words = dict(line.rstrip().split("=", 1) for line in file if "=" in line)
    return words["VERSION_CODENAME"]


def retried(run, tries=4):
    """The package registry drops a connection now and then."""
    for left in reversed(range(tries)):
        done = run()
        if done.returncode == 0:
            return
        assert left, (done.stdout or "")[-4000:]
        time.sleep(5)


def make_base(path, packages):
    """Debootstraps into `path` and installs there what `packages` depend on."""
    def bootstrap():
        shutil.rmtree(path, ignore_errors=True)
        return subprocess.run(["debootstrap", "--variant=minbase", "--include=systemd-sysv,libpam-systemd,openssh-server,openssh-client",
                               release(), path], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    retried(bootstrap)
    # Services start and stop here as on a machine.
    with contextlib.suppress(FileNotFoundError):
        os.remove(f"{path}/usr/sbin/policy-rc.d")
    needs = []
    for deb in packages.values():
        for field in RELATED:
            value = subprocess.run(["dpkg-deb", "-f", deb, field], capture_output=True, text=True, check=True).stdout
            needs += [need.strip() for need in value.split(",") if need.strip() and not need.strip().startswith("countersign")]
    with Root(path) as root:
        retried(lambda: root.try_run("apt-get", "-y", "-qq", "--no-install-recommends", "satisfy", ", ".join(needs)))
    return path


def contents(folder):
    """What stands below a folder: path, mode, owner, and a hash or the link's target."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(parent, name)
            state = os.lstat(path)
            what = ""
            if os.path.islink(path):
                what = os.readlink(path)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    what = hashlib.sha256(file.read()).hexdigest()
            found[os.path.relpath(path, folder)] = (oct(state.st_mode), state.st_uid, state.st_gid, what)
    return found


class Root:
    def __init__(self, path, base=None):
        self.path, self._holder, self._leader, self._made = path, None, None, base is not None
        if base:
            subprocess.run(["cp", "-a", "--reflink=auto", base, path], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._holder:
            self._holder.send_signal(signal.SIGTERM)
            try:
                self._holder.wait(20)
            except subprocess.TimeoutExpired:
                self._holder.kill()
                self._holder.wait()
        if self._made:
            shutil.rmtree(self.path)
            # nspawn leaves its mount point behind where /run is no tmpfs.
            with contextlib.suppress(OSError):
                os.rmdir(f"/run/systemd/nspawn/propagate/{os.path.basename(self.path)}")

    def argv(self, *words):
        if self._leader is None:
            return [*NSPAWN, "--pipe", "-D", self.path, *[f"--setenv={key}={value}" for key, value in ENV.items()], "--", *words]
        return ["nsenter", "-t", str(self._leader), "-m", "-u", "-i", "-n", "-p", "-r", "-w", "--", *words]

    def try_run(self, *words, text=None):
        return subprocess.run(self.argv(*words), input=text, stdin=subprocess.DEVNULL if text is None else None, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENV, check=False, timeout=300)

    def run(self, *words, text=None):
        """The output of a command that must end well."""
        done = self.try_run(*words, text=text)
        assert done.returncode == 0, (words, done.returncode, done.stdout)
        return done.stdout

    def terminal(self, *words):
        return Terminal(self.argv(*words), ENV)

    def file(self, path):
        return os.path.join(self.path, path.lstrip("/"))

    def read(self, path):
        with open(self.file(path), encoding="utf-8") as file:
            return file.read()

    def write(self, path, text):
        with open(self.file(path), "w", encoding="utf-8") as file:
            file.write(text)

    def install(self, packages):
        """Installs .deb files, their dependencies from the base."""
        os.makedirs(self.file("/srv/packages"), exist_ok=True)
        for deb in packages.values():
            shutil.copy(deb, self.file("/srv/packages"))
        self.run("sh", "-c", "dpkg -i /srv/packages/*.deb")
        shutil.rmtree(self.file("/srv/packages"))

    def boot(self):
        self._holder = subprocess.Popen([*NSPAWN[:-1], "--private-network", "-b", "-D", self.path], env=ENV,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self._holder.poll() is None, "the system ended while it booted"
            with open(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children", encoding="ascii") as file:
                children = file.read().split()
            if children:
                self._leader = int(children[0])
                state = self.try_run("systemctl", "is-system-running").stdout.strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.2)
        raise AssertionError("the system did not boot in time")
