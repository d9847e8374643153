"""Every state of the page, in both languages and both themes, at 360x640, held to the rules of walk.py.

The page is the one the real registry serves and the passkey is Chromium's; what the registry would say to it is scripted,
because most of these states last for a moment only.
"""

import os
import shutil

import pytest

import statements
from scripted import fields, fingerprint, ok, refused, waits
from walk import Walk

LOOKS = [(language, theme) for language in ("en-US", "ko-KR") for theme in ("light", "dark")]
CODE = "K7QF9T2MXA3D"
LONG_HOST = "build-runner-17.eu-central-1.compute.internal.example-corporation.com"
THIS, OTHER = "Pixel of Alice", "Spare key in the safe"


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0][:2]}-{look[1]}")
def walk(request, browser, registry, artifacts):
    language, theme = request.param
    folder = f"{artifacts}/states/{language[:2]}-{theme}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with browser.phone(language=language, dark=theme == "dark", permissions=["notifications"], origin=registry.origin) as phone:
        yield Walk(phone, folder, registry.origin, language)


def before_pairing(walk):
    script = walk.script
    walk.mock(waits("/v1/phone"))
    walk.open()
    walk.see("loading")
    walk.mock({"path": "/v1/phone", "abort": True})
    walk.open()
    walk.see("problem", "no-registry")
    walk.mock(ok("/v1/phone", fields(registry=script.origin, origin="https://phone.example.com", rp_id="phone.example.com", vapid=script.vapid)))
    walk.press("again")
    walk.phone.wait("a.address")
    walk.look("wrong-origin")
    walk.mock()
    walk.open()
    walk.see("welcome")
    walk.phone.fill("#code", "k7qf 9t2m")
    walk.press("continue")
    walk.look("welcome-bad")


def pairing_that_ends_at_once(walk):
    script = walk.script
    for state, reply in [("unknown", refused("/v1/pairing", 401, "not_authorized: no such pairing")),
                         ("expired", ok("/v1/pairing", script.pairing("expired"))),
                         ("used", ok("/v1/pairing", script.pairing("enrolled"))),
                         ("refused", ok("/v1/pairing", script.pairing("refused"))),
                         ("level", ok("/v1/pairing", script.pairing("open").replace("passkey hardware", "hardware"))),
                         ("fault", refused("/v1/pairing", 429, "quota_exceeded: too many"))]:
        walk.mock(reply)
        walk.open(f"#pair={CODE}")
        walk.see(f"pair-{state}")


def pairing(walk):
    phone, script = walk.phone, walk.script
    walk.mock(script.pairing_open, ok("/v1/pairing", script.pairing("enrolled"), "POST", 201), waits(r"/v1/pairing\?.*"))
    walk.open(f"#pair={CODE}")
    walk.see("pair-confirm")
    with walk.wrong_finger():
        walk.press("pair_go")
        phone.wait(".notice.bad")
        walk.look("pair-confirm-passkey-failed")
    phone.bend_answers(isBadUV=True)
    walk.press("pair_go")
    walk.see("pair-sign")
    walk.press("pair_sign_go")
    phone.wait(".notice.bad")
    walk.look("pair-sign-passkey-failed")
    phone.bend_answers(isBadUV=False)
    walk.press("pair_sign_go")
    walk.see("pair-phrase")
    phone.release(body=script.pairing("waiting"))
    walk.see("pair-waiting")
    phone.release(body=script.pairing("added"))
    walk.see("pair-added")
    walk.open(f"#pair={CODE}")
    walk.see("pair-confirm", "pair-confirm-replaces")
    walk.open()


def locked(walk):
    phone, script = walk.phone, walk.script
    walk.see("locked")
    with walk.wrong_finger():
        walk.press("locked_go")
        phone.wait(".notice.bad")
        walk.look("locked-passkey-failed")
    walk.mock(waits("/v1/sessions", "POST"), *script.cards(), script.approvers(fingerprint()))
    walk.press("locked_go")
    walk.reads("busy")
    walk.look("locked-busy")
    phone.release(status=201, body=script.session["body"])
    walk.see("idle")


def lists(walk):
    phone, script = walk.phone, walk.script
    phone.release(abort=True)
    phone.wait(".offline")
    walk.look("idle-offline")
    walk.at_the_list(prints=[fingerprint(), fingerprint("new")])
    phone.reload()
    phone.wait(".notice.warn")
    walk.look("idle-new-approver")
    walk.new_card("countersign challenge v1\nuser: <b>alice</b>\n")
    phone.wait(".notice.bad")
    walk.look("idle-unreadable")
    walk.new_card(script.challenge(host="web-01", age=40), script.challenge(host=LONG_HOST, age=20),
                  script.challenge(host="db-02", address="2001:db8:85a3:8d3:1319:8a2e:370:7348", age=3))
    walk.see("list")


KINDS_OF_CARDS = {
    "card-no-number": {"number_wanted": "no"},
    "card-trust": {"max_trust": "28800s"},
    "card-console": {"address": "console", "service": "sudo", "login_key": "none"},
    "card-long": {"host": LONG_HOST, "address": "fe80::5054:ff:fe12:3456%enp0s31f6", "user": "alice"},
}


def one_card(walk):
    phone, script = walk.phone, walk.script
    card = script.challenge(age=12)
    walk.new_card(card)
    walk.see_step("ask", "card")
    phone.press("4")
    walk.look("card-one-digit")
    phone.press("7")
    walk.look("card-two-digits")
    phone.release(body=card + script.challenge(host="db-02", age=1), headers={"ETag": '"2"'})
    phone.wait(".bar .link")
    walk.look("card-second-waits")
    for name, changes in KINDS_OF_CARDS.items():
        walk.new_card(script.challenge(**changes))
        walk.see_step("ask", name)
    walk.press("report")
    walk.see_step("report", "card-report")
    walk.new_card(card, more=[waits("/v1/challenges/.*/answer", "POST")])
    phone.wait_step("ask")
    phone.press("4")
    phone.press("7")
    walk.press("approve")
    walk.see_step("busy", "card-busy")
    phone.release(abort=True)
    walk.see_step("ask", "card-not-sent")
    with walk.wrong_finger():
        walk.press("approve")
        walk.reads("error_passkey")
        walk.look("card-passkey-failed")


def answered(walk):
    phone = walk.phone
    for decision in ("approve", "deny", "report"):
        walk.new_card(walk.script.challenge(age=3), more=[ok("/v1/challenges/.*/answer", "", "POST", 204)])
        phone.wait_step("ask")
        phone.press("4")
        phone.press("7")
        walk.press(decision)
        if decision == "report":
            walk.press("report_go")
        walk.see_step("done", f"done-{decision}")
    phone.click_on("summary")
    walk.look("done-receipt")


def gone(walk):
    phone, script = walk.phone, walk.script
    for reason, status in {"already_answered": 409, "challenge_withdrawn": 410, "challenge_replaced": 410, "challenge_expired": 410,
                           "not_found": 404}.items():
        card = script.challenge()
        walk.new_card(card, more=[script.card_ended(card, f"{reason}: it is over", status)])
        phone.wait_step("ask")
        phone.release(body="", headers={"ETag": '"none"'})
        phone.wait_step("gone")
        walk.reads(f"gone_{reason}_title")
        if reason == "already_answered":
            walk.look("gone-first-moment")
        phone.wait(f'role=button[name="{walk.word("continue")}"]')
        walk.look(f"gone-{reason}")


def removed_elsewhere(walk):
    """The registry no longer knows this phone."""
    phone = walk.phone
    session = phone.eval("JSON.stringify(JSON.parse(localStorage.countersign).session)")
    keep = "(() => {{ const all = JSON.parse(localStorage.countersign); {}; localStorage.countersign = JSON.stringify(all); }})()"
    phone.eval(keep.format("delete all.session"))
    walk.mock(refused("/v1/sessions", 403, "not_an_approver: unknown", "POST"))
    phone.reload()
    phone.wait_screen("locked")
    walk.press("locked_go")
    walk.see("unpaired")
    walk.open("#settings")
    walk.see("settings-locked")
    phone.eval(keep.format(f"all.session = {session}"))
    walk.mock(refused("/v1/approvers", 500, "internal: a disk is full"))
    walk.open("#settings")
    walk.see("settings-fault")


def to_settings(walk):
    walk.phone.reload()
    walk.phone.wait_screen("idle")
    walk.press("settings")
    walk.phone.wait_screen("settings")


def settings(walk):
    phone = walk.phone
    walk.at_the_list(prints=[fingerprint(), fingerprint("new")])
    to_settings(walk)
    walk.look("settings")
    phone.click_on('[role="switch"]')
    phone.wait(".notice.bad")
    assert all("does not support the Push API in incognito mode" in each for each in phone.faults())
    walk.look("settings-notify-failed")
    phone.eval("Object.defineProperty(Notification, 'permission', { value: 'denied' })")
    walk.press("back")
    phone.wait_screen("idle")
    walk.press("settings")
    walk.reads("notify_denied")
    walk.look("settings-notify-denied")
    to_settings(walk)
    walk.press("remove_label", label=OTHER)
    walk.see("remove", "remove-other")
    walk.press("cancel")
    walk.at_the_list(refused("/v1/changes", 403, "registry_refused: not now", "POST"))
    to_settings(walk)
    walk.press("remove_label", label=THIS)
    walk.see("remove", "remove-last")
    walk.press("remove_last_go")
    walk.reads("error_refused", detail="registry_refused: not now")
    walk.look("remove-refused")
    walk.press("cancel")


def enrolment_by_this_phone(walk, token):
    """As another phone would send it; the signature is armor around zeros, which the page leaves to the registry to judge."""
    key = walk.phone.eval("JSON.parse(localStorage.countersign).account.key")
    text = statements.statement("enrolment", [
        ("registry", walk.script.origin), ("user", "alice"), ("pairing", statements.hash32(token)), ("key", key), ("level", "passkey"),
        ("issued", statements.stamp())])
    return text + walk.phone.eval(f"""(async () => {{
      const {{ armor, parseKey }} = await import('/sshsig.js');
      return armor(parseKey('{key}').blob, 'enrolment.v1@countersign', new Uint8Array(8));
    }})()""")


def own_pairing(state, enrolment=None, **more):
    text = fields(state=state, user="alice", **more, expires=statements.stamp(500))
    return text if enrolment is None else f"{text}\n{enrolment}"


def adding(walk):
    phone, token = walk.phone, "csp_" + CODE
    enrolment = enrolment_by_this_phone(walk, token)
    endorsing = [waits("/v1/pairings/.*"), ok("/v1/pairings/.*", "", "DELETE", 204)]
    walk.at_the_list(ok("/v1/changes", fields(token=token, pairing="A" * 43, expires=statements.stamp(600)), "POST"),
                     waits("/v1/pairings/.*/endorsement", "POST"), *endorsing)
    walk.press("phones_add")
    walk.see("add-offer")
    with walk.wrong_finger():
        walk.press("add_go")
        phone.wait(".notice.bad")
        walk.look("add-offer-passkey-failed")
    for name, body, screen in [("add-refused", own_pairing("refused"), "add-bad"), ("add-waiting", own_pairing("waiting"), "add-note"),
                               ("add-strange", own_pairing("enrolled", enrolment.replace("user: alice", "user: mallory")), "add-bad")]:
        walk.press("add_go")
        phone.wait_screen("add-code")
        if name == "add-refused":
            walk.look("add-code")
        phone.release(body=body)
        walk.see(screen, name)
        walk.press("continue")
        phone.wait_screen("settings")
        walk.press("phones_add")
    walk.press("add_go")
    phone.wait_screen("add-code")
    phone.release(body=own_pairing("enrolled", enrolment, person="kim"))
    walk.see("add-compare")
    walk.press("add_equal")
    walk.see("add-busy")
    phone.release(status=403, body="wrong_person: endorsement\n")
    phone.wait_screen("add-compare")
    walk.look("add-compare-refused")
    walk.press("add_equal")
    phone.wait_screen("add-busy")
    phone.release(status=204)
    walk.see("add-good", "add-done")
    walk.press("continue")
    phone.wait_screen("settings")


def leaving(walk):
    walk.at_the_list(ok("/v1/changes", "", "POST", 204), ok("/v1/push", "", "DELETE", 204), prints=[fingerprint(), fingerprint("new")])
    to_settings(walk)
    walk.press("remove_label", label=THIS)
    walk.see("remove", "remove-this")
    walk.press("remove")
    walk.see("removed")


def direct(walk):
    """By link, with nothing stored."""
    phone, card = walk.phone, walk.script.challenge()
    identity = statements.challenge_id(card)
    path = f"/v1/challenges/{identity}/card"
    walk.mock(ok(path, card), waits(rf"{path}\?wait=25"))
    walk.open(f"#c={identity}")
    walk.see_step("ask", "direct")
    phone.release(status=409, body="already_answered: by another\n")
    phone.wait(f'role=button[name="{walk.word("continue")}"]')
    walk.look("direct-answered")
    walk.mock(ok(path, walk.script.challenge(host="db-01")), waits(rf"{path}\?wait=25"))
    walk.open(f"#c={identity}")
    walk.see("ended", "direct-unreadable")
    walk.mock(refused(path, 410, "challenge_expired: too late"))
    walk.open(f"#c={identity}")
    walk.see("ended", "direct-ended")


def test_every_state(walk):
    for part in (before_pairing, pairing_that_ends_at_once, pairing, locked, lists, one_card, answered, gone, removed_elsewhere, settings,
                 adding, leaving, direct):
        part(walk)
    assert len(walk.seen) > 65
    assert not walk.faults, "\n".join(walk.faults)
