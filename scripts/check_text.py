#!/usr/bin/python3
"""Refuses what a reader or a diff cannot see: tabs, trailing blanks, CR, a missing last line end, invalid UTF-8, control
and bidirectional characters, and characters outside ASCII that are not on the short list below.

Usage: check_text.py [ROOT]. Vectors and corpora are bytes, not text, and are left alone.
"""
import os
import subprocess
import sys
import unicodedata

# Punctuation and signs that documents, prompts and drawings use, and the quarter blocks of a QR code in a terminal.
ALLOWED = set("–—…§→←↔≤≥×‖−·✓✗‘’“”äöüßéµ─│┌┐└┘├┤┬┴┼►◄▲▼█▀▄")
SKIP_FOLDERS = {".git", "build", "__pycache__", ".pytest_cache"}
SKIP = ("tests/vectors/", "tests/corpus/")
KOREAN = ("common/phrase/", "phone/")
BINARY = (".png", ".ico", ".woff2", ".gz", ".db")
TABS = ("Makefile", "debian/rules", ".mk")


def files(root):
    """Paths that git tracks or would track; without git (an unpacked archive) every file below root."""
    git = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         capture_output=True, check=False) if os.path.exists(os.path.join(root, ".git")) else None
    if git and git.returncode == 0:
        yield from sorted({name.decode() for name in git.stdout.split(b"\0") if name})
        return
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIP_FOLDERS)
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), root)


def is_allowed(path, char):
    if " " <= char <= "~" or char == "\t":
        return True
    # Tests hold foreign letters on purpose; what cannot be seen is written as an escape there, too.
    if path.startswith("tests/"):
        return unicodedata.category(char)[0] in "LMNPS"
    # What people read in Korean; every syllable block is one visible character.
    if path.startswith(KOREAN) and "\uac00" <= char <= "\ud7a3":
        return True
    return char in ALLOWED


def line_fault(path, line):
    if "\t" in line and not path.endswith(TABS):
        return line.index("\t"), "tab"
    if line != line.rstrip():
        return len(line.rstrip()), "trailing blank"
    for column, char in enumerate(line):
        if not is_allowed(path, char):
            return column, f"character U+{ord(char):04X} is not on the list of scripts/check_text.py"
    return None


def faults(root):
    for path in files(root):
        full = os.path.join(root, path)
        if path.startswith(SKIP) or path.endswith(BINARY) or os.path.islink(full) or not os.path.isfile(full):
            continue
        with open(full, "rb") as file:
            data = file.read()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            yield f"{path}: not UTF-8 at byte {error.start}"
            continue
        if text and not text.endswith("\n"):
            yield f"{path}: no line end at the end"
        for number, line in enumerate(text.split("\n"), 1):
            fault = line_fault(path, line)
            if fault:
                yield f"{path}:{number}:{fault[0] + 1}: {fault[1]}"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    found = list(faults(root))
    print("\n".join(found) if found else "text: nothing hidden")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
