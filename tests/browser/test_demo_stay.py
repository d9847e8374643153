"""`scripts/demo --stay` in the hands of somebody who does what it says, word for word: opens the printed address in a browser,
pairs, runs the printed ssh command, types the number and is in."""

import os

from browser import ROOT
from browser_site import QUESTION, BrowserSite
from sshclient import Terminal
from world import PROMPT

ENVIRONMENT = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "NO_COLOR": "1"}


def test_stay(build, browser):
    with Terminal([f"{ROOT}/scripts/demo", "--build", build, "--stay"], ENVIRONMENT) as demo, browser.phone() as phone:
        demo.expect("Your turn", timeout=180)
        url = demo.expect(r"open  (http://localhost:\d+/#pair=[0-9A-Z]{12})\n").group(1)
        words = BrowserSite.enrol(phone, url)
        demo.expect(QUESTION)
        assert words in demo.output
        demo.enter("yes")
        phone.wait_screen("pair-added")
        phone.click("Continue")
        phone.click("Unlock with passkey")
        phone.wait_screen("idle")
        command = demo.expect(r"Now log in from another terminal.*\n +\$ (.*)\n").group(1)
        with Terminal(["/bin/sh", "-c", command], ENVIRONMENT) as login:
            number = login.expect(PROMPT).group(1)
            phone.wait_step("ask")
            assert phone.text("h1") == "web-01"
            phone.type_number(number)
            phone.click("Approve")
            phone.wait_step("done")
            login.enter()
            login.enter("echo in as $(id -un)")
            login.expect("in as alice")
            login.enter("exit")
            assert login.finish() == 0
        demo.expect("event=login_approved")
        assert phone.faults() == []
        demo.send("\x03")
        demo.expect("as it was", timeout=60)
        assert demo.finish() == 0


def test_who_refuses_may_try_again(build, browser):
    with Terminal([f"{ROOT}/scripts/demo", "--build", build, "--stay"], ENVIRONMENT) as demo, browser.phone() as phone:
        BrowserSite.enrol(phone, demo.expect(r"open  (http\S+)\n", timeout=180).group(1))
        demo.expect(QUESTION)
        demo.enter("no")
        phone.wait_screen("pair-refused")
        demo.expect("Press Enter for a new code")
        demo.enter()
        BrowserSite.enrol(phone, demo.expect(r"open  (http\S+)\n").group(1))
        demo.expect(QUESTION)
        demo.send("\x03")
        demo.expect("as it was", timeout=60)
        assert demo.finish() == 0
