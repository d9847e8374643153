"""Logins through a real sshd that a passkey in a real Chromium answers: nothing is scripted."""

import pytest

import statements
from browser_site import sent


@pytest.fixture(scope="module")
def the_phone(the_site, browser):
    return the_site.add_phone(browser)


@pytest.fixture
def phone(site, the_phone):
    """Back at the list, and at the end nothing that the policy or the console had to say."""
    the_phone.goto(site.origin)
    the_phone.wait('[data-screen="idle"]')
    the_phone.requests()
    yield the_phone
    assert the_phone.faults() == []


def test_a_login(site, phone):
    """Number from the terminal, fingerprint on the phone, a shell, and a receipt that stock OpenSSH accepts."""
    with site.terminal(command=None) as terminal:
        number = site.number(terminal)
        phone.wait_step("ask")
        assert phone.text("h1") == "web-01"
        assert "alice from 127.0.0.1" in phone.text() and statements.fingerprint(site.laptop) in phone.text()
        phone.type_number(number)
        phone.click("Approve")
        phone.wait_step("done")
        assert f"number: {number}" in phone.eval("document.querySelector('pre').textContent")
        terminal.enter()
        terminal.enter("echo the shell of $(id -un)")
        terminal.expect("the shell of alice")
        terminal.enter("exit")
        assert terminal.finish() == 0
    assert site.decisions() == ["event=login_approved "]
    phone.click_on("summary")
    saved = phone.call("download", selector="a[download]")["text"]
    assert saved in site.receipts().values(), "what the phone saved is what the host keeps"
    assert site.accepted_by_ssh_keygen(saved, phone.key)
    assert not site.accepted_by_ssh_keygen(saved.replace("decision: approve", "decision: report"), phone.key)
    assert saved == sent(phone, "/answer")


def test_the_session_is_signed_by_the_passkey(site, phone, browser):
    site.forget_session(phone)
    phone.goto(site.origin)
    site.unlock(phone)
    session = sent(phone, "/v1/sessions")
    assert statements.field(session, "user") == "alice"
    assert site.accepted_by_ssh_keygen(session, phone.key)


def test_deny(site, phone):
    with site.terminal() as terminal:
        site.number(terminal)
        phone.wait_step("ask")
        phone.click("Deny")
        phone.wait_text("Denied")
        site.end_denied(terminal, "The login was denied on your phone.")
    assert site.decisions() == ["event=login_denied answer_denied"]


def test_report_takes_two_steps_and_the_key(site, phone):
    stolen = site.new_key("stolen")
    with site.terminal(stolen) as terminal:
        site.number(terminal)
        phone.wait_step("ask")
        phone.click("Not me, report")
        phone.wait_step("report")
        phone.click_on('footer >> role=button[name="Back"]')
        phone.wait_step("ask")
        phone.click("Not me, report")
        phone.click("Report and block the key")
        phone.wait_text("Reported")
        terminal.enter()
        assert terminal.finish() == 255
    assert site.decisions() == ["event=login_denied answer_reported"]
    assert site.client("alice", stolen).without_tty("echo admitted").returncode == 255
    site.host.syslog.wait("event=login_denied .*answer_reported")


def test_a_wrong_number(site, phone):
    with site.terminal(site.new_key("hasty")) as terminal:
        wrong = str(10 + (int(site.number(terminal)) - 9) % 90)
        phone.wait_step("ask")
        phone.type_number(wrong)
        phone.click("Approve")
        phone.wait_step("done")
        site.end_denied(terminal, "The number typed")
    assert site.decisions() == ["event=login_denied wrong_number"]


def test_approve_waits_for_two_digits(site, phone):
    with site.terminal() as terminal:
        number = site.number(terminal)
        phone.wait_step("ask")
        approve = 'role=button[name="Approve"]'
        phone.press(number[0])
        phone.click_on(approve, force=True)
        assert phone.count('[data-step="ask"]') == 1
        phone.press("Backspace")
        phone.type_number(number)
        phone.click("Approve")
        phone.wait_step("done")
        terminal.enter()
        assert terminal.finish() == 0
    answers = [request for request in phone.requests() if request["path"].endswith("/answer")]
    assert len(answers) == 1


def test_the_login_is_given_up_at_the_terminal(site, phone):
    with site.terminal() as terminal:
        site.number(terminal)
        phone.wait_step("ask")
        terminal.kill()
        phone.wait_step("gone", timeout=30)
        phone.wait_text("The login has ended")
    phone.click("Continue")
    phone.wait_screen("idle")


def test_an_expired_card(site, phone):
    site.configure(timeout="10s")
    try:
        with site.terminal() as terminal:
            number = site.number(terminal)
            phone.wait_step("ask")
            phone.type_number(number)
            phone.wait_step("gone", timeout=20)
            # The host's courier gives up half a second before the card's own end: either may be what ends it.
            phone.wait("text=/Time has run out|The login has ended/")
            terminal.enter()
            assert terminal.finish() == 255
    finally:
        site.configure()
    assert site.decisions()[0].startswith("event=login_denied")
    assert not [request for request in phone.requests() if request["path"].endswith("/answer")]


def test_several_logins_wait(site, phone):
    """Oldest first; each has its own number, and an answer is for the one that is open."""
    with site.terminal(site.new_key("first")) as first:
        number = site.number(first)
        phone.wait_step("ask")
        with site.terminal(site.new_key("second")) as second:
            site.number(second)
            phone.wait('text="2 logins are waiting · Show all"')
            assert phone.text("h1") == "web-01"
            phone.click("2 logins are waiting · Show all")
            phone.wait_screen("list")
            assert phone.count(".rows .row") == 2
            phone.click_on(".rows .row >> nth=0")
            phone.wait_step("ask")
            phone.type_number(number)
            phone.click("Approve")
            phone.wait_step("done")
            first.enter()
            assert first.finish() == 0
            phone.click("Continue")
            phone.wait_step("ask")
            phone.click("Deny")
            phone.wait_text("Denied")
            second.enter()
            assert second.finish() == 255
    assert sorted(site.decisions()) == ["event=login_approved ", "event=login_denied answer_denied"]


def test_the_user_is_not_verified(site, phone):
    """No fingerprint, no answer; the card stays, and works once the finger is right."""
    with site.terminal() as terminal:
        number = site.number(terminal)
        phone.wait_step("ask")
        phone.type_number(number)
        phone.set_user_verified(False)
        try:
            phone.click("Approve")
            phone.wait_text("The passkey was not used, or did not recognize you. Nothing was sent.")
        finally:
            phone.set_user_verified(True)
        assert not [request for request in phone.requests() if request["path"].endswith("/answer")]
        phone.click("Approve")
        phone.wait_step("done")
        terminal.enter()
        assert terminal.finish() == 0


def test_trust_for_a_while(site, phone):
    key = site.new_key("daily")
    site.configure(max_trust="1h")
    try:
        with site.terminal(key) as terminal:
            number = site.number(terminal)
            phone.wait_step("ask")
            phone.click_on(".trust input")
            phone.type_number(number)
            phone.click("Approve")
            phone.wait_step("done")
            terminal.enter()
            assert terminal.finish() == 0
        trust = sent(phone, "/answer")
        assert trust.startswith("countersign trust v1\n") and statements.field(trust, "hosts") == "web-01"
        assert site.accepted_by_ssh_keygen(trust, phone.key)
        assert site.client("alice", key).without_tty("echo admitted").stdout == "admitted\n"
    finally:
        site.configure()


def test_nothing_stored(site, phone, browser):
    """The link of the prompt, in a browser that never paired, but on a phone whose passkey is an approver."""
    with site.terminal() as terminal:
        number, link = site.number(terminal), site.link(terminal)
        phone.wait_step("ask")
        kept = phone.eval("localStorage.countersign")
        phone.eval("localStorage.clear()")
        try:
            phone.goto("about:blank")
            phone.goto(link)
            phone.wait_step("ask")
            assert "Only if you started this login yourself." in phone.text()
            stranger = browser.phone()
            stranger.goto(site.origin)
            stranger.eval(STRANGERS_PASSKEY)
            stranger.goto(link)
            stranger.wait_step("ask")
            stranger.type_number(number)
            stranger.click("Approve")
            stranger.wait_text("No passkey on this phone may answer this login. Nothing was sent.")
            stranger.close()
            phone.type_number(number)
            phone.click("Approve")
            phone.wait_step("done")
            terminal.enter()
            assert terminal.finish() == 0
        finally:
            phone.goto("about:blank")
            phone.goto(site.origin)
            phone.eval(f"localStorage.setItem('countersign', {kept!r})")
    assert site.accepted_by_ssh_keygen(sent(phone, "/answer"), phone.key)


STRANGERS_PASSKEY = """(async () => {
  const { createPasskey } = await import('/passkey.js');
  await createPasskey({ user: 'alice', registry: location.origin, rpId: 'localhost' });
})()"""


def test_a_link_to_a_login_that_is_over(site, phone):
    for identity in (site.challenge_ids()[0], "A" * 43):
        phone.goto("about:blank")
        phone.goto(f"{site.origin}/#c={identity}")
        phone.wait_screen("ended")
    phone.click("Continue")
    phone.wait_screen("idle")
