"""How the demo speaks: a calm story of at most 80 columns, colours only on a terminal and never under NO_COLOR."""

import os
import re
import sys
import textwrap

WIDTH = 78


def _colours():
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


BOLD, DIM, GREEN, RED, PLAIN = ("\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m") if _colours() else [""] * 5
_steps = 0


def line(text=""):
    print(text, flush=True)


def step(title):
    global _steps
    _steps += 1
    line()
    line(f"{BOLD}{_steps}  {title}{PLAIN}")


def say(text):
    """A paragraph of the story."""
    for row in textwrap.wrap(" ".join(text.split()), WIDTH - 3, break_long_words=False, break_on_hyphens=False):
        line(f"   {row}")


def numbered(number, text):
    """One thing to do."""
    for at, row in enumerate(textwrap.wrap(text, WIDTH - 6, break_long_words=False, break_on_hyphens=False)):
        line(f"   {BOLD}{number}{PLAIN}  {row}" if at == 0 else f"      {row}")


def command(words):
    """What was run, as a person would have typed it."""
    text = words if isinstance(words, str) else " ".join(words)
    rows = textwrap.wrap(text, WIDTH - 7, break_long_words=False, break_on_hyphens=False)
    for number, row in enumerate(rows):
        start = "$ " if number == 0 else "    "
        line(f"   {BOLD}{start}{row}{' ' + chr(92) if number + 1 < len(rows) else ''}{PLAIN}")


def shown(text, limit=None):
    """What a program printed, behind a bar; long lines are cut into several, and keys have their middle left out."""
    text = re.sub(r"\033[^A-Za-z]*[A-Za-z]", "", text)
    text = re.sub(r"\b(AAAA[\w+/]{8})[\w+/]{24,}([\w+/=]{8})(?=\s)", r"\1…\2", text)
    rows = [row.rstrip() for row in text.strip("\n").split("\n")]
    if limit and len(rows) > limit:
        rows = rows[:limit] + ["…"]
    for row in rows:
        indent = len(row) - len(row.lstrip())
        pieces = textwrap.wrap(row.strip(), WIDTH - 5, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2),
                               break_on_hyphens=False) or [""]
        for piece in pieces:
            line(f"   {DIM}│{PLAIN} {piece}".rstrip())


def fact(name, text):
    """One line of a list: what was seen, and what it means."""
    rows = textwrap.wrap(text, WIDTH - 23, break_long_words=False, break_on_hyphens=False)
    for number, row in enumerate(rows):
        line(f"   {GREEN + '✓' + PLAIN if number == 0 else ' '} {name if number == 0 else '':17} {row}")


class Failed(Exception):
    """The story did not go as it should."""


def expect(condition, what):
    if not condition:
        raise Failed(what)
