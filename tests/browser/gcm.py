"""Chromium's push service on loopback: what a browser asks before a page has a subscription, where a registry's pushes go, and
the connection on which the browser gets them. The names of the fields are those of Chromium's google_apis/gcm/protocol.

    with PushService(folder) as service, Browser(*service.switches) as browser:
        phone = browser.phone(profile=folder)      # a private window has no subscriptions

The subscription's address is https://NAME/…: for whoever pushes, `service.address` must have that name, and `service.ca` vouches.
"""

import base64
import http.server
import os
import socketserver
import ssl
import struct
import subprocess
import threading
import time
import urllib.parse

from scripted_registry import Authority

# Chrome names fcm.googleapis.com; Chromium that Google has not built, as Debian's, this one.
NAME = "jmt17.google.com"
PING, PING_ACK, LOGIN, LOGIN_REPLY, MESSAGE = 0, 1, 2, 3, 8
VERSION = 41


def spki_hash(certificate):
    """Base64 of the SHA-256 of a certificate's public key, as Chromium takes it."""
    done = subprocess.run(f"openssl x509 -in {certificate} -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary",
                          shell=True, check=True, capture_output=True)
    return base64.b64encode(done.stdout).decode()


# Protocol buffers, as much as is needed: numbers, strings and messages

def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def number(field, value):
    return varint(field << 3) + varint(value)


def fixed64(field, value):
    return varint(field << 3 | 1) + struct.pack("<Q", value)


def text(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def first_text(message):
    """The first field, where it is a string: the id of a LoginRequest."""
    assert message[0] == 1 << 3 | 2, message[:20]
    return message[2:2 + message[1]]


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


class _Connections(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _Plain(http.server.BaseHTTPRequestHandler):
    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class PushService:
    def __init__(self, folder):
        self.address = f"127.42.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"  # on port 443: one for each run of the tests
        self.registered = []  # the form of each request for a token
        self.pushes = []  # (headers, body) of each push
        authority = Authority(str(folder), f"DNS:localhost,DNS:{NAME}")
        self.ca, self._spki = authority.ca, spki_hash(authority.certificate)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(authority.certificate, authority.key)
        self._subtypes, self._waiting, self._browser, self._lock = {}, [], None, threading.Lock()
        self._servers = [self._registration(), self._endpoint(), self._connection()]

    @property
    def switches(self):
        registration, _, connection = (server.server_address[1] for server in self._servers)
        return [f"--gcm-checkin-url=http://localhost:{registration}/checkin", f"--gcm-registration-url=http://localhost:{registration}/register",
                f"--gcm-mcs-endpoint=https://localhost:{connection}", f"--ignore-certificate-errors-spki-list={self._spki}"]

    def __enter__(self):
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    # A browser checks in, and registers a page

    def _registration(self):
        service = self

        class Handler(_Plain):
            def do_POST(self):
                body = self.body()
                self.reply(200, service._checked_in() if self.path.startswith("/checkin") else service._register(body))
        return _Server(("127.0.0.1", 0), Handler)

    @staticmethod
    def _checked_in():
        """AndroidCheckinResponse: all is well, the time, who the browser is from now on, and its secret."""
        return number(1, 1) + number(3, int(time.time() * 1000)) + fixed64(7, 1234567890123) + fixed64(8, 9876543210) + number(9, 0)

    def _register(self, body):
        form = dict(urllib.parse.parse_qsl(body.decode()))
        self.registered.append(form)
        if form.get("delete") == "true":
            return b"deleted=" + form["app"].encode()
        token = f"{os.urandom(12).hex()}:{os.urandom(30).hex()}"
        self._subtypes[token] = form
        return b"token=" + token.encode()

    # A registry pushes

    def _endpoint(self):
        service = self

        class Handler(_Plain):
            def do_POST(self):
                body, form = self.body(), service._subtypes.get(urllib.parse.unquote(self.path.rsplit("/", 1)[1]))
                service.pushes.append((dict(self.headers), body))
                if form is None:
                    return self.reply(410)
                service._deliver(form, self.headers, body)
                return self.reply(201, Location=f"https://{NAME}/message")
        server = _Server((self.address, 443), Handler)
        server.socket = self._tls.wrap_socket(server.socket, server_side=True)
        return server

    def _deliver(self, form, headers, body):
        """DataMessageStanza; the payload stays as the registry has encrypted it."""
        data = lambda key, value: text(7, text(1, key) + text(2, value))
        message = (text(3, form["sender"]) + text(5, form["app"]) + data("subtype", form["X-subtype"])
                   + data("content-encoding", headers["Content-Encoding"]) + text(9, f"0:{time.time_ns()}")
                   + number(17, int(headers["TTL"])) + number(18, int(time.time())) + text(21, body))
        with self._lock:
            self._waiting.append(message)
            self._flush()

    def _flush(self):
        while self._browser and self._waiting:
            self._send(self._browser, MESSAGE, self._waiting.pop(0))

    # The browser listens

    def _connection(self):
        service = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    service._listen(service._tls.wrap_socket(self.request, server_side=True))
                except OSError:
                    pass  # the browser has gone
        return _Connections(("127.0.0.1", 0), Handler)

    @staticmethod
    def _send(connection, tag, message):
        connection.sendall(bytes([tag]) + varint(len(message)) + message)

    def _listen(self, connection):
        stream = connection.makefile("rb")
        assert stream.read(1)[0] == VERSION
        connection.sendall(bytes([VERSION]))
        while tag := stream.read(1):
            length = shift = 0
            while (byte := stream.read(1)[0]) & 0x80:
                length, shift = length | (byte & 0x7F) << shift, shift + 7
            message = stream.read(length | byte << shift)
            if tag[0] == PING:
                self._send(connection, PING_ACK, b"")
            elif tag[0] == LOGIN:
                self._send(connection, LOGIN_REPLY, text(1, first_text(message)) + number(8, int(time.time() * 1000)))
                with self._lock:
                    self._browser = connection
                    self._flush()
