"""Tests of tools/check_includes: small trees, each with the fault that its test is named for."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parent / "check_includes"


class CheckIncludes(unittest.TestCase):
    def offences(self, files):
        """What the tool prints for a tree of {path: text}."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "src/goldtape").mkdir(parents=True)
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            done = subprocess.run([sys.executable, TOOL, "--root", root], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1 if done.stdout else 0, done.stderr)
            return done.stdout.splitlines()

    def assert_refused(self, files, where, *words):
        lines = self.offences(files)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(where), lines[0])
        for word in words:
            self.assertIn(word, lines[0])

    def test_accepts_arrows_of_the_design_direct_and_transitive(self):
        self.assertEqual([], self.offences({
            "src/goldtape/base/error.h": "#include <string>\n#include <fmt/format.h>\n",
            "src/goldtape/model/bar.h": '#include "goldtape/base/error.h"\n#include <arrow/api.h>\n',
            "src/goldtape/table/scan.h": '#include "goldtape/base/error.h"\n#include "goldtape/model/bar.h"\n',
            "src/goldtape/serve/api.h": '#include "goldtape/table/scan.h"\n',
            "apps/goldtape/main.cc": '#include "goldtape/serve/api.h"\n#include <CLI/CLI.hpp>\n',
        }))

    def test_refuses_upward(self):
        self.assert_refused({
            "src/goldtape/base/error.h": '#pragma once\n#include "goldtape/model/bar.h"\n',
            "src/goldtape/model/bar.h": "",
        }, "src/goldtape/base/error.h:2:", "base may not include model")

    def test_refuses_sideways(self):
        self.assert_refused({
            "src/goldtape/feature/a.h": '#include "goldtape/quality/b.h"\n',
            "src/goldtape/quality/b.h": "",
        }, "src/goldtape/feature/a.h:1:", "feature may not include quality")

    def test_refuses_io_in_features(self):
        self.assert_refused({
            "src/goldtape/feature/a.cc": '#include "goldtape/io/filesystem.h"\n',
            "src/goldtape/io/filesystem.h": "",
        }, "src/goldtape/feature/a.cc:1:", "feature may not include io")

    def test_refuses_one_venue_in_another(self):
        self.assert_refused({
            "src/goldtape/provider/yahoo/parser.cc": '#include "goldtape/provider/alpaca/wire.h"\n',
            "src/goldtape/provider/alpaca/wire.h": "",
        }, "src/goldtape/provider/yahoo/parser.cc:1:", "venue yahoo may not include venue alpaca")

    def test_lets_a_venue_include_the_interface_and_the_registry_include_venues(self):
        self.assertEqual([], self.offences({
            "src/goldtape/provider/provider.h": "",
            "src/goldtape/provider/yahoo/client.h": '#include "goldtape/provider/provider.h"\n',
            "src/goldtape/provider/registry.cc": '#include "goldtape/provider/yahoo/client.h"\n',
        }))

    def test_refuses_a_third_party_header_away_from_home(self):
        self.assert_refused({"src/goldtape/lake/a.cc": "#include <sqlite3.h>\n"},
                            "src/goldtape/lake/a.cc:1:", "<sqlite3.h> stays in store")
        self.assert_refused({"src/goldtape/base/a.h": "#include <arrow/api.h>\n"},
                            "src/goldtape/base/a.h:1:", "base may not include it")

    def test_refuses_a_library_nobody_decided_on(self):
        self.assert_refused({"src/goldtape/base/a.h": "#include <folly/String.h>\n"},
                            "src/goldtape/base/a.h:1:", "knows no such library")

    def test_refuses_test_libraries_outside_tests(self):
        self.assertEqual([], self.offences({"src/goldtape/base/a_test.cc": "#include <gtest/gtest.h>\n"}))
        self.assert_refused({"src/goldtape/base/a.cc": "#include <gtest/gtest.h>\n"}, "src/goldtape/base/a.cc:1:")

    def test_refuses_testing_outside_tests(self):
        fake = {"src/goldtape/testing/fake.h": ""}
        use = '#include "goldtape/testing/fake.h"\n'
        self.assertEqual([], self.offences({**fake, "src/goldtape/lake/a_test.cc": use}))
        self.assert_refused({**fake, "src/goldtape/lake/a.cc": use}, "src/goldtape/lake/a.cc:1:", "only tests")

    def test_refuses_a_missing_header_a_short_path_and_an_unknown_folder(self):
        self.assert_refused({"src/goldtape/base/a.cc": '#include "goldtape/base/gone.h"\n'},
                            "src/goldtape/base/a.cc:1:", "does not exist")
        self.assert_refused({"src/goldtape/base/a.cc": '#include "a.h"\n', "src/goldtape/base/a.h": ""},
                            "src/goldtape/base/a.cc:1:", "write the path from src/")
        self.assert_refused({"src/goldtape/util/a.h": ""}, "src/goldtape/util/a.h:1:", "design does not have")


if __name__ == "__main__":
    unittest.main()
