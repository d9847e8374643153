#!/usr/bin/python3
"""Fetches the npm packages that the browser tests use, as tests/browser/packages.json pins them: each tarball must have the
SHA-512 that stands there. They are unpacked below build/npm/node_modules; nothing of them runs meanwhile. What is there
already is left alone, so a second run needs no network.

npm itself is not needed: Debian's drags in hundreds of packages. npm_config_registry names another registry.
"""
import base64
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import time
import urllib.error
import urllib.request

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
REGISTRY = os.environ.get("npm_config_registry", "https://registry.npmjs.org").rstrip("/")
TRIES = 5


def download(url):
    for attempt in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(url, timeout=60) as reply:
                return reply.read()
        except (OSError, urllib.error.URLError) as fault:
            if attempt == TRIES:
                sys.exit(f"fetch_npm: {url}: {fault}")
            print(f"again in {2 ** attempt} s: {url}: {fault}", file=sys.stderr)
            time.sleep(2 ** attempt)
    raise AssertionError("not reached")


def unpack(data, folder):
    """The files below package/ of the tarball, into a folder that did not exist."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            name = os.path.normpath(member.name.split("/", 1)[-1])
            if not member.isfile() or name.startswith(("..", "/")):
                continue
            target = os.path.join(folder, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                shutil.copyfileobj(archive.extractfile(member), file)


def install(name, version, integrity):
    folder = os.path.join(ROOT, "build", "npm", "node_modules", name)
    stamp = folder + ".integrity"
    if os.path.isdir(folder) and os.path.exists(stamp):
        with open(stamp, encoding="ascii") as file:
            if file.read() == integrity:
                return
    data = download(f"{REGISTRY}/{name}/-/{name}-{version}.tgz")
    found = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != integrity:
        sys.exit(f"fetch_npm: {name} {version} has {found}, not the pinned {integrity}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder + ".new", ignore_errors=True)
    unpack(data, folder + ".new")
    os.rename(folder + ".new", folder)
    with open(stamp, "w", encoding="ascii") as file:
        file.write(integrity)
    print(f"fetched {name} {version}")


def main():
    with open(os.path.join(ROOT, "tests", "browser", "packages.json"), encoding="utf-8") as file:
        for name, pinned in json.load(file).items():
            install(name, pinned["version"], pinned["integrity"])


if __name__ == "__main__":
    main()
