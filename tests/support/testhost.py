"""A private test host: users, PAM services, sshd and syslog of its own on this machine, without touching the machine's.

    with TestHost("web-01") as host:
        host.add_user("alice")
        key = host.make_key("laptop")
        host.authorize("alice", key)
        host.pam_service("sshd", auth="required pam_deny.so")
        sshd = host.start_sshd("AuthenticationMethods publickey")
        result = host.client(sshd, "alice", key).batch("id", "-un")

Needs root. Each TestHost is a mount namespace (namespace.py); files written through it, the accounts and all processes
are gone when it closes, also when the test program is killed. Network and process numbers are the machine's: servers
listen on free ports of 127.0.0.1.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import namespace  # noqa: E402
from sshclient import Client  # noqa: E402

SSHD = "/usr/sbin/sshd"
PREFIX = "/opt/countersign"  # root-owned all the way up: what sshd demands of an AuthorizedKeysCommand
FIRST_UID = 20001
SSHD_CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey /etc/ssh/testhost_ed25519
PidFile none
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
PrintMotd no
LogLevel VERBOSE
Subsystem sftp internal-sftp
"""


def openssh_version():
    text = subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=True).stderr
    return tuple(int(part) for part in re.search(r"OpenSSH_(\d+)\.(\d+)", text).groups())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, timeout=15.0):
    until = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > until:
            raise AssertionError(f"within {timeout} s not seen: {what}")
        time.sleep(0.02)


class Syslog:
    """/dev/log of the host: every line that a program there logs through syslog(3)."""

    def __init__(self, path):
        self.lines = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        while True:
            data = self._socket.recv(65536)
            if data == b"<stop>":
                return
            # <priority>Mmm dd hh:mm:ss tag[pid]: text
            self.lines.append(re.sub(r"^<\d+>\w+ +\d+ [\d:]+ ", "", data.decode("utf-8", "replace").rstrip("\n\0")))

    def find(self, pattern):
        return [line for line in self.lines if re.search(pattern, line)]

    def wait(self, pattern, timeout=15.0):
        """The first line that matches; AssertionError with all lines when none comes."""
        try:
            return wait_until(lambda: self.find(pattern), pattern, timeout)[0]
        except AssertionError:
            raise AssertionError(f"no log line matches {pattern!r}; there are:\n" + "\n".join(self.lines)) from None

    def close(self):
        path = self._socket.getsockname()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<stop>", path)
        self._thread.join()
        self._socket.close()


class Sshd:
    def __init__(self, process, port, log_path):
        self.process, self.port, self._log_path = process, port, log_path

    @property
    def log(self):
        with open(self._log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_log(self, pattern, timeout=15.0):
        return wait_until(lambda: re.search(pattern, self.log), f"sshd logging {pattern!r}", timeout)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=10)


class TestHost:
    __test__ = False  # for pytest: not a test class

    def __init__(self, name="web-01"):
        self.name = name
        self.directory = tempfile.mkdtemp(prefix="testhost-")  # the client's side
        self._sshds = []
        self.syslog = None
        here = os.path.dirname(os.path.abspath(__file__))
        self._keeper = subprocess.Popen([sys.executable, os.path.join(here, "namespace.py")], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        try:
            if self._keeper.stdout.readline() != "ready\n":
                raise RuntimeError("the test host's namespace could not be made (is this root?); see above")
            self.syslog = Syslog(self.path("/dev/log"))
            self._new_identity()
        except BaseException:
            self.close()
            raise

    def _new_identity(self):
        """Nothing of the machine's own sshd is left in the copy of /etc."""
        self.run(["rm", "-rf", "/etc/ssh"])
        self.mkdir("/etc/ssh")
        self.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/testhost_ed25519"])
        self.write("/etc/machine-id", os.urandom(16).hex() + "\n", mode=0o444)
        self.append("/etc/passwd", "")
        accounts = self.read("/etc/passwd")
        self.mkdir("/run/home/root", mode=0o700)
        self.write("/etc/passwd", re.sub(r"(?m)^(root:[^:]*:0:0:[^:]*):[^:]*:", r"\1:/run/home/root:", accounts))
        if not re.search(r"(?m)^sshd:", accounts):
            self.append("/etc/passwd", "sshd:x:20000:65534::/run/sshd:/usr/sbin/nologin\n")

    # Files and programs of the host

    def path(self, inside):
        """The host's file `inside`, named from out here. An absolute link in it would lead out: do not follow one."""
        return f"/proc/{self._keeper.pid}/root{inside}"

    def write(self, inside, text, mode=0o644, owner=None):
        data = text.encode() if isinstance(text, str) else text
        descriptor = os.open(self.path(inside), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
            if owner:
                os.fchown(file.fileno(), *self.ids(owner))

    def append(self, inside, text):
        with open(self.path(inside), "a", encoding="utf-8") as file:
            file.write(text)

    def read(self, inside):
        with open(self.path(inside), encoding="utf-8") as file:
            return file.read()

    def mkdir(self, inside, mode=0o755, owner=None):
        os.makedirs(self.path(inside), exist_ok=True)
        os.chmod(self.path(inside), mode)
        if owner:
            os.chown(self.path(inside), *self.ids(owner))

    def install(self, program, folder="bin"):
        """A copy of `program` below PREFIX, where every parent belongs to root; returns its name in the host."""
        self.mkdir(f"{PREFIX}/{folder}")
        target = f"{PREFIX}/{folder}/{os.path.basename(program)}"
        shutil.copyfile(program, self.path(target))
        os.chmod(self.path(target), 0o755)
        return target

    def command(self, argv, user=None):
        """The argument vector that runs `argv` inside the host."""
        prefix = ["nsenter", f"--target={self._keeper.pid}", "--mount", "--root", "--wd=/", "--"]
        if user:
            uid, gid = self.ids(user)
            prefix += ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--"]
        return prefix + list(argv)

    def run(self, argv, user=None, check=True, **more):
        more.setdefault("timeout", 60)
        result = subprocess.run(self.command(argv, user), capture_output=True, text=True, **more)
        if check and result.returncode != 0:
            raise AssertionError(f"{argv} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
        return result

    def start(self, argv, user=None, **more):
        """A process of the host in the background, ended with the host at the latest."""
        more.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(self.command(argv, user), start_new_session=True, **more)

    def processes(self, name):
        """Process numbers of the host's processes called `name` (the first 15 bytes of it, as the kernel keeps them)."""
        found = []
        for pid in namespace.processes_in(os.readlink(f"/proc/{self._keeper.pid}/ns/mnt")):
            try:
                with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
                    if file.read().rstrip("\n") == name[:15]:
                        found.append(pid)
            except OSError:
                pass
        return found

    # Accounts

    def ids(self, user):
        for line in self.read("/etc/passwd").splitlines():
            fields = line.split(":")
            if fields[0] == user:
                return int(fields[2]), int(fields[3])
        raise KeyError(user)

    def add_user(self, user, shell="/bin/sh", password_hash="*"):
        """An account with a group and a home of its own; written directly, since useradd also writes outside /etc."""
        used = {int(line.split(":")[2]) for line in self.read("/etc/passwd").splitlines() if line.count(":") == 6}
        uid = next(number for number in range(FIRST_UID, 60000) if number not in used)
        self.append("/etc/passwd", f"{user}:x:{uid}:{uid}::/run/home/{user}:{shell}\n")
        self.append("/etc/group", f"{user}:x:{uid}:\n")
        self.append("/etc/shadow", f"{user}:{password_hash}:20000:0:99999:7:::\n")
        self.mkdir(f"/run/home/{user}", mode=0o700, owner=user)

    def make_key(self, name, kind="ed25519", bits=None):
        """A key pair on the client's side; the path of the private key. The public one is that plus ".pub"."""
        path = os.path.join(self.directory, name)
        subprocess.run(["ssh-keygen", "-q", "-t", kind, *(["-b", str(bits)] if bits else []), "-N", "", "-C", name,
                        "-f", path], check=True, stdin=subprocess.DEVNULL)
        return path

    def authorize(self, user, key):
        """Puts the key into the root-owned file that the directive authorized_keys_file() names."""
        self.mkdir("/etc/ssh/authorized")
        with open(key + ".pub", encoding="utf-8") as file:
            self.append(f"/etc/ssh/authorized/{user}", file.read())

    # PAM, sshd and clients

    def pam_service(self, service="sshd", auth="required pam_deny.so", account="required pam_permit.so",
                    session="required pam_permit.so"):
        """/etc/pam.d/SERVICE; each argument is the rest of one or more lines of that type."""
        text = ""
        for kind, value in (("auth", auth), ("account", account), ("session", session)):
            text += "".join(f"{kind} {line}\n" for line in value.splitlines())
        self.write(f"/etc/pam.d/{service}", text + "password required pam_deny.so\n")

    def start_sshd(self, *directives, service="sshd", authorized_keys=True, match=""):
        """sshd with the given directives, which win over the default ones. `service` is its PAM service, `match` the
        text of its Match blocks."""
        program = SSHD
        lines = list(directives)
        if authorized_keys:
            lines.append("AuthorizedKeysFile /etc/ssh/authorized/%u")
        if openssh_version() >= (9, 8):
            lines.append("PerSourcePenalties no")  # every client here has the same address
        if service != "sshd":
            if openssh_version() >= (9, 8):
                lines.append(f"PAMServiceName {service}")
            else:  # the service is the name under which sshd was started
                self.mkdir(f"{PREFIX}/sbin")
                program = f"{PREFIX}/sbin/{service}"
                if not os.path.exists(self.path(program)):
                    shutil.copy2(SSHD, self.path(program))
        for _ in range(5):  # another program may take the free port first
            port = free_port()
            config, log = f"/etc/ssh/sshd_{port}", f"/run/sshd-{port}.log"
            self.write(config, "\n".join(lines) + "\n" + SSHD_CONFIG.format(port=port) + match, mode=0o600)
            process = self.start([program, "-D", "-f", config, "-E", log])
            sshd = Sshd(process, port, self.path(log))
            wait_until(lambda: process.poll() is not None or (
                os.path.exists(self.path(log)) and "Server listening" in sshd.log), "sshd's start")
            if process.poll() is None:
                self._sshds.append(sshd)
                return sshd
        raise AssertionError("sshd does not start:\n" + sshd.log)

    def client(self, sshd, user, key=None, *options):
        return Client(self.directory, sshd.port, user, key, options)

    # The end

    def close(self):
        for sshd in self._sshds:
            sshd.stop()
        if self.syslog:
            self.syslog.close()
        self._keeper.stdin.close()
        self._keeper.wait(timeout=30)
        self._keeper.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
