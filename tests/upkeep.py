"""A small lake with some history, for the tests of the commands that keep a lake in order."""

from __future__ import annotations

import os
import pathlib
import time

HEADER = "ticker,ts,open,high,low,close,volume\n"


class Upkeep:
    """A lake of minute bars that grows by a load a day."""

    def __init__(self, goldtape, folder: pathlib.Path):
        self.goldtape = goldtape
        self.lake = folder / "lake"
        self.input = folder / "input"
        self.input.mkdir()
        goldtape("init", lake=self.lake)

    def __call__(self, *args, **kwargs):
        return self.goldtape(*args, lake=self.lake, **kwargs)

    def write_day(self, day: int, tickers=("AAPL", "MSFT"), price: float = 100.0, observed: int | None = None):
        """A file with one day of three minutes of each ticker, in February 2019."""
        rows = "".join(
            f"{ticker},2019-02-{day:02}T14:{30 + minute}:00Z,{price},{price + 1},{price - 1},{price + minute / 10},100\n"
            for ticker in tickers
            for minute in range(3)
        )
        seen = observed or day + 1
        path = self.input / f"bars{price}_2019-{2 + seen // 29:02}-{seen % 29:02}.csv"
        path.write_text(HEADER + rows)
        return path

    def load(self, day: int, **kwargs):
        path = self.write_day(day, **kwargs)
        self("ingest", "files", "--path", path, "--interval", "1m", "--source", "trial")

    def count(self, table="bronze.bars", **kwargs) -> int:
        return self.goldtape.query(self.lake, f"select count(*) as n from {table}")[0]["n"]

    def rows(self, table="bronze.bars", snapshot=None) -> list:
        extra = ["--snapshot", snapshot] if snapshot else []
        return self("query", f"select * from {table} order by all", "--format", "json", *extra).json()

    def snapshots(self, table="bronze.bars") -> list[int]:
        return [row["snapshot_id"] for row in self("snapshots", table, "--json").json()]

    def files(self) -> set[pathlib.Path]:
        """Files of the tables and the raw zone; the database has a life of its own."""
        return {p for p in self.lake.rglob("*") if p.is_file() and p.parent != self.lake}

    def age(self, path: pathlib.Path, days: float = 30):
        then = time.time() - days * 86_400
        os.utime(path, (then, then))

    def fsck(self, code=0, deep=True) -> dict:
        return self("fsck", *(["--deep"] if deep else []), "--json", code=code).json()

