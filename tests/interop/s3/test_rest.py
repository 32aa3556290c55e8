"""The REST catalog of a lake on S3: PyIceberg makes and changes tables there, with its own keys."""

from __future__ import annotations

import pathlib
import sys

import pyarrow as pa
from pyiceberg.catalog.rest import RestCatalog

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from rest_server import Server  # noqa: E402


def test_tables_on_s3_through_the_server(on_s3, goldtape):
    on_s3.load(11)
    server = Server(goldtape.program, on_s3.lake, env=on_s3.env)
    try:
        catalog = RestCatalog("ours", uri=server.url, **{
            "s3.endpoint": on_s3.service.endpoint, "s3.access-key-id": on_s3.service.key,
            "s3.secret-access-key": on_s3.service.secret, "s3.region": "us-east-1"})
        assert catalog.load_table("bronze.bars").scan().to_arrow().num_rows == on_s3.sql("select count(*) as n from bronze.bars")[0]["n"] > 0
        catalog.create_namespace("desk")
        rows = pa.table({"ticker": ["AAPL", "MSFT"], "close": [1.5, 2.5]})
        table = catalog.create_table("desk.t", rows.schema)
        assert table.location() == f"{on_s3.lake}/desk/t"
        table.append(rows)
        table.delete("ticker = 'MSFT'")
        assert on_s3.sql("select ticker, close from desk.t") == [{"ticker": "AAPL", "close": 1.5}]
        catalog.rename_table("desk.t", "desk.old")
        assert catalog.create_table("desk.t", rows.schema).location() != table.location()
    finally:
        assert server.stop() == 0
