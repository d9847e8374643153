"""A server that answers each request as a test tells it, on loopback, with or without TLS: for what goes over the wire.

(host_registry.py and phone_registry.py are such servers with a script that behaves, each for one side of the HTTP API.)

    with ScriptedRegistry(tls=authority) as registry:
        registry.answer("GET", "/v1/records/alice", Answer(200, record, {"ETag": etag(record)}))
        registry.answer("POST", "/v1/challenges", hang)
        …
        registry.instead(lambda request: …)  # what to answer this request with; None: as told above
        registry.seen("DELETE")              # the requests of that method, each with .path, .headers, .body, .time

An answer is an Answer, or a function of the request that returns one, or that takes over the connection and returns None.
What nothing was said about is 404 not_found.
"""

import http.server
import os
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field

import statements


def etag(statement):
    """As PROTOCOL.md section 9.1 has it: hash32 of the record's bytes, in quotes."""
    return f'"{statements.hash32(statement)}"'


class Authority:
    """A certificate authority of the test's own, with one server certificate for localhost and 127.0.0.1."""

    def __init__(self, folder, names="DNS:localhost,IP:127.0.0.1"):
        self.ca, self.certificate, self.key = (os.path.join(folder, name) for name in ("ca.pem", "server.pem", "server.key"))
        ca_key, request, extensions = (os.path.join(folder, name) for name in ("ca.key", "server.csr", "server.ext"))
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self._openssl("req", "-x509", *curve, "-keyout", ca_key, "-out", self.ca, "-days", "2", "-subj", "/CN=Test CA",
                      "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
        self._openssl("req", *curve, "-keyout", self.key, "-out", request, "-subj", "/CN=localhost")
        with open(extensions, "w", encoding="utf-8") as file:
            file.write(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", ca_key, "-CAcreateserial", "-days", "2",
                      "-out", self.certificate, "-extfile", extensions)

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@dataclass
class Answer:
    status: int
    body: object = ""
    headers: dict = field(default_factory=dict)
    delay: float = 0.0


@dataclass
class Request:
    method: str
    path: str  # with the query
    headers: dict
    body: bytes
    handler: http.server.BaseHTTPRequestHandler
    time: float = field(default_factory=time.monotonic)

    @property
    def socket(self):
        return self.handler.connection


def refusal(status, reason, headers=None):
    return Answer(status, f"{reason}: as the test says\n", headers or {})


def hang(request):
    """Accepts, reads, and never answers, until the client goes away."""
    try:
        while request.socket.recv(1024):
            pass
    except OSError:
        pass


def drip(request):
    """A good head and then one byte of the body now and again."""
    try:
        request.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            request.socket.sendall(b"x")
            time.sleep(0.1)
    except OSError:
        pass


def raw(data):
    """An answer of exactly these bytes."""
    def send(request):
        try:
            request.socket.sendall(data)
            request.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
    return send


class ScriptedRegistry:
    def __init__(self, tls=None, port=0):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def _serve(self):
                length = int(self.headers.get("Content-Length", 0))
                outer._serve(self, Request(self.command, self.path, dict(self.headers), self.rfile.read(length), self))

            do_GET = do_POST = do_DELETE = _serve

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass  # a client that goes away is what many tests are about

        self._server = Server(("127.0.0.1", port), Handler)
        self._context = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(tls.certificate, tls.key)
            self._server.socket = self._context.wrap_socket(self._server.socket, server_side=True,
                                                            do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        self.origin = f"https://localhost:{self.port}" if tls else f"http://127.0.0.1:{self.port}"
        self.requests = []
        self._answers, self._instead = {}, lambda request: None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def answer(self, method, path, *answers):
        """What to say to `path`, a prefix; several answers are given one after another, the last one for ever."""
        with self._lock:
            self._answers[method, path] = list(answers)

    def instead(self, function):
        self._instead = function

    def _next(self, request):
        with self._lock:
            self.requests.append(request)
        told = self._instead(request)
        if told is not None:
            return told
        with self._lock:
            fitting = [key for key in self._answers if key[0] == request.method and request.path.startswith(key[1])]
            if not fitting:
                return refusal(404, "not_found")
            answers = self._answers[max(fitting, key=lambda key: len(key[1]))]
            return answers.pop(0) if len(answers) > 1 else answers[0]

    def _serve(self, handler, request):
        answer = self._next(request)
        if callable(answer):
            answer = answer(request)
        if answer is None:
            handler.close_connection = True
            return
        time.sleep(answer.delay)
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        try:
            handler.send_response(answer.status)
            for name, value in {"Content-Type": "text/plain; charset=utf-8", "Countersign-Version": "1",
                                **answer.headers}.items():
                handler.send_header(name, value)
            if answer.status not in (204, 304):
                handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            if answer.status not in (204, 304):
                handler.wfile.write(body)
        except OSError:
            handler.close_connection = True

    def seen(self, method, path=""):
        with self._lock:
            return [request for request in self.requests if request.method == method and request.path.startswith(path)]

    def forget(self):
        with self._lock:
            self.requests.clear()

    def serve_record(self, user, record):
        """As the real one: 200 with an ETag, or 304 when the client holds it."""
        tag = etag(record)

        def answer(request):
            if request.headers.get("If-None-Match") == tag:
                return Answer(304, "", {"ETag": tag})
            return Answer(200, record, {"ETag": tag})
        self.answer("GET", f"/v1/records/{user}", answer)

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
