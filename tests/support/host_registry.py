"""A registry that behaves towards hosts (docs/PROTOCOL.md, 9.1) until a test tells it not to.

It serves `records`, takes challenges, and hands out the answer that the test gives it. What misbehaves is said with
ScriptedRegistry's answer() and instead().
"""

import threading
import urllib.parse

import statements
from scripted_registry import Answer, ScriptedRegistry, etag


class HostRegistry(ScriptedRegistry):
    def __init__(self):
        self._changed = threading.Condition()
        self._closing = False
        super().__init__()
        self.reset()

    def reset(self):
        """Forgets everything and behaves again."""
        self.records = {}  # user -> record
        self.challenges = []  # texts, oldest first
        self.withdrawn = []  # (id, query)
        self.pushes = 0  # a second challenge on one connection is no new push
        self._given = {}  # id -> answer
        self._states = {}  # id -> posted, replaced, withdrawn
        self.forget()
        self.instead(lambda request: None)
        self.answer("GET", "/v1/records/", self._record)
        self.answer("POST", "/v1/challenges", self._post)
        self.answer("GET", "/v1/challenges/", self._wait)
        self.answer("DELETE", "/v1/challenges/", self._withdraw)

    def _record(self, request):
        record = self.records.get(urllib.parse.unquote(request.path.split("/")[3]))
        if record is None:
            return Answer(404, "record_unknown: no record\n")
        if request.headers.get("If-None-Match") == etag(record):
            return Answer(304, "", {"ETag": etag(record)})
        return Answer(200, record, {"ETag": etag(record)})

    def _post(self, request):
        challenge = request.body.decode()
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
        return Answer(201, identity + "\n", {"Location": f"/v1/challenges/{identity}"})

    def _wait(self, request):
        url = urllib.parse.urlsplit(request.path)
        identity, seconds = url.path.split("/")[3], float(urllib.parse.parse_qs(url.query).get("wait", ["0"])[0])
        with self._changed:
            if identity not in self._states:
                return Answer(404, "not_found: no such challenge\n")
            done = lambda: self._closing or identity in self._given or self._states[identity] != "posted"
            self._changed.wait_for(done, timeout=seconds)
            if self._states[identity] != "posted":
                return Answer(410, f"challenge_{self._states[identity]}: it is over\n")
            answer = self._given.get(identity)
        if answer is None:
            return Answer(204)
        user = statements.field(next(c for c in self.challenges if statements.challenge_id(c) == identity), "user")
        return Answer(200, answer + self.records[user])

    def _withdraw(self, request):
        url = urllib.parse.urlsplit(request.path)
        identity = url.path.split("/")[3]
        with self._changed:
            self.withdrawn.append((identity, url.query))
            if self._states.get(identity) == "posted" and identity not in self._given:
                self._states[identity] = "withdrawn"
            self._changed.notify_all()
        return Answer(204)

    # For the test

    def next_challenge(self, seen=0, timeout=15.0):
        """The text of challenge number `seen`, when it comes."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.challenges) > seen, timeout=timeout):
                asked = ", ".join(f"{request.method} {request.path}" for request in self.requests)
                raise AssertionError("no challenge was posted; requests: " + asked)
            return self.challenges[seen]

    def give(self, challenge, answer):
        """Lets the wait for `challenge` end with these statements (a bundle's first part; the record follows)."""
        with self._changed:
            self._given[statements.challenge_id(challenge)] = answer
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
        super().close()
