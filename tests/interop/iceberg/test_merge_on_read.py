"""A lake whose restatements mark rows instead of writing files anew: everybody reads it, every command keeps it."""

from __future__ import annotations

import shutil

import pytest
from conftest import open_catalog
from upkeep import HEADER, Upkeep

ROWS = "select ticker, ts, close from bronze.bars order by all"


@pytest.fixture
def marked(goldtape, tmp_path):
    """Two days, some bars of one restated twice; the rows that went are marked in position delete files."""
    lake = Upkeep(goldtape, tmp_path)
    lake.load(11, tickers=("AAPL", "MSFT", "SPY"))
    lake.load(12)
    with open_catalog(lake.lake, "catalog.db").load_table("bronze.bars").transaction() as change:
        change.set_properties({"write.merge.mode": "merge-on-read"})
    restate(lake, "AAPL", 31, 20)
    restate(lake, "MSFT", 30, 21)
    lake("run", code=None)
    return lake


def restate(lake, ticker, minute, observed):
    """One bar of three: of half a file's rows and more the file is written anew."""
    path = lake.input / f"again_2019-02-{observed}.csv"
    path.write_text(f"{HEADER}{ticker},2019-02-11T14:{minute}:00Z,100,101,10,{observed}.5,100\n")
    lake("ingest", "files", "--path", path, "--interval", "1m", "--source", "trial")


def table(lake):
    return open_catalog(lake.lake, "catalog.db").load_table("bronze.bars")


def delete_files(lake) -> int:
    return sum(len(task.delete_files) for task in table(lake).scan().plan_files())


def state(lake) -> dict:
    return {name: lake.rows(name) for name in ("bronze.bars", "bronze.revisions", "silver.bars_1m")}


def closes(lake) -> list:
    return [row["close"] for row in lake.goldtape.query(lake.lake, ROWS)]


def test_others_read_it(marked):
    assert delete_files(marked) > 0, "nothing was marked: this shows nothing"
    ours = closes(marked)
    assert len(ours) == 15
    theirs = table(marked).scan().to_arrow().sort_by([("ticker", "ascending"), ("ts", "ascending")])
    assert theirs["close"].to_pylist() == ours
    assert len(marked("revisions", "AAPL", "--json").json()) == 1


def test_every_command_keeps_it(marked):
    before = state(marked)
    assert marked.fsck()["clean"]
    for command in (["refine"], ["expire", "--older-than", "0s", "--keep", "1"],
                    ["orphans", "--older-than", "0s", "--remove", "--force"]):
        marked(*command)
        assert state(marked) == before, command
    assert delete_files(marked) > 0 and marked.fsck()["clean"]
    for file in marked.lake.glob("catalog.db*"):
        file.unlink()
    marked("recover")
    assert state(marked) == before and marked.fsck()["clean"]


def test_it_moves(marked, tmp_path):
    before, original = state(marked), marked.lake
    marked("relocate", tmp_path / "copy")
    marked.lake = tmp_path / "copy"
    shutil.move(original, tmp_path / "moved")
    assert state(marked) == before and delete_files(marked) > 0 and marked.fsck()["findings"] == []
    marked.lake = tmp_path / "moved"
    marked("relocate", "--in-place")
    assert state(marked) == before and delete_files(marked) > 0 and marked.fsck()["clean"]


def test_an_undone_restatement_and_a_replay(marked, tmp_path):
    newest = marked("audit", "--json").json()
    load = next(row["load_id"] for row in newest if row["rows_updated"] and row["observed_at"].startswith("2019-02-21"))
    restated = closes(marked)
    marked("undo", load)
    assert closes(marked) != restated and marked.fsck()["clean"]
    again = tmp_path / "again"
    marked("replay-raw", "--into", again)
    columns = "select ticker, ts, open, high, low, close, volume from bronze.bars order by all"
    replayed = [row for row in marked.goldtape.query(again, columns) if row["ticker"] != "MSFT"]
    assert replayed == [row for row in marked.goldtape.query(marked.lake, columns) if row["ticker"] != "MSFT"]


def test_compaction_takes_the_marks_away(marked):
    before = closes(marked)
    refused = marked("export", "--delta", "bronze.bars", "--to", marked.input.parent / "delta", code=None)
    assert refused.code != 0 and "GT5131" in refused.err and "compact" in refused.err
    marked("compact")
    assert delete_files(marked) == 0 and closes(marked) == before and marked.fsck()["clean"]
