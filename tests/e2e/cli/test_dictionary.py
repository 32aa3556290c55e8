"""docs/data-dictionary.md is what the program says its tables are."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_data_dictionary_is_current(goldtape):
    written = (ROOT / "docs" / "data-dictionary.md").read_text()
    assert written == goldtape("docs", "dictionary").out, (
        "run: bin/goldtape docs dictionary > docs/data-dictionary.md"
    )
