"""Every kind of table that we write, on S3: read and changed by Trino, and read and changed by us afterwards."""

from __future__ import annotations

import re

import matrix
import pyarrow.fs
import pytest
from engine_table import EngineTable
from trino_server import TrinoError

# Some hundred small files each: their changes would take half of the time of all.
ONLY_READ = ["day", "hour"]
MAINTAINED = ["bucket", "evolved_schema", "evolved_spec", "deletes", "equality_deletes", "evolved_nested", "maps"]


class TrinoTable(EngineTable):
    MERGE_SOURCE = "(select * from unnest(sequence(60, 89) || sequence(2000, 2002)) u(id))"

    def __init__(self, tool, trino, lake, catalog, name):
        super().__init__(tool, lake.catalog, name, lake.tool_env)
        self.trino, self.catalog = trino, catalog
        self.data = f"{lake.bucket}/lake/matrix/{name}/data"
        self.files = lake.service.files()

    def sql(self, text):
        """Beside TABLE there are TABLE$files and the like."""
        return self.trino.sql(re.sub(r"TABLE(\$\w+)?", lambda m: f'{self.catalog}.matrix."{self.name}{m[1] or ""}"', text))

    def theirs(self):
        return matrix.by_id(self.sql("select * from TABLE"))

    def count(self, source="TABLE"):
        return self.sql(f"select count(*) as n from {source}")[0]["n"]

    def files_in_use(self) -> set[str]:
        return {row["file_path"].removeprefix("s3://") for row in self.sql('select file_path from TABLE$files')}

    def files_there(self) -> set[str]:
        found = self.files.get_file_info(pyarrow.fs.FileSelector(self.data, recursive=True))
        return {file.path for file in found if file.is_file}

    def put_orphan(self) -> str:
        path = f"{self.data}/lost.parquet"
        with self.files.open_output_stream(path) as out:
            out.write(b"x")
        return path


@pytest.fixture(scope="module")
def matrix_on_s3(tool, new_lake):
    lake, catalog = new_lake()
    tool("matrix", lake.catalog, env=lake.tool_env)
    return lake, catalog


@pytest.fixture
def open_table(tool, trino, matrix_on_s3):
    return lambda name: TrinoTable(tool, trino, *matrix_on_s3, name)


@pytest.mark.parametrize("name", matrix.TABLES)
def test_trino_reads_changes_and_maintains(open_table, name):
    table = open_table(name)
    table.check()
    assert table.count("TABLE where id in (0, 24, 77, 199)") == 4
    if name in ONLY_READ:
        return

    table.they_append()
    table.they_delete_and_update()
    table.they_merge()
    table.check()
    assert table.count("TABLE$files where content = 1") > 0, "Trino wrote no delete files: this proves nothing"

    # What Trino has deleted by position, we take away and give on.
    table.we_delete(2002, "position")
    table.we_delete(2001, "rewrite")
    table.check()
    if name in MAINTAINED:
        maintain(table)


def maintain(table):
    table.sql("alter table TABLE execute optimize")
    table.sql("alter table TABLE execute optimize_manifests")
    table.check()
    table.sql("alter table TABLE execute expire_snapshots(retention_threshold => '0s')")
    assert table.count("TABLE$snapshots") == 1
    orphan = table.put_orphan()
    assert orphan in table.files_there()
    table.sql("alter table TABLE execute remove_orphan_files(retention_threshold => '0s')")
    assert table.files_there() == table.files_in_use()
    table.we_delete(150, "position")
    table.check()


def test_trino_evolves_what_we_made_and_we_read_it(open_table):
    table = open_table("evolved_spec")
    table.rows = table.ours()
    table.sql("alter table TABLE set properties partitioning = array['month(day)', 'truncate(name, 6)', 'hour(at)']")
    table.sql("alter table TABLE add column note varchar")
    table.sql("alter table TABLE rename column lot to size")
    table.sql("alter table TABLE alter column size set data type bigint")
    table.sql("insert into TABLE (id, name, size, note) values (5000, 'name 9', 9000000000, 'new')")
    for row in table.rows.values():
        row |= {"size": row.pop("lot"), "note": None}
    table.rows[5000] = dict.fromkeys(table.rows[0]) | {"id": 5000, "name": "name 9", "size": 9000000000, "note": "new"}
    table.check()


def test_a_table_that_trino_makes(trino, matrix_on_s3):
    lake, catalog = matrix_on_s3
    trino.sql(f"create schema {catalog}.desk")
    trino.sql(f"""create table {catalog}.desk.closes with (partitioning = array['hour(at)', 'bucket(price, 4)'],
        sorted_by = array['id']) as select id, at, price, lot * 2 as twice from {catalog}.matrix.hour
        where id < 40""")
    expected = trino.sql(f"select count(*) as n, sum(twice) as s from {catalog}.desk.closes")
    assert lake.sql("select count(*) as n, sum(twice)::bigint as s from desk.closes") == expected
    assert expected[0]["n"] == 40
    trino.sql(f"alter table {catalog}.desk.closes rename to {catalog}.desk.old")
    # Trino drops with purge only, which this catalog refuses; the table stays whole.
    with pytest.raises(TrinoError, match="Failed to drop table 'old'"):
        trino.sql(f"drop table {catalog}.desk.old")
    assert lake.sql("select count(*) as n from desk.old") == [{"n": 40}]
    trino.sql(f"call {catalog}.system.unregister_table('desk', 'old')")
    assert trino.sql(f"show tables from {catalog}.desk") == []


def test_version_3_is_refused_by_both(trino, matrix_on_s3):
    _, catalog = matrix_on_s3
    with pytest.raises(TrinoError, match="format_version"):
        trino.sql(f"create table {catalog}.matrix.third (id bigint) with (format_version = 3)")


def test_all_is_whole_afterwards(matrix_on_s3):
    lake, _ = matrix_on_s3
    assert lake.fsck()["clean"]
