"""Trino keeps the tables of a lake in order and changes them; the next run notices and gates what it did."""

from __future__ import annotations

import pytest
import shared_lake
from rest_server import Server
from trino_server import TrinoError


@pytest.fixture(scope="module")
def shared(new_lake):
    lake, catalog = new_lake()
    shared_lake.fill(lake)
    return lake, catalog


def test_reads_every_table(trino, shared):
    lake, catalog = shared
    tables = lake("tables", "--json").json()
    assert len(tables) > 10
    for table in tables:
        name = table["table"]
        assert trino.sql(f"select count(*) as n from {catalog}.{name}") == lake.sql(f"select count(*) as n from {name}")
    for name in ("bronze.bars", "silver.bars_1m"):
        sums = "count(close) as n, sum(close) as c, sum(volume) as v, count(distinct ts) as t"
        theirs = trino.sql(f"select {sums} from {catalog}.{name}")[0]
        ours = lake.sql(f"select {sums} from {name}")[0]
        assert {k: float(v) for k, v in theirs.items()} == pytest.approx({k: float(v) for k, v in ours.items()})
        assert ours["n"] > 0


def test_maintenance_leaves_it_whole(trino, shared):
    lake, catalog = shared

    def maintain(table):
        trino.sql(f"alter table {catalog}.{table} execute optimize")
        trino.sql(f"alter table {catalog}.{table} execute expire_snapshots(retention_threshold => '0s')")
        trino.sql(f"alter table {catalog}.{table} execute remove_orphan_files(retention_threshold => '0s')")

    shared_lake.check_maintenance(lake, maintain)


def test_rows_past_the_gates_are_noticed(trino, shared):
    lake, catalog = shared
    shared_lake.check_gate(lake, lambda table: trino.sql(f"update {catalog}.{table} set high = low - 1"), "trino")


def test_marked_rows_are_not_read(trino, shared):
    lake, catalog = shared
    marks = f"select coalesce(sum(record_count), 0) as n from {catalog}.bronze.\"bars$files\" where content = 1"
    shared_lake.check_marks(
        lake,
        # Trino sets no property that it does not know.
        lambda table: lake.server.set_properties(table, {"write.merge.mode": "merge-on-read"}),
        lambda: [float(row["close"]) for row in trino.sql(f"select close from {catalog}.bronze.bars order by ticker, ts")],
        lambda: trino.sql(marks)[0]["n"],
    )


def test_a_lake_in_a_folder_is_out_of_reach(trino, goldtape, minio, tmp_path):
    goldtape("init", lake=tmp_path / "lake")
    server = Server(goldtape.program, tmp_path / "lake")
    try:
        trino.attach("folder", minio, server.url)
        with pytest.raises(TrinoError, match="Error processing metadata for table"):
            trino.sql("select count(*) from folder.reference.calendar")
    finally:
        server.stop()
