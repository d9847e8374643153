"""What scripts/demo --stay adds to the story: a browser to pair, a login for it to approve, and the host's log until Ctrl-C."""

import os
import subprocess
import sys
import time

from demo_story import BOLD, GREEN, PLAIN, command, line, numbered, say, shown, step


def stay(demo):
    """Returns at Ctrl-C."""
    try:
        _explain(demo)
        if sys.stdin.isatty():
            _pair(demo)
        else:
            say("This is no terminal to answer on, so make the pairing code in another one, as root:")
            command(demo.host.command(_pairing()))
        _say_how_to_log_in(demo)
        _follow_log(demo)
    except KeyboardInterrupt:
        line()


def _pairing():
    return ["/opt/countersign/bin/countersign-registry", "pair", "alice", "--label", "the browser of this demo"]


def _login(demo):
    """For whoever started the demo with sudo, the login key and its folder are root's."""
    return f"{'sudo ' if os.environ.get('SUDO_UID') else ''}ssh -F {demo.client_config} 127.0.0.1"


def _explain(demo):
    port = demo.host.origin.rsplit(":", 1)[1]
    step("Your turn: pair a browser, and approve a login with it")
    say("Everything stays up until Ctrl-C.")
    line()
    numbered(1, "Open the address that stands below in a browser on this machine, and create the passkey. (The QR code is for the camera "
                "of a phone, which needs a registry that it can reach.)")
    numbered(2, "The browser then shows five words, and so does this terminal. Compare them, and type yes here.")
    numbered(3, "Log in from another terminal, and type the number that stands there in the browser:")
    command(_login(demo))
    line()
    say("No fingerprint reader or security key here? Chromium's developer tools play one: More tools, WebAuthn, enable the virtual "
        "authenticator environment, and add an authenticator with resident keys and user verification.")
    say("A browser on another computer reaches this one after:")
    command(f"ssh -L {port}:localhost:{port} THIS-COMPUTER")
    line()


def _pair(demo):
    """The real command, in this terminal, until somebody has said yes to it."""
    while True:
        process = subprocess.Popen(demo.host.command(_pairing()))
        try:
            if process.wait() == 0:
                return
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        line()
        say("Nothing was added. Press Enter for a new code, or Ctrl-C to end everything.")
        if not sys.stdin.readline():
            raise KeyboardInterrupt


def _say_how_to_log_in(demo):
    line()
    line(f"   {GREEN}{BOLD}Now log in{PLAIN} from another terminal, and approve in the browser:")
    command(_login(demo))
    line()
    say("Without a browser the key of the story still approves:")
    command([*(["sudo"] if os.environ.get("SUDO_UID") else []), f"{demo.build}/bin/countersign", "approve", "--user", "alice", "--registry",
             demo.host.origin, "--key", demo.approver_key])
    say("Look around on the host, as root:")
    command(demo.host.command(["/bin/bash"]))
    line()
    say("The host's log follows. Ctrl-C ends and removes everything.")


def _follow_log(demo):
    seen = len(demo.host.syslog.lines)
    while True:
        time.sleep(0.2)
        lines = demo.host.syslog.lines
        for text in lines[seen:]:
            shown(text)
        seen = len(lines)
