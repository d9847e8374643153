"""Every state of the page, in both languages and both themes, at 360x640: nothing wider than the screen, no target smaller
than a finger, no finding of axe, no violation of the page's policy, and a picture of each to look at.

The page is the one the real registry serves and the passkey is Chromium's; what the registry would say to it is scripted,
because most of these states last for a moment only.
"""

import os
import shutil

import pytest

import statements
from scripted import Script, fields, fingerprint, ok, refused, waits

LOOKS = [(language, theme) for language in ("en-US", "ko-KR") for theme in ("light", "dark")]
CODE = "K7QF9T2MXA3D"
LONG_HOST = "build-runner-17.eu-central-1.compute.internal.example-corporation.com"


class Walk:
    """One phone on its way through the states; look() holds each of them to the rules."""

    def __init__(self, phone, folder, script, with_axe):
        self.phone, self.folder, self.script, self.with_axe = phone, folder, script, with_axe
        self.seen, self.faults = [], []

    def mock(self, *replies):
        self.phone.mock(*replies, self.script.phone)

    def look(self, name):
        phone, number = self.phone, len(self.seen)
        self.seen.append(name)
        phone.screenshot(f"{self.folder}/{number:02}-{name}.png", whole=True)
        found = phone.call("measure")
        problems = [f"smaller than a finger: {each}" for each in found["small"]]
        problems += [f"wider than the screen: {each}" for each in found["wide"]]
        if found["scrollWidth"] > found["innerWidth"]:
            problems.append(f"scrolls sideways: {found['scrollWidth']}")
        if self.with_axe:
            axe = phone.call("axe")
            assert axe["passes"] > 5, "axe did not look"
            problems += [f"axe: {each}" for each in axe["violations"]]
        problems += phone.faults()
        self.faults += [f"{name}: {each}" for each in problems]

    # Steps that several states share

    def new_card(self, *challenges, more=()):
        """The page anew, with these logins waiting."""
        self.mock(*more, *self.script.cards(*challenges), self.script.approvers(fingerprint()), self.script.session)
        self.phone.reload()


def texts(language):
    """Buttons as this language names them, out of the page's own catalogue."""
    path = os.path.join(os.path.dirname(__file__), "..", "..", "phone", f"text_{language[:2]}.js")
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, colon, value = line.strip().partition(": '")
            if colon:
                found[name.strip("'")] = value.rstrip(",").rstrip("'")
    return found


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0][:2]}-{look[1]}")
def walk(request, browser, registry, artifacts):
    language, theme = request.param
    folder = f"{artifacts}/states/{language[:2]}-{theme}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    phone = browser.phone(language=language, dark=theme == "dark", permissions=["notifications"], origin=registry.origin)
    one = Walk(phone, folder, Script(registry.origin), with_axe=language == "en-US")
    one.words = texts(language)
    one.language = language
    yield one
    phone.close()


def before_pairing(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    origin = script.origin
    walk.mock(waits("/v1/phone"))
    phone.goto(origin)
    phone.wait_screen("loading")
    walk.look("loading")
    walk.mock({"path": "/v1/phone", "abort": True})
    phone.reload()
    phone.wait_screen("problem")
    walk.look("no-registry")
    walk.mock(ok("/v1/phone", fields(registry=origin, origin="https://phone.example.com", rp_id="phone.example.com", vapid=script.vapid)))
    phone.click(words["again"])
    phone.wait("a.address")
    walk.look("wrong-origin")
    walk.mock()
    phone.reload()
    phone.wait_screen("welcome")
    walk.look("welcome")
    phone.fill("#code", "k7qf 9t2m")
    phone.click(words["continue"])
    walk.look("welcome-bad")


def pairing(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    for state, reply in [("unknown", refused("/v1/pairing", 401, "not_authorized: no such pairing")),
                         ("expired", ok("/v1/pairing", script.pairing("expired"))),
                         ("refused", ok("/v1/pairing", script.pairing("refused"))),
                         ("level", ok("/v1/pairing", script.pairing("open").replace("passkey hardware", "hardware"))),
                         ("fault", refused("/v1/pairing", 429, "quota_exceeded: too many"))]:
        walk.mock(reply)
        phone.goto(f"{script.origin}/#pair={CODE}")
        phone.wait_screen(f"pair-{state}")
        walk.look(f"pair-{state}")
        phone.goto("about:blank")
    walk.mock(script.pairing_open, ok("/v1/pairing", script.pairing("enrolled"), "POST", 201), waits(r"/v1/pairing\?.*"))
    phone.goto(f"{script.origin}/#pair={CODE}")
    phone.wait_screen("pair-confirm")
    walk.look("pair-confirm")
    phone.set_user_verified(False)
    phone.click(words["pair_go"])
    phone.wait(".notice.bad")
    walk.look("pair-confirm-passkey-failed")
    phone.set_user_verified(True)
    phone.click(words["pair_go"])
    phone.wait_screen("pair-phrase")
    walk.look("pair-phrase")
    phone.release(body=script.pairing("waiting"))
    phone.wait_screen("pair-waiting")
    walk.look("pair-waiting")
    phone.release(body=script.pairing("added"))
    phone.wait_screen("pair-added")
    walk.look("pair-added")
    phone.click(words["continue"])
    phone.wait_screen("locked")
    walk.look("locked")
    phone.set_user_verified(False)
    phone.click(words["locked_go"])
    phone.wait(".notice.bad")
    walk.look("locked-passkey-failed")
    phone.set_user_verified(True)


def lists(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    walk.mock(*script.cards(), script.approvers(fingerprint()), script.session)
    phone.click(words["locked_go"])
    phone.wait_screen("idle")
    walk.look("idle")
    phone.release(abort=True)
    phone.wait(".offline")
    walk.look("idle-offline")
    walk.mock(*script.cards(), script.approvers(fingerprint(), fingerprint("new")))
    phone.reload()
    phone.wait(".notice.warn")
    walk.look("idle-new-approver")
    walk.new_card("countersign challenge v1\nuser: <b>alice</b>\n")
    phone.wait(".notice.bad")
    walk.look("idle-unreadable")
    walk.new_card(script.challenge(host="web-01", age=40), script.challenge(host=LONG_HOST, age=20),
                  script.challenge(host="db-02", address="2001:db8:85a3:8d3:1319:8a2e:370:7348", age=3))
    phone.wait_screen("list")
    walk.look("list")


def one_card(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    card = script.challenge(age=12)
    walk.new_card(card)
    phone.wait_step("ask")
    walk.look("card")
    phone.press("4")
    walk.look("card-one-digit")
    phone.press("7")
    walk.look("card-two-digits")
    second = script.challenge(host="db-02", age=1)
    bundle = card + second
    phone.release(body=bundle, headers={"ETag": '"2"'})
    phone.wait(".bar .link")
    walk.look("card-second-waits")
    for name, changes in {"card-no-number": {"number_wanted": "no"}, "card-trust": {"max_trust": "28800s"}, "card-console": {"address": "console", "service": "sudo", "login_key": "none"},
                          "card-long": {"host": LONG_HOST, "address": "fe80::5054:ff:fe12:3456%enp0s31f6", "user": "alice"}}.items():
        walk.new_card(script.challenge(**changes))
        phone.wait_step("ask")
        walk.look(name)
    phone.click(words["report"])
    phone.wait_step("report")
    walk.look("card-report")
    walk.new_card(card, more=[waits("/v1/challenges/.*/answer", "POST")])
    phone.wait_step("ask")
    phone.press("4")
    phone.press("7")
    phone.click(words["approve"])
    phone.wait_step("busy")
    walk.look("card-busy")
    phone.release(abort=True)
    phone.wait_step("ask")
    walk.look("card-not-sent")
    phone.set_user_verified(False)
    phone.click(words["approve"])
    phone.wait(f'text="{words["error_passkey"]}"')
    walk.look("card-passkey-failed")
    phone.set_user_verified(True)


def answered(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    taken = ok("/v1/challenges/.*/answer", "", "POST", 204)
    for decision in ("approve", "deny", "report"):
        walk.new_card(script.challenge(age=3), more=[taken])
        phone.wait_step("ask")
        phone.press("4")
        phone.press("7")
        phone.click(words[decision])
        if decision == "report":
            phone.click(words["report_go"])
        phone.wait_step("done")
        walk.look(f"done-{decision}")
    phone.click_on("summary")
    walk.look("done-receipt")


def gone(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    for reason, status in {"already_answered": 409, "challenge_withdrawn": 410, "challenge_replaced": 410, "challenge_expired": 410,
                           "not_found": 404}.items():
        card = script.challenge()
        walk.new_card(card, more=[script.card_ended(card, f"{reason}: it is over", status)])
        phone.wait_step("ask")
        phone.release(body="", headers={"ETag": '"none"'})
        phone.wait_step("gone")
        phone.wait(f'text="{words[f"gone_{reason}_title"]}"')
        if reason == "already_answered":
            walk.look("gone-first-moment")
        phone.wait(f'role=button[name="{words["continue"]}"]')
        walk.look(f"gone-{reason}")


def direct(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    card = script.challenge()
    path = f"/v1/challenges/{statements.challenge_id(card)}/card"
    phone.eval("localStorage.clear()")
    walk.mock(ok(path, card), waits(rf"{path}\?wait=25"))
    phone.goto("about:blank")
    phone.goto(f"{script.origin}/#c={statements.challenge_id(card)}")
    phone.wait_step("ask")
    walk.look("direct")
    phone.release(status=409, body="already_answered: by another\n")
    phone.wait(f'role=button[name="{words["continue"]}"]')
    walk.look("direct-answered")
    walk.mock(refused(path, 410, "challenge_expired: too late"))
    phone.goto("about:blank")
    phone.goto(f"{script.origin}/#c={statements.challenge_id(card)}")
    phone.wait_screen("ended")
    walk.look("direct-ended")


def settings(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    mine = fingerprint()
    walk.mock(*script.cards(), script.approvers(mine, fingerprint("new")))
    phone.reload()
    phone.wait_screen("idle")
    phone.click(words["settings"])
    phone.wait_screen("settings")
    walk.look("settings")
    phone.click(words["remove_label"].replace("{label}", "Spare key in the safe"))
    phone.wait_screen("remove")
    walk.look("remove-other")
    phone.click(words["cancel"])
    walk.mock(*script.cards(), script.approvers(mine), refused("/v1/changes", 403, "registry_refused: not now", "POST"))
    phone.click(words["back"])
    phone.wait_screen("idle")
    phone.click(words["settings"])
    phone.wait_screen("settings")
    phone.click(words["remove_label"].replace("{label}", "Pixel of Alice"))
    phone.wait_screen("remove")
    walk.look("remove-last")
    phone.click(words["remove_last_go"])
    phone.wait(f'text="{words["error_refused"].replace("{detail}", "registry_refused: not now")}"')
    walk.look("remove-refused")
    phone.click(words["cancel"])


def adding(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    token = "csp_" + CODE
    change = ok("/v1/changes", fields(token=token, pairing="A" * 43, expires=statements.stamp(600)), "POST")
    key = phone.eval("JSON.parse(localStorage.getItem('countersign')).account.key")
    blob = key.split()[1]
    enrolment = statements.statement("enrolment", [
        ("registry", script.origin), ("user", "alice"), ("pairing", statements.hash32(token)), ("key", key), ("level", "passkey"),
        ("issued", statements.stamp())])
    # The armor of a signature by that key; the page leaves judging it to the registry.
    armor = phone.eval(f"""(async () => {{
      const {{ armor }} = await import('/sshsig.js');
      return armor(Uint8Array.from(atob('{blob}'), (c) => c.charCodeAt(0)), 'enrolment.v1@countersign', new Uint8Array(8));
    }})()""")
    walk.mock(*script.cards(), script.approvers(fingerprint()), change, waits("/v1/pairings/.*"), ok("/v1/pairings/.*", "", "DELETE", 204),
              ok("/v1/pairings/.*/endorsement", "", "POST", 204))
    phone.click(words["phones_add"])
    phone.wait_screen("add-offer")
    walk.look("add-offer")
    enrolled = fields(state="enrolled", user="alice", expires=statements.stamp(500)) + "\n" + enrolment + armor
    for name, body, screen in [("add-refused", fields(state="refused", user="alice", expires=statements.stamp(500)), "add-bad"),
                               ("add-waiting", fields(state="waiting", user="alice", expires=statements.stamp(500)), "add-note"),
                               ("add-strange", enrolled.replace("user: alice\npairing", "user: mallory\npairing"), "add-bad")]:
        phone.click(words["add_go"])
        phone.wait_screen("add-code")
        if name == "add-refused":
            walk.look("add-code")
        phone.release(body=body)
        phone.wait_screen(screen)
        walk.look(name)
        phone.click(words["continue"])
        phone.wait_screen("settings")
        phone.click(words["phones_add"])
    phone.click(words["add_go"])
    phone.wait_screen("add-code")
    phone.release(body=enrolled)
    phone.wait_screen("add-compare")
    walk.look("add-compare")
    phone.click(words["add_equal"])
    phone.wait_screen("add-good")
    walk.look("add-done")
    phone.click(words["continue"])
    phone.wait_screen("settings")


def leaving(walk):
    phone, script, words = walk.phone, walk.script, walk.words
    walk.mock(*script.cards(), script.approvers(fingerprint(), fingerprint("new")), ok("/v1/changes", "", "POST", 204), ok("/v1/push", "", "DELETE", 204))
    phone.click(words["back"])
    phone.wait_screen("idle")
    phone.click(words["settings"])
    phone.wait_screen("settings")
    phone.click(words["remove_label"].replace("{label}", "Pixel of Alice"))
    phone.wait_screen("remove")
    walk.look("remove-this")
    phone.click(words["remove"])
    phone.wait_screen("removed")
    walk.look("removed")


def removed_elsewhere(walk):
    """Before everything is forgotten: the registry no longer knows this phone."""
    phone, script, words = walk.phone, walk.script, walk.words
    phone.eval("(() => { const all = JSON.parse(localStorage.countersign); delete all.session; localStorage.countersign = JSON.stringify(all); })()")
    walk.mock(refused("/v1/sessions", 403, "not_an_approver: unknown", "POST"))
    phone.reload()
    phone.wait_screen("locked")
    phone.click(words["locked_go"])
    phone.wait_screen("unpaired")
    walk.look("unpaired")
    walk.mock(script.session, *script.cards(), script.approvers(fingerprint()))
    phone.reload()
    phone.click(words["locked_go"])
    phone.wait_screen("idle")


def test_every_state(walk):
    for part in (before_pairing, pairing, lists, one_card, answered, gone, removed_elsewhere, settings, adding, leaving, direct):
        part(walk)
    assert len(walk.seen) > 50
    assert not walk.faults, "\n".join(walk.faults)
