"""Every kind of table that we write: read and changed by PyIceberg, read by DuckDB, and read by us afterwards."""

from __future__ import annotations

import datetime

import matrix
import pyarrow as pa
import pytest
from conftest import open_catalog

# What PyIceberg cannot read yet, it says itself.
READABLE = [name for name in matrix.TABLES if name != "equality_deletes"]


def ours(tool, lake, name) -> dict:
    return matrix.by_id(tool.rows(lake, f"matrix.{name}"))


def pyiceberg_rows(table) -> dict:
    return matrix.by_id(table.refresh().scan().to_arrow().to_pylist())


@pytest.mark.parametrize("name", matrix.TABLES)
def test_we_read_what_was_written(tool, matrix_lake, name):
    assert ours(tool, matrix_lake, name) == matrix.rows(name)


def test_pyiceberg_refuses_equality_deletes(matrix_lake):
    table = open_catalog(matrix_lake).load_table("matrix.equality_deletes")
    with pytest.raises(ValueError, match="does not yet support equality deletes"):
        table.scan().to_arrow()


@pytest.mark.parametrize("name", READABLE)
def test_pyiceberg_reads(matrix_lake, name):
    table = open_catalog(matrix_lake).load_table(f"matrix.{name}")
    assert pyiceberg_rows(table) == matrix.rows(name)
    assert table.scan().count() == matrix.ROWS


@pytest.mark.parametrize("name", matrix.TABLES)
def test_duckdb_reads(duck, matrix_lake, name):
    location = open_catalog(matrix_lake).load_table(f"matrix.{name}").metadata_location
    scan = f"iceberg_scan('{location}')"
    assert matrix.by_id(duck.execute(f"SELECT * FROM {scan}").to_arrow_table().to_pylist()) == matrix.rows(name)
    assert duck.execute(f"SELECT count(*) FROM {scan}").fetchone() == (matrix.ROWS,)


@pytest.mark.parametrize("name", READABLE)
def test_pyiceberg_changes(tool, tmp_path, name):
    tool("matrix", tmp_path)
    table = open_catalog(tmp_path).load_table(f"matrix.{name}")
    schema = table.schema().as_arrow()
    expected = matrix.rows(name)

    def arrow(numbers, **changed) -> pa.Table:
        return pa.Table.from_pylist([typed(name, i) | changed for i in numbers], schema=schema)

    def check():
        assert ours(tool, tmp_path, name) == expected
        assert pyiceberg_rows(table) == expected

    table.append(arrow(range(1000, 1010)))
    expected |= matrix.rows(name, range(1000, 1010))
    check()
    table.delete("id >= 50 and id < 60")
    for i in range(50, 60):
        del expected[i]
    check()
    table.overwrite(arrow(range(5), name="over"), overwrite_filter="id < 10")
    for i in range(10):
        del expected[i]
    expected |= {i: row | {"name": "over"} for i, row in matrix.rows(name, range(5)).items()}
    check()
    table.upsert(arrow([20, 21, 2000], name="up"), join_cols=["id"])
    expected |= {i: row | {"name": "up"} for i, row in matrix.rows(name, [20, 21, 2000]).items()}
    check()
    keep = table.refresh().current_snapshot().snapshot_id
    table.maintenance.expire_snapshots().by_ids(
        [s.snapshot_id for s in table.snapshots() if s.snapshot_id != keep]).commit()
    check()
    assert len(table.refresh().snapshots()) == 1
    tool("fsck", tmp_path)


def typed(name, i) -> dict:
    """A row with values that Arrow takes for the table's types."""
    row = matrix.row(name, i)
    if row.get("at") is not None:
        row["at"] = row["at"].replace(tzinfo=datetime.timezone.utc)
    return row


@pytest.mark.parametrize("mode", ["rewrite", "position"])
@pytest.mark.parametrize("name", READABLE)
def test_both_read_what_we_delete(tool, duck, tmp_path, name, mode):
    tool("matrix", tmp_path)
    tool("delete", tmp_path, f"matrix.{name}", 120, mode)
    expected = matrix.rows(name, range(120))
    assert ours(tool, tmp_path, name) == expected
    table = open_catalog(tmp_path).load_table(f"matrix.{name}")
    assert pyiceberg_rows(table) == expected
    sql = f"SELECT * FROM iceberg_scan('{table.metadata_location}')"
    assert matrix.by_id(duck.execute(sql).to_arrow_table().to_pylist()) == expected
    tool("fsck", tmp_path)
