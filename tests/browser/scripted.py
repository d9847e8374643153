"""What a scripted registry says to the page: bodies of docs/PROTOCOL.md, 9, for states that a real one shows only for a moment."""

import re

import statements
from phone_registry import challenge_text

RP_ID = "localhost"
LABELS = ["Pixel of Alice", "Spare key in the safe"]


def ok(path, body="", method="GET", status=200, **more):
    return {"method": method, "path": path, "status": status, "body": body, **more}


def refused(path, status, line, method="GET"):
    return {"method": method, "path": path, "status": status, "body": line + "\n"}


def waits(path, method="GET"):
    return {"method": method, "path": path, "hang": True}


def fields(**values):
    return "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in values.items())


class Script:
    """The settings of one registry; challenges and lists for it."""

    def __init__(self, origin):
        self.origin = origin
        self.vapid = "B" + "A" * 86
        self.phone = ok("/v1/phone", fields(registry=origin, origin=origin, rp_id=RP_ID, vapid=self.vapid))
        self.session = ok("/v1/sessions", fields(token="css_" + "A" * 43, expires=statements.stamp(86000)), "POST", 201)
        self.pairing_open = ok("/v1/pairing", self.pairing("open"))

    def pairing(self, state, user="alice"):
        return fields(state=state, user=user, registry=self.origin, levels="passkey hardware", expires=statements.stamp(600))

    def challenge(self, **more):
        return challenge_text(self.origin, **{"login_key": "SHA256:pcQia3whSkVHNT9dXJSKZgNDL8hvDA+aGSUyi/60JDs", **more})

    @staticmethod
    def cards(*challenges):
        bundle = "".join(challenges)
        return [ok("/v1/cards", bundle, headers={"ETag": f'"{statements.hash32(bundle)}"'}), waits(r"/v1/cards\?wait=25")]

    @staticmethod
    def approvers(*prints, labels=LABELS):
        lines = [f"approver: {name} {'passkey' if at == 0 else 'hardware'} 2026-11-0{at + 1}T08:00:00Z {labels[at]}\n"
                 for at, name in enumerate(prints)]
        return ok("/v1/approvers", "".join(lines))

    @staticmethod
    def card_ended(challenge, line, status=410):
        return refused(f"/v1/challenges/{statements.challenge_id(challenge)}/card", status, line)


def fingerprint(seed="x"):
    return "SHA256:" + re.sub("[-_]", "a", statements.hash32(seed))[:42] + "A"
