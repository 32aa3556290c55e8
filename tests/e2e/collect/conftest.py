"""A venue and lakes for tests of the collector."""

from __future__ import annotations

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from venue import Venue  # noqa: E402


@pytest.fixture
def venue():
    served = Venue()
    yield served
    served.close()


@pytest.fixture
def new_lake(goldtape, tmp_path):
    """Makes an empty lake of this name."""

    def make(name: str) -> pathlib.Path:
        path = tmp_path / name
        goldtape("init", lake=path)
        return path

    return make


@pytest.fixture
def backfill(goldtape, venue):
    """goldtape backfill yahoo against the venue, as fast as it likes; the report."""

    def run(lake, symbols, *more, first="2024-01-02", last="2024-03-28", interval="1d", code=0, env=None, options=()):
        answer = goldtape(
            *options, "backfill", "yahoo", "--symbols", symbols, "--interval", interval, "--from", first, "--to", last,
            "--base-url", venue.url, "--rate", "1000", "--concurrency", "4", "--json", *more,
            lake=lake, code=code, env=env,
        )  # fmt: skip
        return answer.json() if answer.out else answer

    return run


STATE = """
select ticker, interval, ts, date, open, high, low, close, volume, adj_close, session, price_basis
from bronze.bars order by all"""


@pytest.fixture
def state(goldtape):
    """What a lake holds, lineage aside, for comparison."""

    def rows(lake):
        return goldtape.query(lake, STATE)

    return rows
