"""`goldtape upgrade`: lakes that were made before some of today's columns and tables."""

from __future__ import annotations

import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.schema import Schema

ACTIONS = "bronze.corporate_actions"
FIRST = "ticker,ex_date,action_type,value\nAAPL,2020-08-31,split,4\n"
SECOND = "ticker,ex_date,action_type,value\nTSLA,2022-08-25,split,3\n"


def ingest(goldtape, lake, path, text, **options):
    path.write_text(text)
    return goldtape("ingest", "files", "--dataset", "actions", "--path", path, lake=lake, **options)


@pytest.fixture
def old_lake(goldtape, lake, tmp_path):
    """As one was before bronze.corporate_actions had basis_as_of and bronze.revisions was there."""
    ingest(goldtape, lake, tmp_path / "first.csv", FIRST)
    catalog = SqlCatalog("goldtape", uri=f"sqlite:///{lake}/catalog.db", warehouse=f"file://{lake}")
    table = catalog.load_table(ACTIONS)
    rows, schema, order = table.scan().to_arrow(), table.schema(), table.sort_order()
    assert schema.fields[-1].name == "basis_as_of"
    old = Schema(*schema.fields[:-1])
    catalog.drop_table(ACTIONS)
    made = catalog.create_table(ACTIONS, schema=old, sort_order=order, location=f"file://{lake}/bronze/old_actions")
    made.append(rows.drop_columns(["basis_as_of"]).cast(old.as_arrow()))
    catalog.drop_table("bronze.revisions")
    assert [field.field_id for field in made.schema().fields] == list(range(1, len(old.fields) + 1))
    return lake


def test_dry_run_says_what_is_lacking_and_changes_nothing(goldtape, old_lake):
    before = goldtape("tables", "--json", lake=old_lake).json()
    said = goldtape("upgrade", "--dry-run", "--json", lake=old_lake).json()
    assert said == {
        "dry_run": True,
        "tables": ["bronze.revisions"],
        "columns": [{"table": ACTIONS, "column": "basis_as_of", "type": "date"}],
    }
    text = goldtape("upgrade", "-n", lake=old_lake).out
    assert "would add the column basis_as_of (date) to bronze.corporate_actions" in text
    assert "nothing was changed" in text
    assert goldtape("tables", "--json", lake=old_lake).json() == before


def test_an_old_lake_is_brought_up_to_date(goldtape, old_lake, tmp_path):
    refused = ingest(goldtape, old_lake, tmp_path / "second.csv", SECOND, code=None)
    assert refused.code != 0 and "goldtape upgrade" in refused.err
    data = {path: path.read_bytes() for path in old_lake.rglob("*.parquet")}
    assert "added the column basis_as_of" in goldtape("upgrade", lake=old_lake).out
    assert all(path.read_bytes() == bytes_ for path, bytes_ in data.items())
    rows = goldtape.query(old_lake, "select ticker, basis_as_of from bronze.corporate_actions")
    assert rows == [{"ticker": "AAPL", "basis_as_of": None}]
    ingest(goldtape, old_lake, tmp_path / "second.csv", SECOND)
    assert goldtape.query(old_lake, "select ticker from bronze.corporate_actions order by 1") == [
        {"ticker": "AAPL"},
        {"ticker": "TSLA"},
    ]
    goldtape("fsck", lake=old_lake)
    assert "nothing to do" in goldtape("upgrade", lake=old_lake).out
    runs = goldtape.query(old_lake, "select status from ops.runs where command = 'upgrade'")
    assert runs == [{"status": "done"}] or [row["status"] for row in runs] == ["succeeded"]


def test_a_lake_of_today_needs_nothing(goldtape, lake):
    before = goldtape.snapshots(lake)
    assert goldtape("upgrade", "--dry-run", "--json", lake=lake).json() == {
        "dry_run": True,
        "tables": [],
        "columns": [],
    }
    assert "nothing to do" in goldtape("upgrade", lake=lake).out
    assert goldtape.snapshots(lake) == before
