"""A lake whose catalog and operations are a PostgreSQL database, from the command line and from PyIceberg."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import time

import pyarrow as pa
import pytest
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.catalog.sql import SqlCatalog

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/interop"))

from postgres_server import LossyProxy  # noqa: E402
from rest_server import Server  # noqa: E402

BARS = (
    "ticker,ts,open,high,low,close,volume\n"
    "AAPL,2019-02-11T14:30:00Z,170.4,170.9,170.1,170.42,1000\n"
    "AAPL,2019-02-11T14:31:00Z,170.42,170.5,170.2,170.3,900\n"
)


@pytest.fixture
def lake(goldtape, database, tmp_path):
    path = tmp_path / "lake"
    goldtape("init", "--catalog", database, lake=path)
    return path


@pytest.fixture
def bars(tmp_path):
    path = tmp_path / "bars.csv"
    path.write_text(BARS)
    return path


def ingest(goldtape, lake, bars, **options):
    return goldtape("ingest", "files", "--path", bars, "--interval", "1m", lake=lake, **options)


def test_the_whole_way_from_file_to_gold(goldtape, lake, bars):
    assert not (lake / "catalog.db").exists()
    ingest(goldtape, lake, bars)
    goldtape("run", lake=lake)
    assert goldtape.query(lake, "select count(*) as n from bronze.bars") == [{"n": 2}]
    assert goldtape.query(lake, "select count(*) as n from silver.bars_1m") == [{"n": 390}]
    loads = goldtape.query(lake, "select status, rows_inserted from ops.load_audit where dataset = 'bars'")
    assert loads == [{"status": "loaded", "rows_inserted": 2}]
    for table in ("quality_results", "runs", "repairs", "tables", "snapshots", "revisions"):
        goldtape.query(lake, f"select * from ops.{table}")
    goldtape("fsck", lake=lake)
    before = goldtape.snapshots(lake)
    ingest(goldtape, lake, bars)
    goldtape("run", lake=lake)
    assert goldtape.snapshots(lake) == before


def test_every_command_works_as_in_a_folder(goldtape, server, database, lake, bars, tmp_path):
    ingest(goldtape, lake, bars)
    later = tmp_path / "later.csv"
    later.write_text(BARS.replace("170.42,1000", "170.45,1000"))
    ingest(goldtape, lake, later)
    assert goldtape("revisions", "AAPL", "--json", lake=lake).json()
    assert [row["status"] for row in goldtape("audit", "--json", lake=lake).json()] == ["loaded", "loaded"]
    for command in ("refine", "features", "quality", "run", "gaps"):
        goldtape(command, lake=lake)
    goldtape("tag", "create", "before", lake=lake)
    rows = "select ticker, ts, close from bronze.bars order by ts"
    before = goldtape.query(lake, rows)
    goldtape("compact", lake=lake)
    assert goldtape.query(lake, rows) == before
    first = min(
        goldtape.query(lake, "select snapshot_id, committed_at from ops.snapshots where table_name = 'bronze.bars'"),
        key=lambda row: row["committed_at"],
    )
    goldtape("rollback", "bronze.bars", first["snapshot_id"], lake=lake)
    assert goldtape.query(lake, rows)[0]["close"] == 170.42
    goldtape("rollback", "bronze.bars", "before", lake=lake)
    assert goldtape.query(lake, rows) == before
    for command in (["expire"], ["orphans"], ["fsck", "--deep"], ["tables"], ["snapshots", "bronze.bars"], ["doctor"]):
        goldtape(*command, lake=lake)
    load = goldtape("audit", "--json", lake=lake).json()[0]["load_id"]
    goldtape("undo", load, lake=lake)
    goldtape("fsck", lake=lake)
    served = Server(goldtape.program, lake)
    try:
        catalog = RestCatalog("served", uri=served.url)
        assert len(catalog.load_table("bronze.bars").scan().to_arrow()) == 2
    finally:
        assert served.stop() == 0


def test_what_needs_a_file_says_so(goldtape, lake, bars, tmp_path):
    for command in (["recover", "--rebuild"], ["relocate", tmp_path / "copy"], ["relocate", "--in-place"]):
        refused = goldtape(*command, lake=lake, code=2)
        assert "GT5112" in refused.err, command


def test_init_moves_no_catalog(goldtape, server, database, lake, tmp_path):
    other = server.new_database("another_place")
    refused = goldtape("init", "--catalog", other, lake=lake, code=2)
    assert "GT4204" in refused.err and database in refused.err
    assert server.sql("select count(*) from pg_tables where schemaname = 'public'", database="another_place") == "0"
    folder = tmp_path / "folder"
    goldtape("init", lake=folder)
    assert "GT4204" in goldtape("init", "--catalog", other, lake=folder, code=2).err


@pytest.mark.parametrize(
    ("mode", "closes", "code", "error", "rows"),
    [
        ("cut-answer", False, 0, "", 2),  # Committed, never heard: found out.
        ("cut-request", False, 4, "GT4201", 0),  # Never arrived: known not to have happened.
        ("silence", False, 0, "", 2),
        ("cut-answer", True, 2, "GT4016", 2),  # Nobody can be asked any more.
    ],
)
def test_a_server_lost_between_the_commit_and_its_answer(
    goldtape, server, database, lake, bars, mode, closes, code, error, rows
):
    with LossyProxy(server.port, b"COMMIT", mode, closes=closes) as proxy:
        through = server.uri("postgres", database.rsplit("/", 1)[1], proxy.port)
        done = ingest(goldtape, lake, bars, code=code, env={"GOLDTAPE_CATALOG_URI": through}, timeout=120)
        assert proxy.hit.is_set()
    assert error in done.err
    assert goldtape.query(lake, "select count(*) as n from bronze.bars") == [{"n": rows}]
    goldtape("fsck", lake=lake)
    ingest(goldtape, lake, bars)
    assert goldtape.query(lake, "select count(*) as n, count(distinct ts) as d from bronze.bars") == [{"n": 2, "d": 2}]
    assert goldtape.query(lake, "select sum(rows_inserted) as n from ops.load_audit where status = 'loaded'") == [
        {"n": 2}
    ]
    goldtape("fsck", lake=lake)


def test_a_server_that_stops_and_comes_back(goldtape, server, database, lake, bars):
    server.stop()
    try:
        for command in (["tables"], ["query", "select 1"], ["ingest", "files", "--path", bars, "--interval", "1m"]):
            refused = goldtape(*command, lake=lake, code=4, timeout=60)
            assert "GT4201" in refused.err, command
    finally:
        server.resume()
    ingest(goldtape, lake, bars)
    goldtape("fsck", lake=lake)


def test_init_twice_changes_nothing(goldtape, database, lake):
    again = goldtape("init", "--catalog", database, lake=lake)
    assert "nothing changed" in again.out
    assert f'uri = "{database}"' in (lake / "goldtape.toml").read_text()


def test_pyiceberg_reads_and_writes_the_same_catalog(goldtape, database, lake, bars):
    ingest(goldtape, lake, bars)
    uri = database.replace("postgresql://", "postgresql+psycopg2://")
    catalog = SqlCatalog("goldtape", uri=uri, warehouse=f"file://{lake}", init_catalog_tables="false")
    table = catalog.load_table("bronze.bars")
    assert sorted(table.scan().to_arrow()["close"].to_pylist()) == [170.3, 170.42]
    catalog.create_namespace("mine")
    mine = catalog.create_table("mine.notes", schema=pa.schema([("id", pa.int64()), ("note", pa.string())]))
    mine.append(pa.table({"id": [1, 2], "note": ["a", None]}))
    assert goldtape.query(lake, "select id, note from mine.notes order by id") == [
        {"id": 1, "note": "a"},
        {"id": 2, "note": None},
    ]


def test_a_password_is_neither_taken_nor_shown(goldtape, server, tmp_path):
    secret = server.uri("goldtape:right", "lake")
    refused = goldtape("init", "--catalog", secret, lake=tmp_path / "lake", code=2)
    assert "GT4203" in refused.err and "right" not in refused.err
    assert not (tmp_path / "lake" / "goldtape.toml").exists()


def test_credentials_come_from_the_environment(goldtape, server, tmp_path):
    uri = server.uri("goldtape", "lake")
    lake = tmp_path / "lake"
    for environment in ({}, {"PGPASSWORD": "wrong-one"}):
        refused = goldtape("init", "--catalog", uri, lake=lake, code=2, env=environment)
        assert "GT4202" in refused.err and "wrong-one" not in refused.err
    goldtape("init", "--catalog", uri, lake=lake, env={"PGPASSWORD": "right"})
    goldtape("tables", lake=lake, env={"PGPASSWORD": "right"})


def test_a_database_that_does_not_exist_and_a_server_that_is_not_there(goldtape, server, tmp_path):
    missing = goldtape("init", "--catalog", server.uri("postgres", "nowhere"), lake=tmp_path / "a", code=2)
    assert "GT4202" in missing.err
    closed = goldtape("init", "--catalog", server.uri(port=1), lake=tmp_path / "b", code=4)
    assert "GT4201" in closed.err


def test_the_writer_lock_is_seen_from_another_folder(goldtape, server, database, lake, bars):
    """Two machines see one database and not each other's files: the lock is the server's."""
    holder = subprocess.Popen(
        [
            server.binaries / "psql",
            database,
            "-c",
            "SELECT pg_advisory_lock(hashtext('goldtape writer'), hashtext('public'))",
            "-c",
            "INSERT INTO meta VALUES ('writer', 'compact (pid 7 on elsewhere)')"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            "-c",
            "SELECT pg_sleep(60)",
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while server.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.2)
        refused = ingest(goldtape, lake, bars, code=5, env={"GOLDTAPE_LAKE_LOCK_TIMEOUT_S": "1"})
        assert "GT5010" in refused.err and "elsewhere" in refused.err
    finally:
        holder.kill()
        holder.wait()
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()")
    ingest(goldtape, lake, bars)


def test_a_second_lake_cannot_take_the_database(goldtape, database, lake, tmp_path):
    refused = goldtape("init", "--catalog", database, lake=tmp_path / "other", code=2)
    assert "GT5006" in refused.err


def test_recover_brings_a_lost_database_back_into_an_empty_one(goldtape, server, database, lake, bars, tmp_path):
    ingest(goldtape, lake, bars)
    goldtape("run", lake=lake)
    loads = "select load_id, source, dataset, status, rows_fetched, rows_inserted from ops.load_audit order by all"
    known, snapshots = goldtape.query(lake, loads), goldtape.snapshots(lake)
    assert "0 tables set" in goldtape("recover", lake=lake).out
    settings = lake / "goldtape.toml"
    lost = settings.read_text()
    settings.write_text(lost.replace(database, server.new_database("made_anew")))
    done = goldtape("recover", "--json", lake=lake).json()
    assert done["database_rebuilt"] and not done["lost"] and done["loads_rebuilt"] == len(known)
    assert goldtape.query(lake, loads) == known and goldtape.snapshots(lake) == snapshots
    assert goldtape.query(lake, "select count(*) as n from bronze.bars") == [{"n": 2}]
    goldtape("run", lake=lake)
    goldtape("fsck", "--deep", lake=lake)
    other = tmp_path / "other"
    goldtape("init", "--catalog", server.new_database("of_another"), lake=other)
    settings.write_text(lost.replace(database, server.uri("postgres", "of_another")))
    assert "GT5006" in goldtape("recover", lake=lake, code=2).err
    assert goldtape.query(other, "select count(*) as n from bronze.bars") == [{"n": 0}]


def test_recover_asks_a_server_that_answers(goldtape, server, database, lake):
    settings = lake / "goldtape.toml"
    settings.write_text(settings.read_text().replace(database, server.uri("postgres", "never_made")))
    assert "GT4202" in goldtape("recover", lake=lake, code=2).err
