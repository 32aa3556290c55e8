"""Apache Spark's REST catalog on our server: what it makes and changes, we read."""

import pathlib
import subprocess
import sys

import pytest
from pyspark.sql import SparkSession

ROOT = pathlib.Path(__file__).resolve().parents[4]


def jars():
    """The pinned Java archives, from the user's cache."""
    done = subprocess.run([sys.executable, ROOT / "tools" / "fetch_deps", "iceberg-spark"],
                          stdout=subprocess.PIPE, text=True, check=True)
    folders = [pathlib.Path(line.split(" ", 1)[1]) for line in done.stdout.splitlines()]
    return ",".join(str(jar) for folder in folders for jar in folder.glob("*.jar"))


@pytest.fixture
def spark(server, tmp_path):
    catalog = "spark.sql.catalog.goldtape"
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", jars())
        .config("spark.driver.memory", "1g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.warehouse.dir", str(tmp_path / "spark-warehouse"))
        .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
        .config(catalog, "org.apache.iceberg.spark.SparkCatalog")
        .config(f"{catalog}.type", "rest")
        .config(f"{catalog}.uri", server.url)
        .config(f"{catalog}.cache-enabled", "false")
        .getOrCreate()
    )
    yield session
    session.stop()


def test_a_table_lives_under_spark(spark, goldtape, lake):
    def ours(sql):
        return [tuple(row.values()) for row in goldtape.query(lake, sql)]

    calendar = spark.sql("select count(*) from goldtape.reference.calendar").collect()[0][0]
    assert ours("select count(*) from reference.calendar") == [(calendar,)]

    spark.sql("create namespace goldtape.desk")
    spark.sql("create table goldtape.desk.t (ticker string not null, day date, close double) using iceberg "
              "partitioned by (ticker)")
    spark.sql("insert into goldtape.desk.t values ('AAPL', date'2024-01-02', 1.5), ('MSFT', date'2024-01-02', 2.5)")
    assert ours("select ticker, close from desk.t order by 1") == [("AAPL", 1.5), ("MSFT", 2.5)]

    spark.sql("create table goldtape.desk.made using iceberg as select * from goldtape.desk.t")  # A staged creation.
    spark.sql("create or replace table goldtape.desk.made using iceberg as select ticker from goldtape.desk.t")
    assert ours("select ticker from desk.made order by 1") == [("AAPL",), ("MSFT",)]

    spark.sql("merge into goldtape.desk.t using (select 'AAPL' as ticker, 9.5 as close) s on t.ticker = s.ticker "
              "when matched then update set close = s.close")
    spark.sql("delete from goldtape.desk.t where ticker = 'MSFT'")
    assert ours("select ticker, close from desk.t") == [("AAPL", 9.5)]

    spark.sql("alter table goldtape.desk.t add column volume bigint")
    spark.sql("alter table goldtape.desk.t rename column close to last")
    spark.sql("alter table goldtape.desk.t replace partition field ticker with bucket(4, ticker)")
    spark.sql("alter table goldtape.desk.t write ordered by day")
    spark.sql("insert into goldtape.desk.t values ('NVDA', date'2024-01-03', 3.5, 7)")
    assert ours("select ticker, last, volume from desk.t order by 1") == [("AAPL", 9.5, None), ("NVDA", 3.5, 7)]

    spark.sql("call goldtape.system.rewrite_data_files(table => 'desk.t', options => map('rewrite-all', 'true'))")
    spark.sql("call goldtape.system.expire_snapshots(table => 'desk.t', older_than => timestamp '2100-01-01 00:00:00', "
              "retain_last => 1)")
    assert ours("select count(*), sum(last) from desk.t") == [(2, 13.0)]
    assert ours("select count(*) from ops.snapshots where table_name = 'desk.t'") == [(1,)]

    spark.sql("alter table goldtape.desk.t rename to desk.u")
    assert ours("select count(*) from desk.u") == [(2,)]
    spark.sql("drop table goldtape.desk.u")
    assert [row[1] for row in spark.sql("show tables in goldtape.desk").collect()] == ["made"]
