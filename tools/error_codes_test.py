#!/usr/bin/env python3
"""docs/errors.md lists every error code that the sources use, and no other."""

import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# fail(ErrorKind::kX, 1234; what is said of a std::uint16_t, which only codes are: `code = a ? 2027 : 2028;`
KIND_AND_CODE = re.compile(r"ErrorKind::k\w+\s*,\s*([1-9]\d{3})\b")
CODE_TYPE = re.compile(r"uint16_t[ >][^;{}\"]*")
NUMBER = re.compile(r"\b[1-9]\d{3}\b")
MENTION = re.compile(r"\bGT(\d{4})\b")
ROW = re.compile(r"^\| GT(\d{4}) \|", re.MULTILINE)


def sources():
    for folder in ("src", "apps"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cc", ".h") and not path.stem.endswith("_test"):
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def codes_used() -> dict[int, str]:
    found = {}
    for path, text in sources():
        codes = KIND_AND_CODE.findall(text)
        for statement in CODE_TYPE.findall(text):
            codes += NUMBER.findall(statement)
        for code in codes:
            found.setdefault(int(code), str(path))
    return found


def codes_mentioned() -> set[int]:
    return {int(code) for _, text in sources() for code in MENTION.findall(text)}


class ErrorCodes(unittest.TestCase):
    def setUp(self):
        page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
        self.listed = [int(code) for code in ROW.findall(page)]
        self.used = codes_used()

    def test_page_is_in_order_without_repeats(self):
        self.assertEqual(self.listed, sorted(set(self.listed)))

    def test_every_code_used_is_listed(self):
        missing = {code: path for code, path in self.used.items() if code not in self.listed}
        self.assertEqual(missing, {}, "add a row for each to docs/errors.md")

    def test_every_code_listed_is_used(self):
        unknown = set(self.listed) - set(self.used) - codes_mentioned()
        self.assertEqual(sorted(unknown), [], "no source uses these any more")

    def test_the_patterns_see_what_they_should(self):
        self.assertGreater(len(self.used), 100)


if __name__ == "__main__":
    sys.exit(unittest.main())
