#!/usr/bin/python3
"""What a whole login costs: approved at once, beside public key alone on the same sshd.

usage: login.py BUILD [ROUNDS]      (as root; BUILD is build/release)

One sshd, one registry with TLS, both with their defaults but for the limit of logins a minute. alice's logins take the
whole way: key helper (its cache is fresh, as within a minute of another login), courier, card, number, answer, receipt.
bob's take the key from a file and end there. Each round is one login of each, in turn first; the time is from starting
ssh on a pseudo-terminal to the end of what it prints, the command being `true`.

The approver is this process: it holds a session and a kept-alive connection, reads the number from the terminal, presses
Enter, signs with libcrypto in memory and posts. What that costs, about a millisecond, counts as ours. Registry and cache
lie on a tmpfs: a disk adds two syncs a login, and what they cost.

Printed are least, median and the middle half of both, the difference of the medians and of the least times, and their
ratios. On a machine with other work the least times are the ones to compare.
"""
import base64
import ctypes
import hashlib
import http.client
import os
import ssl
import statistics
import struct
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

BARE = """\
Match User bob
AuthenticationMethods publickey
AuthorizedKeysCommand none
AuthorizedKeysFile /etc/ssh/authorized/%u
"""
ED25519 = 1087  # EVP_PKEY_ED25519


class Signer:
    """An Ed25519 key file without passphrase; armor() is what `ssh-keygen -Y sign` prints, without starting a process."""

    def __init__(self, key_file):
        with open(key_file, encoding="utf-8") as file:
            data = base64.b64decode("".join(file.read().splitlines()[1:-1]))
        self._public = data[data.rindex(b"ssh-ed25519") + 15:][:32]
        at = data.rindex(self._public)
        self._crypto = ctypes.CDLL("libcrypto.so.3")
        self._crypto.EVP_PKEY_new_raw_private_key.restype = ctypes.c_void_p
        self._crypto.EVP_MD_CTX_new.restype = ctypes.c_void_p
        self._key = ctypes.c_void_p(self._crypto.EVP_PKEY_new_raw_private_key(
            ED25519, None, data[at - 32:at], ctypes.c_size_t(32)))

    def _sign(self, data):
        context, size = ctypes.c_void_p(self._crypto.EVP_MD_CTX_new()), ctypes.c_size_t(64)
        signature = ctypes.create_string_buffer(64)
        done = (self._crypto.EVP_DigestSignInit(context, None, None, None, self._key) == 1 and
                self._crypto.EVP_DigestSign(context, signature, ctypes.byref(size), data, ctypes.c_size_t(len(data))) == 1)
        self._crypto.EVP_MD_CTX_free(context)
        assert done
        return signature.raw

    def armor(self, message, namespace):
        string = lambda data: struct.pack(">I", len(data)) + data
        digest = hashlib.sha512(message.encode()).digest()
        common = string(namespace.encode()) + string(b"") + string(b"sha512")
        signature = self._sign(b"SSHSIG" + common + string(digest))
        blob = (b"SSHSIG" + struct.pack(">I", 1) + string(string(b"ssh-ed25519") + string(self._public)) + common +
                string(string(b"ssh-ed25519") + string(signature)))
        text = base64.b64encode(blob).decode()
        lines = "".join(text[i:i + 70] + "\n" for i in range(0, len(text), 70))
        return f"-----BEGIN SSH SIGNATURE-----\n{lines}-----END SSH SIGNATURE-----\n"


class Approver:
    """alice's, who answers at once."""

    def __init__(self, site, authority):
        import statements
        from urllib.parse import urlsplit
        self._statements, self._signer, self._etag = statements, Signer(site.phone), None
        url = urlsplit(site.origin)
        self._connection = http.client.HTTPSConnection(url.hostname, url.port, timeout=30,
                                                       context=ssl.create_default_context(cafile=authority.ca))
        text = statements.statement("session", [
            ("registry", site.origin), ("user", "alice"), ("key", statements.public_key(site.phone)),
            ("nonce", statements.hash32(os.urandom(32))), ("issued", statements.stamp()), ("expires", statements.stamp(3600))])
        status, _, body = self._call("POST", "/v1/sessions", text + self._signer.armor(text, "session.v1@countersign"))
        assert status == 201, body
        self._token = body.split()[1]

    def _call(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, body, {**headers, "Content-Type": "text/plain; charset=utf-8"})
        answer = self._connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def _card(self):
        while True:
            known = {"If_None_Match": self._etag} if self._etag else {}
            status, headers, body = self._call("GET", "/v1/cards?wait=20", Authorization=f"Bearer {self._token}", **known)
            assert status in (200, 304), body
            self._etag = headers["ETag"]
            if status == 200 and body:
                return body

    def approve(self, number):
        card = self._card()
        text = self._statements.statement("answer", self._statements.fields(card) + [
            ("decision", "approve"), ("number", number), ("via", "registry")])
        status, _, body = self._call("POST", f"/v1/challenges/{self._statements.challenge_id(card)}/answer",
                                     text + self._signer.armor(text, "answer.v1@countersign"))
        assert status == 204, body


def measure(site, approver, rounds):
    """{user: times in ms}, without the first three rounds."""
    clients = {"alice": site.client(), "bob": site.client("bob")}

    def login(user):
        start = time.perf_counter()
        with clients[user].terminal("true") as terminal:
            if user == "alice":
                number = site.number(terminal)
                terminal.enter()
                approver.approve(number)
            terminal.read_to_end()
            took = time.perf_counter() - start
            assert terminal.finish() == 0, terminal.output
        return took * 1000

    times = {"alice": [], "bob": []}
    for number in range(rounds + 3):
        for user in ("alice", "bob") if number % 2 else ("bob", "alice"):
            took = login(user)
            if number >= 3:
                times[user].append(took)
    return times


def report(times):
    print(f"{'ms':18} {'least':>8} {'median':>8} {'middle half':>15}")
    for user, name in (("alice", "approved at once"), ("bob", "public key alone")):
        low, _, high = statistics.quantiles(times[user], n=4)
        print(f"{name:18} {min(times[user]):8.1f} {statistics.median(times[user]):8.1f} {f'{low:.1f} to {high:.1f}':>15}")
    for name, figure in (("least", min), ("median", statistics.median)):
        ours, bare = figure(times["alice"]), figure(times["bob"])
        print(f"{name}: {ours - bare:.1f} ms more, ratio {ours / bare:.2f}")


def main(build, rounds):
    from scripted_registry import Authority
    from site_of_one_host import Site
    from testhost import TestHost

    with tempfile.TemporaryDirectory() as folder, TestHost() as host:
        host.add_user("bob")
        authority = Authority(folder)
        site = Site(build, host, authority=authority, fresh="60s", match=BARE)
        host.authorize("bob", site.laptop)
        # The gate in the session phase would turn bob away.
        host.pam_service("sshd", auth=f"requisite {site.module}",
                         session=f"[success=1 default=ignore] pam_succeed_if.so quiet user = bob\nrequisite {site.module}\n"
                         "required pam_permit.so")
        site.stop()
        host.append("/etc/countersign-registry/registry.yaml", "limits: { challenges_per_minute: 1000 }\n")
        site.serve()
        report(measure(site, Approver(site, authority), rounds))
        site.stop()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or os.geteuid() != 0:
        sys.exit(__doc__)
    main(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 30)
