"""docs/OUTCOMES.md as the tests read it: case -> what the user sees and which lines the log gets, the parts in backticks."""

import os
import re
from collections import namedtuple

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "OUTCOMES.md")
Row = namedtuple("Row", "seen logged")


def read_table():
    found = {}
    with open(TABLE, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if len(cells) == 4 and re.fullmatch(r"`\w+`", cells[0]):
                case = cells[0].strip("`")
                assert case not in found, f"{case} stands twice"
                found[case] = Row(*(re.findall(r"`([^`]+)`", cell) for cell in cells[2:]))
    return found


ROWS = read_table()


def cases_of(function):
    """The rows that a test function is for: those it is parametrized with as "case", or the one it is named after."""
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize" and mark.args[0] == "case":
            return list(mark.args[1])
    return [function.__name__.removeprefix("test_")]


def row_of(request):
    """The row of the test that asks."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    return ROWS[parameters.get("case", cases_of(request.function)[0])]


def pattern(words):
    """A regular expression for a log line as the table writes it."""
    return ".*".join(re.escape(part) for part in words.split(" … "))
