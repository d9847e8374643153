"""countersign as a person runs it, against stock ssh-keygen: what one signs the other verifies, exit codes, messages."""

import os
import re
import subprocess

import pytest

KINDS = [("ed25519", None), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 2048), ("rsa", 4096)]
FIDO = ["ed25519-sk", "ecdsa-sk"]
MESSAGE = b"countersign\0\xff a message that is no text\r\n" * 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def cli(build):
    def run(*words, stdin=b"", **more):
        return subprocess.run([f"{build}/bin/countersign", *words], input=stdin, capture_output=True, timeout=60, **more)
    return run


def keygen(*words, stdin=b""):
    return subprocess.run(["ssh-keygen", *words], input=stdin, capture_output=True, timeout=60)


class Key:
    """A key pair of ssh-keygen's making, and signatures of its making."""

    def __init__(self, folder, build, kind, bits=None, name=None, options=()):
        self.path = str(folder / (name or f"{kind}{bits or ''}"))
        self.provider = ["-w", f"{build}/lib/libsk_dummy.so"] if kind.endswith("-sk") else []
        self.env = dict(os.environ, SSH_SK_PROVIDER=f"{build}/lib/libsk_dummy.so")
        made = subprocess.run(["ssh-keygen", "-q", "-t", kind, *(["-b", str(bits)] if bits else []), "-N", "", "-C", "test key",
                               *self.provider, *options, "-f", self.path], capture_output=True, env=self.env, timeout=60)
        assert made.returncode == 0, made.stderr
        self.public = self.path + ".pub"
        self.fingerprint = keygen("-lf", self.public).stdout.decode().split()[1]

    def sign(self, folder, message=MESSAGE, name_space="file", options=()):
        # The message as a file: where a PIN is wanted and no terminal is there, ssh-keygen reads it from stdin.
        path = str(folder / f"{os.path.basename(self.path)}-{os.urandom(4).hex()}")
        with open(path, "wb") as file:
            file.write(message)
        signed = subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", name_space, "-f", self.path, *options, path],
                                input=b"0000\n", capture_output=True, env=self.env, timeout=60)
        assert signed.returncode == 0, signed.stderr
        return path + ".sig"


@pytest.fixture(scope="module")
def ed25519(folder, build):
    return Key(folder, build, "ed25519", name="alice")


def verify(cli, key, signature, *more, message=MESSAGE, name_space="file"):
    return cli("verify", "--key", key.public, "--namespace", name_space, "--signature", signature, *more, stdin=message)


# verify


@pytest.mark.parametrize("kind,bits", KINDS)
@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_verify_accepts_what_ssh_keygen_signs(cli, folder, build, kind, bits, hash_name):
    key = Key(folder, build, kind, bits, name=f"{kind}{bits or ''}-{hash_name}")
    signature = key.sign(folder, options=["-O", f"hashalg={hash_name}"])
    good = verify(cli, key, signature)
    assert (good.returncode, good.stderr) == (0, b"")
    assert re.fullmatch(rf"valid: signed by {re.escape(key.fingerprint)} \([a-z0-9-]+\) in namespace file\n",
                        good.stdout.decode())
    bad = verify(cli, key, signature, message=MESSAGE + b"x")
    assert (bad.returncode, bad.stderr) == (1, b"")
    assert bad.stdout.startswith(b"not valid: signature_mismatch")


@pytest.mark.parametrize("kind", FIDO)
def test_verify_reads_the_flags_of_security_keys(cli, folder, build, kind):
    key = Key(folder, build, kind)
    good = verify(cli, key, key.sign(folder))
    assert good.returncode == 0, good
    assert b", user present, counter 7" in good.stdout
    unverified = verify(cli, key, key.sign(folder), "--require-user-verification")
    assert unverified.returncode == 1
    assert unverified.stdout.startswith(b"not valid: user_verification_missing")

    verifying = Key(folder, build, kind, name=f"{kind}-uv", options=["-O", "verify-required"])
    answer = verify(cli, verifying, verifying.sign(folder), "--require-user-verification")
    assert (answer.returncode, b"user present and verified" in answer.stdout) == (0, True), answer

    untouched = Key(folder, build, kind, name=f"{kind}-up", options=["-O", "no-touch-required"])
    answer = verify(cli, untouched, untouched.sign(folder))
    assert answer.returncode == 1
    assert answer.stdout.startswith(b"not valid: user_presence_missing")


def test_a_plain_key_never_verifies_a_person(cli, folder, ed25519):
    answer = verify(cli, ed25519, ed25519.sign(folder), "--require-user-verification")
    assert answer.returncode == 1
    assert answer.stdout.startswith(b"not valid: user_verification_missing")


def test_verify_takes_messages_of_any_size(cli, folder, ed25519):
    for size in (0, 1, 65536, 30_000_001):
        message = b"m" * size
        assert verify(cli, ed25519, ed25519.sign(folder, message), message=message).returncode == 0


def test_verify_says_which_thing_does_not_fit(cli, folder, build, ed25519):
    other = Key(folder, build, "ed25519", name="bob")
    signature = ed25519.sign(folder)
    for key, name_space, reason in ((other, "file", b"key_mismatch"), (ed25519, "git", b"wrong_namespace")):
        answer = verify(cli, key, signature, name_space=name_space)
        assert (answer.returncode, answer.stderr) == (1, b"")
        assert answer.stdout.startswith(b"not valid: " + reason)
        assert answer.stdout.count(b"\n") == 1


def test_verify_calls_malformed_what_is(cli, folder, ed25519):
    signature = ed25519.sign(folder)
    with open(signature, "rb") as file:
        armor = file.read()

    def with_armor(content):
        path = str(folder / "malformed.sig")
        with open(path, "wb") as file:
            file.write(content)
        return verify(cli, ed25519, path)

    for content, reason in ((b"", b"bad_armor"), (armor + b"more", b"bad_armor"), (armor.replace(b"\n", b"\r\n"), b"bad_armor"),
                            (b"x" * 70000, b"too_large"), (armor.replace(b"U1NIU0lH", b"U1NIU0lI"), b"bad_sshsig")):
        answer = with_armor(content)
        assert (answer.returncode, answer.stdout) == (2, b""), answer
        assert answer.stderr.startswith(b"countersign: " + reason), answer
    assert with_armor(armor).returncode == 0

    for words, reason in ((["--key", "/nonexistent"], b"not_found"), (["--key", signature], b"bad_public_key"),
                          (["--key", ed25519.path], b"bad_public_key"),
                          (["--key", ed25519.public, "--origin", "https://p.example"], b"bad_usage"),
                          (["--key", ed25519.public, "--origin", "http://p.example", "--rp-id", "p"], b"bad_text")):
        answer = cli("verify", "--namespace", "file", "--signature", signature, *words, stdin=MESSAGE)
        assert (answer.returncode, answer.stdout) == (2, b""), answer
        assert answer.stderr.startswith(b"countersign: " + reason), answer


def test_a_yes_that_cannot_be_printed_is_no_yes(build, folder, ed25519):
    with open("/dev/full", "wb") as full:
        answer = subprocess.run([f"{build}/bin/countersign", "verify", "--key", ed25519.public, "--namespace", "file",
                                 "--signature", ed25519.sign(folder)], input=MESSAGE, stdout=full, timeout=60)
    assert answer.returncode == 2
