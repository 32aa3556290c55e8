"""The Delta Lake log over our Parquet files, read by delta-rs and by DuckDB's delta extension."""

from __future__ import annotations

import json
import pathlib

import duckdb
import duckdb_extension_delta
import pytest
from deltalake import DeltaTable

HEADER = "ticker,ts,open,high,low,close,volume\n"


class Exported:
    """A lake that grows, and its tables as Delta tables beside it."""

    def __init__(self, goldtape, folder: pathlib.Path):
        self.goldtape = goldtape
        self.lake = folder / "lake"
        self.folder = folder
        goldtape("init", lake=self.lake)

    def load(self, day: int, close: float = 100.25):
        rows = "".join(
            f"{ticker},2019-02-{day}T14:{30 + minute}:00Z,{close},{close + 5},{close - 5},{close + minute},10\n"
            for ticker in ("AAPL", "BRK.B")
            for minute in range(3)
        )
        path = self.folder / f"bars_2019-02-{day + 1}.csv"
        path.write_text(HEADER + rows)
        self.goldtape("ingest", "files", "--path", path, "--interval", "1m", "--source", "trial", lake=self.lake)

    def export(self, table: str, code=0) -> dict:
        answer = self.goldtape(
            "export", "--delta", table, "--to", self.folder / table, "--json", lake=self.lake, code=code
        )
        return answer.json() if code == 0 else answer

    def delta(self, table: str) -> DeltaTable:
        return DeltaTable(str(self.folder / table))

    def ours(self, sql: str) -> list[tuple]:
        return [tuple(row.values()) for row in self.goldtape.query(self.lake, sql)]


@pytest.fixture
def exported(goldtape, tmp_path) -> Exported:
    return Exported(goldtape, tmp_path)


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    folder = pathlib.Path(duckdb_extension_delta.__file__).parent
    connection.execute(f"LOAD '{next(folder.rglob('*.duckdb_extension'))}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


# All columns as text, so that decimals, dates and times are compared digit by digit.
ROWS = "select columns(*)::varchar from {} order by all"


@pytest.mark.parametrize("table", ["bronze.bars", "silver.bars_1m", "gold.features_1m", "reference.calendar"])
def test_both_readers_see_the_same_rows(exported, duck, table):
    exported.load(11)
    exported.goldtape("run", lake=exported.lake)
    exported.export(table)
    rows = exported.ours(ROWS.format(table))
    assert rows
    delta_rs = exported.delta(table).to_pyarrow_table()  # noqa: F841 (DuckDB finds it by its name)
    assert [tuple(row) for row in duck.sql(ROWS.format("delta_rs")).fetchall()] == rows
    assert duck.sql(ROWS.format(f"delta_scan('{exported.folder / table}')")).fetchall() == rows


def test_a_new_export_adds_one_version_with_what_changed(exported):
    exported.load(11)
    first = exported.export("bronze.bars")
    assert (first["version"], first["files_added"], first["files_removed"]) == (0, 2, 0)
    assert exported.export("bronze.bars")["changed"] is False
    exported.load(12)
    second = exported.export("bronze.bars")
    assert (second["version"], second["files_added"], second["files_removed"]) == (1, 2, 0)
    exported.goldtape("compact", lake=exported.lake)
    third = exported.export("bronze.bars")
    assert (third["version"], third["files_added"], third["files_removed"]) == (2, 2, 4)
    table = exported.delta("bronze.bars")
    assert table.version() == 2 and table.to_pyarrow_table().num_rows == 12
    table.load_as_version(0)
    assert table.to_pyarrow_table().num_rows == 6, "files of the past are there until they expire"


def test_statistics_and_partition_values_are_the_tables_own(exported, duck):
    exported.load(11, close=100.25)
    exported.load(12, close=200.25)
    exported.export("bronze.bars")
    table = exported.delta("bronze.bars")
    assert table.metadata().partition_columns == ["interval"]
    adds = [
        json.loads(line)["add"]
        for line in (exported.folder / "bronze.bars/_delta_log/00000000000000000000.json").read_text().splitlines()
        if '"add"' in line
    ]
    assert {add["partitionValues"]["interval"] for add in adds} == {"1m"}
    for add in adds:
        stats = json.loads(add["stats"])
        low, high = stats["minValues"], stats["maxValues"]
        assert stats["numRecords"] == 3 and stats["nullCount"]["vwap"] == 3
        assert (low["close"], high["close"]) in ((100.25, 102.25), (200.25, 202.25))
        assert low["date"] == high["date"] and low["ts"].endswith("T14:30:00.000000Z")
    scan = f"from delta_scan('{exported.folder / 'bronze.bars'}')"
    assert duck.sql(f"select count(*) {scan} where close > 150 and ticker = 'BRK.B'").fetchone() == (3,)
    assert duck.sql(f"select count(*) {scan} where ts >= '2019-02-12' and \"interval\" = '1m'").fetchone() == (6,)


def test_folders_of_something_else_are_left_alone(exported):
    exported.load(11)
    exported.export("bronze.bars")
    (exported.folder / "reference.calendar").symlink_to(exported.folder / "bronze.bars")
    assert "GT5133" in exported.export("reference.calendar", code=2).err
    inside = exported.goldtape(
        "export", "--delta", "bronze.bars", "--to", exported.lake / "delta", lake=exported.lake, code=2
    )
    assert "GT5133" in inside.err and not (exported.lake / "delta").exists()
    log = exported.folder / "bronze.bars/_delta_log/00000000000000000001.json"
    log.write_text('{"commitInfo":{"engineInfo":"another"}}\n')
    exported.load(12)
    assert "GT5133" in exported.export("bronze.bars", code=2).err
    log.write_text("{")
    assert "GT5132" in exported.export("bronze.bars", code=6).err
