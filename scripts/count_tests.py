#!/usr/bin/python3
"""Sums the JUnit files that scripts/test gathered: names what failed and what could not run, and ends with the line
"N passed, N failed". A suite that failed without naming a failed test (a crash, no test found) counts as one failure."""
import os
import sys
import xml.etree.ElementTree as ET


def cases_of(path):
    """(passed, failed names, [(skipped name, why)]) of one JUnit file, as ctest or pytest write it."""
    passed, failed, skipped = 0, [], []
    for case in ET.parse(path).getroot().iter("testcase"):
        name, group = case.get("name"), case.get("classname")
        if group and group != name:
            name = f"{group}.{name}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
            failed.append(name)
        elif skip is not None or case.get("status") in ("notrun", "disabled"):
            skipped.append((name, (skip.get("message") if skip is not None else None) or "not run"))
        else:
            passed += 1
    return passed, failed, skipped


def main(folder):
    strict = os.environ.get("CI") == "true"
    passed, failed, skipped = 0, [], []
    with open(os.path.join(folder, "exits"), encoding="ascii") as exits:
        suites = [line.split() for line in exits]
    for suite, code in suites:
        path = os.path.join(folder, suite + ".xml")
        good, bad, left = cases_of(path) if os.path.exists(path) else (0, [], [])
        if code != "0" and not bad and not left:
            bad = [f"(the suite ended with exit code {code})"]
        passed += good
        failed += [f"{suite}: {name}" for name in bad]
        skipped += [(f"{suite}: {name}", why) for name, why in left]
    for name, why in skipped:
        print(f"could not run: {name}: {why}")
        if strict:
            failed.append(f"{name} (could not run, and CI=true)")
    for name in failed:
        print(f"FAILED: {name}")
    print(f"{passed} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
