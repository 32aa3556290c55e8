"""Spark keeps the tables of a lake in order and changes them; the next run notices and gates what it did."""

import pytest
import shared_lake
from upkeep import Upkeep


@pytest.fixture(scope="module", params=["in_a_folder", "on_s3", "on_postgresql"])
def shared(request, goldtape, tmp_path_factory, open_lake, new_s3_lake, new_postgres_lake):
    if request.param == "on_s3":
        lake, spark = new_s3_lake()
    elif request.param == "on_postgresql":
        lake, spark = new_postgres_lake()
    else:
        lake = Upkeep(goldtape, tmp_path_factory.mktemp("shared"))
        spark = open_lake(lake.lake, "catalog.db")
    shared_lake.fill(lake)
    return lake, spark


def test_maintenance_leaves_it_whole(shared):
    lake, spark = shared

    def maintain(table):
        target = f"table => '{table}'"
        rewritten = spark.sql(f"call goldtape.system.rewrite_data_files({target}, "
                              "options => map('rewrite-all', 'true'))").first()
        assert rewritten.rewritten_data_files_count > 0
        spark.sql(f"call goldtape.system.rewrite_manifests({target})")
        spark.sql(f"call goldtape.system.expire_snapshots({target}, older_than => timestamp '2999-01-01', "
                  "retain_last => 1)")

    shared_lake.check_maintenance(lake, maintain)


def test_rows_past_the_gates_are_noticed(shared):
    lake, spark = shared
    shared_lake.check_gate(lake, lambda table: spark.sql(f"update goldtape.{table} set high = low - 1"), "spark")


def test_marked_rows_are_not_read(shared):
    lake, spark = shared
    shared_lake.check_marks(
        lake,
        lambda table: spark.sql(f"alter table goldtape.{table} set tblproperties ('write.merge.mode' = 'merge-on-read')"),
        lambda: [row.close for row in spark.sql("select close from goldtape.bronze.bars order by ticker, ts").collect()],
        lambda: spark.sql("select coalesce(sum(record_count), 0) as n from goldtape.bronze.bars.delete_files").first().n,
    )
