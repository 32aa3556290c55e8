"""Apache Spark with Iceberg's own runtime over a lake: reads every zone as Goldtape does, and writes to it."""

import shutil

import pytest


@pytest.fixture(scope="module")
def lake(goldtape, samples, tmp_path_factory):
    """The demo's lake, which these tests may write to."""
    root = tmp_path_factory.mktemp("spark")
    goldtape("demo", "--samples", samples, "--page", root / "page.html", lake=root / "lake", timeout=600)
    return root / "lake"


@pytest.fixture(scope="module")
def spark(lake, open_lake):
    return open_lake(lake, "catalog.db")


def columns_to_add_up(goldtape, lake, table):
    """Expressions over a table that both engines know, one for each column worth comparing."""
    described = goldtape.query(lake, f"describe {table}")
    numbers = [row["column_name"] for row in described
               if row["column_type"].startswith(("DOUBLE", "BIGINT", "INTEGER", "DECIMAL"))]
    return ["count(*) as n"] + [f"count({name}) as n_{name}, sum(cast({name} as double)) as s_{name}"
                                for name in numbers]


TABLES = ["bronze.bars", "bronze.corporate_actions", "silver.bars_1m", "silver.bars_1d", "gold.features_1m",
          "gold.features_1d", "gold.volatility_by_hour", "gold.liquidity", "gold.daily_summary",
          "reference.securities", "reference.ticker_history"]


@pytest.mark.parametrize("table", TABLES)
def test_reads_what_goldtape_reads(goldtape, lake, spark, table):
    expressions = ", ".join(columns_to_add_up(goldtape, lake, table))
    ours = goldtape.query(lake, f"select {expressions} from {table}")[0]
    theirs = spark.sql(f"select {expressions} from goldtape.{table}").first().asDict()
    assert ours["n"] > 0
    assert {name for name, value in theirs.items() if value is None} == {
        name for name, value in ours.items() if value is None}
    for name, value in ours.items():
        if value is not None:
            assert float(theirs[name]) == pytest.approx(float(value), rel=1e-9), name


def test_prunes_by_partition_and_statistics(spark):
    files = spark.sql("select count(*) as n from goldtape.silver.bars_1m.files").first().n
    assert files > 0
    one = spark.sql("select count(*) as n from goldtape.silver.bars_1m "
                    "where date = date'2019-02-13' and ticker = 'AAPL'").first().n
    assert one == 390


def test_sees_the_snapshots(goldtape, lake, spark):
    current = goldtape.snapshots(lake)["silver.bars_1m"]
    ids = [row.snapshot_id for row in spark.sql("select snapshot_id from goldtape.silver.bars_1m.snapshots").collect()]
    assert int(current) in ids


def test_a_table_that_spark_writes_is_read_by_goldtape_and_fsck_stays_clean(goldtape, lake, spark, tmp_path):
    copy = tmp_path / "before"
    shutil.copytree(lake, copy)
    spark.sql("create namespace if not exists goldtape.lab")
    spark.sql("create table goldtape.lab.closes using iceberg as "
              "select ticker, date, close from goldtape.silver.bars_1d where close is not null")
    spark.sql("delete from goldtape.lab.closes where ticker = 'SPY'")
    expected = spark.sql("select count(*) as n, sum(close) as s from goldtape.lab.closes").first()
    ours = goldtape.query(lake, "select count(*) as n, sum(close) as s from lab.closes")[0]
    assert ours["n"] == expected.n > 0
    assert float(ours["s"]) == pytest.approx(float(expected.s), rel=1e-9)
    goldtape("fsck", lake=lake)
