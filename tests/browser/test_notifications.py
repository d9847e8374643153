"""Notifications with a real subscription of a real Chromium: switching them on, a login that rings, and what cannot be switched
on. The push service is gcm.py."""

import pytest
from browser import Browser
from browser_site import BrowserSite
from gcm import NAME, PushService
from testhost import TestHost, wait_until

SWITCH = '[role="switch"]'


def open_settings(phone):
    phone.click("Settings")
    phone.wait_screen("settings")
    phone.wait(SWITCH)


def database(site, statement):
    """One column, as the registry keeps it."""
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(*(row[0] for row in c.execute(sys.argv[2])), sep='\\n'); c.commit()"
    return site.host.run(["/usr/bin/python3", "-c", program, "/var/lib/countersign-registry/registry.db", statement]).stdout.split()


def subscriptions(site):
    return database(site, "SELECT endpoint FROM push_subscriptions")


@pytest.fixture
def subscriber(site, tmp_path):
    """A paired phone with a profile of its own, whose push service is on this machine."""
    site.remove_approvers()
    with PushService(tmp_path) as service, Browser(*service.switches) as browser:
        with site.add_phone(browser, profile=str(tmp_path / "profile"), permissions=["notifications"], origin=site.origin) as phone:
            phone.service = service
            yield phone
            assert phone.faults() == []


def test_on_and_off(site, subscriber):
    open_settings(subscriber)
    subscriber.click_on(SWITCH)
    subscriber.wait(f'{SWITCH}[aria-checked="true"]')
    told, = [request["body"] for request in subscriber.requests() if request["method"] == "PUT"]
    fields = dict(line.split(": ", 1) for line in told.splitlines())
    assert set(fields) == {"endpoint", "p256dh", "auth"}
    assert fields["endpoint"].startswith("https://jmt17.google.com/fcm/send/"), "Debian's Chromium names another host than Chrome"
    assert subscriptions(site) == [fields["endpoint"]]
    subscriber.reload()
    subscriber.wait_screen("idle")
    open_settings(subscriber)
    subscriber.wait(f'{SWITCH}[aria-checked="true"]')
    subscriber.click_on(SWITCH)
    subscriber.wait(f'{SWITCH}[aria-checked="false"]')
    assert subscriptions(site) == []


def test_a_new_session_tells_the_registry_again(site, subscriber):
    """Browsers renew subscriptions at will, and a registry may have forgotten one."""
    open_settings(subscriber)
    subscriber.click_on(SWITCH)
    subscriber.wait(f'{SWITCH}[aria-checked="true"]')
    before = subscriptions(site)
    assert len(before) == 1
    database(site, "DELETE FROM push_subscriptions")
    site.forget_session(subscriber)
    subscriber.reload()
    site.unlock(subscriber)
    subscriber.wait_screen("idle")
    assert subscriptions(site) == before


def test_who_removes_this_phone_is_notified_no_more(site, subscriber):
    open_settings(subscriber)
    subscriber.click_on(SWITCH)
    subscriber.wait(f'{SWITCH}[aria-checked="true"]')
    subscriber.click_on('li:has-text("this phone") >> role=button')
    subscriber.wait_screen("remove")
    subscriber.click("Remove the last approver")
    subscriber.wait_screen("removed")
    assert subscriptions(site) == []
    assert subscriber.eval("(async () => (await (await navigator.serviceWorker.ready).pushManager.getSubscription()) === null)()")


def test_a_login_rings_and_a_click_opens_it(build, tmp_path):
    """The registry encrypts, the push service carries what it cannot read, Chromium decrypts, and its worker shows who and where."""
    with TestHost() as host, PushService(tmp_path) as service, Browser(*service.switches) as browser:
        site = BrowserSite(build, host)
        host.append("/etc/hosts", f"{service.address} {NAME}\n")
        with open(service.ca, encoding="utf-8") as file:
            host.write("/etc/countersign-registry/push-ca.pem", file.read())
        host.append("/etc/countersign-registry/registry.yaml", f"push: {{ hosts: [], private_hosts: [{NAME}], ca: /etc/countersign-registry/push-ca.pem }}\n")
        site.restart()
        with site.add_phone(browser, profile=str(tmp_path / "profile"), permissions=["notifications"], origin=site.origin) as phone:
            open_settings(phone)
            phone.click_on(SWITCH)
            phone.wait(f'{SWITCH}[aria-checked="true"]')
            with site.terminal() as terminal:
                number = site.number(terminal)
                found, = wait_until(lambda: phone.call("notifications"), "a notification", 45)
                assert (found["title"], found["body"]) == ("Login to web-01?", "alice from 127.0.0.1. Only if you started it yourself.")
                phone.call("notificationClick", tag=found["tag"])
                phone.wait_step("ask")
                phone.type_number(number)
                phone.click("Approve")
                phone.wait_step("done")
                terminal.enter()
                assert terminal.finish() == 0
            headers, body = service.pushes[0]
            assert headers["Content-Encoding"] == "aes128gcm" and b"alice" not in body and b"web-01" not in body
            wait_until(lambda: phone.call("notifications") == [], "the end of the notification")
            assert phone.faults() == []
        site.stop()


def test_a_browser_that_gives_no_subscription(site, browser):
    """A private window: the page says so, and everything else goes on."""
    site.remove_approvers()
    with site.add_phone(browser, permissions=["notifications"], origin=site.origin) as phone:
        open_settings(phone)
        phone.click_on(SWITCH)
        phone.wait(".notice.bad")
        assert "Notifications cannot be switched: " in phone.text(".notice.bad")
        assert phone.count(f'{SWITCH}[aria-checked="false"]') == 1
        assert subscriptions(site) == []


def test_a_push_service_that_the_registry_does_not_allow(build, tmp_path):
    """The page says whose decision it is, keeps no subscription that nobody would use, and the switch stays off."""
    with TestHost() as host, PushService(tmp_path) as service, Browser(*service.switches) as browser:
        site = BrowserSite(build, host)
        host.append("/etc/countersign-registry/registry.yaml", "push: { hosts: ['*.push.apple.com'] }\n")
        site.restart()
        with site.add_phone(browser, profile=str(tmp_path / "profile"), permissions=["notifications"], origin=site.origin) as phone:
            open_settings(phone)
            phone.click_on(SWITCH)
            phone.wait(".notice.bad")
            assert phone.count(f'{SWITCH}[aria-checked="false"]') == 1
            assert phone.eval("(async () => (await (await navigator.serviceWorker.ready).pushManager.getSubscription()) === null)()")
            assert subscriptions(site) == []
        site.stop()
