"""DuckDB's iceberg extension attached to our server."""

from __future__ import annotations

import pathlib

import duckdb
import duckdb_extension_avro
import duckdb_extension_httpfs
import duckdb_extension_iceberg
import pytest

EXTENSIONS = (duckdb_extension_avro, duckdb_extension_httpfs, duckdb_extension_iceberg)


@pytest.fixture
def attached(server):
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    for module in EXTENSIONS:
        for file in pathlib.Path(module.__file__).parent.rglob("*.duckdb_extension"):
            connection.execute(f"LOAD '{file}'")
    connection.execute(f"ATTACH 'lake' AS ours (TYPE iceberg, ENDPOINT '{server.url}', AUTHORIZATION_TYPE 'none')")
    yield connection
    connection.close()


def test_duckdb_reads_what_we_read(attached, goldtape, lake):
    sql = "select count(*), min(date), max(date) from {}reference.calendar"
    theirs = attached.execute(sql.format("ours.")).fetchall()
    mine = goldtape.query(lake, sql.format(""))
    assert [tuple(map(str, row)) for row in theirs] == [tuple(map(str, row.values())) for row in mine]


def test_duckdb_creates_and_inserts(attached, goldtape, lake):
    attached.execute("create schema ours.desk")
    attached.execute("create table ours.desk.t (ticker varchar, close double)")
    attached.execute("insert into ours.desk.t values ('AAPL', 1.5), ('MSFT', 2.5)")
    assert goldtape.query(lake, "select sum(close) as s from desk.t") == [{"s": 4.0}]
