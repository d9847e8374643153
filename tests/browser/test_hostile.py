"""A registry, a host or a label that means harm to the page, and the policy that stands behind the page's own care.

The registry's replies are scripted here: the real one refuses to say such things.
"""

import re

import pytest

import statements
from scripted import Script, fields, fingerprint, ok, refused, waits

MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
UNREADABLE = "A login cannot be read and is not shown. Tell your administrator."


@pytest.fixture
def script(registry):
    return Script(registry.origin)


@pytest.fixture
def phone(browser, registry, script):
    """Stored and unlocked, as far as the page knows."""
    one = browser.phone()
    one.mock(*script.cards(), script.approvers(fingerprint()), script.session, script.phone)
    one.goto(registry.origin)
    one.eval("""(async () => {
      const { createPasskey } = await import('/passkey.js');
      const registry = location.origin;
      const account = { user: 'alice', registry, ...await createPasskey({ user: 'alice', registry, rpId: 'localhost' }) };
      localStorage.setItem('countersign', JSON.stringify({ account }));
    })()""")
    one.reload()
    one.click("Unlock with passkey")
    one.wait_screen("idle")
    yield one
    assert one.faults() == []
    one.close()


def waiting(phone, script, *challenges):
    phone.mock(*script.cards(*challenges), script.approvers(fingerprint()), script.phone)
    phone.reload()


HOSTILE = {
    "markup in the user": {"user": "<b>alice</b>"},
    "markup in the host": {"host": "<img/src=x>"},
    "a control character in the host": {"host": "web\u009b31m"},
    "a bidirectional override in the user": {"user": "alice\u202egpj"},
    "a second host": {"host": "web-01\nhost: db-01"},
    "a name outside ASCII": {"host": "w\u0435b-01"},
    "an address that is a sentence": {"address": "your own laptop"},
    "another registry": {"registry": "https://registry.example.com"},
    "another user": {"user": "bob"},
    "a life of a day": {"life": 86400},
}


@pytest.mark.parametrize("changes", HOSTILE.values(), ids=HOSTILE.keys())
def test_such_a_challenge_is_not_shown(phone, script, changes):
    challenge = script.challenge(**{name: value for name, value in changes.items() if name != "registry"})
    if "registry" in changes:
        challenge = challenge.replace(script.origin, changes["registry"])
    good = script.challenge(host="db-01")
    waiting(phone, script, challenge, good)
    phone.wait_step("ask")
    assert phone.text("h1") == "db-01"
    phone.click_on('[aria-label="Back"]')
    phone.wait_screen("list")
    assert phone.count(".rows .row") == 1
    assert UNREADABLE in phone.text()


def test_a_direct_link_shows_only_the_challenge_of_its_id(phone, script):
    asked, other = script.challenge(), script.challenge(host="db-01")
    path = f"/v1/challenges/{statements.challenge_id(asked)}/card"
    phone.mock(ok(path, other), waits(rf"{path}\?wait=25"), script.phone)
    phone.goto("about:blank")
    phone.goto(f"{script.origin}/#c={statements.challenge_id(asked)}")
    phone.wait_screen("ended")
    assert "db-01" not in phone.text()


def test_markup_in_a_label_is_text(phone, script):
    phone.mock(*script.cards(), script.approvers(fingerprint(), fingerprint("new"), labels=["x", MARKUP]), script.phone)
    phone.reload()
    phone.wait(".notice.warn")
    assert MARKUP in phone.text()
    phone.click("Settings")
    phone.wait_screen("settings")
    assert MARKUP in phone.text()
    assert phone.count("#app img[src=x], #app script") == 0
    assert phone.eval("document.title") == "Countersign"


@pytest.mark.parametrize("label", ["a\u202eb", "a\u009bb", "a\u2028b"], ids=["bidi", "control", "line"])
def test_hidden_characters_in_a_label_are_refused(phone, script, label):
    phone.mock(*script.cards(), script.approvers(fingerprint(), labels=[label]), script.phone)
    phone.click("Settings")
    phone.wait_screen("settings-fault")


def test_the_registrys_words_of_refusal_are_text(phone, script):
    phone.mock(*script.cards(script.challenge()), refused("/v1/challenges/.*/answer", 403, f"registry_refused: {MARKUP}", "POST"), script.phone)
    phone.reload()
    phone.wait_step("ask")
    phone.click("Deny")
    phone.wait(".notice.bad")
    assert MARKUP in phone.text()
    assert phone.eval("document.title") == "Countersign"


def test_an_approver_that_another_pairing_sent_is_not_endorsed(phone, script):
    """Another user's enrolment, another code's, another origin's key: nothing of it reaches the passkey."""
    token = "csp_K7QF9T2MXA3D"
    change = ok("/v1/changes", fields(token=token, pairing="A" * 43, expires=statements.stamp(600)), "POST")
    key = phone.eval("JSON.parse(localStorage.countersign).account.key")
    armor = phone.eval(f"""(async () => {{
      const {{ armor, parseKey }} = await import('/sshsig.js');
      return armor(parseKey('{key}').blob, 'enrolment.v1@countersign', new Uint8Array(8));
    }})()""")
    good = [("registry", script.origin), ("user", "alice"), ("pairing", statements.hash32(token)), ("key", key), ("level", "passkey"),
            ("issued", statements.stamp())]
    foreign = phone.eval(f"""(async () => {{
      const {{ keyBlob, keyText, parseKey }} = await import('/sshsig.js');
      return keyText(keyBlob(parseKey('{key}').point, 'evil.example.com'));
    }})()""")
    phone.mock(*script.cards(), script.approvers(fingerprint()), change, waits("/v1/pairings/.*"), ok("/v1/pairings/.*", "", "DELETE", 204), script.phone)
    phone.click("Settings")
    for field, value in [("user", "bob"), ("pairing", statements.hash32("csp_other")), ("registry", "https://registry.example.com"),
                         ("key", foreign), ("level", "hardware")]:
        text = statements.statement("enrolment", [(name, value if name == field else own) for name, own in good])
        phone.click("Add another phone")
        phone.click("Make a pairing code")
        phone.wait_screen("add-code")
        phone.requests()
        phone.release(body=fields(state="enrolled", user="alice", expires=statements.stamp(500)) + "\n" + text + armor)
        phone.wait_screen("add-bad")
        methods = [(request["method"], re.sub("/[A-Za-z0-9_-]{43}", "/ID", request["path"])) for request in phone.requests()]
        assert ("DELETE", "/v1/pairings/ID") in methods and not [each for each in methods if each[0] == "POST"], field
        phone.click("Continue")


def test_the_policy_stops_what_the_page_would_not(browser, registry):
    """Also shows that violations are counted: the other tests count on finding none."""
    phone = browser.phone()
    phone.goto(registry.origin)
    phone.wait_screen("welcome")
    attempts = {
        "Element innerHTML": "document.body.innerHTML = '<b>x</b>'",
        "HTMLScriptElement text": "document.head.append(Object.assign(document.createElement('script'), { text: 'document.title = 1' }))",
        "style-src": "document.body.setAttribute('style', 'color: red'), document.body.insertAdjacentElement('beforeend', Object.assign("
                     "document.createElement('style'), { textContent: 'x{}' }))",
        "connect-src": "fetch('https://evil.example.com/').catch(() => 1)",
        "img-src": "Object.assign(new Image(), { src: 'https://evil.example.com/x.png' }), 1",
        "frame-src": "document.body.append(Object.assign(document.createElement('iframe'), { src: '/app.css' }))",
        "form-action": "(() => { const form = Object.assign(document.createElement('form'), { action: 'https://evil.example.com/' }); "
                       "document.body.append(form); form.submit(); })()",
    }
    for directive, attempt in attempts.items():
        phone.eval(f"(async () => {{ try {{ {attempt}; }} catch {{ }} await new Promise((resume) => setTimeout(resume, 200)); }})()")
        found = [fault for fault in phone.faults() if fault.startswith("policy: ")]
        assert any(directive in fault for fault in found), (directive, found)
    assert phone.eval("document.title") == "Countersign"
    phone.close()


def test_no_other_page_may_frame_it(browser, registry):
    phone = browser.phone()
    phone.goto(registry.origin + "/healthz")
    framed = phone.eval("""new Promise((tell) => {
      const frame = Object.assign(document.createElement('iframe'), { src: '/' });
      frame.onload = () => tell(frame.contentDocument === null || frame.contentDocument.getElementById('app') === null);
      document.body.append(frame);
    })""")
    assert framed, "the page does not load in a frame"
    phone.close()
