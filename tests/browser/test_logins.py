"""Logins through a real sshd that a passkey in a real Chromium answers: nothing is scripted."""

import base64
import hashlib

import pytest

import statements
from browser_site import BrowserSite
from testhost import TestHost, wait_until

WRONG = "The number typed"


def fingerprint_of(key):
    blob = base64.b64decode(key.split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


@pytest.fixture(scope="module")
def the_site(build):
    with TestHost() as host:
        one = BrowserSite(build, host)
        yield one
        one.stop()


@pytest.fixture(scope="module")
def the_phone(the_site, browser):
    return the_site.add_phone(browser)


@pytest.fixture
def site(the_site):
    the_site.host.syslog.lines.clear()
    return the_site


@pytest.fixture
def phone(site, the_phone):
    """Back at the list, and at the end nothing that the policy or the console had to say."""
    the_phone.goto(site.origin)
    the_phone.wait('[data-screen="idle"]')
    the_phone.requests()
    yield the_phone
    assert the_phone.faults() == []


def sent(phone, path):
    """The last statement that the page posted to a path that ends so."""
    return [request["body"] for request in phone.requests() if request["method"] == "POST" and request["path"].endswith(path)][-1]


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
    phone.eval("(() => { const all = JSON.parse(localStorage.countersign); delete all.session; localStorage.countersign = JSON.stringify(all); })()")
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
        terminal.enter()
        assert terminal.finish() == 255
        assert "The login was denied on your phone." in terminal.output
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
        terminal.enter()
        assert terminal.finish() == 255
        assert WRONG in terminal.output
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


def test_two_phones_and_the_first_answer_wins(site, phone, browser):
    other = site.add_phone(browser)
    try:
        with site.terminal() as terminal:
            number = site.number(terminal)
            phone.wait_step("ask")
            other.wait_step("ask")
            other.type_number(number)
            phone.type_number(number)
            phone.click("Approve")
            phone.wait_step("done")
            # A tap that comes too late changes nothing and is told what happened.
            other.wait_step("gone")
            other.wait_text("Answered elsewhere")
            other.click_on("footer .button >> nth=-1", force=True)
            terminal.enter()
            assert terminal.finish() == 0
        assert not [request for request in other.requests() if request["path"].endswith("/answer")]
        assert other.faults() == []
    finally:
        other.close()


def test_two_answers_at_once(site, phone, browser):
    """Both signed before either was sent: the registry takes one, and the other phone says so."""
    other = site.add_phone(browser)
    other.mock({"method": "POST", "path": "/v1/challenges/.*/answer", "hold": True})
    try:
        with site.terminal() as terminal:
            number = site.number(terminal)
            other.wait_step("ask")
            other.type_number(number)
            other.click("Approve")
            wait_until(lambda: other.call("held"), "the second phone's answer")
            phone.type_number(number)
            phone.click("Approve")
            phone.wait_step("done")
            other.call("forward")
            other.wait_text("Answered elsewhere")
            terminal.enter()
            assert terminal.finish() == 0
    finally:
        other.close()
    assert site.decisions() == ["event=login_approved "]


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
    """A link on a phone that never paired in this browser, but whose passkey is an approver."""
    before = site.challenge_ids()
    with site.terminal() as terminal:
        number = site.number(terminal)
        link = f"{site.origin}/#c={site.next_challenge_id(before)}"
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


def test_a_removed_phone_fails(site, phone, browser):
    """Removed by the administrator: neither its session nor its answers count any more."""
    other = site.add_phone(browser)
    try:
        with site.terminal() as terminal:
            number = site.number(terminal)
            other.wait_step("ask")
            print_of = site.registry("approver", "list", "alice")
            assert print_of.count("passkey") >= 2
            site.registry("approver", "remove", "alice", fingerprint_of(other.key))
            other.type_number(number)
            other.click("Approve")
            other.wait_text("This phone may not approve, or not any more. An administrator can say why.")
            phone.wait_step("ask")
            phone.click("Deny")
            terminal.enter()
            assert terminal.finish() == 255
        other.eval("(() => { const all = JSON.parse(localStorage.countersign); delete all.session; localStorage.countersign = JSON.stringify(all); })()")
        other.goto("about:blank")
        other.goto(site.origin)
        other.wait_screen("locked")
        other.click("Unlock with passkey")
        other.wait_screen("unpaired")
    finally:
        other.close()
