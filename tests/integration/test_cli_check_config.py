"""countersign check-config on a private host: every fault with its place, and the files around the configuration."""

import os

import pytest

GOOD = """\
host:
  name: web-01
  groups: [web]
registry:
  url: https://registry.example.com
phone:
  origin: https://phone.example.com
paths:
  courier: /opt/countersign/bin/courier
"""
PATH = "/etc/countersign/countersign.yaml"


@pytest.fixture
def ready(host, build):
    """A host on which nothing is wrong; returns how to run check-config there."""
    program = host.install(f"{build}/bin/countersign")
    host.mkdir("/etc/countersign")
    if "countersign:" not in host.read("/etc/passwd"):
        host.add_user("countersign")
    host.write(PATH, GOOD)
    key = host.make_key(f"signer-{os.urandom(4).hex()}")
    with open(key + ".pub", encoding="ascii") as public:
        text = public.read()
    host.write("/etc/countersign/signers", f'* namespaces="record.v1@countersign,approver.v1@countersign" {text}')
    host.write("/etc/countersign/token", "csh_" + "A" * 43 + "\n", mode=0o640)
    host.run(["chgrp", "countersign", "/etc/countersign/token"])
    host.write("/opt/countersign/bin/courier", "#!/bin/sh\n", mode=0o755)
    return lambda *words: host.run([program, "check-config", *words], check=False)


def test_nothing_wrong(ready):
    done = ready()
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.startswith(f"{PATH}: no fault\n  host       web-01, groups: web\n")
    assert "signers    /etc/countersign/signers, 1 line\n" in done.stdout


def test_rules_that_may_not_be_meant(host, ready):
    host.write(PATH, GOOD + """\
rules:
  - match: { groups: [nosuchgroup] }
    then: deny
  - match: { users: [alice] }
    then: challenge
    number: false
  - then: allow
    would: challenge
    until: 2026-01-31
  - match: { from: [10.0.0.0/8] }
    then: allow
    login_keys: any
""")
    done = ready()
    assert done.returncode == 0 and "\n  rules      4\n" in done.stdout, done
    assert done.stderr.splitlines() == [
        f"warning: {PATH}:13: asks without number: a stolen login key can ring the phone",
        f"warning: {PATH}:16: the day of until has come: the rule says what would says",
        f"warning: {PATH}:19: allows, and names no user, group or key",
        f"warning: {PATH}:19: takes login keys that no record holds",
        "warning: rules name the group nosuchgroup, which this system does not know: who gets as far as that rule is denied",
    ]


def test_every_fault_with_its_place(host, ready):
    host.write(PATH, "host:\n  name: Web\n  nme: x\nregistry:\n  url: http://registry.example.com\nchallenge:\n  timeout: soon\n")
    done = ready()
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 4, done.stderr
    for line, place, key in zip(sorted(lines), ("2:9", "3:3", "5:8", "7:12"),
                                ("host.name", "host.nme", "registry.url", "challenge.timeout")):
        assert line.startswith(f"{PATH}:{place}: {key}"), line


@pytest.mark.parametrize("command,fault", [
    (["chmod", "644", "/etc/countersign/token"], "registry.token: /etc/countersign/token may be read or changed by others"),
    (["chgrp", "root", "/etc/countersign/token"], "registry.token: /etc/countersign/token cannot be read by countersign"),
    (["chown", "countersign", "/etc/countersign/token"], "registry.token: /etc/countersign/token does not belong to root"),
    (["rm", "/etc/countersign/token"], "registry.token: /etc/countersign/token: No such file or directory"),
    (["rm", "/etc/countersign/signers"], "paths.signers: not_found"),
    (["chmod", "666", "/etc/countersign/signers"], "paths.signers: unsafe_file"),
    (["sh", "-c", "echo nonsense >> /etc/countersign/signers"], "paths.signers: bad_signers_line: /etc/countersign/signers:2"),
    (["chmod", "777", "/opt/countersign/bin/courier"], "paths.courier: /opt/countersign/bin/courier is not a file that only root"),
    (["chmod", "644", "/opt/countersign/bin/courier"], "paths.courier: /opt/countersign/bin/courier is not executable"),
    (["rm", "/opt/countersign/bin/courier"], "paths.courier: /opt/countersign/bin/courier: No such file"),
    (["chmod", "666", PATH], "the module would refuse this file: unsafe_file"),
    (["rm", PATH], "countersign: not_found"),
])
def test_the_files_around(host, ready, command, fault):
    host.run(command)
    done = ready()
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.splitlines()[0].startswith(fault), done.stderr


def test_warnings_do_not_fail(host, ready):
    host.write(PATH, GOOD.replace("https://registry.example.com", "http://127.0.0.1:8080") +
               "challenge:\n  number: false\n  levels: [passkey, ssh-key]\n")
    done = ready()
    assert done.returncode == 0
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["warning"] * 3
    host.write(PATH, GOOD)
    host.write("/etc/countersign/signers", "")
    done = ready()
    assert done.returncode == 0
    assert done.stderr.count("nobody may sign") == 2


def test_a_file_that_is_not_installed_yet(host, ready):
    host.write("/run/draft.yaml", GOOD, mode=0o666)
    done = ready("/run/draft.yaml")
    assert done.returncode == 0
    assert "warning: the module would refuse this file: unsafe_file" in done.stderr
    assert ready("/run/draft.yaml", "more").returncode == 2
