"""goldtape query: formats, snapshots, and that it only reads."""

import csv
import io
import json

import pyarrow.parquet
import pytest


@pytest.fixture(scope="module")
def small(goldtape, tmp_path_factory):
    """A lake with one ticker's day of minute bars."""
    root = tmp_path_factory.mktemp("query")
    path = root / "lake"
    goldtape("init", lake=path)
    rows = ["ts,open,high,low,close,volume"]
    for minute in range(30, 60):
        price = 100 + minute / 100
        rows.append(f"2024-06-03T13:{minute:02d}:00Z,{price},{price + 0.5},{price - 0.5},{price + 0.25},{minute * 10}")
    (root / "AAPL_1min.csv").write_text("\n".join(rows) + "\n")
    goldtape("ingest", "files", "--path", root / "AAPL_1min.csv", "--interval", "1m", lake=path)
    goldtape("refine", lake=path)
    return path


SQL = "select ts, close, volume from silver.bars_1m where fill = 'traded' order by ts limit 3"


def test_json_and_ndjson_agree(goldtape, small):
    rows = goldtape("query", SQL, "--format", "json", lake=small).json()
    lines = goldtape("query", SQL, "--format", "ndjson", lake=small).out.splitlines()
    assert rows == [json.loads(line) for line in lines]
    assert rows[0] == {"ts": "2024-06-03T13:30:00Z", "close": 100.55, "volume": 300}


def test_csv_has_a_header_and_all_rows(goldtape, small):
    rows = list(csv.DictReader(io.StringIO(goldtape("query", SQL, "--format", "csv", lake=small).out)))
    assert [row["volume"] for row in rows] == ["300", "310", "320"]


def test_table_is_for_people(goldtape, small):
    text = goldtape("query", SQL, lake=small).out
    assert text.splitlines()[0].split() == ["ts", "close", "volume"]
    assert text.rstrip().endswith("(3 rows)")


def test_parquet_goes_to_a_file(goldtape, small, tmp_path):
    goldtape("query", SQL, "--format", "parquet", "--output", tmp_path / "x.parquet", lake=small)
    table = pyarrow.parquet.read_table(tmp_path / "x.parquet")
    assert table.num_rows == 3 and table.column("volume").to_pylist() == [300, 310, 320]


def test_sql_from_standard_input(goldtape, small):
    assert goldtape("query", "-", "--format", "csv", lake=small, stdin="select 42 as x").out == "x\n42\n"


@pytest.mark.parametrize(
    "sql",
    [
        "drop table silver.bars_1m",
        "insert into ops.runs select * from ops.runs",
        "copy (select 1) to '{lake}/x.csv'",
        "explain analyze copy (select 1) to '{lake}/x.csv'",
        "attach '{lake}/catalog.db'",
        "install httpfs",
        "set threads = 8",
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select 1; select 2",
    ],
)
def test_only_reading_within_the_lake_is_allowed(goldtape, small, sql):
    before = sorted(path for path in small.rglob("*"))
    answer = goldtape("query", sql.format(lake=small), lake=small, code=2)
    assert "GT600" in answer.err
    assert sorted(path for path in small.rglob("*")) == before


def test_all_zones_are_visible(goldtape, small):
    names = {f"{r['schema']}.{r['name']}" for r in goldtape.query(small, "select schema, name from (show all tables)")}
    for name in (
        "bronze.bars bronze.revisions bronze.corporate_actions silver.bars_1m silver.bars_1d silver.coverage "
        "gold.features_1m gold.features_1d gold.volatility_by_hour gold.liquidity gold.daily_summary "
        "reference.calendar reference.securities reference.ticker_history reference.corporate_actions "
        "quarantine.rows ops.load_audit ops.quality_results ops.runs ops.revisions ops.tables ops.snapshots"
    ).split():
        assert name in names
        goldtape.query(small, f"select * from {name} limit 1")


def test_a_past_snapshot_by_id_and_by_time(goldtape, small, tmp_path):
    before = goldtape("snapshots", "bronze.bars", "--json", lake=small).json()[-1]
    count = "select count(*) as n from bronze.bars"
    n_before = goldtape.query(small, count)[0]["n"]
    (tmp_path / "MSFT_1min.csv").write_text(
        "ts,open,high,low,close,volume\n2024-06-03T13:30:00Z,400,401,399,400.5,100\n"
    )
    goldtape("ingest", "files", "--path", tmp_path / "MSFT_1min.csv", "--interval", "1m", lake=small)
    assert goldtape.query(small, count)[0]["n"] == n_before + 1
    for moment in (before["snapshot_id"], before["committed_at"]):
        rows = goldtape("query", count, "--format", "json", "--snapshot", moment, lake=small).json()
        assert rows == [{"n": n_before}]
    answer = goldtape("query", count, "--snapshot", "12345", lake=small, code=2)
    assert "GT6004" in answer.err
    rows = goldtape("query", count, "--format", "json", "--snapshot", "1990-01-01", lake=small).json()
    assert rows == [{"n": 0}]


def test_threads_and_memory_follow_the_settings(goldtape, small):
    sql = "select current_setting('threads') as threads, current_setting('memory_limit') as memory"
    arguments = ("query", sql, "--format", "json")
    env = {"GOLDTAPE_QUERY_THREADS": "3", "GOLDTAPE_QUERY_MEMORY_LIMIT": "256MiB"}
    assert goldtape(*arguments, lake=small, env=env).json() == [{"threads": 3, "memory": "256.0 MiB"}]
    assert goldtape(*arguments, "--threads", "1", lake=small, env=env).json()[0]["threads"] == 1
