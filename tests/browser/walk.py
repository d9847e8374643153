"""One phone on its way through the states of the page, in one language and one theme. look() holds each of them to the rules:
nothing wider than the screen, no target smaller than a finger, no finding of axe, no violation of the page's policy; and
keeps a picture of it.
"""

import contextlib
import os

from browser import ROOT
from scripted import Script, fingerprint


def texts(language):
    """What the page says in this language, out of its own catalogue."""
    found = {}
    with open(f"{ROOT}/phone/text_{language[:2]}.js", encoding="utf-8") as file:
        for line in file:
            name, colon, value = line.strip().partition(": '")
            if colon:
                found[name.strip("'")] = value.rstrip(",").rstrip("'")
    return found


class Walk:
    def __init__(self, phone, folder, origin, language):
        self.phone, self.folder, self.script = phone, folder, Script(origin)
        self._words = texts(language)
        self._with_axe = language == "en-US"  # what axe looks at does not depend on the language
        self.seen, self.faults = [], []

    # What the person does and sees, by the name of the words

    def word(self, name, **values):
        words = self._words[name]
        for key, value in values.items():
            words = words.replace(f"{{{key}}}", value)
        return words

    def press(self, name, **values):
        self.phone.click(self.word(name, **values))

    def reads(self, name, **values):
        self.phone.wait(f'text="{self.word(name, **values)}"')

    @contextlib.contextmanager
    def wrong_finger(self):
        self.phone.set_user_verified(False)
        yield
        self.phone.set_user_verified(True)

    # Where the page is, and what the registry says to it

    def mock(self, *replies):
        self.phone.mock(*replies, self.script.phone)

    def open(self, fragment=""):
        self.phone.goto("about:blank")
        self.phone.goto(f"{self.script.origin}/{fragment}")

    def at_the_list(self, *more, prints=None):
        """What the registry says while nothing waits, and more."""
        self.mock(*more, *self.script.cards(), self.script.approvers(*(prints or [fingerprint()])), self.script.session)

    def new_card(self, *challenges, more=()):
        """The page anew, with these logins waiting."""
        self.mock(*more, *self.script.cards(*challenges), self.script.approvers(fingerprint()), self.script.session)
        self.phone.reload()

    # Looking

    def see(self, screen, name=None):
        self.phone.wait_screen(screen)
        self.look(name or screen)

    def see_step(self, step, name):
        self.phone.wait_step(step)
        self.look(name)

    def look(self, name):
        phone, number = self.phone, len(self.seen)
        self.seen.append(name)
        phone.screenshot(os.path.join(self.folder, f"{number:02}-{name}.png"), whole=True)
        found = phone.call("measure")
        problems = [f"smaller than a finger: {each}" for each in found["small"]]
        problems += [f"wider than the screen: {each}" for each in found["wide"]]
        if found["scrollWidth"] > found["innerWidth"]:
            problems.append(f"scrolls sideways: {found['scrollWidth']}")
        if self._with_axe:
            axe = phone.call("axe")
            assert axe["passes"] > 5, "axe did not look"
            problems += [f"axe: {each}" for each in axe["violations"]]
        problems += phone.faults()
        self.faults += [f"{name}: {each}" for each in problems]
