"""Several phones of one person: adding one from another, whose answer counts, and taking one away again."""

import subprocess

import pytest

import statements
from browser_site import fingerprint_of, sent
from testhost import wait_until


@pytest.fixture
def phone(site, browser):
    """The only approver, paired by an administrator."""
    site.remove_approvers()
    with site.add_phone(browser) as one:
        yield one
        assert one.faults() == []


@pytest.fixture
def other(site, phone, browser):
    """Another one, paired by an administrator too."""
    with site.add_phone(browser) as one:
        yield one


def settings(phone):
    phone.click("Settings")
    phone.wait_screen("settings")


def offer_code(phone, tmp_path):
    """The phone's own settings make a code; returns what a camera reads on its screen."""
    settings(phone)
    phone.click("Add another phone")
    phone.click("Make a pairing code")
    phone.wait_screen("add-code")
    picture = str(tmp_path / "code.png")
    phone.screenshot(picture, whole=True)
    return subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True, text=True, check=True).stdout.strip()


def remove(phone, key):
    """In the settings, by the row that shows the fingerprint of this key."""
    settings(phone)
    phone.click_on(f'li:has-text("{fingerprint_of(key)}") >> role=button')
    phone.wait_screen("remove")


# Adding one

def test_a_phone_adds_another(site, phone, browser, tmp_path):
    """The first phone's passkey endorses the second's: the host follows from one to the other, and stock ssh-keygen too."""
    with site.open(browser) as second:
        words = site.enrol(second, offer_code(phone, tmp_path))
        phone.wait_screen("add-compare")
        assert phone.words() == words
        assert len(site.approvers()) == 1, "nobody said yes yet"
        phone.requests()
        phone.click("Yes, the same")
        phone.wait_screen("add-good")
        second.wait_screen("pair-added")
        endorsement = sent(phone, "/endorsement")
        site.begin(second)
        assert statements.field(endorsement, "key") == second.key
        assert site.accepted_by_ssh_keygen(endorsement, phone.key)
        phone.click("Continue")
        phone.wait_screen("settings")
        assert f"{fingerprint_of(second.key)}" in phone.text()
        phone.click("Back")
        phone.wait_screen("idle")
        for one, another in ((second, phone), (phone, second)):
            with site.terminal() as terminal:
                site.approve_on(one, terminal)
                another.wait_text("Answered elsewhere")
            for each in (one, another):
                each.click("Continue")
                each.wait_screen("idle")
        assert second.faults() == []
    assert site.decisions() == ["event=login_approved "] * 2


def test_other_words_add_nobody(site, phone, browser, tmp_path):
    with site.open(browser) as second:
        site.enrol(second, offer_code(phone, tmp_path))
        phone.wait_screen("add-compare")
        phone.click("No, stop")
        second.wait_screen("pair-refused")
    assert len(site.approvers()) == 1


def test_who_goes_back_takes_the_code_along(site, phone, browser, tmp_path):
    """A code that somebody read over a shoulder is worth nothing then."""
    with site.open(browser) as second:
        url = offer_code(phone, tmp_path)
        phone.click("Back")
        phone.wait_screen("settings")
        second.goto("about:blank")
        second.goto(url)
        second.wait_screen("pair-refused")


def test_without_the_finger_there_is_no_code(site, phone):
    settings(phone)
    phone.click("Add another phone")
    phone.set_user_verified(False)
    phone.requests()
    phone.click("Make a pairing code")
    phone.wait_text("The passkey was not used, or did not recognize you. Nothing was sent.")
    assert not [request for request in phone.requests() if request["method"] == "POST"]


def test_the_phone_of_one_of_several_people(site, browser, tmp_path):
    """In an account that several people share, the endorsement says whose phone it is, as that person's own phone was told."""
    site.host.add_user("ops")
    key = site.host.make_key("kims-laptop")
    site.registry("user", "add", "ops", "--hosts", "@web")
    with open(key + ".pub", encoding="utf-8") as file:
        site.registry("key", "add", "ops", "--person", "kim", "-", stdin=file.read())
    with site.add_phone(browser, "--person", "kim", user="ops") as first, site.open(browser) as second:
        site.enrol(second, offer_code(first, tmp_path))
        first.wait_screen("add-compare")
        assert "For kim, in the shared account ops." in first.text()
        first.requests()
        first.click("Yes, the same")
        first.wait_screen("add-good")
        endorsement = sent(first, "/endorsement")
        assert statements.field(endorsement, "person") == "kim"
        assert site.accepted_by_ssh_keygen(endorsement, first.key)
        second.wait_screen("pair-added")
        site.begin(second)
        with site.terminal(key, user="ops") as terminal:
            site.approve_on(second, terminal)
        assert first.faults() + second.faults() == []


def test_other_phones_are_told(site, phone, other):
    phone.reload()
    phone.wait_text("A new approver for alice")
    phone.click("Show")
    phone.wait_screen("settings")
    assert fingerprint_of(other.key) in phone.text()


# Whose answer counts

def test_the_first_answer_wins(site, phone, other):
    with site.terminal() as terminal:
        number = site.number(terminal)
        for each in (phone, other):
            each.wait_step("ask")
            each.type_number(number)
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


def test_two_answers_at_once(site, phone, other):
    """Both signed before either was sent: the registry takes one, and the other phone says so."""
    other.mock({"method": "POST", "path": "/v1/challenges/.*/answer", "hold": True})
    with site.terminal() as terminal:
        number = site.number(terminal)
        other.wait_step("ask")
        other.type_number(number)
        other.click("Approve")
        wait_until(lambda: other.call("held"), "the second phone's answer")
        phone.wait_step("ask")
        phone.type_number(number)
        phone.click("Approve")
        phone.wait_step("done")
        other.call("forward")
        other.wait_text("Answered elsewhere")
        terminal.enter()
        assert terminal.finish() == 0
    assert site.decisions() == ["event=login_approved "]


# Taking one away

def test_a_phone_that_was_removed_meanwhile(site, phone, other):
    """By the administrator, with a login on its screen: neither its session nor its answers count any more."""
    with site.terminal() as terminal:
        number = site.number(terminal)
        other.wait_step("ask")
        site.registry("approver", "remove", "alice", fingerprint_of(other.key))
        other.type_number(number)
        other.click("Approve")
        other.wait_text("This phone may not approve, or not any more. An administrator can say why.")
        phone.wait_step("ask")
        phone.click("Deny")
        phone.wait_text("Denied")
        site.end_denied(terminal, "The login was denied on your phone.")
    site.forget_session(other)
    other.goto("about:blank")
    other.goto(site.origin)
    other.wait_screen("locked")
    other.click("Unlock with passkey")
    other.wait_screen("unpaired")


def test_a_phone_removes_another(site, phone, other):
    remove(phone, other.key)
    phone.click("Remove")
    phone.wait_screen("settings")
    assert site.approvers() == [fingerprint_of(phone.key)]
    phone.click("Back")
    other.goto("about:blank")
    other.goto(site.origin)
    other.wait_screen("locked")
    other.click("Unlock with passkey")
    other.wait_screen("unpaired")
    with site.terminal() as terminal:
        site.approve_on(phone, terminal)


def test_a_phone_removes_itself(site, phone, other):
    """It forgets everything, and Chromium drops the passkey when the page tells it that nobody knows it any more."""
    remove(other, other.key)
    other.click("Remove")
    other.wait_screen("removed")
    assert other.eval("localStorage.countersign ?? null") is None
    wait_until(lambda: other.credentials() == [], "the end of the passkey")
    assert site.approvers() == [fingerprint_of(phone.key)]
    with site.terminal() as terminal:
        number = site.number(terminal)
        other.goto("about:blank")
        other.goto(site.link(terminal))
        other.wait_step("ask")
        other.type_number(number)
        other.click("Approve")
        other.wait_text("The passkey was not used, or did not recognize you. Nothing was sent.")
        phone.wait_step("ask")
        phone.click("Deny")
        phone.wait_text("Denied")
        site.end_denied(terminal, "The login was denied on your phone.")


def test_the_last_phone_goes_only_with_a_warning(site, phone):
    """After that nobody logs in, until an administrator pairs a phone."""
    remove(phone, phone.key)
    assert "This is the last approver." in phone.text()
    phone.click("Remove the last approver")
    phone.wait_screen("removed")
    assert site.approvers() == []
    site.configure(timeout="10s")
    try:
        with site.terminal() as terminal:
            site.number(terminal)
            site.end_denied(terminal, "Countersign: ")
    finally:
        site.configure()
    assert site.decisions()[0].startswith("event=login_denied")
