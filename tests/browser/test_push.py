"""A push as the service worker gets it: Chromium hands it over as it would from the push service, already decrypted."""

import pytest

import statements
from scripted import Script, fields, fingerprint, ok, waits
from testhost import wait_until


@pytest.fixture
def script(registry):
    return Script(registry.origin)


@pytest.fixture
def phone(browser, registry, script):
    one = browser.phone(permissions=["notifications"], origin=registry.origin)
    one.mock(script.phone)
    one.goto(registry.origin)
    one.wait_screen("welcome")
    one.eval("(async () => { const { notifyState } = await import('/push.js'); await notifyState(); })()")
    yield one
    assert one.faults() == []
    one.close()


def notifications(phone, count=1):
    found = []
    try:
        return wait_until(lambda: found.append(phone.call("notifications")) or len(found[-1]) == count and found[-1], "them", 45)
    except AssertionError:
        raise AssertionError(f"expected {count} notifications, there are {found[-1]}; faults: {phone.faults()}") from None


def push(phone, script, text):
    phone.call("push", origin=script.origin, text=text)


def test_a_challenge_rings_with_who_and_where(phone, script):
    challenge = script.challenge()
    push(phone, script, challenge)
    found, = notifications(phone)
    assert found["title"] == "Login to web-01?"
    assert found["body"] == "alice from 203.0.113.9. Only if you started it yourself."
    assert found["tag"] == statements.challenge_id(challenge)


def test_the_same_challenge_rings_once(phone, script):
    challenge = script.challenge()
    push(phone, script, challenge)
    push(phone, script, challenge)
    push(phone, script, script.challenge(host="db-01"))
    assert sorted(each["title"] for each in notifications(phone, 2)) == ["Login to db-01?", "Login to web-01?"]


def test_a_click_opens_the_card(phone, script):
    challenge = script.challenge()
    identity = statements.challenge_id(challenge)
    path = f"/v1/challenges/{identity}/card"
    phone.mock(ok(path, challenge), waits(rf"{path}\?wait=25"), script.phone)
    push(phone, script, challenge)
    notifications(phone)
    phone.call("notificationClick", tag=identity)
    phone.wait_step("ask")
    assert phone.text("h1") == "web-01"


def test_a_new_approver_is_told(phone, script):
    push(phone, script, fields(notice="approver-added", user="alice", key=fingerprint(), label="<b>Pixel</b>", at=statements.stamp()))
    found, = notifications(phone)
    assert found["title"] == "A new approver for alice"
    assert found["body"].startswith("<b>Pixel</b>. If this was not you")


@pytest.mark.parametrize("text", ["", "junk", "countersign challenge v1\nhost: a\nuser: b c\naddress: d\n", "notice: other\nuser: alice\n"],
                         ids=["empty", "junk", "no-name", "other-notice"])
def test_what_cannot_be_read_still_shows(phone, script, text):
    push(phone, script, text)
    found, = notifications(phone)
    assert (found["title"], found["body"]) == ("Countersign", "Open to see what is new.")


def test_a_challenge_that_came_too_late_says_so(phone, script):
    push(phone, script, script.challenge(age=200, life=90))
    found, = notifications(phone)
    assert found["body"] == "This login waits no longer."
