"""Pairing as people do it: `countersign-registry pair` on a terminal, a real Chromium that opens the address it prints, and
then a login through a real sshd. What countersign enrol does instead of a phone is in tests/integration/test_pairing.py."""

import base64
import os
import re
import subprocess

import pytest
import qrcode
import statements
from browser import Browser
from browser_site import BrowserSite, sent
from gcm import spki_hash
from scripted_registry import Authority
from testhost import TestHost

USED, REFUSED, UNKNOWN = "pair-used", "pair-refused", "pair-unknown"
ADMINISTRATOR = "approvers: { endorsed_by: administrator }\n"


@pytest.fixture
def phone(site, browser):
    """Fresh from the shop: nothing stored, no passkey; and nobody may approve."""
    site.remove_approvers()
    with site.open(browser) as one:
        yield one
        assert one.faults() == []


def test_pair_and_log_in(site, phone, tmp_path):
    with site.pairing("--label", "Pixel of Alice") as terminal:
        assert qrcode.read(terminal.output, tmp_path) == terminal.url
        phone.goto("about:blank")
        phone.goto(terminal.url)
        phone.wait_screen("pair-confirm")
        assert phone.eval("location.href") == site.origin + "/", "the code is gone from address bar and history"
        assert "alice" in phone.text(".facts")
        words = site.enrol(phone, terminal.url)
        enrolment = sent(phone, "/v1/pairing")
        assert site.words_on(terminal) == words
        assert statements.field(enrolment, "key") == phone.eval("JSON.parse(localStorage.countersign).pending.account.key")
        assert site.approvers() == [], "nobody said yes yet"
        terminal.enter("yes")
        phone.wait_screen("pair-added")
        assert terminal.finish() == 0
    site.begin(phone)
    assert site.accepted_by_ssh_keygen(enrolment, phone.key)
    assert "(Pixel of Alice)" in site.registry("approver", "list", "alice")
    with site.terminal(command=None) as terminal:
        number = site.number(terminal)
        phone.wait_step("ask")
        phone.type_number(number)
        phone.click("Approve")
        phone.wait_step("done")
        terminal.enter()
        terminal.enter("echo the shell of $(id -un)")
        terminal.expect("the shell of alice")
        terminal.enter("exit")
        assert terminal.finish() == 0
    assert site.decisions() == ["event=login_approved "]


def test_the_code_is_typed(site, phone):
    with site.pairing() as terminal:
        phone.fill("#code", re.search(r"code  (\S+)\n", terminal.output).group(1).lower())
        phone.click("Continue")
        phone.wait_screen("pair-confirm")
        phone.click("Create passkey")
        site.words_on(terminal)
        terminal.enter("yes")
        phone.wait_screen("pair-added")


def test_other_words_refuse(site, phone):
    """Nothing is added, and what the phone has is worth nothing."""
    with site.pairing() as terminal:
        site.enrol(phone, terminal.url)
        site.words_on(terminal)
        terminal.enter("no")
        assert terminal.finish() == 1
    phone.wait_screen(REFUSED)
    assert site.approvers() == []
    assert phone.eval("localStorage.countersign") == "{}"
    assert len(phone.credentials()) == 1, "only the person can delete the passkey"


def test_a_page_that_was_closed_goes_on(site, phone):
    with site.pairing() as terminal:
        words = site.enrol(phone, terminal.url)
        site.words_on(terminal)
        phone.goto("about:blank")
        phone.goto(site.origin)
        phone.wait_screen("pair-phrase")
        assert phone.words() == words
        terminal.enter("yes")
        phone.wait_screen("pair-added")


def test_a_stolen_address_after_it_was_used(site, phone, browser):
    with site.pairing() as terminal, browser.phone() as thief:
        site.enrol(phone, terminal.url)
        for state in ("enrolled", "added"):
            if state == "added":
                site.words_on(terminal)
                terminal.enter("yes")
                phone.wait_screen("pair-added")
            thief.goto("about:blank")
            thief.goto(terminal.url)
            thief.wait_screen(USED)
            assert thief.credentials() == [], state
    assert len(site.approvers()) == 1


def test_a_stolen_address_that_is_used_first(site, phone, browser):
    """The person's phone says that the code is used up; the terminal shows words that no phone at hand shows."""
    with site.pairing() as terminal, browser.phone() as thief:
        stolen = site.enrol(thief, terminal.url)
        phone.goto(terminal.url)
        phone.wait_screen(USED)
        assert 'answer "no" where you got the code' in phone.text()
        assert site.words_on(terminal) == stolen
        terminal.enter("no")
        assert terminal.finish() == 1
        thief.wait_screen(REFUSED)
    assert site.approvers() == []


def test_two_phones_race_for_one_code(site, phone, browser):
    """Both have opened the address before either made a passkey: one enrols, the other is told."""
    with site.pairing() as terminal, browser.phone() as other:
        phone.goto("about:blank")
        for each in (phone, other):
            each.goto(terminal.url)
            each.wait_screen("pair-confirm")
        other.click("Create passkey")
        other.wait_screen("pair-phrase")
        phone.click("Create passkey")
        phone.wait_screen(USED)
        assert site.words_on(terminal) == other.words()


def test_a_login_key_alone_pairs_nothing(site, phone):
    """Whoever stole it can neither make a code nor look: the approvers stay as they are, in number and in name."""
    with site.pairing() as terminal:
        site.enrol(phone, terminal.url)
        site.words_on(terminal)
        terminal.enter("yes")
        phone.wait_screen("pair-added")
    before = site.approvers()
    who = [("registry", site.origin), ("user", "alice")]
    until = [("issued", statements.stamp()), ("expires", statements.stamp(300))]
    nonce = [("nonce", statements.hash32(os.urandom(32)))]
    change = statements.signed("change", [*who, *nonce, *until, ("change", "pair approver")], site.laptop)
    session = statements.signed("session", [*who, ("key", statements.public_key(site.laptop)), *nonce, *until], site.laptop)
    for path, statement in (("/v1/changes", change), ("/v1/sessions", session)):
        said = phone.post(path, statement)
        assert said["status"] == 403 and said["body"].startswith("not_an_approver: "), said
    assert site.approvers() == before


def test_guessing_codes_ends_soon(build, browser):
    """A registry of its own: who has guessed is refused for a minute, with the right code too, and is told so."""
    with TestHost() as host:
        site = BrowserSite(build, host)
        with site.open(browser) as phone, site.pairing() as terminal:
            for number in range(10):
                phone.fill("#code", f"K7QF-9T2M-XA{number:02}")
                phone.click("Continue")
                phone.wait_screen(UNKNOWN)
                phone.click("Type another code")
            phone.goto("about:blank")
            phone.goto(terminal.url)
            phone.wait_screen("pair-fault")
            assert "Too many tries. Wait a minute, then try again." in phone.text()
            assert site.approvers() == []
        site.stop()


# The passkey itself

def test_the_user_is_not_verified(site, phone):
    """Without the finger there is no passkey; with the wrong one at the first signature, a second try."""
    with site.pairing() as terminal:
        phone.goto("about:blank")
        phone.goto(terminal.url)
        phone.wait_screen("pair-confirm")
        phone.set_user_verified(False)
        phone.click("Create passkey")
        phone.wait_text("The passkey was not used, or did not recognize you. Nothing was sent.")
        assert phone.credentials() == []
        phone.set_user_verified(True)
        phone.bend_answers(isBadUV=True)
        phone.click("Create passkey")
        phone.wait_screen("pair-sign")
        assert not [request for request in phone.requests() if request["method"] == "POST"]
        phone.bend_answers(isBadUV=False)
        phone.click("Sign with passkey")
        phone.wait_screen("pair-phrase")
        assert site.words_on(terminal) == phone.words()


def test_an_authenticator_that_knows_no_users(site, browser):
    site.remove_approvers()
    with site.open(browser, authenticator={"hasUserVerification": False, "isUserVerified": False}) as phone, site.pairing() as terminal:
        phone.goto("about:blank")
        phone.goto(terminal.url)
        phone.wait_screen("pair-confirm")
        phone.click("Create passkey")
        phone.wait_text("The passkey was not used, or did not recognize you. Nothing was sent.")
        assert not [request for request in phone.requests() if request["method"] == "POST"]


def test_an_authenticator_that_signs_nonsense(site, phone):
    """It shows at the pairing and not at the first login: nothing is sent, and nothing is added."""
    with site.pairing() as terminal:
        phone.goto("about:blank")
        phone.goto(terminal.url)
        phone.wait_screen("pair-confirm")
        phone.bend_answers(isBogusSignature=True)
        phone.click("Create passkey")
        phone.wait_screen("pair-sign")
        assert phone.count(".notice") == 0, "so far it may be a browser that wants a tap for each ceremony"
        phone.click("Sign with passkey")
        phone.wait_text("The passkey was not used, or did not recognize you. Nothing was sent.")
        assert not [request for request in phone.requests() if request["method"] == "POST"]
    assert site.approvers() == []


def flags_of(statement):
    """The authenticator's flags in a webauthn signature: behind its type and its ECDSA blob (PROTOCOL.webauthn)."""
    blob = base64.b64decode("".join(statement.split(statements.HEADER)[1].split("\n")[:-2]))
    def string(at):
        end = at + 4 + int.from_bytes(blob[at:at + 4], "big")
        return blob[at + 4:end], end
    at = 6 + 4
    for _ in range(4):  # key, namespace, reserved, hash
        _, at = string(at)
    signature, _ = string(at)
    blob = signature
    _, at = string(0)
    _, at = string(at)
    return blob[at]


@pytest.mark.parametrize("eligible, synced, flags", [(False, False, 0x05), (True, False, 0x0d), (True, True, 0x1d)],
                         ids=["of-this-device", "could-be-synced", "synced"])
def test_passkeys_that_other_devices_share(site, browser, eligible, synced, flags):
    """What a password manager says about a passkey is signed, and by default no reason to refuse it."""
    site.remove_approvers()
    with site.add_phone(browser, authenticator={"defaultBackupEligibility": eligible, "defaultBackupState": synced}) as phone:
        with site.terminal() as terminal:
            site.approve_on(phone, terminal)
        answer = sent(phone, "/answer")
        assert flags_of(answer) == flags
        assert site.accepted_by_ssh_keygen(answer, phone.key)


def test_a_host_that_takes_only_passkeys_of_one_device(site, browser):
    site.remove_approvers()
    site.configure(synced="refuse")
    try:
        for authenticator, admitted in (({"defaultBackupEligibility": True, "defaultBackupState": True}, False), ({}, True)):
            with site.add_phone(browser, authenticator=authenticator) as phone, site.terminal() as terminal:
                number = site.number(terminal)
                phone.wait_step("ask")
                phone.type_number(number)
                phone.click("Approve")
                phone.wait_step("done")
                if admitted:
                    terminal.enter()
                    assert terminal.finish() == 0
                else:
                    site.end_denied(terminal, "passkey that is not bound to one device")
    finally:
        site.configure()


# Who endorses

def test_an_administrator_endorses(build, browser):
    """The registry's key endorses nobody here: the host believes the administrator's, whose signature stock ssh-keygen makes."""
    with TestHost() as host:
        site = BrowserSite(build, host)
        host.append("/etc/countersign-registry/registry.yaml", ADMINISTRATOR)
        site.restart()
        administrator = host.make_key("administrator")
        host.write("/etc/countersign/signers", re.sub(r"[^\"]*approver\.v1@countersign", "record.v1@countersign", host.read("/etc/countersign/signers"))
                   + statements.signers_line(administrator, ["approver"]))
        with site.open(browser) as phone:
            with site.pairing("--label", "Pixel of Alice") as terminal:
                words = site.enrol(phone, terminal.url)
                assert site.words_on(terminal) == words
                terminal.enter("yes")
                phone.wait_screen("pair-waiting")
                assert terminal.finish() == 0
            assert site.approvers() == []
            with open(f"{host.directory}/approver", "w", encoding="utf-8") as file:
                file.write(re.search(r"countersign approver v1\n(?:[a-z]+: .*\n)+", terminal.output).group(0))
            for command in re.findall(r"\n  (ssh-keygen -Y sign .*|cat .*)", terminal.output):
                subprocess.run(["sh", "-c", command.replace("ADMIN_KEY", administrator)], cwd=host.directory, check=True, capture_output=True)
            with open(f"{host.directory}/endorsed", encoding="utf-8") as file:
                site.registry("approver", "add", "alice", "--endorsement", "-", stdin=file.read())
            phone.wait_screen("pair-added")
            site.begin(phone)
            with site.terminal() as terminal:
                site.approve_on(phone, terminal)
        site.stop()


def test_over_https(build, tmp_path):
    """As on a real site, with a certificate that only this browser and this host trust."""
    authority = Authority(str(tmp_path))
    with TestHost() as host, Browser(f"--ignore-certificate-errors-spki-list={spki_hash(authority.certificate)}") as browser:
        site = BrowserSite(build, host, authority=authority)
        assert site.origin.startswith("https://localhost:")
        with site.add_phone(browser) as phone, site.terminal() as terminal:
            number = site.approve_on(phone, terminal)
            answer = sent(phone, "/answer")
            assert statements.field(answer, "registry") == site.origin and statements.field(answer, "number") == number
            assert site.accepted_by_ssh_keygen(answer, phone.key)
            assert phone.faults() == []
        site.stop()
