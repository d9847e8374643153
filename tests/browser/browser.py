"""A real Chromium under test control: Browser starts driver.mjs, Phone is one context in it with its own passkeys.

    with Browser() as browser:
        phone = browser.phone()
        phone.goto(origin)
        phone.click("Continue")
"""

import itertools
import json
import os
import subprocess
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MODULES = os.path.join(ROOT, "build", "npm", "node_modules")
PATIENCE = 60.0


class Browser:
    """`switches` are more of Chromium's own."""

    def __init__(self, *switches):
        self._process = subprocess.Popen(["node", os.path.join(HERE, "driver.mjs"), MODULES], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, start_new_session=True)
        self._names = (f"phone{number}" for number in itertools.count())
        self._ids = itertools.count()
        self._replies, self._arrived = {}, threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        self.version = self.call("launch", args=switches)

    def _listen(self):
        for line in self._process.stdout:
            reply = json.loads(line)
            with self._arrived:
                self._replies[reply["id"]] = reply
                self._arrived.notify_all()
        with self._arrived:
            self._replies["end"] = True
            self._arrived.notify_all()

    def call(self, operation, **values):
        number = next(self._ids)
        self._process.stdin.write(json.dumps({"id": number, "op": operation, **values}) + "\n")
        self._process.stdin.flush()
        with self._arrived:
            there = self._arrived.wait_for(lambda: number in self._replies or "end" in self._replies, PATIENCE)
            assert there and number in self._replies, f"the browser does not answer {operation} {values}"
            reply = self._replies.pop(number)
        if "error" in reply:
            raise AssertionError(f"{operation} {values}: {reply['error']}")
        return reply["value"]

    def phone(self, **options):
        return Phone(self, next(self._names), options)

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Phone:
    """click() takes what stands on a button, everything else a selector."""

    def __init__(self, browser, name, options):
        self._browser, self.name = browser, name
        self.call("open", **options)

    def call(self, operation, **values):
        return self._browser.call(operation, phone=self.name, **values)

    def goto(self, url):
        self.call("goto", url=url)

    def reload(self):
        self.call("reload")

    def click(self, words):
        self.click_on(f'role=button[name="{words}"]')

    def click_on(self, selector, force=False):
        self.call("click", selector=selector, force=force)

    def fill(self, selector, text):
        self.call("fill", selector=selector, text=text)

    def press(self, key):
        self.call("press", key=key)

    def wait(self, selector, state="visible", timeout=15):
        self.call("wait", selector=selector, state=state, timeout=1000 * timeout)

    def wait_screen(self, kind, timeout=15):
        self.wait(f'[data-screen="{kind}"]', timeout=timeout)

    def wait_step(self, step, timeout=15):
        self.wait(f'[data-screen="card"][data-step="{step}"]', timeout=timeout)

    def wait_text(self, words, timeout=15):
        self.wait(f'text="{words}"', timeout=timeout)

    def text(self, selector="body"):
        return self.call("text", selector=selector)

    def count(self, selector):
        return self.call("count", selector=selector)

    def box(self, selector):
        return self.call("box", selector=selector)

    def eval(self, code):
        return self.call("eval", code=code)

    def screenshot(self, path, whole=False):
        self.call("screenshot", path=path, whole=whole)

    def mock(self, *replies):
        self.call("mock", replies=list(replies))

    def release(self, **reply):
        self.call("release", reply=reply)

    def requests(self):
        return self.call("requests")

    def faults(self):
        return self.call("faults")

    def set_user_verified(self, verified):
        self.call("cdp", method="WebAuthn.setUserVerified", params={"isUserVerified": verified}, own=True)

    def bend_answers(self, **bits):
        """The authenticator signs wrongly from now on: isBogusSignature, isBadUV, isBadUP."""
        self.call("cdp", method="WebAuthn.setResponseOverrideBits", params=bits, own=True)

    def credentials(self):
        return self.call("cdp", method="WebAuthn.getCredentials", own=True)["credentials"]

    def words(self):
        """The words to compare, as the page shows them."""
        return self.eval("[...document.querySelectorAll('.words li')].map((word) => word.textContent).join(' ')")

    def post(self, path, body):
        """What the server of this page says to a request of anybody's making."""
        return self.eval(f"""(async () => {{
          const reply = await fetch({json.dumps(path)}, {{ method: 'POST', body: {json.dumps(body)}, headers: {{ 'Content-Type': 'text/plain; charset=utf-8' }} }});
          return {{ status: reply.status, body: await reply.text() }};
        }})()""")

    def type_number(self, number):
        for digit in number:
            self.click(f"Digit {digit}")

    def close(self):
        self.call("close")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
