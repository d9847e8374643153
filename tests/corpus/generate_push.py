#!/usr/bin/python3
"""Writes the corpus push_subscription beside this file: one file a rule of the body of PUT /v1/push. The point is that of the
browser in RFC 8291 appendix A."""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


def body(endpoint="https://push.example.net/a", p256dh=POINT, auth=AUTH):
    return f"endpoint: {endpoint}\np256dh: {p256dh}\nauth: {auth}\n"


CASES = {
    "good": body(),
    "port_and_query": body("https://push.example.net:8443/a/b:c?d=%20&e"),
    "private": body("https://a.inside.example:8443/a"),
    "private_itself": body("https://inside.example:8443/a"),
    "ipv6": body("https://[2001:db8::1]/a"),
    "http": body("http://localhost:8080/a"),
    "no_path": body("https://push.example.net"),
    "upper": body("https://PUSH.example.net/a"),
    "credentials": body("https://a:b@push.example.net/a"),
    "fragment": body("https://push.example.net/a#b"),
    "blank": body("https://push.example.net/a b"),
    "backslash": body("https://push.example.net\\@evil.example/a"),
    "long": body("https://push.example.net/" + "a" * 1024),
    "longest": body("https://push.example.net/" + "a" * 999),
    "point_off_curve": body(p256dh=POINT[:-1] + "8"),
    "point_short": body(p256dh=POINT[:-2]),
    "point_padded": body(p256dh=POINT + "="),
    "auth_short": body(auth=AUTH[:-2]),
    "auth_unclean": body(auth=AUTH[:-1] + "h"),
    "reordered": "p256dh: x\nendpoint: y\nauth: z\n",
    "more": body() + "x: y\n",
    "no_final_lf": body()[:-1],
    "empty_value": "endpoint: \np256dh: x\nauth: y\n",
    "control": body("https://push.example.net/\x07"),
    "empty": "",
}

folder = HERE / "push_subscription"
folder.mkdir(exist_ok=True)
for name, text in CASES.items():
    (folder / name).write_bytes(text.encode())
