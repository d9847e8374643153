#!/usr/bin/python3
"""Writes tests/corpus/authorized_keys and tests/corpus/allowed_signers: lines and files of every accepted shape, and one
for each way of breaking one. The keys were made by ssh-keygen; nobody has their private halves."""
import os

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGsFJVl4dcqRZulaiU+05XOuavDjCNqxTlkpOXYvCuTK"
EC = ("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBFXH5I9eXA7KbS7KOGRa01s3lgemc1HRI7/z2x6a"
      "pWIZiHY9UV2SksbluEDVxe9cYpYVWmJuQhYZ2MMaAZDSeS0=")
NS = 'namespaces="record.v1@countersign"'

LINES = {
    "plain": KEY,
    "ecdsa": EC,
    "comment": KEY + " alice@laptop",
    "blanks": " \t" + KEY + "\tx y ",
    "line_end": KEY + "\r\n",
    "all_flags": "restrict,no-agent-forwarding,no-port-forwarding,no-pty,no-user-rc,no-X11-forwarding,verify-required " + KEY,
    "case": "RESTRICT,no-x11-forwarding " + KEY,
    "from": 'from="10.0.0.0/8,!10.1.*,*.example.com,fe80::1%eth0" ' + KEY,
    "command": 'command="/bin/backup --to \'x y\', z" ' + KEY,
    "command_quotes": 'command="echo \\"a\\" \\n \\\\\\"x" ' + KEY,
    "command_ends_in_backslash": 'command="x\\" ' + KEY,
    "command_empty": 'command="" ' + KEY,
    "command_utf8": 'command="é" ' + KEY,
    "permits": 'permitopen="db:5432",permitopen="[::1]:*",permitlisten="8080",permitlisten="localhost:80" ' + KEY,
    "permitopen_bare": 'permitopen="80" ' + KEY,
    "permitopen_port": 'permitopen="a:65536" ' + KEY,
    "permitopen_ipv6": 'permitopen="::1:80" ' + KEY,
    "expiry": 'expiry-time="20270101" ' + KEY,
    "expiry_seconds": 'expiry-time="20270101235959Z" ' + KEY,
    "expiry_no_date": 'expiry-time="20270230" ' + KEY,
    "twice": "restrict,restrict " + KEY,
    "cert_authority": "cert-authority " + KEY,
    "environment": 'environment="LD_PRELOAD=x" ' + KEY,
    "unquoted": "command=x " + KEY,
    "unterminated": 'command="x ' + KEY,
    "after_quote": 'command="x"y ' + KEY,
    "needless_value": 'restrict="x" ' + KEY,
    "missing_value": "command " + KEY,
    "empty_option": "restrict,," + KEY,
    "trailing_comma": "restrict, " + KEY,
    "no_key": "restrict",
    "no_blob": "ssh-ed25519",
    "wrong_type": KEY.replace("ssh-ed25519 ", "ecdsa-sha2-nistp256 "),
    "dss": "ssh-dss AAAAB3NzaC1kc3M=",
    "bad_base64": KEY[:-1],
    "short_blob": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
    "control": KEY + " \x1b[2J",
    "many_options": ",".join(['permitopen="a:1"'] * 65) + " " + KEY,
    "long": 'command="' + "a" * 16384 + '" ' + KEY,
    "long_blob": "ssh-ed25519 " + "A" * 8000,
}

FILES = {
    "one": f"alice {NS} {KEY} comment\n",
    "several": f"# signers\n\n \t\nalice,b* {NS} {KEY}\n*,!bob namespaces=\"*,!file\" {EC}\n",
    "times": f'a?ice {NS},valid-after="20260101Z",valid-before="202701012359Z" {KEY}\n',
    "expired": f'alice {NS},valid-before="20250101120000Z" {KEY}\n',
    "not_yet": f'alice {NS},valid-after="20300101Z" {KEY}\n',
    "other_namespace": f'alice namespaces="file" {KEY}\n',
    "no_namespaces": f"alice {KEY}\n",
    "local_time": f'alice {NS},valid-before="20270101" {KEY}\n',
    "no_time": f'alice {NS},valid-before="soon" {KEY}\n',
    "no_value": f"alice {NS},valid-before {KEY}\n",
    "turned_round": f'alice {NS},valid-after="20270101Z",valid-before="20260101Z" {KEY}\n',
    "time_twice": f'alice {NS},valid-after="20270101Z",valid-after="20260101Z" {KEY}\n',
    "namespaces_twice": f"alice {NS},{NS} {KEY}\n",
    "namespaces_bad": f'alice namespaces="a b" {KEY}\n',
    "cert_authority": f"alice cert-authority,{NS} {KEY}\n",
    "unknown_option": f'alice {NS},x="y" {KEY}\n',
    "bad_principals": f"alice,,bob {NS} {KEY}\n",
    "quoted_principal": f'"alice" {NS} {KEY}\n',
    "only_principal": "alice\n",
    "bad_key": f"alice {NS} ssh-ed25519 AAAA\n",
    "second_line_bad": f"alice {NS} {KEY}\nalice\n",
    "crlf": f"alice {NS} {KEY}\r\n",
    "no_line_end": f"alice {NS} {KEY}",
    "tabs": f"\talice\t{NS}\t{KEY}\t\n",
    "long_line": "#" * 17000 + "\n",
    "too_large": "# comment\n" * 7000,
}

for folder, texts in (("authorized_keys", LINES), ("allowed_signers", FILES)):
    os.makedirs(os.path.join(HERE, folder), exist_ok=True)
    for name, text in texts.items():
        with open(os.path.join(HERE, folder, name), "wb") as file:
            file.write(text.encode("utf-8"))
