#!/usr/bin/python3
"""Reads every #include line against the one-way rule of docs/DESIGN.md.

  - a room of common/ includes only the rooms that ROOMS lists for it;
  - the programs (pam, helper, cli, registry) include common/ and themselves, never each other, never tests/;
  - each third-party library is included in one place (LIBRARIES);
  - what runs inside sshd (pam/) and the key helper opens no socket of its own.

Usage: check_layers.py [ROOT]. Prints FILE:LINE: fault; exit 1 when there is one.
"""
import os
import re
import sys

ROOMS = {
    "base": "",
    "http": "base",
    "command": "base log",
    "log": "base",
    "encoding": "base",
    "files": "base log",
    "crypto": "base encoding",
    "phrase": "base crypto",
    "sshsig": "base encoding crypto",
    "keys": "base encoding crypto",
    "statement": "base encoding crypto sshsig keys",
    "policy": "base encoding crypto sshsig keys statement",
    "config": "base log encoding crypto keys files statement policy",
    "host": "base log encoding crypto sshsig keys files statement policy config",
}
PROGRAMS = ("pam", "helper", "cli", "registry")

# Rooms that are for some programs only: a network library stays out of sshd's address space and out of the key helper.
ONLY_FOR = {"http": ("helper/courier/", "cli/", "registry/push/")}

# Include prefix -> folders that may use it.
LIBRARIES = {
    "openssl/": ("common/crypto/", "registry/net/"),
    "yaml-cpp/": ("common/config/",),
    "curl/": ("common/http/",),
    "boost/": ("registry/net/",),
    "sqlite3.h": ("registry/store/",),
    "qrencode.h": ("registry/admin/",),
    "libpq-fe.h": ("registry/store/",),
    "security/": ("pam/",),
    "gtest/": (),
    "gmock/": (),
    "benchmark/": (),
}
SOCKET_HEADERS = ("sys/socket.h", "sys/un.h", "netinet/in.h", "netdb.h")
SOCKETLESS = ("pam/", "helper/authorized_keys/", "common/")
SOCKETS = ("common/http/",)  # the room that is the network

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def sources(root):
    for top in ("common", *PROGRAMS, "tests"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".h", ".cpp")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def fault_of(path, quote, target):
    """What is wrong with `#include target` in path, or None."""
    for prefix, folders in LIBRARIES.items():
        if target.startswith(prefix) and not path.startswith((*folders, "tests/")):
            return f"{target} belongs to {' and '.join(folders) or 'tests/'} alone"
    if target in SOCKET_HEADERS and path.startswith(SOCKETLESS) and not path.startswith(SOCKETS):
        return f"{target}: nothing here opens a socket"
    if quote == "<":
        return None
    part = target.split("/", 1)[0]
    mine = path.split("/", 1)[0]
    if mine == "tests":
        return None
    if part == "tests":
        return "nothing outside tests/ includes tests/"
    if part in PROGRAMS and part != mine:
        return f"{mine} must not include {part}"
    if part not in PROGRAMS and part != "common":
        return f'"{target}" does not start with a folder of this repository (common/ROOM/file.h)'
    if part != "common":
        return None
    room = target.split("/")[1]
    if room not in ROOMS:
        return f"room common/{room} is not in the table of scripts/check_layers.py"
    if room in ONLY_FOR and mine != "common" and not path.startswith(ONLY_FOR[room]):
        return f"common/{room} is only for {' '.join(ONLY_FOR[room])}"
    if mine == "common":
        own = path.split("/")[1]
        if own not in ROOMS:
            return f"room common/{own} is not in the table of scripts/check_layers.py"
        if room != own and room not in ROOMS[own].split():
            return f"common/{own} may use {ROOMS[own] or 'nothing'}, not {room}"
    return None


def exists(root, path, target):
    beside = os.path.join(os.path.dirname(path), target)  # a test's own header; elsewhere fault_of refuses it
    return os.path.exists(os.path.join(root, target)) or os.path.exists(os.path.join(root, beside))


def faults(root):
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as text:
            for number, line in enumerate(text, 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                fault = fault_of(path, *match.groups())
                if fault is None and match[1] == '"' and not exists(root, path, match[2]):
                    fault = f"{match[2]} does not exist"
                if fault:
                    yield f"{path}:{number}: {fault}"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    found = list(faults(root))
    print("\n".join(found) if found else "layers: every include keeps the one-way rule")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
