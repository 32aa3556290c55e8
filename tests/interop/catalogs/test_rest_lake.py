"""A lake whose tables are in somebody else's Iceberg REST catalog: the whole CLI over it."""

from __future__ import annotations

import pathlib
import shutil
import socket
import sys
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/interop"))

from lossy_http import Proxy  # noqa: E402
from rest_server import Server  # noqa: E402

TOKEN = "a-token-that-nobody-may-see"
BARS = (
    "ticker,ts,open,high,low,close,volume\n"
    "AAPL,2019-02-11T14:30:00Z,170.4,170.9,170.1,170.42,1000\n"
    "AAPL,2019-02-11T14:31:00Z,170.42,170.5,170.2,170.3,900\n"
)
COUNT = "select count(*) as n, count(distinct ts) as d from bronze.bars"


@pytest.fixture
def bars(tmp_path):
    path = tmp_path / "bars.csv"
    path.write_text(BARS)
    return path


@pytest.fixture
def server(goldtape, tmp_path):
    """Somebody's catalog: another lake, served."""
    goldtape("init", lake=tmp_path / "theirs")
    running = Server(goldtape.program, tmp_path / "theirs")
    yield running
    running.stop()


@pytest.fixture
def lake(goldtape, server, tmp_path):
    path = tmp_path / "ours"
    goldtape("init", "--catalog", f"rest+{server.url}", lake=path)
    return path


def ingest(goldtape, lake, bars, **options):
    return goldtape("ingest", "files", "--path", bars, "--interval", "1m", lake=lake, **options)


def test_the_whole_cli_over_a_rest_catalog(goldtape, server, lake, bars, tmp_path):
    ingest(goldtape, lake, bars)
    goldtape("run", lake=lake)
    assert goldtape.query(lake, COUNT) == [{"n": 2, "d": 2}]
    assert goldtape.query(lake, "select count(*) as n from silver.bars_1m") == [{"n": 390}]
    assert goldtape.query(lake, "select status, rows_inserted from ops.load_audit where dataset = 'bars'") == [
        {"status": "loaded", "rows_inserted": 2}
    ]
    # The tables are theirs, raw answers and operations ours.
    assert goldtape.query(server.lake, COUNT) == [{"n": 2, "d": 2}]
    assert goldtape.query(server.lake, "select count(*) as n from ops.load_audit") == [{"n": 0}]
    assert list((lake / "raw").rglob("*.zst")) and not (server.lake / "raw").exists()
    assert not (lake / "bronze").exists()
    before = goldtape.snapshots(lake)
    assert before == goldtape.snapshots(server.lake)
    ingest(goldtape, lake, bars)
    goldtape("run", lake=lake)
    assert goldtape.snapshots(lake) == before
    later = tmp_path / "later.csv"
    later.write_text(BARS.replace("170.42,1000", "170.45,1000"))
    ingest(goldtape, lake, later)
    assert goldtape("revisions", "AAPL", "--json", lake=lake).json()
    goldtape("tag", "create", "before", lake=lake)
    rows = "select ticker, ts, close from bronze.bars order by ts"
    whole = goldtape.query(lake, rows)
    goldtape("compact", lake=lake)
    assert goldtape.query(lake, rows) == whole
    for command in (["refine"], ["features"], ["quality"], ["audit"], ["expire"], ["orphans"], ["fsck", "--deep"]):
        goldtape(*command, lake=lake)
    goldtape("rollback", "bronze.bars", before["bronze.bars"], lake=lake)
    assert goldtape.query(lake, rows)[0]["close"] == 170.42
    goldtape("rollback", "bronze.bars", "before", lake=lake)
    goldtape("undo", goldtape("audit", "--json", lake=lake).json()[0]["load_id"], lake=lake)
    goldtape("fsck", lake=lake)
    goldtape("fsck", lake=server.lake, code=None)
    again = Server(goldtape.program, lake)  # And on to others.
    try:
        assert urllib.request.urlopen(f"{again.url}/v1/namespaces/bronze/tables/bars", timeout=30).status == 200
    finally:
        assert again.stop() == 0


def test_init_again_changes_nothing_and_moves_no_catalog(goldtape, server, lake):
    assert "nothing changed" in goldtape("init", lake=lake).out
    assert f'uri = "rest+{server.url}"' in (lake / "goldtape.toml").read_text()
    assert "GT4204" in goldtape("init", "--catalog", "rest+http://127.0.0.1:1", lake=lake, code=2).err
    assert "GT5112" in goldtape("relocate", lake.parent / "copy", lake=lake, code=2).err


def test_tables_that_the_catalog_lacks_are_made_where_it_says(goldtape, server, lake):
    urllib.request.urlopen(
        urllib.request.Request(f"{server.url}/v1/namespaces/bronze/tables/revisions", method="DELETE"), timeout=30
    )
    shutil.rmtree(server.lake / "bronze" / "revisions")
    assert "bronze.revisions" in goldtape("init", lake=lake).out
    assert list((server.lake / "bronze").glob("revisions*/metadata/*.metadata.json"))


@pytest.mark.parametrize(
    ("mode", "closes", "code", "error", "rows"),
    [
        ("cut-answer", False, 0, "", 2),
        ("500", False, 0, "", 2),
        ("cut-request", False, 0, "", 2),  # curl sends it again, as it may on a connection that was idle.
        ("cut-request", True, 2, "GT4016", 0),  # It may yet arrive, for all that we know.
        ("cut-answer", True, 2, "GT4016", 2),
    ],
)
def test_a_server_lost_between_our_commit_and_its_answer(
    goldtape, server, lake, bars, mode, closes, code, error, rows
):
    with Proxy(server.url, mode, closes) as proxy:
        done = ingest(goldtape, lake, bars, code=code, env={"GOLDTAPE_CATALOG_URI": f"rest+{proxy.url}"}, timeout=120)
        assert proxy.hit.is_set()
    assert error in done.err
    assert goldtape.query(lake, COUNT) == [{"n": rows, "d": rows}]
    ingest(goldtape, lake, bars)
    assert goldtape.query(lake, COUNT) == [{"n": 2, "d": 2}]
    (load,) = goldtape.query(lake, "select status from ops.load_audit")
    # Rows whose audit row was lost are found again: nothing new came with the second time.
    assert load["status"] == ("unchanged" if code and rows else "loaded")
    goldtape("fsck", lake=lake)


def test_a_crash_between_the_tables_and_the_operations_converges(goldtape, lake, bars):
    """The tables changed, the folder's database did not hear of it: as after a kill in between."""
    saved = lake.parent / "catalog.db"
    shutil.copy(lake / "catalog.db", saved)
    ingest(goldtape, lake, bars)
    for name in ("catalog.db-wal", "catalog.db-shm"):
        (lake / name).unlink(missing_ok=True)
    shutil.copy(saved, lake / "catalog.db")
    assert goldtape.query(lake, "select count(*) as n from ops.load_audit") == [{"n": 0}]
    ingest(goldtape, lake, bars)
    assert goldtape.query(lake, COUNT) == [{"n": 2, "d": 2}]
    assert goldtape.query(lake, "select status from ops.load_audit") == [{"status": "unchanged"}]
    goldtape("fsck", lake=lake)


def test_recover_brings_the_operations_database_back(goldtape, server, lake, bars, tmp_path):
    ingest(goldtape, lake, bars)
    later = tmp_path / "later.csv"
    later.write_text(BARS.replace("170.42,1000", "170.45,1000"))
    ingest(goldtape, lake, later)
    goldtape("run", lake=lake)
    loads = "select load_id, source, dataset, status, rows_fetched from ops.load_audit order by all"
    known, snapshots = goldtape.query(lake, loads), goldtape.snapshots(lake)
    whole = goldtape("recover", lake=lake).out
    assert "operations database checked" in whole and server.url in whole and "0 loads rebuilt, 2 were known" in whole
    for file in lake.glob("catalog.db*"):
        file.unlink()
    assert "GT5002" in goldtape("tables", lake=lake, code=2).err
    done = goldtape("recover", "--json", lake=lake).json()
    assert done["database_rebuilt"] and done["loads_rebuilt"] == 2 and server.url in done["catalog"]
    assert goldtape.query(lake, loads) == known and goldtape.snapshots(lake) == snapshots
    ingest(goldtape, lake, bars)
    goldtape("run", lake=lake)
    assert goldtape.query(lake, COUNT) == [{"n": 2, "d": 2}]
    goldtape("fsck", "--deep", lake=lake)
    (lake / "catalog.db").write_bytes(b"not a database")
    done = goldtape("recover", "--json", lake=lake).json()
    assert done["old_database"] and done["loads_rebuilt"] == 2


def test_doctor_asks_the_catalog(goldtape, server, lake):
    def found(code):
        findings = goldtape("doctor", "--json", lake=lake, code=code).json()
        return next(finding for finding in findings if finding["name"] == "catalog")

    whole = found(0)
    assert whole["health"] == "ok" and server.url in whole["found"]
    server.stop()
    assert found(2)["health"] == "missing" and "GT7302" in found(2)["found"]


def test_an_absent_server_is_said_and_nothing_hangs(goldtape, server, lake, bars):
    server.stop()
    for command in (["tables"], ["query", "select 1"], ["ingest", "files", "--path", bars, "--interval", "1m"]):
        refused = goldtape(*command, lake=lake, code=4, timeout=60)
        assert "GT7302" in refused.err and server.url in refused.err, command


def test_a_server_that_never_answers(goldtape, lake):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"rest+http://127.0.0.1:{silent.getsockname()[1]}"
        refused = goldtape("tables", lake=lake, code=4, timeout=200, env={"GOLDTAPE_CATALOG_URI": uri})
    assert "GT73" in refused.err


def test_the_token_comes_by_the_environment_and_is_never_shown(goldtape, tmp_path, bars):
    goldtape("init", lake=tmp_path / "theirs")
    running = Server(goldtape.program, tmp_path / "theirs", env={"GOLDTAPE_SERVE_TOKEN": TOKEN})
    lake = tmp_path / "ours"
    said = ""
    try:
        for environment in ({}, {"GOLDTAPE_CATALOG_TOKEN": "wrong-" + TOKEN}):
            refused = goldtape("init", "--catalog", f"rest+{running.url}", lake=lake, code=2, env=environment)
            assert "GT4310" in refused.err
            said += refused.err + refused.out
        right = {"GOLDTAPE_CATALOG_TOKEN": TOKEN, "GOLDTAPE_LOG_LEVEL": "debug"}
        for command in (["init", "--catalog", f"rest+{running.url}"], ["ingest", "files", "--path", bars, "--interval", "1m"], ["tables"]):
            done = goldtape(*command, lake=lake, env=right)
            said += done.err + done.out
    finally:
        running.stop()
    assert TOKEN not in said
    for path in lake.rglob("*"):
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("rest+ftp://host", "GT4200"),
        ("rest+http://", "GT4200"),
        ("rest+http://host?prefix=x", "GT4200"),
        ("rest+http://me:secret-word@host/", "GT4203"),
        ("mysql://me:secret-word@host/lake", "GT4200"),
    ],
)
def test_uris_that_cannot_be_used(goldtape, tmp_path, uri, error):
    refused = goldtape("init", "--catalog", uri, lake=tmp_path / "lake", code=2)
    assert error in refused.err and "secret-word" not in refused.err
    assert not (tmp_path / "lake" / "goldtape.toml").exists()
