"""A lake as a market: what was put into it comes out of every venue."""

from __future__ import annotations

import pytest

COLUMNS = ("open", "high", "low", "close", "volume", "vwap", "trade_count")


@pytest.fixture(scope="module")
def whole(goldtape, run_simulator, tmp_path_factory):
    """A lake made of a generated market's bars, and those bars."""
    folder = tmp_path_factory.mktemp("lake")
    market = ("--market", 4, "--seed", 7, "--from", "2024-02-20", "--to", "2024-02-29")
    rows = []
    with run_simulator(*market, folder=folder) as simulator:
        for security in simulator.get("/simulator/securities"):
            rows += simulator.truth(security["tickers"][-1]["ticker"])
    lines = [",".join(("ticker", "ts", *COLUMNS))]
    lines += [",".join(row[name] for name in ("ticker", "ts", *COLUMNS)) for row in rows]
    (folder / "bars.csv").write_text("\n".join(lines) + "\n")
    lake = folder / "lake"
    goldtape("init", lake=lake)
    goldtape("ingest", "files", "--path", folder / "bars.csv", "--interval", "1m", lake=lake)
    goldtape("refine", lake=lake)
    return lake, rows


def test_it_shows_what_the_lake_holds(run_simulator, whole, tmp_path):
    lake, rows = whole
    with run_simulator("--from-lake", lake, folder=tmp_path) as simulator:
        for ticker in {row["ticker"] for row in rows}:
            put = [tuple(row[name] for name in ("ts", *COLUMNS, "session")) for row in rows if row["ticker"] == ticker]
            shown = [tuple(row[name] for name in ("ts", *COLUMNS, "session")) for row in simulator.truth(ticker)]
            as_numbers = [
                [(line[0], *map(float, line[1:-1]), line[-1]) for line in lines] for lines in (put, shown)
            ]
            assert as_numbers[1] == as_numbers[0]


def test_days_are_the_sums_of_minutes(run_simulator, whole, tmp_path):
    lake, rows = whole
    with run_simulator("--from-lake", lake, folder=tmp_path) as simulator:
        bars = simulator.get(
            "/alpaca/v2/stocks/bars?symbols=SPY&timeframe=1Day&start=2024-02-20&end=2024-02-29"
        )["bars"]["SPY"]
        for bar in bars:
            day = [
                row
                for row in rows
                if row["ticker"] == "SPY" and row["date"] == bar["t"][:10] and row["session"] == "regular"
            ]
            assert bar["o"] == float(day[0]["open"])
            assert bar["c"] == float(day[-1]["close"])
            assert bar["h"] == max(float(row["high"]) for row in day)
            assert bar["v"] == sum(int(row["volume"]) for row in day)
        assert len(bars) == 8


def test_a_lake_without_refined_bars(goldtape, lake):
    assert "GT8108" in goldtape("simulate", "--from-lake", lake, code=2).err


def test_a_lake_or_a_market_but_not_both(goldtape, lake):
    assert "--market" in goldtape("simulate", "--from-lake", lake, "--market", 5, code=2).err
