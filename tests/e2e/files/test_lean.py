"""A tree of LEAN's, and archives that would harm a careless reader."""

from __future__ import annotations

import pathlib
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
TREE = ROOT / "src" / "goldtape" / "provider" / "files" / "fixtures" / "lean"
ENTRY = "20131007_spy_minute_trade.csv"


def archive(path, text: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(ENTRY, text)
    return path


@pytest.mark.parametrize("dialect", [None, "lean"])
def test_minutes_of_a_tree(goldtape, lake, dialect):
    named = ["--dialect", dialect] if dialect else []
    report = goldtape(
        "ingest", "files", "--path", TREE / "equity", "--interval", "1m", *named, "--json", lake=lake
    ).json()
    assert [load["status"] for load in report["loads"]] == ["loaded"] * 3
    rows = goldtape.query(
        lake, "select ticker, count(*) as n, sum(volume) as shares from bronze.bars group by all order by all"
    )
    assert rows == [
        {"ticker": "BRK.B", "n": 1, "shares": 5300},
        {"ticker": "SPY", "n": 8, "shares": 1200 + 90210 + 1208311 + 402110 + 3021455 + 800 + 900100 + 300100},
    ]
    opening = goldtape.query(
        lake, "select open, session from bronze.bars where ticker = 'SPY' and ts = '2013-10-07 13:30:00Z'"
    )
    assert opening == [{"open": 167.64, "session": "regular"}]


def test_hours_and_days_of_a_tree(goldtape, lake):
    for interval in ("1h", "1d"):
        goldtape("ingest", "files", "--path", TREE / "equity", "--interval", interval, lake=lake)
    rows = goldtape.query(lake, "select interval, count(*) as n from bronze.bars group by all order by all")
    assert rows == [{"interval": "1d", "n": 2}, {"interval": "1h", "n": 2}]


def test_maps_and_factors_become_corporate_actions(goldtape, lake):
    report = goldtape(
        "ingest", "files", "--path", TREE / "equity", "--dataset", "actions", "--json", lake=lake
    ).json()
    assert [load["status"] for load in report["loads"]] == ["loaded"] * 4
    rows = goldtape.query(
        lake,
        "select ticker, cast(ex_date as varchar) as day, action_type as kind, value, new_ticker "
        "from bronze.corporate_actions where action_type <> 'cash_dividend' order by all",
    )
    assert rows == [
        {"ticker": "AAPL", "day": "2000-06-21", "kind": "split", "value": 2.0, "new_ticker": None},
        {"ticker": "AAPL", "day": "2005-02-28", "kind": "split", "value": 2.0, "new_ticker": None},
        {"ticker": "AAPL", "day": "2014-06-09", "kind": "split", "value": 7.0, "new_ticker": None},
        {"ticker": "GOOCV", "day": "2014-04-03", "kind": "rename", "value": 1.0, "new_ticker": "GOOG"},
        {"ticker": "OLD", "day": "2011-01-04", "kind": "split", "value": 2.0, "new_ticker": None},
        {"ticker": "TWX", "day": "2001-01-12", "kind": "delisting", "value": 0.0, "new_ticker": None},
    ]


def test_a_bomb_is_refused_in_bounded_memory(goldtape, lake, tmp_path):
    bomb = archive(tmp_path / "minute" / "spy" / "20131007_trade.zip", b"\n" * (600 << 20))
    assert bomb.stat().st_size < 1 << 20
    answer = goldtape("ingest", "files", "--path", bomb, "--interval", "1m", lake=lake, code=6)
    assert "GT2003" in answer.err + answer.out


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("truncated.zip", "GT2250", "cut short"),
        ("damaged.zip", "GT2250", "damaged"),
        ("encrypted.zip", "GT2252", "encrypted"),
        ("climbs.zip", "GT2253", "outside"),
        ("absolute.zip", "GT2253", "outside"),
        ("two_files.zip", "GT2251", "2 files"),
    ],
)
def test_hostile_archives_are_refused(goldtape, lake, name, code, words):
    answer = goldtape("ingest", "files", "--path", TREE / "bad" / name, "--interval", "1m", lake=lake, code=None)
    assert answer.code in (2, 6)
    assert code in answer.err + answer.out
    assert words in answer.err + answer.out


def test_a_rename_of_a_map_file_is_one_security(goldtape, lake, tmp_path):
    days = {"goocv": ["20140401", "20140402"], "goog": ["20140403", "20140404"]}
    for name, dates in days.items():
        path = tmp_path / "data" / "daily" / f"{name}.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(f"{name}.csv", "".join(f"{day} 00:00,5670000,5700000,5600000,5680000,1000\n" for day in dates))
    goldtape("ingest", "files", "--path", tmp_path / "data", "--interval", "1d", lake=lake)
    goldtape("ingest", "files", "--path", TREE / "equity/usa/map_files/goog.csv", "--dataset", "actions", lake=lake)
    goldtape("refine", lake=lake)
    rows = goldtape.query(
        lake, "select security_id, ticker, cast(valid_from as varchar) as since from reference.ticker_history order by all"
    )
    assert [(row["ticker"], row["since"]) for row in rows] == [("GOOCV", "2014-04-01"), ("GOOG", "2014-04-03")]
    assert len({row["security_id"] for row in rows}) == 1
