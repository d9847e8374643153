#!/usr/bin/python3
"""Keeps tests/vectors and docs/PROTOCOL.md together:

  - every *.vector has a head with section, shows and expect, and its section exists in PROTOCOL.md;
  - every section of PROTOCOL.md that says MUST has at least one vector that is accepted or refused for it;
  - tests/vectors/INDEX.md lists exactly the vectors that are there, by section.

Usage: check_vectors.py [--write] [ROOT]. --write makes INDEX.md anew.
"""
import os
import re
import sys

HEADING = re.compile(r"^#{2,3} (\d+(?:\.\d+)?)\.? (.*)$")
ABOUT_VECTORS = "14"  # says that the others need vectors; has none of its own


def sections(root):
    """number -> (title, says MUST), in the order of the document."""
    found, number = {}, None
    with open(os.path.join(root, "docs", "PROTOCOL.md"), encoding="utf-8") as file:
        for line in file:
            match = HEADING.match(line)
            if match:
                number = match[1]
                found[number] = (match[2], False)
            elif number and re.search(r"\bMUST\b", line):
                found[number] = (found[number][0], True)
    return found


def head_of(path):
    head = {}
    with open(path, "rb") as file:
        for line in file:
            if line == b"\n":
                return head
            key, _, value = line.decode("utf-8", "replace").rstrip("\n").partition(": ")
            head[key] = value
    return {}


def vectors(root):
    """(path below tests/vectors, head) of each, by path."""
    top = os.path.join(root, "tests", "vectors")
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".vector"):
                path = os.path.join(folder, name)
                yield os.path.relpath(path, top), head_of(path)


def index_of(root):
    known = sections(root)
    listed = {number: [] for number in known}
    for path, head in vectors(root):
        listed.setdefault(head.get("section", "?"), []).append((path, head))
    lines = ["# Vectors by section of PROTOCOL.md", "",
             "Made by `scripts/check_vectors.py --write`; a test fails when it is out of date.", ""]
    for number, rows in listed.items():
        if not rows:
            continue
        lines += [f"## {number} {known.get(number, ('?', False))[0]}", "| vector | expect | shows |", "|---|---|---|"]
        for path, head in rows:
            shows = head.get("shows", "").replace("|", "\\|")
            lines.append(f"| [{path}]({path}) | {head.get('expect', '')} | {shows} |")
        lines.append("")
    return "\n".join(lines)


def faults(root):
    known = sections(root)
    used = set()
    for path, head in vectors(root):
        for key in ("section", "shows", "expect"):
            if not head.get(key):
                yield f"tests/vectors/{path}: no `{key}:` in its head"
        if head.get("section") not in known:
            yield f"tests/vectors/{path}: PROTOCOL.md has no section {head.get('section')}"
        used.add(head.get("section"))
    for number, (title, must) in known.items():
        if must and number not in used and number != ABOUT_VECTORS:
            yield f"docs/PROTOCOL.md: section {number} {title} says MUST, and no vector shows it"
    index = os.path.join(root, "tests", "vectors", "INDEX.md")
    current = ""
    if os.path.exists(index):
        with open(index, encoding="utf-8") as file:
            current = file.read()
    if current != index_of(root):
        yield "tests/vectors/INDEX.md is out of date: run scripts/check_vectors.py --write"


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    root = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    if "--write" in sys.argv:
        with open(os.path.join(root, "tests", "vectors", "INDEX.md"), "w", encoding="utf-8") as file:
            file.write(index_of(root))
    found = list(faults(root))
    print("\n".join(found) if found else "vectors: every MUST is shown, every vector listed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
