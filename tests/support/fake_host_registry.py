"""A registry that does on cue what a real one never does: the host's side of the HTTP API (docs/PROTOCOL.md, 9.1).

Left alone it behaves: it serves `records`, takes challenges, and hands out the answer that the test gives it. A test sets
`refuse` to a (method, path) -> Reply function to misbehave; None from it means "behave". Every request is kept.
"""

import http.server
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

import statements


@dataclass
class Reply:
    status: int
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    delay: float = 0.0  # before the first byte; interrupted when the registry stops
    declared: int = None  # the Content-Length to claim, when it is not the true one


def text(status, body, **headers):
    return Reply(status, body.encode(), {name.replace("_", "-"): value for name, value in headers.items()})


class FakeRegistry:
    def __init__(self):
        self._changed = threading.Condition()
        self._closing = False
        self.reset()
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                registry.reply(self, registry.decide(self.command, self.path, self.headers, body))

            do_GET = do_POST = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # the courier went away: its right

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reset(self):
        """Forgets everything and behaves again."""
        self.records = {}  # user -> record
        self.challenges = []  # texts, oldest first
        self.withdrawn = []  # (id, query)
        self.requests = []  # "METHOD path"
        self.pushes = 0  # a second challenge on one connection is no new push
        self.refuse = lambda method, path: None
        self._answers = {}  # id -> answer
        self._states = {}  # id -> posted, replaced, withdrawn

    def reply(self, handler, reply):
        until = time.monotonic() + reply.delay
        while time.monotonic() < until and not self._closing:
            time.sleep(0.05)
        handler.send_response(reply.status)
        headers = {"Content-Type": "text/plain; charset=utf-8", "Countersign-Version": "1", **reply.headers}
        for name, value in headers.items():
            handler.send_header(name, value)
        if reply.status not in (204, 304):
            handler.send_header("Content-Length", str(reply.declared or len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)

    def decide(self, method, path, headers, body):
        with self._changed:
            self.requests.append(f"{method} {path}")
            reply = self.refuse(method, path)
        if reply:
            return reply
        url = urllib.parse.urlsplit(path)
        parts = [urllib.parse.unquote(part) for part in url.path.split("/")[1:]]
        query = urllib.parse.parse_qs(url.query)
        if method == "GET" and parts[:2] == ["v1", "records"] and len(parts) == 3:
            return self._record(parts[2], headers)
        if method == "POST" and parts == ["v1", "challenges"]:
            return self._post(body)
        if method == "GET" and parts[:2] == ["v1", "challenges"] and parts[3:] == ["answer"]:
            return self._wait(parts[2], float(query.get("wait", ["0"])[0]))
        if method == "DELETE" and parts[:2] == ["v1", "challenges"] and len(parts) == 3:
            return self._withdraw(parts[2], url.query)
        return text(404, "not_found: no such path\n")

    def _record(self, user, headers):
        if user not in self.records:
            return text(404, "record_unknown: no record\n")
        etag = f'"{statements.hash32(self.records[user])}"'
        if headers.get("If-None-Match") == etag:
            return text(304, "", ETag=etag)
        return text(200, self.records[user], ETag=etag)

    def _post(self, challenge):
        identity, connection = statements.challenge_id(challenge), statements.field(challenge, "connection")
        with self._changed:
            before = [statements.challenge_id(old) for old in self.challenges
                      if connection != "none" and statements.field(old, "connection") == connection]
            for old in before:
                if self._states[old] == "posted":
                    self._states[old] = "replaced"
            self.pushes += 0 if before else 1
            self.challenges.append(challenge)
            self._states[identity] = "posted"
            self._changed.notify_all()
        return text(201, identity + "\n", Location=f"/v1/challenges/{identity}")

    def _wait(self, identity, seconds):
        with self._changed:
            if identity not in self._states:
                return text(404, "not_found: no such challenge\n")
            done = lambda: self._closing or identity in self._answers or self._states[identity] != "posted"
            self._changed.wait_for(done, timeout=seconds)
            if self._states[identity] != "posted":
                return text(410, f"challenge_{self._states[identity]}: it is over\n")
            answer = self._answers.get(identity)
        if answer is None:
            return text(204, "")
        user = statements.field(next(c for c in self.challenges if statements.challenge_id(c) == identity), "user")
        return text(200, answer + self.records[user])

    def _withdraw(self, identity, query):
        with self._changed:
            self.withdrawn.append((identity, query))
            if self._states.get(identity) == "posted" and identity not in self._answers:
                self._states[identity] = "withdrawn"
            self._changed.notify_all()
        return text(204, "")

    # For the test

    def next_challenge(self, seen=0, timeout=15.0):
        """The text of challenge number `seen`, when it comes."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.challenges) > seen, timeout=timeout):
                raise AssertionError("no challenge was posted; requests: " + ", ".join(self.requests))
            return self.challenges[seen]

    def give(self, challenge, answer):
        """Lets the wait for `challenge` end with these statements (a bundle's first part; the record follows)."""
        with self._changed:
            self._answers[statements.challenge_id(challenge)] = answer
            self._changed.notify_all()

    def wait_withdrawn(self, challenge, timeout=15.0):
        identity = statements.challenge_id(challenge)
        with self._changed:
            found = lambda: [query for each, query in self.withdrawn if each == identity]
            if not self._changed.wait_for(found, timeout=timeout):
                raise AssertionError("the challenge was not withdrawn")
            return found()[0]

    def close(self):
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
