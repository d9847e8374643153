#!/usr/bin/python3
"""Writes tests/corpus/config: both files as they are shipped and with every setting switched on, and one for each kind of
fault. The first byte is the fuzz target's own (h host, r registry)."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
ETC = os.path.join(HERE, "..", "..", "etc")
FOLDER = os.path.join(HERE, "config")
HOST = 'host: {name: web-01}\nregistry: {url: "https://registry.example.com"}\n'
REGISTRY = "url: https://registry.example.com\ndatabase: /db\nsigning_key: /key\n"


def put(name, kind, text):
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(kind + (text if isinstance(text, bytes) else text.encode("utf-8")))


def shipped(name):
    with open(os.path.join(ETC, name), encoding="utf-8") as file:
        return file.read()


def switched_on(text):
    return re.sub(r"(?m)^( *)#(?! \S)", r"\1", text)


os.makedirs(FOLDER, exist_ok=True)
for name, kind in (("countersign.yaml", b"h"), ("registry.yaml", b"r")):
    put(name, kind, shipped(name))
    put(name + ".on", kind, switched_on(shipped(name)))
put("empty", b"h", "")
put("comment", b"h", "# only this\n")
put("least", b"h", HOST)
put("least_registry", b"r", REGISTRY)
for name, more in {
    "phone_alone": "phone: {rp_id: a.example.com}\n",
    "phone_other": 'phone: {origin: "https://a.example.com", rp_id: example.com}\n',
    "phone_http": 'phone: {origin: "http://localhost:8080"}\n',
    "nobody": "challenge: {levels: []}\n",
    "levels_twice": "challenge: {levels: [passkey, passkey]}\n",
    "levels_scalar": "challenge: {levels: passkey}\n",
    "levels_nested": "challenge: {levels: [[passkey]]}\n",
    "groups": "host: {}\n",
    "section_null": "paths:\n",
    "section_scalar": "paths: x\n",
    "value_null": "challenge: {timeout: }\n",
    "value_map": "challenge: {timeout: {a: b}}\n",
    "range": "challenge: {timeout: 200s, max_trust: 8d, number: yes}\n",
    "unknown": "challenge: {timout: 90s}\nregistri: x\ntoken: /t\n",
    "dotted": "host.name: b\n",
    "anchor": "challenge: &x {timeout: 90s}\n",
    "anchor_scalar": "courier: {user: &x a}\n",
    "alias": "courier: {user: *x}\n",
    "tag": "courier: {user: !!str a}\n",
    "tag_list": "challenge: {levels: !x []}\n",
    "second_document": "---\na: b\n",
    "document_end": "...\n",
    "merge": "<<: {a: b}\n",
    "complex_key": "? [a]\n: b\n",
    "null_key": "~: b\n",
    "block_text": "courier:\n  user: |\n    a\n",
    "open_quote": 'courier: {user: "a\n',
    "escape": 'courier: {user: "a\\x62\\"c"}\n',
    "single": "courier: {user: 'a''b'}\n",
    "broken": "courier: [a\n",
    "deep": "a: " + "[" * 40 + "]" * 40 + "\n",
    "deep_maps": "a: " + "{a: " * 40 + "\n",
    "directive": "%YAML 1.2\n",
    "carriage_return": "a: b\r\n",
    "tab": "\ta: b\n",
    "hidden": "# \u202e\n",
    "rules": """rules:
  - match: { users: [a], groups: [g], service: [sshd], from: [10.0.0.0/8, "::1", "::ffff:10.0.0.0/104"], login_keys: ["SHA256:%s"], host_groups: [web] }
    then: challenge
    number: false
    levels: [passkey]
    max_trust: 1h
    root: true
    login_keys: any
    trust_bastions: true
    message: hello
  - { then: allow, would: deny, until: 2027-01-31 }
  - { then: deny, match: {} }
bastions: [ { name: b, addresses: [192.0.2.5] } ]
""" % ("A" * 43),
    "rules_faults": """rules:
  - { then: allow, number: true, levels: [], max_trust: 1s, trust_bastions: true, message: m, until: 2027-01-31 }
  - { then: deny, root: true, login_keys: any, would: allow }
  - { then: challenge, would: allow, until: 2027-01-31 }
  - { match: { users: a, from: [10.0.0.1/8, x, 10.0.0.0/33], login_keys: [x] }, until: 2027-02-30, message: "" }
  - x
bastions: [ {}, [] ]
""",
    "rules_shape": "rules: { then: allow }\nbastions: x\n",
    "many_faults": "".join(f"k{i}: v\n" for i in range(150)),
}.items():
    put(name, b"h", HOST + more)
for name, more in {
    "listen_open": "listen: 0.0.0.0:80\n",
    "listen_proxy": "listen: 0.0.0.0:80\nbehind_proxy: true\n",
    "listen_tls": 'listen: "[::]:443"\ntls: {certificate: /c, key: /k}\n',
    "tls_half": "tls: {certificate: /c}\n",
    "tls_other_half": "tls: {key: /k}\n",
    "lives": "records: {life: 1h, resign_after: 2h}\n",
    "numbers": "limits: {connections: 010, body: 0x10, pending_per_user: 0}\n",
    "paths": "",
    "push": "push: {contact: 'mailto:a@b', hosts: [a.b, '*.c'], private_hosts: ['d:1'], ca: /c, vapid_key: /v}\n",
    "push_bad": "push: {contact: 'mailto:@b', hosts: ['*'], private_hosts: d}\n",
    "push_contact": "push: {contact: https://a/b}\n",
}.items():
    put("registry_" + name, b"r", REGISTRY + more)
put("registry_bad_paths", b"r", "url: https://a\ndatabase: a\nsigning_key: /a/../b\n")
put("not_utf8", b"h", b"a: \xff\n")
put("byte_order_mark", b"h", b"\xef\xbb\xbfa: b\n")
put("list", b"h", "- a\n")
put("scalar", b"h", "a\n")
put("too_large", b"h", "#" * 65537)
