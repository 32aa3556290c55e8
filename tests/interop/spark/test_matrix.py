"""Every kind of table that we write: read and changed by Spark, and read and changed by us afterwards."""

import matrix
import pytest
from spark_table import SparkTable

# Every kind of table merge-on-read, where deletes matter; those whose rewriting could go wrong copy-on-write too.
CHANGES = [(name, "merge-on-read") for name in matrix.TABLES] + [
    (name, "copy-on-write") for name in ("month", "evolved_schema", "deletes", "equality_deletes", "evolved_nested", "maps")]
ON_S3 = ["evolved_schema", "deletes", "maps"]
MAINTAINED = ["bucket", "evolved_schema", "evolved_spec", "deletes", "equality_deletes", "evolved_nested", "maps"]


@pytest.fixture(scope="module")
def in_a_folder(matrix_lake, open_lake):
    """For tests that only read."""
    return matrix_lake, open_lake(matrix_lake, "lake.db"), None


@pytest.fixture(scope="module")
def on_s3(tool, new_s3_lake):
    lake, spark = new_s3_lake()
    tool("matrix", lake.catalog, env=lake.tool_env)
    return lake.catalog, spark, lake.tool_env


@pytest.mark.parametrize("name", matrix.TABLES)
@pytest.mark.parametrize("place", ["in_a_folder", "on_s3"])
def test_spark_reads(tool, request, place, name):
    table = SparkTable(tool, *request.getfixturevalue(place), name)
    assert table.theirs() == matrix.rows(name)
    assert table.count() == matrix.ROWS
    assert table.count("TABLE where id in (0, 24, 77, 199)") == 4


@pytest.fixture
def open_table(tool, tmp_path, open_lake):
    def open_it(name):
        tool("matrix", tmp_path, name)
        return SparkTable(tool, tmp_path, open_lake(tmp_path, "lake.db"), None, name)

    return open_it


@pytest.mark.parametrize(("name", "mode"), CHANGES)
def test_spark_changes(open_table, name, mode):
    change(open_table(name), mode)


@pytest.mark.parametrize("name", ON_S3)
def test_spark_changes_and_maintains_on_s3(tool, on_s3, name):
    """Tables that nobody has changed before: the tests that read all of them stand above."""
    table = SparkTable(tool, *on_s3, name)
    change(table, "merge-on-read")
    maintain(table)


def change(table, mode):
    table.modes(mode)
    before = table.delete_files()
    table.they_append()
    table.check()
    table.they_delete_and_update()
    table.check()
    table.they_merge()
    table.check()
    if mode == "merge-on-read":
        assert table.delete_files() - before, "Spark wrote no delete files: this proves nothing"
    # What Spark has deleted by position, we take away and give on.
    table.we_delete(2001, "position" if mode == "merge-on-read" else "rewrite")
    table.check()
    table.fsck()


@pytest.mark.parametrize("name", MAINTAINED)
def test_spark_maintains(open_table, name):
    table = open_table(name)
    table.modes("merge-on-read")
    maintain(table)


def maintain(table):
    table.sql("delete from TABLE where id between 100 and 120")
    table.drop(range(100, 121))
    table.call("rewrite_position_delete_files")
    table.check()
    table.call("rewrite_data_files", "options => map('rewrite-all', 'true', 'remove-dangling-deletes', 'true')")
    table.check()
    table.call("rewrite_manifests")
    table.check()
    table.call("expire_snapshots", "older_than => timestamp '2999-01-01', retain_last => 1")
    table.check()
    assert table.count("TABLE.snapshots") == 1
    table.we_delete(150, "position")
    table.check()
    table.fsck()


def test_spark_and_we_evolve_in_turns(open_table):
    table = open_table("evolved_spec")
    table.sql("alter table TABLE add partition field truncate(name, 6)")
    table.sql("alter table TABLE add column note string")
    table.sql("alter table TABLE rename column lot to size")
    table.sql("alter table TABLE alter column size type bigint")
    table.sql("insert into TABLE (id, name, size, note) values (5000, 'name 9', 9000000000, 'new')")
    for row in table.rows.values():
        row |= {"size": row.pop("lot"), "note": None}
    table.rows[5000] = dict.fromkeys(table.rows[0]) | {"id": 5000, "name": "name 9", "size": 9000000000, "note": "new"}
    table.check()


def test_version_3_is_refused_by_name(tool, open_table):
    table = open_table("identity")
    table.sql("alter table TABLE set tblproperties ('format-version'='3')")
    assert "Iceberg format version 3 is not supported" in tool(
        "dump", table.lake, "matrix.identity", code=1)
