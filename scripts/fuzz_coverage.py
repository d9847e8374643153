#!/usr/bin/python3
"""Replays the corpus of each fuzz target and prints how many lines of its parser the corpus reaches; less than 90 % fails.

usage: scripts/fuzz_coverage.py [--build DIR] [--junit FILE] [--missing] [ENTRY…]

Which files are the parser stands in tests/fuzz/CMakeLists.txt (PARSERS). The build comes before:
cmake --preset coverage && cmake --build --preset coverage. --missing names the lines that no file of the corpus reaches;
for a corpus below the bound they are always named."""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
LEAST_PERCENT = 90


class Fault(Exception):
    """What keeps a target from being measured."""


def targets_of(text):
    """{entry: [parser file]} from fuzz_parsers.txt."""
    return {words[0]: words[1:] for words in (line.split() for line in text.splitlines()) if words}


def lines_of(report, source):
    """{line number: times run} of one source file in gcov's JSON. A template's line stands there once an instance."""
    found = {}
    for file in report["files"]:
        if os.path.realpath(os.path.join(report["current_working_directory"], file["file"])) == source:
            for line in file["lines"]:
                found[line["line_number"]] = max(found.get(line["line_number"], 0), line["count"])
    return found


def ranges_of(numbers):
    """"3-5 9" for [3, 4, 5, 9]."""
    runs = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def names_of(parsers):
    """"a/{x,y}.cpp b/z.cpp" for a/x.cpp, a/y.cpp and b/z.cpp."""
    folders = {}
    for parser in parsers:
        folder, name = os.path.split(parser)
        folders.setdefault(folder, []).append(name.removesuffix(".cpp"))
    return " ".join(f"{folder}/{names[0] if len(names) == 1 else '{' + ','.join(names) + '}'}.cpp"
                    for folder, names in folders.items())


def replay(build, entry, counters):
    """Runs one target over its corpus; what it counts lands below the folder `counters`, and not in the build."""
    program = os.path.join(build, "bin", "fuzz_" + entry)
    if not os.path.exists(program):
        raise Fault("is not built: cmake --build --preset coverage")
    done = subprocess.run([program, "--whole", os.path.join(ROOT, "tests", "corpus", entry)], capture_output=True, text=True,
                          errors="replace", timeout=120, env={**os.environ, "GCOV_PREFIX": counters})
    if done.returncode != 0:
        raise Fault(f"the replay ends with {done.returncode}: {(done.stderr or done.stdout).strip()}")


def counters_of(counters, source):
    """The counter files of the objects that were compiled from a source file of that name."""
    wanted = os.path.basename(source) + ".gcda"
    return [os.path.join(folder, wanted) for folder, _, files in os.walk(counters) if wanted in files]


def measure(build, entry, parsers):
    """{parser: {line number: times run}}."""
    with tempfile.TemporaryDirectory() as counters:
        replay(build, entry, counters)
        result = {}
        for parser in parsers:
            source = os.path.realpath(os.path.join(ROOT, parser))
            result[parser] = {}
            for counter in counters_of(counters, source):
                # gcov wants the compiler's notes beside the counters.
                notes = counter[:-len("gcda")] + "gcno"
                if not os.path.lexists(notes):
                    os.symlink("/" + os.path.relpath(notes, counters), notes)
                out = subprocess.run(["gcov", "--json-format", "--stdout", counter], capture_output=True, text=True, check=True)
                for number, count in lines_of(json.loads(out.stdout), source).items():
                    result[parser][number] = max(result[parser].get(number, 0), count)
            if not result[parser]:
                raise Fault(f"{parser} is not part of fuzz_{entry}")
        return result


def row_of(entry, measured, show_missing):
    """(reached enough, the text for one target)."""
    total = sum(len(lines) for lines in measured.values())
    covered = sum(1 for lines in measured.values() for count in lines.values() if count > 0)
    enough = covered * 100 >= total * LEAST_PERCENT
    # Rounded down, so that 89.99 never looks like 90.
    percent = covered * 1000 // total / 10
    text = [f"{entry:16} {covered:5}/{total:<5} {percent:5.1f} %  {names_of(measured)}" + ("" if enough else "  BELOW THE BOUND")]
    if show_missing or not enough:
        for parser, lines in measured.items():
            missing = [number for number, count in lines.items() if count == 0]
            if missing:
                text.append(f"    {parser}: not reached: {ranges_of(missing)}")
    return enough, "\n".join(text)


def write_junit(path, failures):
    suite = ET.Element("testsuite", name="fuzz_coverage")
    case = ET.SubElement(suite, "testcase", classname="fuzz", name="coverage")
    if failures:
        ET.SubElement(case, "failure", message="; ".join(failures))
    ET.ElementTree(suite).write(path, encoding="utf-8")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "coverage"))
    parser.add_argument("--junit")
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("entries", nargs="*", metavar="ENTRY")
    options = parser.parse_args(arguments)
    try:
        with open(os.path.join(options.build, "fuzz_parsers.txt"), encoding="utf-8") as file:
            targets = targets_of(file.read())
    except FileNotFoundError as error:
        parser.error(f"{error.filename} is missing: cmake --preset coverage && cmake --build --preset coverage")
    unknown = [entry for entry in options.entries if entry not in targets]
    if unknown or not targets:
        parser.error(f"no such fuzz target: {' '.join(unknown)}; known: {' '.join(targets)}")

    failures = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {entry: pool.submit(measure, options.build, entry, targets[entry]) for entry in options.entries or targets}
        for entry, job in jobs.items():
            try:
                enough, text = row_of(entry, job.result(), options.missing)
            except (Fault, subprocess.SubprocessError) as error:
                enough, text = False, f"{entry:16} {error}"
            print(text, flush=True)
            if not enough:
                failures.append(text.split("\n")[0])
    if options.junit:
        write_junit(options.junit, failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
