"""A lake with one good load, and the check that every bad input has to pass."""

from __future__ import annotations

import pytest

GOOD = """ticker,ts,open,high,low,close,volume
AAPL,2019-02-11T14:30:00Z,170,171,169,170.5,100
AAPL,2019-02-11T14:31:00Z,170.5,171,170,170.75,200
"""


def bars_of(lake_state):
    return {name: id_ for name, id_ in lake_state.items() if not name.startswith("quarantine.")}


class Bench:
    """Feeds bad input to a lake that already holds something to lose."""

    def __init__(self, goldtape, lake, folder):
        self.goldtape = goldtape
        self.lake = lake
        self.folder = folder
        good = folder / "good.csv"
        good.write_text(GOOD)
        self.ingest(good)

    def ingest(self, path, *options, code=0, env=None):
        interval = () if "--dataset" in options else ("--interval", "1m")
        return self.goldtape("ingest", "files", "--path", path, *interval, *options, lake=self.lake, code=code, env=env)

    def state(self):
        """Snapshots of all tables but quarantine, and the rows of bronze."""
        return bars_of(self.goldtape.snapshots(self.lake)), self.goldtape.query(
            self.lake, "select ticker, ts, open, high, low, close, volume from bronze.bars order by all"
        )

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def refuses(self, path, *options, code, says, env=None):
        """The file is refused with this exit code and these words; the lake is as before and sound."""
        before = self.state()
        answer = self.ingest(path, *options, code=code, env=env)
        message = answer.err + answer.out
        for word in says:
            assert word in message, f"{word!r} is missing in:\n{message}"
        assert self.state() == before
        self.goldtape("fsck", lake=self.lake)
        return message


@pytest.fixture
def bench(goldtape, lake, tmp_path) -> Bench:
    folder = tmp_path / "input"
    folder.mkdir()
    return Bench(goldtape, lake, folder)
