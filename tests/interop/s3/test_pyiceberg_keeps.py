"""PyIceberg keeps the tables of a lake on S3 in order and changes them; the next run notices and gates what it did."""

from __future__ import annotations

import pytest
import shared_lake
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg_table import keep_in_order, spoil
from rest_server import Server
from s3_lake import S3Lake


@pytest.fixture(scope="module")
def shared(goldtape, minio, tmp_path_factory):
    lake = S3Lake(goldtape, tmp_path_factory.mktemp("kept"), minio, "kept")
    lake("init", "--make-bucket")
    shared_lake.fill(lake)
    server = Server(goldtape.program, lake.lake, env=lake.env)
    yield lake, RestCatalog("ours", uri=server.url, **{
        "s3.endpoint": minio.endpoint, "s3.access-key-id": minio.key,
        "s3.secret-access-key": minio.secret, "s3.region": "us-east-1"})
    assert server.stop() == 0


def test_maintenance_leaves_it_whole(shared):
    lake, catalog = shared
    shared_lake.check_maintenance(lake, lambda table: keep_in_order(catalog.load_table(table)))


def test_rows_past_the_gates_are_noticed(shared):
    lake, catalog = shared
    shared_lake.check_gate(lake, lambda table: spoil(catalog.load_table(table)), "another program")
