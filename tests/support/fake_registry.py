"""A registry on loopback that says what a test tells it to, for clients of PROTOCOL.md section 9.2.

What the real registry does is tested with the real one; this one lies, stalls and misbehaves on cue, and keeps what it
was sent.
"""

import hashlib
import http.server
import os
import threading
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta, timezone


def hash32(data):
    return urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def time_text(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def challenge_text(registry, user="alice", host="web-01", number_wanted="yes", age=5, life=90, **replaced):
    """A challenge as a host writes it; `replaced` overrides single fields (login_key="none")."""
    issued = datetime.now(timezone.utc) - timedelta(seconds=age)
    fields = {
        "nonce": hash32(os.urandom(32)), "registry": registry, "host": host, "service": "sshd", "user": user,
        "address": "203.0.113.9", "connection": "203.0.113.9 50022 192.0.2.10 22",
        "login-key": "SHA256:" + "A" * 43, "issued": time_text(issued),
        "expires": time_text(issued + timedelta(seconds=life)), "number-wanted": number_wanted, "max-trust": "0s",
    }
    fields.update({name.replace("_", "-"): value for name, value in replaced.items()})
    return "countersign challenge v1\n" + "".join(f"{name}: {value}\n" for name, value in fields.items())


class FakeRegistry:
    """`cards` is the list of waiting challenges; `answers` what was posted; `refuse` maps a path's beginning to the
    (status, body) that it gets instead."""

    def __init__(self):
        self.cards, self.answers, self.sessions, self.refuse = [], [], [], {}
        self.token = "css_" + hash32(os.urandom(32))
        self.keeps_cards = False  # a real one forgets a card when it is answered
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def reply(self, status, body="", **headers):
                data = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def refused(self):
                for beginning, (status, body) in outer.refuse.items():
                    if self.path.startswith(beginning):
                        self.reply(status, body)
                        return True
                return False

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if self.path == "/v1/sessions":
                    outer.sessions.append(body)
                else:
                    outer.answers.append((self.path, body))
                if self.refused():
                    return
                if self.path == "/v1/sessions":
                    expires = time_text(datetime.now(timezone.utc) + timedelta(hours=1))
                    self.reply(201, f"token: {outer.token}\nexpires: {expires}\n")
                    return
                if not outer.keeps_cards:
                    outer.cards = [card for card in outer.cards if hash32(card.encode()) not in self.path]
                self.reply(204)

            def do_GET(self):
                if self.refused():
                    return
                if self.headers["Authorization"] != f"Bearer {outer.token}":
                    self.reply(401, "not_authorized: unknown token\n")
                    return
                bundle = "".join(outer.cards)
                etag = f'"{hash32(bundle.encode())}"'
                if self.headers["If-None-Match"] == etag:
                    threading.Event().wait(0.1)
                    self.reply(304)
                    return
                self.reply(200, bundle, ETag=etag)

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def ask(self, **fields):
        """Adds a card; returns its challenge id."""
        fields.setdefault("registry", self.origin)
        text = challenge_text(**fields)
        self.cards.append(text)
        return hash32(text.encode())

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
