"""The real countersign-registry on a free loopback port, in a directory that only this test has.

    with RealRegistry(build) as registry:
        registry.admin("user", "add", "alice", "--hosts", "@web")
        token = registry.add_host("web-01", "web")
        registry.start()
        registry.call("GET", "/v1/records/alice", token=token)

With tls=True it serves HTTPS with a certificate of a CA made by the openssl program. The directory lies below /run, since
the registry refuses files whose parents others could change.
"""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

BASE = "/run"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(folder):
    """A CA and a certificate for localhost; returns (ca, certificate, key)."""
    openssl = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *new_key, "-subj", "/CN=Test CA", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *new_key, "-subj", "/CN=localhost", "-keyout", "tls.key", "-out", "tls.csr")
    with open(f"{folder}/tls.ext", "w", encoding="utf-8") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "tls.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "tls.ext", "-out", "tls.pem")
    return f"{folder}/ca.pem", f"{folder}/tls.pem", f"{folder}/tls.key"


class Answer:
    def __init__(self, response):
        self.status, self.body = response.status, response.read().decode()
        self.headers = response.headers

    @property
    def reason(self):
        return self.body.split(":")[0]


class RealRegistry:
    def __init__(self, build, tls=False, settings=""):
        self.program = f"{build}/bin/countersign-registry"
        self.folder = tempfile.mkdtemp(prefix="countersign-registry-test.", dir=BASE)
        os.chmod(self.folder, 0o755)
        self.port, self.process, self.ca = free_port(), None, None
        self.config, self.data = f"{self.folder}/etc/registry.yaml", f"{self.folder}/data"
        self.origin = f"http{'s' if tls else ''}://localhost:{self.port}"
        self.log_file = f"{self.folder}/log"
        self.environment = dict(os.environ)
        words = ["--url", self.origin, "--directory", self.data, "--listen", f"127.0.0.1:{self.port}"]
        if tls:
            self.ca, certificate, key = make_certificate(self.folder)
            words += ["--tls-certificate", certificate, "--tls-key", key]
        self.signers = self.admin("init", *words).stdout
        with open(self.config, "a", encoding="utf-8") as file:
            file.write(settings)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            if self.process and self.process.poll() is None:
                self.stop()
        finally:
            shutil.rmtree(self.folder)

    def admin(self, *words, expect=0, text=None):
        """Runs a subcommand; fails the test unless it exits with `expect`."""
        done = subprocess.run([self.program, *words, "--config", self.config], capture_output=True, input=text, text=True,
                              check=False)
        assert done.returncode == expect, (words, done)
        return done

    def add_host(self, name, *groups):
        options = [word for group in groups for word in ("--group", group)]
        return self.admin("host", "add", name, *options).stdout.strip()

    def make_key(self, name):
        """A new Ed25519 key pair; returns the private key's file."""
        path = f"{self.folder}/{name}"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path], check=True)
        return path

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([self.program, "serve", "--config", self.config], stderr=log,
                                            env=self.environment)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log()
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return self
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise AssertionError("the registry does not listen: " + self.log())

    def stop(self, expect=0):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == expect, self.log()

    def log(self):
        with open(self.log_file, encoding="utf-8") as file:
            return file.read()

    def connect(self, timeout=40):
        if self.ca is None:
            return http.client.HTTPConnection("localhost", self.port, timeout=timeout)
        context = ssl.create_default_context(cafile=self.ca)
        return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=context)

    def begin(self, method, path, token=None, body=None, headers=()):
        """Sends a request on a connection of its own and returns the connection: getresponse() waits for the answer."""
        connection = self.connect()
        all_headers = dict(headers)
        if token:
            all_headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            all_headers.setdefault("Content-Type", "text/plain; charset=utf-8")
        connection.request(method, path, body=body, headers=all_headers)
        return connection

    def call(self, *words, **more):
        connection = self.begin(*words, **more)
        try:
            return Answer(connection.getresponse())
        finally:
            connection.close()
