"""Every kind of table that we write, on S3: read and changed by PyIceberg and DuckDB through our server."""

from __future__ import annotations

import pathlib

import duckdb
import matrix
import pytest
from engine_table import EngineTable
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg_table import READABLE, PyIcebergTable
from rest_server import Server
from s3_lake import S3Lake

CHANGED_BY_PYICEBERG = ["bucket", "nulls", "evolved_nested"]
CHANGED_BY_DUCKDB = ["identity", "month", "truncate", "decimal_truncate", "evolved_schema", "deletes",
                     "equality_deletes", "nested", "maps"]


@pytest.fixture(scope="module")
def served(goldtape, tool, minio, tmp_path_factory):
    """A lake with the matrix, and the address of its server."""
    lake = S3Lake(goldtape, tmp_path_factory.mktemp("engines"), minio, "engines")
    lake("init", "--make-bucket")
    tool("matrix", lake.catalog, env=lake.tool_env)
    server = Server(goldtape.program, lake.lake, env=lake.env)
    yield lake, server.url
    server.stop()


@pytest.fixture(scope="module")
def catalog(served):
    lake, url = served
    return RestCatalog("ours", uri=url, **{
        "s3.endpoint": lake.service.endpoint, "s3.access-key-id": lake.service.key,
        "s3.secret-access-key": lake.service.secret, "s3.region": "us-east-1"})


@pytest.fixture(scope="module")
def duck(served):
    import duckdb_extension_avro
    import duckdb_extension_httpfs
    import duckdb_extension_iceberg

    lake, url = served
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    for module in (duckdb_extension_avro, duckdb_extension_httpfs, duckdb_extension_iceberg):
        for file in pathlib.Path(module.__file__).parent.rglob("*.duckdb_extension"):
            connection.execute(f"LOAD '{file}'")
    connection.execute("SET TimeZone = 'UTC'")
    service = lake.service
    connection.execute(f"""CREATE SECRET (TYPE s3, KEY_ID '{service.key}', SECRET '{service.secret}',
        ENDPOINT '127.0.0.1:{service.port}', URL_STYLE 'path', USE_SSL false, REGION 'us-east-1')""")
    connection.execute(f"ATTACH 'lake' AS ours (TYPE iceberg, ENDPOINT '{url}', AUTHORIZATION_TYPE 'none')")
    yield connection
    connection.close()


class DuckTable(EngineTable):
    MERGE_SOURCE = "(select unnest(range(60, 90) || range(2000, 2003)) as id)"

    def __init__(self, tool, lake, duck, name):
        super().__init__(tool, lake.catalog, name, lake.tool_env)
        self.duck = duck

    def sql(self, text):
        return self.duck.execute(text.replace("TABLE", f"ours.matrix.{self.name}"))

    def theirs(self):
        return matrix.by_id(self.sql("select * from TABLE").to_arrow_table().to_pylist())

    def count(self, source="TABLE"):
        return self.sql(f"select count(*) from {source}").fetchone()[0]


    def they_merge(self):
        """Without a delete beside the update."""
        self.sql(f"merge into TABLE t using {self.MERGE_SOURCE} s on t.id = s.id "
                 "when matched then update set name = 'merged' when not matched then insert (id, name) "
                 "values (s.id, 'put in')")
        self.rename(range(60, 90), "merged")
        empty = dict.fromkeys(matrix.row(self.name, 0))
        self.rows |= {i: empty | {"id": i, "name": "put in"} for i in range(2000, 2003)}


@pytest.mark.parametrize("name", READABLE)
def test_pyiceberg_reads(tool, served, catalog, name):
    lake, _ = served
    PyIcebergTable(tool, lake.catalog, catalog, lake.tool_env, name).check()


@pytest.mark.parametrize("name", matrix.TABLES)
def test_duckdb_reads_and_changes(tool, served, duck, name):
    table = DuckTable(tool, served[0], duck, name)
    table.check()
    if name not in CHANGED_BY_DUCKDB:
        return
    table.they_append()
    table.they_delete_and_update()
    table.check()
    table.they_merge()
    table.check()
    with pytest.raises(duckdb.NotImplementedException, match="only supports a single UPDATE/DELETE action"):
        EngineTable.they_merge(table)
    table.we_delete(2002, "position")
    table.we_delete(2001, "rewrite")
    table.check()


def test_duckdb_deletes_rows_of_an_old_spec_under_the_new_one(tool, served, duck):
    """It gives its delete files the new spec with the old one's values. They name their data file, and by that name
    we find them; by the partition they claim they would take out nothing, and a row would be there twice."""
    table = DuckTable(tool, served[0], duck, "evolved_spec")
    table.sql("update TABLE set name = 'changed' where id between 20 and 45")
    table.rename(range(20, 46), "changed")
    table.check()


@pytest.mark.parametrize("name", CHANGED_BY_PYICEBERG)
def test_pyiceberg_changes(tool, served, catalog, name):
    """Tables that the tests above only read."""
    lake, _ = served
    table = PyIcebergTable(tool, lake.catalog, catalog, lake.tool_env, name)
    table.they_change()
    table.they_expire()
    table.we_delete(150, "position")
    table.check()


def test_all_is_whole_afterwards(served):
    assert served[0].fsck()["clean"]
