"""A registry that behaves towards approvers (docs/PROTOCOL.md, 9.2) until a test tells it not to.

`cards` is the list of waiting challenges, ask() adds one; `sessions` and `answers` are what was posted, refused or not.
What misbehaves is said with ScriptedRegistry's answer() and instead().
"""

import os
import threading

import statements
from scripted_registry import Answer, ScriptedRegistry, etag


def challenge_text(registry, user="alice", host="web-01", number_wanted="yes", age=5, life=90, **replaced):
    """A challenge as a host writes it; `replaced` overrides single fields (login_key="none")."""
    fields = {
        "nonce": statements.hash32(os.urandom(32)), "registry": registry, "host": host, "service": "sshd", "user": user,
        "address": "203.0.113.9", "connection": "203.0.113.9 50022 192.0.2.10 22",
        "login-key": "SHA256:" + "A" * 43, "issued": statements.stamp(-age), "expires": statements.stamp(life - age),
        "number-wanted": number_wanted, "max-trust": "0s",
    }
    fields.update({name.replace("_", "-"): value for name, value in replaced.items()})
    return statements.statement("challenge", fields.items())


class PhoneRegistry(ScriptedRegistry):
    def __init__(self):
        super().__init__()
        self.cards = []
        self.keeps_cards = False  # a real one forgets a card when it is answered
        self.token = "css_" + statements.hash32(os.urandom(32))
        self.answer("POST", "/v1/sessions", self._open_session)
        self.answer("POST", "/v1/challenges/", self._take_answer)
        self.answer("GET", "/v1/cards", self._list_cards)

    def _open_session(self, _):
        return Answer(201, f"token: {self.token}\nexpires: {statements.stamp(3600)}\n")

    def _take_answer(self, request):
        if not self.keeps_cards:
            self.cards = [card for card in self.cards if statements.challenge_id(card) not in request.path]
        return Answer(204)

    def _list_cards(self, request):
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return Answer(401, "not_authorized: unknown token\n")
        bundle = "".join(self.cards)
        if request.headers.get("If-None-Match") == etag(bundle):
            threading.Event().wait(0.1)
            return Answer(304)
        return Answer(200, bundle, {"ETag": etag(bundle)})

    # For the test

    def ask(self, **fields):
        """Adds a card; returns its challenge id."""
        fields.setdefault("registry", self.origin)
        self.cards.append(challenge_text(**fields))
        return statements.challenge_id(self.cards[-1])

    @property
    def sessions(self):
        return [request.body.decode() for request in self.seen("POST", "/v1/sessions")]

    @property
    def answers(self):
        """(path, statement) of each."""
        return [(request.path, request.body.decode()) for request in self.seen("POST", "/v1/challenges/")]
