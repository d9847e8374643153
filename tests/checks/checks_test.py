#!/usr/bin/python3
"""The checks themselves: each fault, planted in a small tree, is found and named. A check that finds nothing proves
nothing."""
import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts")
sys.path.insert(0, SCRIPTS)
sys.dont_write_bytecode = True
import check_docs  # noqa: E402
import check_layers  # noqa: E402
import check_text  # noqa: E402
import check_vectors  # noqa: E402
import count_tests  # noqa: E402
import fuzz_coverage  # noqa: E402


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = self.folder.name

    def tearDown(self):
        self.folder.cleanup()

    def put(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8", newline="") as file:
            file.write(text)


class Layers(Tree):
    def fault(self, path, line):
        self.put("common/base/bytes.h", "")
        self.put("common/config/config.h", "")
        self.put("common/http/client.h", "")
        self.put("registry/store/store.h", "")
        self.put("tests/support/fake.h", "")
        self.put(path, f"// a comment\n{line}\n")
        return list(check_layers.faults(self.root))

    def test_what_is_allowed(self):
        for path, line in (("common/config/config.cpp", '#include "common/base/bytes.h"'),
                           ("common/crypto/key.cpp", "#include <openssl/evp.h>"),
                           ("registry/store/sqlite.cpp", '#include "registry/store/store.h"'),
                           ("helper/courier/main.cpp", '#include "common/http/client.h"'),
                           ("tests/unit/x/x_test.cpp", "#include <gtest/gtest.h>"),
                           ("pam/entry.cpp", "#include <security/pam_modules.h>")):
            with self.subTest(path=path):
                self.assertEqual(self.fault(path, line), [])

    def test_what_is_refused(self):
        for path, line, word in (
                ("common/log/sink.cpp", '#include "common/config/config.h"', "may use base, not config"),
                ("common/base/x.cpp", '#include "common/http/client.h"', "may use nothing, not http"),
                ("pam/login.cpp", "#include <openssl/evp.h>", "belongs to"),
                ("pam/login.cpp", "#include <sys/socket.h>", "opens a socket"),
                ("pam/login.cpp", '#include "common/http/client.h"', "only for"),
                ("helper/authorized_keys/main.cpp", '#include "common/http/client.h"', "only for"),
                ("cli/main.cpp", '#include "registry/store/store.h"', "must not include"),
                ("cli/main.cpp", '#include "tests/support/fake.h"', "tests/"),
                ("cli/main.cpp", '#include "options.h"', "does not start with"),
                ("cli/main.cpp", '#include "common/base/gone.h"', "does not exist"),
                ("cli/main.cpp", '#include "common/util/x.h"', "not in the table"),
                ("registry/routes/a.h", "#include <boost/asio.hpp>", "belongs to"),
                ("common/statement/a.cpp", "#  include <yaml-cpp/yaml.h>", "belongs to")):
            with self.subTest(path=path, line=line):
                found = [fault for fault in self.fault(path, line) if fault.startswith(path)]
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(f"{path}:2: "), found[0])
                self.assertIn(word, found[0])
            os.unlink(os.path.join(self.root, path))


class Text(Tree):
    def test_each_fault_has_its_place(self):
        for text, place in (("a\tb\n", ":1:2: tab"), ("a \n", ":1:2: trailing blank"), ("a", ": no line end"),
                            ("a\n\x1b[1m\n", ":2:1: character U+001B"), ("a\r\n", ":1:2: trailing blank"),
                            ("x\u202ey\n", ":1:2: character U+202E"), ("x\u00a0y\n", ":1:2: character U+00A0")):
            with self.subTest(text=text):
                self.put("a.md", text)
                self.assertEqual(len(list(check_text.faults(self.root))), 1)
                self.assertTrue(list(check_text.faults(self.root))[0].startswith("a.md" + place))
        self.put("a.md", "an arrow → and a dash — are fine\n")
        self.put("tests/vectors/x", "a\tb \r\n")
        self.put("tests/unit/x/x_test.cpp", "\u017e \U0001f511\n")
        self.assertEqual(list(check_text.faults(self.root)), [])
        self.put("tests/unit/x/x_test.cpp", "\u200b\n")
        self.put("cli/main.cpp", "\u017e\n")
        self.assertEqual(list(check_text.faults(self.root)),
                         ["cli/main.cpp:1:1: character U+017E is not on the list of scripts/check_text.py",
                          "tests/unit/x/x_test.cpp:1:1: character U+200B is not on the list of scripts/check_text.py"])


class Docs(Tree):
    def test_links_and_reasons(self):
        self.put("common/base/error.h", "enum class ErrorCode {\n  // x, y\n  one,  // the first\n  two,\n};\n")
        self.put("docs/REASONS.md", "# Reasons\n| `one` | x |\n| `three` | y |\n")
        self.put("README.md", "[a](docs/REASONS.md#reasons) [b](docs/GONE.md) [c](#nowhere)\n[d](https://example.com)\n")
        self.assertEqual([fault.split(": ", 1)[1] for fault in check_docs.link_faults(self.root)],
                         ["link to docs/GONE.md: no such file", "link to #nowhere: no such heading"])
        self.assertEqual(list(check_docs.reason_faults(self.root)),
                         ["docs/REASONS.md: 0 rows for `two` (expected one)",
                          "docs/REASONS.md: `three` is no ErrorCode"])


    def test_settings_and_pages(self):
        row = 'Setting{"%s", Type::duration, %s, "%s", "", "",\n "help"},\n'
        table = lambda name, rows: f"constexpr std::array {name}{{\n{rows}}};\n"  # noqa: E731
        self.put("common/config/schema.cpp", table("kHost", row % ("a.one", "defaulted", "5s") + row % ("a.two", "optional", "x"))
                 + table("kRegistry", row % ("three", "required", "y")))
        self.put("man/countersign.yaml.5", ".It Cm a.one : Ar t\nDefault:\n.Ql 6s .\n.It Cm a.old : Ar t\nText.\n.El\n")
        self.put("man/countersign-registry.8", ".It Cm three : Ar t\nText.\n.El\n")
        self.put("etc/countersign.yaml", "a:\n  #one: 5s\n")
        self.put("etc/registry.yaml", "three: y\n")
        self.assertEqual(list(check_docs.setting_faults(self.root)),
                         ["man/countersign.yaml.5: the entry of a.one does not name its default, 5s",
                          "man/countersign.yaml.5: no entry for a.two", "etc/countersign.yaml: a.two is missing",
                          "man/countersign.yaml.5: a.old is no setting"])
        if shutil.which("mandoc"):
            self.put("man/x.1", ".Dd November 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd y\n.Zz nonsense\n")
            self.assertTrue(any("x.1:7" in fault and "unknown macro" in fault for fault in check_docs.man_faults(self.root)))


class Count(Tree):
    def test_both_dialects(self):
        self.put("ctest.xml", '<testsuite><testcase name="A.B" classname="A.B" status="run"/>'
                 '<testcase name="A.C" classname="A.C" status="fail"><failure message=""/></testcase>'
                 '<testcase name="A.D" classname="A.D" status="notrun"><skipped message="no file"/></testcase></testsuite>')
        self.put("pytest.xml", '<testsuites><testsuite><testcase classname="t" name="a"/>'
                 '<testcase classname="t" name="b"><error message="x"/></testcase></testsuite></testsuites>')
        self.assertEqual(count_tests.cases_of(os.path.join(self.root, "ctest.xml")),
                         (1, ["A.C"], [("A.D", "no file")]))
        self.assertEqual(count_tests.cases_of(os.path.join(self.root, "pytest.xml")), (1, ["t.b"], []))


class FuzzCoverage(Tree):
    def report(self, *files):
        return {"current_working_directory": self.root,
                "files": [{"file": name, "lines": [{"line_number": number, "count": count} for number, count in lines]}
                          for name, lines in files]}

    def test_lines_of_one_source(self):
        report = self.report(("../x/a.cpp", [(3, 0)]), ("b/../a.cpp", [(3, 0), (4, 2), (4, 0), (5, 0)]), ("a.h", [(9, 1)]))
        os.mkdir(os.path.join(self.root, "b"))
        source = os.path.realpath(os.path.join(self.root, "a.cpp"))
        self.assertEqual(fuzz_coverage.lines_of(report, source), {3: 0, 4: 2, 5: 0})

    def test_rows(self):
        lines = {number: 1 for number in range(1, 901)} | {number: 0 for number in range(901, 1001)}
        enough, text = fuzz_coverage.row_of("x", {"p/a.cpp": lines}, False)
        self.assertTrue(enough)
        self.assertRegex(text, r"^x +900/1000 +90\.0 %  p/a\.cpp$")
        self.assertIn("p/a.cpp: not reached: 901-1000", fuzz_coverage.row_of("x", {"p/a.cpp": lines}, True)[1])
        enough, text = fuzz_coverage.row_of("x", {"p/a.cpp": lines | {7: 0}, "q/c.cpp": {}, "p/b.cpp": {1: 1}}, False)
        self.assertFalse(enough)
        self.assertRegex(text, r"^x +900/1001 +89\.9 %  p/{a,b}\.cpp q/c\.cpp  BELOW THE BOUND\n    p/a\.cpp: not reached: 7 901-1000$")

    def test_targets(self):
        self.assertEqual(fuzz_coverage.targets_of("a x.cpp\nb y.cpp z.cpp\n"), {"a": ["x.cpp"], "b": ["y.cpp", "z.cpp"]})

    def test_what_cannot_be_measured_fails(self):
        self.put("fuzz_parsers.txt", "config common/config/values.cpp\n")
        junit = os.path.join(self.root, "coverage.xml")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(fuzz_coverage.main(["--build", self.root, "--junit", junit]), 1)
        self.assertIn("config           is not built", printed.getvalue())
        self.assertEqual(count_tests.cases_of(junit), (0, ["fuzz.coverage"], []))
        self.put("bin/fuzz_config", "#!/bin/sh\necho gone wrong >&2\nexit 3\n")
        os.chmod(os.path.join(self.root, "bin/fuzz_config"), 0o755)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(fuzz_coverage.main(["--build", self.root]), 1)
        self.assertIn("the replay ends with 3: gone wrong", printed.getvalue())
        self.put("bin/fuzz_config", "#!/bin/sh\n")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(fuzz_coverage.main(["--build", self.root]), 1)
        self.assertIn("common/config/values.cpp is not part of fuzz_config", printed.getvalue())

    def test_measured(self):
        """The whole way with gcov: a program of its own, one line of whose parser does not run."""
        self.put("parser.cpp", "int parse(int n) {\n  if (n == 1) {\n    return 2;\n  }\n  return 3;\n}\n")
        self.put("main.cpp", "int parse(int);\nint main(int argc, char**) { return parse(argc) - 3; }\n")
        os.mkdir(os.path.join(self.root, "bin"))
        for args in (["-c", "parser.cpp", "-o", "parser.cpp.o"], ["-c", "main.cpp", "-o", "main.cpp.o"],
                     ["parser.cpp.o", "main.cpp.o", "-o", "bin/fuzz_config"]):
            subprocess.run(["g++", "-O0", "--coverage", *args], cwd=self.root, check=True)
        measured = fuzz_coverage.measure(self.root, "config", [os.path.join(self.root, "parser.cpp")])
        self.assertEqual([{line: count > 0 for line, count in lines.items()} for lines in measured.values()],
                         [{1: True, 2: True, 3: False, 5: True}])


class Vectors(Tree):
    def setUp(self):
        super().setUp()
        self.put("docs/PROTOCOL.md", "# P\n\n## 1. Names\nA name MUST be short.\n\n## 2. Advice\nIt SHOULD rhyme.\n")
        self.put("tests/vectors/a/long.vector", "section: 1\nshows: a long name\nexpect: bad_text\n\nlonglong\n")
        self.index()

    def index(self):
        self.put("tests/vectors/INDEX.md", check_vectors.index_of(self.root))

    def faults(self):
        return list(check_vectors.faults(self.root))

    def test_good(self):
        self.assertEqual(self.faults(), [])

    def test_must_without_vector(self):
        self.put("docs/PROTOCOL.md", "# P\n\n## 1. Names\nA name MUST be short.\n\n## 2. Advice\nIt MUST rhyme.\n")
        self.index()
        self.assertEqual(self.faults(), ["docs/PROTOCOL.md: section 2 Advice says MUST, and no vector shows it"])

    def test_listed_but_missing(self):
        os.remove(os.path.join(self.root, "tests/vectors/a/long.vector"))
        self.assertIn("tests/vectors/INDEX.md is out of date: run scripts/check_vectors.py --write", self.faults())

    def test_not_listed(self):
        self.put("tests/vectors/a/more.vector", "section: 2\nshows: more\nexpect: ok\n\nx\n")
        self.assertEqual(self.faults(), ["tests/vectors/INDEX.md is out of date: run scripts/check_vectors.py --write"])

    def test_section_and_head(self):
        self.put("tests/vectors/a/more.vector", "section: 9\nexpect: ok\n\nx\n")
        self.index()
        self.assertEqual(self.faults(), ["tests/vectors/a/more.vector: no `shows:` in its head",
                                         "tests/vectors/a/more.vector: PROTOCOL.md has no section 9"])


if __name__ == "__main__":
    unittest.main()
