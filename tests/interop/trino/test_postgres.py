"""A lake on S3 whose catalog is a PostgreSQL database: Trino opens the very same tables of it, without a server of ours."""

from __future__ import annotations

import pytest
import shared_lake
from postgres_server import running_server
from s3_lake import S3Lake


@pytest.fixture
def shared(goldtape, minio, trino, tmp_path):
    with running_server() as postgres:
        uri = postgres.new_database("engines")
        lake = S3Lake(goldtape, tmp_path, minio, "postgres")
        lake("init", "--make-bucket", "--catalog", uri)
        trino.attach("postgres", minio, driver_class="org.postgresql.Driver", catalog_name="goldtape",
                     connection_url=f"jdbc:{uri.replace('postgres@', '')}", connection_user="postgres",
                     default_warehouse_dir=lake.lake)
        yield lake
        trino.sql("drop catalog postgres")


def test_reads_changes_and_maintains_a_lake(trino, shared):
    shared_lake.fill(shared)
    for name in shared_lake.TABLES:
        assert trino.sql(f"select count(*) as n from postgres.{name}") == shared.sql(f"select count(*) as n from {name}")

    def maintain(table):
        trino.sql(f"alter table postgres.{table} execute optimize")
        trino.sql(f"alter table postgres.{table} execute expire_snapshots(retention_threshold => '0s')")

    shared_lake.check_maintenance(shared, maintain)
    shared_lake.check_gate(shared, lambda table: trino.sql(f"update postgres.{table} set high = low - 1"), "trino")
    trino.sql("create schema postgres.desk")
    trino.sql("create table postgres.desk.t as select ticker, close from postgres.bronze.bars")
    assert shared.sql("select count(*) as n from desk.t") == trino.sql("select count(*) as n from postgres.desk.t")
    trino.sql("drop table postgres.desk.t")
    assert not [name for name in shared.objects() if name.startswith("lake/desk/")]
    assert shared.fsck()["clean"]
