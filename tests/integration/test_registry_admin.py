"""countersign-registry as its administrators use it: init, users, keys, approvers, hosts, records."""

import base64
import os
import re
import stat
import subprocess
import time

import pytest
import statements
from realregistry import RealRegistry
from registry_site import Site, eventually


@pytest.fixture
def fresh(build):
    """A registry that serves nothing yet and that the test may break."""
    with RealRegistry(build) as one:
        yield one


def test_init_makes_private_files_and_changes_nothing_that_exists(fresh):
    modes = {name: stat.S_IMODE(os.stat(f"{fresh.folder}/{name}").st_mode)
             for name in ("data", "data/registry.db", "data/signing_key", "data/signing_key.pub", "data/vapid_key",
                          "etc/registry.yaml")}
    assert modes == {"data": 0o700, "data/registry.db": 0o600, "data/signing_key": 0o600, "data/signing_key.pub": 0o644,
                     "data/vapid_key": 0o600,
                     "etc/registry.yaml": 0o644}
    with open(f"{fresh.data}/signing_key.pub", encoding="utf-8") as file:
        key = " ".join(file.read().split()[:2])
    assert fresh.signers.splitlines() == [f'* namespaces="{kind}.v1@countersign" {key} countersign-registry'
                                          for kind in ("record", "approver")]
    derived = subprocess.run(["ssh-keygen", "-y", "-f", f"{fresh.data}/signing_key"], capture_output=True, text=True, check=True)
    assert derived.stdout.startswith(key)
    again = fresh.admin("init", "--url", fresh.origin, "--directory", fresh.data, expect=1)
    assert "already_exists" in again.stderr


def test_init_refuses_what_serve_would_refuse(fresh):
    elsewhere = ["--directory", f"{fresh.folder}/other"]
    for words, status in [(["--url", "ftp://x"], 1), (["--url", fresh.origin, "--listen", "0.0.0.0:80"], 1),
                          (["--url", fresh.origin, "--tls-key", "/x"], 1), ([], 2), (["--url", "a\"b"], 2)]:
        done = subprocess.run([fresh.program, "init", *elsewhere, "--config", f"{fresh.folder}/other.yaml", *words],
                              capture_output=True, text=True, check=False)
        assert done.returncode == status, done
        assert not os.path.exists(f"{fresh.folder}/other") and not os.path.exists(f"{fresh.folder}/other.yaml")


def test_root_leaves_the_data_to_its_owner(build):
    with RealRegistry(build) as registry:
        subprocess.run(["chown", "-R", "nobody:nogroup", registry.data], check=True)
        registry.admin("user", "add", "alice", "--hosts", "*")
        registry.start()
        token = registry.add_host("web-01")
        assert registry.call("GET", "/v1/records/alice", token=token).status == 200
        with open(f"/proc/{registry.process.pid}/status", encoding="utf-8") as file:
            uids = re.search(r"^Uid:(.*)$", file.read(), re.M).group(1).split()
        nobody = str(os.stat(registry.data).st_uid)
        assert uids == [nobody] * 4 and nobody != "0"
        owners = {os.stat(f"{registry.data}/{name}").st_uid for name in os.listdir(registry.data)}
        assert owners == {int(nobody)}


def test_keys_that_are_refused(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "*")
    key = fresh.make_key("k")
    fresh.admin("key", "add", "alice", key + ".pub")
    public = statements.public_key(key)
    for line, reason in [(public, "already_exists"), ("cert-authority " + public, "bad_key_option"),
                         ("ssh-ed25519 AAAA", "bad_base64|truncated|bad_public_key"), ("ssh-dss AAAA x", "unsupported_key_type|bad")]:
        done = fresh.admin("key", "add", "alice", line, expect=1)
        assert re.search(reason, done.stderr), done.stderr
    done = fresh.admin("approver", "add", "alice", "--level", "ssh-key", key + ".pub", expect=1)
    assert "key_has_both_roles" in done.stderr
    done = fresh.admin("approver", "add", "alice", "--level", "hardware", fresh.make_key("soft") + ".pub", expect=1)
    assert "alice" not in fresh.admin("approver", "list", "alice").stdout, done.stderr
    assert "not_found" in fresh.admin("key", "add", "bob", key + ".pub", expect=1).stderr
    assert "not_found" in fresh.admin("key", "remove", "alice", "SHA256:x", expect=1).stderr


def test_a_record_that_would_grow_too_large_is_refused(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "*")
    for number in range(200):
        line = f'command="{"x" * 4000}" ' + statements.public_key(fresh.make_key(f"k{number}"))
        done = subprocess.run([fresh.program, "key", "add", "alice", line, "--config", fresh.config], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            break
    assert done.returncode == 1 and "too_large" in done.stderr, done
    assert 14 <= number <= 16
    assert len(fresh.admin("key", "list", "alice").stdout.splitlines()) == number
    assert fresh.admin("record", "show", "alice").stdout.count("login-key: ") == number


def test_lines_from_standard_input_keep_their_options_and_comments(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "*")
    first, second = (statements.public_key(fresh.make_key(name)) for name in ("one", "two"))
    text = f"# keys of alice\n\nno-pty,from=\"10.0.0.0/8\" {first} alice@laptop\n{second}\n"
    fresh.admin("key", "add", "alice", "-", text=text)
    assert "(alice@laptop)" in fresh.admin("key", "list", "alice").stdout
    record = fresh.admin("record", "show", "alice").stdout
    assert f'login-key: no-pty,from="10.0.0.0/8" {first}\nlogin-key: {second}\n' in record


def test_an_administrator_endorses(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "*")
    admin_key, approver = fresh.make_key("admin"), fresh.make_key("approver")
    request = fresh.admin("approver", "request", "alice", "--level", "ssh-key", approver + ".pub").stdout
    endorsed = f"{fresh.folder}/endorsed"
    with open(endorsed, "w", encoding="utf-8") as file:
        file.write(request + statements.armor(request, admin_key, "approver.v1@countersign"))
    done = fresh.admin("approver", "add", "alice", "--endorsement", endorsed)
    assert f"Endorsed by {statements.fingerprint(admin_key)}" in done.stderr
    record = fresh.admin("record", "show", "alice").stdout
    assert statements.public_key(approver) in record
    with open(endorsed, "w", encoding="utf-8") as file:
        file.write(request + statements.armor(request, admin_key, "file"))
    fresh.admin("approver", "remove", "alice", statements.fingerprint(approver), "--last")
    assert "wrong_namespace" in fresh.admin("approver", "add", "alice", "--endorsement", endorsed, expect=1).stderr


def test_a_record_signed_elsewhere_is_only_stored(build):
    with Site(build) as registry:
        offline = registry.make_key("offline")
        approver = statements.Approver(registry.approver_key)
        text = statements.record(offline, login_keys=[registry.login_key], approvers=[approver], hosts="@web",
                                 serial=int(time.time() * 1000) + 1)
        registry.admin("record", "import", "-", text=text)
        assert registry.call("GET", "/v1/records/alice", token=registry.token).body == text
        assert "record_rolled_back" in registry.admin("record", "import", "-", text=text, expect=1).stderr
        key = registry.make_key("another")
        assert "registry_refused" in registry.admin("key", "add", "alice", key + ".pub", expect=1).stderr
        challenge = registry.challenge()
        assert registry.post(challenge).status == 201
        assert registry.answer(challenge)[1].status == 204
        forged = text.replace("hosts: @web", "hosts: *")
        assert "signature_mismatch" in registry.admin("record", "import", "-", text=forged, expect=1).stderr


def test_tokens_are_told_once_and_rotated(fresh):
    token = fresh.add_host("web-01", "web", "edge")
    assert re.fullmatch(r"csh_[A-Za-z0-9_-]{43}", token)
    assert "already_exists" in fresh.admin("host", "add", "web-01", expect=1).stderr
    assert fresh.admin("host", "list").stdout == "web-01 @edge,@web -\n"
    fresh.admin("user", "add", "alice", "--hosts", "web-01")
    fresh.start()
    assert fresh.call("GET", "/v1/records/alice", token=token).status == 200
    new = fresh.admin("host", "rotate-token", "web-01", "--token-life", "1s").stdout.strip()
    assert fresh.call("GET", "/v1/records/alice", token=token).status == 401
    assert eventually(lambda: fresh.call("GET", "/v1/records/alice", token=new).status == 401)
    with open(f"{fresh.data}/registry.db", "rb") as file:
        assert token.encode() not in file.read()
    fresh.admin("host", "remove", "web-01")
    assert fresh.admin("host", "list").stdout == ""


def test_users_are_shown_changed_and_removed(fresh):
    fresh.admin("user", "add", "alice", "--hosts", "web-01,@web @db")
    assert fresh.admin("user", "list").stdout == "alice active @db @web web-01\n"
    fresh.admin("user", "set", "alice", "--disable")
    assert "state: disabled" in fresh.admin("user", "show", "alice").stdout
    assert "record_unknown" in fresh.admin("record", "show", "alice", expect=1).stderr
    fresh.admin("user", "set", "alice", "--enable", "--hosts", "*")
    assert "hosts: *" in fresh.admin("record", "show", "alice").stdout
    fresh.admin("user", "remove", "alice")
    assert "not_found" in fresh.admin("user", "show", "alice", expect=1).stderr


@pytest.mark.parametrize("words", [["user", "add", "alice"], ["user", "add", "-x", "--hosts", "*"], ["user", "add"],
                                   ["user", "add", "a", "--hosts", "UPPER"], ["user", "add", "a", "--hosts", "*", "--hosts", "*"],
                                   ["user", "set", "a"], ["user", "set", "a", "--enable", "--disable"], ["key", "add", "a"],
                                   ["host", "add", "Web"], ["host", "add", "w", "--token-life", "soon"], ["serve", "now"],
                                   ["user"], ["nothing"], ["approver", "add", "a", "k.pub"]])
def test_misuse_has_its_own_exit_code(fresh, words):
    done = fresh.admin(*words, expect=2)
    assert "bad_usage" in done.stderr and done.stdout == ""


def test_every_subcommand_has_help_with_usage(fresh):
    top = subprocess.run([fresh.program, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+(?: [a-z-]+)?)  +\S", top.split("Commands:")[1].split("\n\n")[0], re.M)
    assert len(commands) >= 20
    for command in commands:
        text = subprocess.run([fresh.program, *command.split(), "--help"], capture_output=True, text=True, check=True).stdout
        assert text.startswith(f"countersign-registry {command}: ")
        assert f"Usage: countersign-registry {command}" in text


def test_a_configuration_that_is_wrong_or_unsafe_is_refused(fresh):
    with open(fresh.config, "a", encoding="utf-8") as file:
        file.write("nonsense: 1\n")
    done = fresh.admin("serve", expect=1)
    assert f"{fresh.config}:6:1: nonsense" in done.stderr
    os.chmod(fresh.config, 0o666)
    assert "unsafe_file" in fresh.admin("user", "list", expect=1).stderr


def test_a_signing_key_that_others_can_read_is_refused(fresh):
    os.chmod(f"{fresh.data}/signing_key", 0o640)
    assert "unsafe_file" in fresh.admin("serve", expect=1).stderr


def test_a_site_of_before_gets_its_vapid_key_when_it_serves(build):
    with RealRegistry(build, settings="phone: { origin: 'https://phone.example.com' }\n") as site:
        path = f"{site.data}/vapid_key"
        os.remove(path)
        site.start()
        assert site.call("GET", "/v1/phone").status == 200
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        point = subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"], capture_output=True,
                               check=True).stdout[-65:]
        expected = (f"registry: {site.origin}\norigin: https://phone.example.com\nrp-id: phone.example.com\n"
                    f"vapid: {base64.urlsafe_b64encode(point).decode().rstrip('=')}\n")
        answer = site.call("GET", "/v1/phone")
        assert (answer.status, answer.body) == (200, expected)
        site.stop()
        site.start()
        assert site.call("GET", "/v1/phone").body == expected


def test_a_vapid_key_that_others_can_read_is_refused(fresh):
    os.chmod(f"{fresh.data}/vapid_key", 0o640)
    done = subprocess.run([fresh.program, "serve", "--config", fresh.config], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "vapid_key" in done.stderr and "unsafe_file" in done.stderr
