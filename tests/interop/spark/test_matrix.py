"""Every kind of table that we write: read and changed by Spark, and read and changed by us afterwards."""

import matrix
import pytest

# Every kind of table merge-on-read, where deletes matter; those whose rewriting could go wrong copy-on-write too.
CHANGES = [(name, "merge-on-read") for name in matrix.TABLES] + [
    (name, "copy-on-write") for name in ("month", "evolved_schema", "deletes", "equality_deletes", "evolved_nested")]
MAINTAINED = ["bucket", "evolved_schema", "evolved_spec", "deletes", "equality_deletes", "evolved_nested"]


@pytest.fixture(scope="module")
def spark(matrix_lake, open_lake):
    """For tests that only read."""
    return open_lake(matrix_lake, "lake.db")


class Table:
    """A table that Spark and we change in turns, and the rows it has to have."""

    def __init__(self, tool, lake, spark, name):
        self.tool, self.lake, self.spark = tool, lake, spark
        self.name = name
        self.theirs = f"goldtape.matrix.{name}"
        self.rows = matrix.rows(name)

    def sql(self, text):
        return self.spark.sql(text.replace("TABLE", self.theirs))

    def modes(self, mode):
        settings = ", ".join(f"'write.{kind}.mode'='{mode}'" for kind in ("delete", "update", "merge"))
        self.sql(f"alter table TABLE set tblproperties ({settings})")

    def delete_files(self) -> set[str]:
        return {row.file_path for row in self.sql("select file_path from TABLE.delete_files").collect()}

    def drop(self, numbers):
        for i in numbers:
            self.rows.pop(i, None)

    def rename(self, numbers, name):
        for i in numbers:
            if i in self.rows:
                self.rows[i]["name"] = name

    def check(self):
        assert matrix.by_id(self.tool.rows(self.lake, f"matrix.{self.name}")) == self.rows
        assert spark_rows(self.spark, self.theirs) == self.rows
        assert self.sql("select count(*) as n from TABLE").first().n == len(self.rows)


def spark_rows(spark, table) -> dict:
    return matrix.by_id(row.asDict(recursive=True) for row in spark.table(table).collect())


@pytest.mark.parametrize("name", matrix.TABLES)
def test_spark_reads(spark, name):
    table = f"goldtape.matrix.{name}"
    assert spark_rows(spark, table) == matrix.rows(name)
    assert spark.sql(f"select count(*) as n from {table}").first().n == matrix.ROWS
    for i in (0, 24, 77, 199):
        assert spark.sql(f"select count(*) as n from {table} where id = {i}").first().n == 1


@pytest.fixture
def open_table(tool, tmp_path, open_lake):
    tool("matrix", tmp_path)
    spark = open_lake(tmp_path, "lake.db")
    return lambda name: Table(tool, tmp_path, spark, name)


@pytest.mark.parametrize(("name", "mode"), CHANGES)
def test_spark_changes(tool, open_table, name, mode):
    table = open_table(name)
    table.modes(mode)
    before = table.delete_files()

    appended = table.spark.table(table.theirs).where("id < 5").selectExpr(
        "id + 1000 as id", *[c for c in table.spark.table(table.theirs).columns if c != "id"])
    appended.select(table.spark.table(table.theirs).columns).writeTo(table.theirs).append()
    table.rows |= {i + 1000: row | {"id": i + 1000} for i, row in matrix.rows(name, range(5)).items()}
    table.check()

    table.sql("delete from TABLE where id between 10 and 29 and id % 2 = 0")
    table.drop(range(10, 30, 2))
    table.check()

    table.sql("update TABLE set name = 'changed' where id between 20 and 45")
    table.rename(range(20, 46), "changed")
    table.check()

    table.sql("""
        merge into TABLE t using (select id from range(60, 90) union all select id from range(2000, 2003)) s
        on t.id = s.id
        when matched and t.id % 3 = 0 then delete
        when matched then update set name = 'merged'
        when not matched then insert (id, name) values (s.id, 'put in')""")
    table.drop(range(60, 90, 3))
    table.rename(range(60, 90), "merged")
    empty = dict.fromkeys(matrix.row(name, 0))
    table.rows |= {i: empty | {"id": i, "name": "put in"} for i in range(2000, 2003)}
    table.check()
    if mode == "merge-on-read":
        assert table.delete_files() - before, "Spark wrote no delete files: this proves nothing"

    # What Spark has deleted by position, we take away and give on.
    tool("delete", table.lake, f"matrix.{name}", 2001, "position" if mode == "merge-on-read" else "rewrite")
    table.drop(range(2001, 2003))
    table.check()
    tool("fsck", table.lake)


@pytest.mark.parametrize("name", MAINTAINED)
def test_spark_maintains(tool, open_table, name):
    table = open_table(name)
    table.modes("merge-on-read")
    table.sql("delete from TABLE where id between 100 and 120")
    table.drop(range(100, 121))
    target = f"table => 'matrix.{name}'"
    table.spark.sql(f"call goldtape.system.rewrite_position_delete_files({target})")
    table.check()
    table.spark.sql(f"call goldtape.system.rewrite_data_files({target}, options => map('rewrite-all', 'true', "
                    "'remove-dangling-deletes', 'true'))")
    table.check()
    table.spark.sql(f"call goldtape.system.rewrite_manifests({target})")
    table.check()
    table.spark.sql(f"call goldtape.system.expire_snapshots({target}, older_than => timestamp '2999-01-01', "
                    "retain_last => 1)")
    table.check()
    assert table.sql("select count(*) as n from TABLE.snapshots").first().n == 1
    tool("delete", table.lake, f"matrix.{name}", 150, "position")
    table.drop(range(150, 200))
    table.check()
    tool("fsck", table.lake)


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
