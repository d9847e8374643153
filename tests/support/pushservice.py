"""A push service on loopback that does as it is told, and a browser's side of Web Push by an independent library.

    with PushService() as service:
        phone = Phone()
        body = phone.subscription(service.endpoint("a"))
        service.answer("a", status=503, headers={"Retry-After": "1"})     # the first push; then 201 again
        push = service.wait_for("a")
        phone.read(push.body)

HTTPS with a certificate for localhost of a CA of its own (service.ca).
"""

import http.server
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import time

from realregistry import free_port, make_certificate

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MODULES = os.path.join(ROOT, "build", "npm", "node_modules")
BROWSER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "push_browser.mjs")


class Push:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body, self.time = path, headers, body, time.monotonic()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service, name = self.server.service, self.path.strip("/")
        with service.changed:
            service.pushes.append(Push(name, dict(self.headers), body))
            planned = service.planned.get(name, [])
            plan = planned.pop(0) if planned else {}
            service.changed.notify_all()
        if plan.get("silent"):
            service.stop.wait(60)
            self.close_connection = True
            return
        if plan.get("endless"):
            self.close_connection = True
            return self.drip(service)
        text = plan.get("body", b"")
        try:
            self.send_response(plan.get("status", 201))
            for key, value in {"Content-Length": str(len(text)), **plan.get("headers", {})}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(text)
        except OSError:
            pass  # the registry has had enough

    def drip(self, service):
        try:
            self.wfile.write(b"HTTP/1.1 201 Created\r\n\r\n")
            while not service.stop.wait(0.2):
                self.wfile.write(b"x")
        except OSError:
            pass  # the registry has had enough

    do_GET = do_POST

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    service = None

    def get_request(self):
        connection = super().get_request()
        self.service.connections += 1
        return connection

    def handle_error(self, *_):
        pass  # a connection that was dropped


class PushService:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="countersign-push-test.", dir="/run")
        os.chmod(self.folder, 0o755)
        self.ca, certificate, key = make_certificate(self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.port, self.pushes, self.planned, self.connections = free_port(), [], {}, 0
        self.changed, self.stop = threading.Condition(), threading.Event()
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.service = self
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.host, self.origin = f"localhost:{self.port}", f"https://localhost:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)

    def endpoint(self, name):
        return f"{self.origin}/{name}"

    def answer(self, name, times=1, **plan):
        """How the next pushes to this endpoint are answered; after that, 201. silent: never; endless: without an end."""
        with self.changed:
            self.planned.setdefault(name, []).extend([plan] * times)

    def to(self, name):
        with self.changed:
            return [push for push in self.pushes if push.path == name]

    def wait_for(self, name, count=1, seconds=10):
        """The count-th push to this endpoint."""
        with self.changed:
            found = lambda: [push for push in self.pushes if push.path == name]
            assert self.changed.wait_for(lambda: len(found()) >= count, seconds), (name, len(found()))
            return found()[count - 1]


class Phone:
    """A browser's push subscription; its keys and its reading are those of npm's http_ece and of node."""

    def __init__(self):
        keys = self._run("keys")
        self._private, self.p256dh, self.auth = keys["private"], keys["p256dh"], keys["auth"]

    def subscription(self, endpoint):
        return f"endpoint: {endpoint}\np256dh: {self.p256dh}\nauth: {self.auth}\n"

    def read(self, body):
        return self._run("read", private=self._private, auth=self.auth, body=body.hex())["text"]

    @staticmethod
    def verify_vapid(authorization):
        """The claims of a VAPID header whose signature holds."""
        return Phone._run("vapid", authorization=authorization)

    @staticmethod
    def _run(what, **words):
        done = subprocess.run(["node", BROWSER, MODULES, what], input=json.dumps(words), capture_output=True, text=True,
                              timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
