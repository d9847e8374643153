"""A real registry that serves a small site: one user with a login key and an approver, two hosts; and what hosts and
approvers say to it, made by stock ssh-keygen."""

import os
import re
import sqlite3
import time

import statements
from realregistry import RealRegistry


class Site(RealRegistry):
    """A registry with one user, two hosts and one approver, serving."""

    def __init__(self, build, **more):
        super().__init__(build, **more)
        self.login_key, self.approver_key = self.make_key("login"), self.make_key("approver")
        self.admin("user", "add", "alice", "--hosts", "@web")
        self.admin("key", "add", "alice", self.login_key + ".pub")
        self.admin("approver", "add", "alice", "--level", "ssh-key", self.approver_key + ".pub")
        self.token, self.other_token = self.add_host("web-01", "web"), self.add_host("db-01", "db")
        self.start()

    def challenge(self, life=90, connection="none", address="203.0.113.9", **changes):
        fields = dict(nonce=statements.hash32(os.urandom(32)), registry=self.origin, host="web-01", service="sshd",
                      user="alice", address=address, connection=connection, **{
                          "login-key": statements.fingerprint(self.login_key), "issued": statements.stamp(),
                          "expires": statements.stamp(life), "number-wanted": "yes", "max-trust": "0s"})
        fields.update(changes)
        return statements.statement("challenge", fields.items())

    def post(self, challenge, token=None):
        return self.call("POST", "/v1/challenges", token=token or self.token, body=challenge)

    def wait(self, challenge, seconds=25):
        return self.begin("GET", f"{path(challenge)}/answer?wait={seconds}", token=self.token)

    def answer(self, challenge, **more):
        more.setdefault("number", "47" if more.get("decision", "approve") == "approve" else "none")
        text = statements.answer(challenge, self.approver_key, **more)
        return text, self.call("POST", f"{path(challenge)}/answer", body=text)

    def session(self):
        text = statements.signed("session", [
            ("registry", self.origin), ("user", "alice"), ("key", statements.public_key(self.approver_key)),
            ("nonce", statements.hash32(os.urandom(32))), ("issued", statements.stamp()),
            ("expires", statements.stamp(3600))], self.approver_key)
        answer = self.call("POST", "/v1/sessions", body=text)
        assert answer.status == 201, answer.body
        return re.match(r"token: (css_[A-Za-z0-9_-]{43})\nexpires: \S+\n\Z", answer.body).group(1)

    def state(self, challenge):
        with sqlite3.connect(f"{self.data}/registry.db") as database:
            row, = database.execute("SELECT state FROM challenges WHERE id = ?", [statements.challenge_id(challenge)])
        return row[0]


def path(challenge):
    return f"/v1/challenges/{statements.challenge_id(challenge)}"


def eventually(holds, seconds=5):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return holds()
