"""Every kind of table that we write: read and changed by PyIceberg, read by DuckDB, and read by us afterwards."""

from __future__ import annotations

import matrix
import pytest
from conftest import open_catalog
from pyiceberg_table import CHANGEABLE, READABLE, PyIcebergTable


def ours(tool, lake, name) -> dict:
    return matrix.by_id(tool.rows(lake, f"matrix.{name}"))


@pytest.mark.parametrize("name", matrix.TABLES)
def test_we_read_what_was_written(tool, matrix_lake, name):
    assert ours(tool, matrix_lake, name) == matrix.rows(name)


def test_pyiceberg_refuses_equality_deletes(matrix_lake):
    table = open_catalog(matrix_lake).load_table("matrix.equality_deletes")
    with pytest.raises(ValueError, match="does not yet support equality deletes"):
        table.scan().to_arrow()


@pytest.mark.parametrize("name", READABLE)
def test_pyiceberg_reads(tool, matrix_lake, name):
    PyIcebergTable(tool, matrix_lake, open_catalog(matrix_lake), None, name).check()


@pytest.mark.parametrize("name", matrix.TABLES)
def test_duckdb_reads(duck, matrix_lake, name):
    location = open_catalog(matrix_lake).load_table(f"matrix.{name}").metadata_location
    scan = f"iceberg_scan('{location}')"
    assert matrix.by_id(duck.execute(f"SELECT * FROM {scan}").to_arrow_table().to_pylist()) == matrix.rows(name)
    assert duck.execute(f"SELECT count(*) FROM {scan}").fetchone() == (matrix.ROWS,)


@pytest.mark.parametrize("name", CHANGEABLE)
def test_pyiceberg_changes(tool, tmp_path, name):
    tool("matrix", tmp_path, name)
    table = PyIcebergTable(tool, tmp_path, open_catalog(tmp_path), None, name)
    table.they_change()
    table.they_expire()
    table.fsck()


@pytest.mark.parametrize("mode", ["rewrite", "position"])
@pytest.mark.parametrize("name", READABLE)
def test_both_read_what_we_delete(tool, duck, tmp_path, name, mode):
    tool("matrix", tmp_path, name)
    table = PyIcebergTable(tool, tmp_path, open_catalog(tmp_path), None, name)
    table.we_delete(120, mode)
    table.check()
    sql = f"SELECT * FROM iceberg_scan('{table.table.refresh().metadata_location}')"
    assert matrix.by_id(duck.execute(sql).to_arrow_table().to_pylist()) == table.rows
    table.fsck()
