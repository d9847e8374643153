#!/usr/bin/python3
"""Keeps documents and code together:

  - every relative link in a *.md file leads to a file, and its #anchor to a heading;
  - every configuration key of common/config/schema.cpp has its entry, default included, in the man page of its file, and
    stands in the example below etc/; no entry is of a key that is gone;
  - every ErrorCode of common/base/error.h has its row in docs/REASONS.md, and no row names a code that is gone.

Usage: check_docs.py [ROOT].
"""
import os
import re
import shutil
import subprocess
import sys

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$")


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def without_code(text):
    return re.sub(r"^```.*?^```", lambda block: "\n" * block[0].count("\n"), text, flags=re.S | re.M)


def anchors(text):
    """The names GitHub gives to headings."""
    found = set()
    for line in without_code(text).split("\n"):
        match = HEADING.match(line)
        if match:
            plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match[1]).lower())
            found.add(plain.replace(" ", "-"))
    return found


def markdown(root):
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", "build", "vectors", "corpus")]
        for name in sorted(names):
            if name.endswith(".md"):
                yield os.path.relpath(os.path.join(folder, name), root)


def link_faults(root):
    for path in markdown(root):
        for number, line in enumerate(without_code(read(root, path)).split("\n"), 1):
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z][a-z0-9+.-]*:", target):
                    continue
                file, _, anchor = target.partition("#")
                other = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
                if not os.path.exists(os.path.join(root, other)):
                    yield f"{path}:{number}: link to {target}: no such file"
                elif anchor and other.endswith(".md") and anchor not in anchors(read(root, other)):
                    yield f"{path}:{number}: link to {target}: no such heading"


def error_codes(root):
    body = re.search(r"enum class ErrorCode \{(.*?)\n\};", read(root, "common/base/error.h"), re.S)[1]
    return re.findall(r"^\s*([a-z_0-9]+),", re.sub(r"//.*", "", body), re.M)


def reason_faults(root):
    codes = error_codes(root)
    rows = re.findall(r"^\| `([a-z_0-9]+)` \|", read(root, "docs/REASONS.md"), re.M)
    for code in codes:
        if rows.count(code) != 1:
            yield f"docs/REASONS.md: {rows.count(code)} rows for `{code}` (expected one)"
    for row in rows:
        if row not in codes:
            yield f"docs/REASONS.md: `{row}` is no ErrorCode"


# The schema's table -> the man page and the example of that file; beside it the tables of its lists of mappings, and
# what stands before their keys in the man page.
CONFIGURATIONS = {"kHost": ("man/countersign.yaml.5", "etc/countersign.yaml", {"kRule": "rules.", "kBastion": "bastions."}),
                  "kRegistry": ("man/countersign-registry.8", "etc/registry.yaml", {})}
SETTING = re.compile(r'Setting\{\s*"([a-z_.]+)",\s*Type::\w+,\s*(\w+),\s*R?((?:"[^"]*"\s*)+)')


def settings(root, table):
    """(key, whether it has a default, default or example) of each row."""
    body = re.search(rf"{table}\{{(.*?)\n\}};", read(root, "common/config/schema.cpp"), re.S)
    joined = lambda literals: "".join(re.findall(r'"([^"]*)"', literals))
    return [(key, need == "defaulted", joined(literals)) for key, need, literals in SETTING.findall(body[1])] if body else []


def setting_faults(root):
    for table, (page, example, below) in CONFIGURATIONS.items():
        rows = settings(root, table)
        if not rows:
            yield f"common/config/schema.cpp: no settings found in {table}"
        inner = [(prefix + key, defaulted, value) for name, prefix in below.items()
                 for key, defaulted, value in settings(root, name)]
        entries = dict(re.findall(r"^\.It Cm ([a-z_.]+) : .*\n((?:(?!\.It|\.El).*\n)*)", read(root, page), re.M))
        for key, defaulted, value in rows + inner:
            if key not in entries:
                yield f"{page}: no entry for {key}"
            elif defaulted and f".Ql {value} ." not in entries[key]:
                yield f"{page}: the entry of {key} does not name its default, {value}"
            last = key.split(".")[-1]
            if key in (row[0] for row in inner):
                continue  # the example shows some rules, the page all that a rule may hold
            if not re.search(rf"^ *#? *{re.escape(last)}:", read(root, example), re.M):
                yield f"{example}: {key} is missing"
        for key in entries:
            if key not in (row[0] for row in rows + inner):
                yield f"{page}: {key} is no setting"


def man_faults(root):
    mandoc = shutil.which("mandoc")
    pages = sorted(name for name in os.listdir(os.path.join(root, "man")) if name[-1].isdigit())
    if mandoc is None:
        note = "man: mandoc is not installed, so the syntax of the pages is not checked"
        if os.environ.get("CI") == "true":
            yield note
        else:
            print(note)
        return
    lint = subprocess.run([mandoc, "-T", "lint", "-W", "warning", *pages], cwd=os.path.join(root, "man"),
                          capture_output=True, text=True, check=False)
    yield from (line for line in (lint.stdout + lint.stderr).split("\n") if line)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    found = [*link_faults(root), *reason_faults(root), *setting_faults(root), *man_faults(root)]
    print("\n".join(found) if found else "docs: links lead somewhere, every reason and setting is explained")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
