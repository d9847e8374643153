"""What sshd tells a PAM module in each phase: the facts that the module's design rests on, seen through pam_exec."""

import pytest

PROBE = """\
#!/bin/sh
# pam_exec passes the PAM items and the PAM environment
env -0 > "/run/probe-$PAM_SERVICE-$PAM_TYPE"
"""


@pytest.fixture(scope="module")
def probe(host):
    host.mkdir("/opt/countersign/bin")
    host.write("/opt/countersign/bin/probe", PROBE, mode=0o755)
    host.add_user("alice")
    return "required pam_exec.so quiet /opt/countersign/bin/probe"


def login(host, probe, service, *directives, key=None, options=()):
    # pam_exec has no credentials to set, and a stack in which nobody has is a failed login: hence pam_permit
    stack = f"{probe}\nrequired pam_permit.so"
    host.pam_service(service, auth=stack, account=stack, session=stack)
    sshd = host.start_sshd(*directives, service=service)
    client = host.client(sshd, "alice", key, *options)
    with client.terminal() as terminal:
        if "PreferredAuthentications password" in options:
            terminal.expect("password:")
            terminal.enter("anything")
        assert terminal.finish() == 0, terminal.output
    return lambda phase: seen(host, service, phase)


def seen(host, service, phase):
    variables = host.read(f"/run/probe-{service}-{phase}").rstrip("\0").split("\0")
    return {name: value.rstrip("\n") for name, value in (variable.split("=", 1) for variable in variables)}


@pytest.fixture(scope="module")
def laptop(host, probe):
    key = host.make_key("laptop")
    host.authorize("alice", key)
    with open(key + ".pub", encoding="utf-8") as file:
        kind, blob, _ = file.read().split()
    return key, f"publickey {kind} {blob}"


def test_prompt_mode(host, probe, laptop):
    key, line = laptop
    phase = login(host, probe, "probe-prompt", "AuthenticationMethods publickey,keyboard-interactive:pam", key=key)
    assert phase("auth")["SSH_AUTH_INFO_0"] == line
    assert phase("auth")["SSH_CONNECTION"].startswith("127.0.0.1 ")
    assert phase("auth")["PAM_RHOST"] == "127.0.0.1"
    assert phase("auth")["PAM_USER"] == "alice"
    # Here sshd runs the account phase in the same child as the auth phase, before it counts the method as passed …
    assert phase("account")["SSH_AUTH_INFO_0"] == line
    lines = phase("open_session")["SSH_AUTH_INFO_0"].split("\n")
    assert sorted(lines) == ["keyboard-interactive/pam", line]


def test_no_prompt_mode_has_no_auth_phase(host, probe, laptop):
    key, line = laptop
    phase = login(host, probe, "probe-batch", "AuthenticationMethods publickey", key=key)
    with pytest.raises(FileNotFoundError):
        phase("auth")
    # … and here in its monitor, where nothing is set yet: the account phase cannot tell the modes apart.
    assert not phase("account").get("SSH_AUTH_INFO_0")
    assert phase("open_session")["SSH_AUTH_INFO_0"] == line
    assert phase("open_session")["SSH_CONNECTION"].startswith("127.0.0.1 ")


def test_without_a_key_there_is_no_publickey_line(host, probe):
    phase = login(host, probe, "probe-any", "AuthenticationMethods any",
                  options=["PreferredAuthentications keyboard-interactive"])
    assert not phase("auth").get("SSH_AUTH_INFO_0")
    assert phase("open_session")["SSH_AUTH_INFO_0"] == "keyboard-interactive/pam"


def test_password_method(host, probe):
    phase = login(host, probe, "probe-password", "AuthenticationMethods any", "PasswordAuthentication yes",
                  options=["PreferredAuthentications password"])
    assert not phase("auth").get("SSH_AUTH_INFO_0")
    assert phase("auth")["SSH_CONNECTION"].startswith("127.0.0.1 ")
    assert phase("open_session")["SSH_AUTH_INFO_0"] == "password"


def test_after_a_password_the_publickey_line_is_there_but_not_before(host, probe, laptop):
    """The order of methods is the administrator's: a key that comes later is not there yet."""
    key, line = laptop
    phase = login(host, probe, "probe-order", "AuthenticationMethods keyboard-interactive:pam,publickey", key=key)
    assert not phase("auth").get("SSH_AUTH_INFO_0")
    assert sorted(phase("open_session")["SSH_AUTH_INFO_0"].split("\n")) == ["keyboard-interactive/pam", line]
