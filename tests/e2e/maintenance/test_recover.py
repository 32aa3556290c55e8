"""recover: a lake whose catalog.db is lost or spoiled comes back from its tables and raw answers."""

from __future__ import annotations

import pytest

AUDIT = """select load_id, source, dataset, ticker, interval, range_start, range_end, status, rows_fetched,
    rows_inserted, rows_updated, rows_unchanged, duplicates_removed, rows_quarantined, bytes, raw_path
    from ops.load_audit order by all"""


@pytest.fixture
def grown(upkeep):
    upkeep.load(11)
    upkeep.load(12)
    upkeep.load(11, price=101.0, observed=20)
    upkeep("run")
    return upkeep


def state(upkeep) -> dict:
    rows = {table: upkeep.rows(table) for table in ("bronze.bars", "bronze.revisions", "silver.bars_1m")}
    return rows | {"audit": upkeep.goldtape.query(upkeep.lake, AUDIT), "snapshots": upkeep.snapshots()}


def lose(upkeep):
    for path in upkeep.lake.glob("catalog.db*"):
        path.unlink()


def test_a_lost_database_comes_back(grown):
    before = state(grown)
    lose(grown)
    assert "GT5002" in grown("tables", code=2).err
    done = grown("recover", "--json").json()
    assert done["database_rebuilt"] and done["lost"] == [] and done["loads_rebuilt"] == 3
    assert state(grown) == before and grown.fsck()["findings"] == []
    grown.load(12)
    assert state(grown)["audit"] == before["audit"], "an answer that stands is known again"
    grown.load(13)
    grown("run")
    assert len(grown.rows()) == len(before["bronze.bars"]) + 6
    assert grown.fsck()["findings"] == []


def test_a_spoiled_database_is_set_aside_not_removed(grown):
    before = state(grown)
    for path in grown.lake.glob("catalog.db-*"):
        path.unlink()
    (grown.lake / "catalog.db").write_bytes(b"not a database" * 1000)
    done = grown("recover", "--json").json()
    assert done["database_rebuilt"] and state(grown) == before
    assert (grown.lake / done["old_database"]).read_bytes().startswith(b"not a database")


def test_a_sound_lake_is_left_alone(grown):
    before = grown.files()
    done = grown("recover", "--json").json()
    assert not done["database_rebuilt"] and done["tables"] == [] and done["loads_rebuilt"] == 0
    assert grown.files() == before


def test_a_table_whose_metadata_is_gone_goes_back_to_the_newest_whole(grown):
    newest = max((grown.lake / "bronze/bars/metadata").glob("*.metadata.json"))
    newest.write_text(newest.read_text()[:200])
    assert any(f["check"] == "metadata" for f in grown.fsck(code=6)["findings"])
    done = grown("recover", "--json").json()
    assert not done["database_rebuilt"]
    [table] = done["tables"]
    assert table["table"] == "bronze.bars" and newest.name in table["set_aside"][0]
    assert len(grown.rows()) == 12, "the restatement of the third load went with its metadata"
    assert grown("undo", "--help").code == 0


def test_a_lost_table_is_said_and_the_others_come_back(grown):
    silver = grown.rows("silver.bars_1m")
    lose(grown)
    for path in (grown.lake / "bronze/bars/metadata").glob("*.metadata.json"):
        path.write_text("{")
    answer = grown("recover", "--json", code=6)
    assert "GT5113" in answer.err and any("bronze/bars" in lost for lost in answer.json()["lost"])
    assert grown.rows("silver.bars_1m") == silver


def test_a_folder_without_tables_is_no_lake(goldtape, tmp_path):
    assert "GT5002" in goldtape("recover", lake=tmp_path, code=2).err
    assert "GT5001" in goldtape("recover", lake=tmp_path / "none", code=2).err
