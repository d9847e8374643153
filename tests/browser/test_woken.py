"""A login rings: real sshd, real registry, real service worker. The push service and the decryption stand beside the browser: Chromium
reaches no push service here, so what the registry sent goes to a stand-in, is read by npm's http_ece as the browser would, and
is handed to the service worker the way Chromium hands over what it has decrypted."""

import pytest

import statements
from browser_site import BrowserSite
from pushservice import Phone as PushKeys
from pushservice import PushService
from testhost import TestHost, wait_until

PUSH = "push: {{ private_hosts: ['{host}'], ca: /etc/countersign-registry/push-ca.pem }}\n"

# What the browser's own push service would give the page.
SUBSCRIBED = """(() => {{
  let subscription = null;
  PushManager.prototype.subscribe = async ({{ applicationServerKey }}) => subscription = {{
    options: {{ applicationServerKey: applicationServerKey.buffer ?? applicationServerKey }},
    toJSON: () => ({{ endpoint: '{endpoint}', keys: {{ p256dh: '{keys.p256dh}', auth: '{keys.auth}' }} }}),
    unsubscribe: async () => {{ subscription = null; return true; }} }};
  PushManager.prototype.getSubscription = async () => subscription;
}})()"""


class WokenSite(BrowserSite):
    def __init__(self, build, host, service):
        self.service = service
        super().__init__(build, host)

    def _make_registry(self):
        super()._make_registry()
        with open(self.service.ca, encoding="utf-8") as file:
            self.host.write("/etc/countersign-registry/push-ca.pem", file.read())
        self.host.append("/etc/countersign-registry/registry.yaml", PUSH.format(host=self.service.host))


@pytest.fixture(scope="module")
def service():
    with PushService() as one:
        yield one


@pytest.fixture(scope="module")
def site(build, service):
    with TestHost() as host:
        one = WokenSite(build, host, service)
        yield one
        one.stop()


@pytest.fixture
def subscribed(site, browser, service, request):
    """A phone at its settings, which has switched notifications on there; with the keys and the name of its subscription."""
    phone, keys = site.add_phone(browser, permissions=["notifications"], origin=site.origin), PushKeys()
    name = request.node.name
    phone.eval(SUBSCRIBED.format(endpoint=service.endpoint(name), keys=keys))
    phone.click("Settings")
    phone.wait_screen("settings")
    phone.click_on('role=switch')
    phone.wait('role=switch[checked=true]')
    yield phone, keys, name
    assert phone.faults() == []
    phone.close()


def deliver(site, phone, keys, push):
    text = keys.read(push.body)
    phone.call("push", origin=site.origin, text=text)
    return text


def test_two_logins_ring_and_a_click_opens_the_right_one(site, service, subscribed):
    phone, keys, name = subscribed
    before = site.challenge_ids()
    with site.terminal() as first:
        site.number(first)
        site.next_challenge_id(before)
        with site.terminal() as second:
            number = site.number(second)
            ids = wait_until(lambda: len(site.challenge_ids()) == len(before) + 2 and site.challenge_ids()[-2:], "both challenges")
            texts = [deliver(site, phone, keys, service.wait_for(name, count)) for count in (1, 2)]
            assert sorted(map(statements.challenge_id, texts)) == sorted(ids)
            found = wait_until(lambda: len(phone.call("notifications")) == 2 and phone.call("notifications"), "two notifications")
            assert {each["title"] for each in found} == {"Login to web-01?"}
            assert {each["body"] for each in found} == {"alice from 127.0.0.1. Only if you started it yourself."}
            assert sorted(each["tag"] for each in found) == sorted(ids)
            assert phone.count('[data-screen="settings"]') == 1, "a push opens nothing by itself"
            phone.call("notificationClick", tag=ids[1])
            phone.wait_step("ask")
            phone.type_number(number)
            phone.click("Approve")
            phone.wait_step("done")
            second.enter()
            assert second.finish() == 0 and "admitted" in second.output
        first.kill()


def test_another_approver_of_the_user_is_announced(site, service, subscribed, browser):
    phone, keys, name = subscribed
    other = site.add_phone(browser)
    text = deliver(site, phone, keys, service.wait_for(name))
    assert text.startswith("notice: approver-added\nuser: alice\nkey: SHA256:")
    found = wait_until(lambda: phone.call("notifications"), "a notification")[0]
    assert found["title"] == "A new approver for alice"
    assert other.faults() == []
    other.close()
