"""PyIceberg's RestCatalog on our server: what it makes, we read; what it does twice, is refused once."""

from __future__ import annotations

import concurrent.futures
import datetime
import subprocess

import pyarrow as pa
import pytest
import requests
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
    UnauthorizedError,
)
from pyiceberg.expressions import EqualTo
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import DayTransform, IdentityTransform
from pyiceberg.types import DoubleType, LongType, NestedField, StringType, TimestamptzType

# Ids of the client's own, which the catalog must count afresh.
SCHEMA = Schema(
    NestedField(10, "ticker", StringType(), required=True),
    NestedField(11, "ts", TimestamptzType(), required=True),
    NestedField(12, "close", DoubleType(), required=False),
    NestedField(13, "volume", LongType(), required=False),
)
SPEC = PartitionSpec(
    PartitionField(10, 1000, IdentityTransform(), "ticker"), PartitionField(11, 1001, DayTransform(), "day"))


@pytest.fixture
def catalog(server) -> RestCatalog:
    return RestCatalog("ours", uri=server.url)


def rows(*tickers, day=2):
    start = datetime.datetime(2024, 1, day, 14, 30, tzinfo=datetime.timezone.utc)
    return pa.table(
        {"ticker": list(tickers), "ts": [start] * len(tickers), "close": [float(i) for i in range(len(tickers))],
         "volume": list(range(len(tickers)))},
        schema=pa.schema([
            pa.field("ticker", pa.string(), nullable=False), pa.field("ts", pa.timestamp("us", "UTC"), nullable=False),
            pa.field("close", pa.float64()), pa.field("volume", pa.int64())]))


def ours(goldtape, lake, sql):
    return [tuple(row.values()) for row in goldtape.query(lake, sql)]


def test_the_lakes_own_tables_are_there(catalog, lake, goldtape):
    assert ("bronze",) in catalog.list_namespaces()
    assert ("bronze", "bars") in catalog.list_tables("bronze")
    table = catalog.load_table("reference.calendar")
    counted = ours(goldtape, lake, "select count(*) from reference.calendar")[0][0]
    assert table.scan().to_arrow().num_rows == counted > 0


def test_a_table_lives(catalog, goldtape, lake):
    catalog.create_namespace("desk", {"owner": "quant"})
    table = catalog.create_table("desk.prices", SCHEMA, partition_spec=SPEC, sort_order=SortOrder(SortField(11, IdentityTransform())),
                                 properties={"a": "1"})
    assert [field.field_id for field in table.schema().fields] == [1, 2, 3, 4]
    assert table.location() == f"file://{lake}/desk/prices"

    table.append(rows("AAPL", "MSFT", "META"))
    table.append(rows("AAPL", day=3))
    assert ours(goldtape, lake, "select ticker, count(*) from desk.prices group by 1 order by 1") == [
        ("AAPL", 2), ("META", 1), ("MSFT", 1)]
    table.overwrite(rows("META", "META"), overwrite_filter=EqualTo("ticker", "META"))
    table.delete(EqualTo("ticker", "MSFT"))
    assert ours(goldtape, lake, "select ticker, count(*) from desk.prices group by 1 order by 1") == [("AAPL", 2), ("META", 2)]

    with table.update_schema() as update:
        update.add_column("vwap", DoubleType())
        update.rename_column("close", "last")
    with table.update_spec() as update:
        update.remove_field("day")
    table.append(rows("NVDA").rename_columns(["ticker", "ts", "last", "volume"]).append_column("vwap", pa.array([1.5])))
    assert ours(goldtape, lake, "select ticker, last, vwap from desk.prices where ticker = 'NVDA'") == [("NVDA", 0.0, 1.5)]

    with table.transaction() as transaction:
        transaction.set_properties({"b": "2"})
        transaction.remove_properties("a")
    assert catalog.load_table("desk.prices").properties == {"b": "2"}

    first = table.metadata.snapshots[0].snapshot_id
    table.manage_snapshots().create_tag(table.current_snapshot().snapshot_id, "done").commit()
    table.maintenance.expire_snapshots().by_id(first).commit()
    reloaded = catalog.load_table("desk.prices")
    assert reloaded.snapshot_by_id(first) is None
    assert "done" in reloaded.refs()
    assert reloaded.scan().to_arrow().num_rows == 5

    catalog.rename_table("desk.prices", "desk.bars")
    assert ours(goldtape, lake, "select count(*) from desk.bars") == [(5,)]
    location = catalog.load_table("desk.bars").metadata_location
    catalog.drop_table("desk.bars")
    assert not catalog.table_exists("desk.bars")
    catalog.register_table("desk.again", location)
    assert catalog.load_table("desk.again").scan().to_arrow().num_rows == 5


def test_a_table_created_with_its_rows_in_one_transaction(catalog, goldtape, lake):
    catalog.create_namespace("desk")
    with catalog.create_table_transaction("desk.staged", SCHEMA, partition_spec=SPEC) as transaction:
        assert not catalog.table_exists("desk.staged")
        transaction.append(rows("AAPL", "MSFT"))
    assert ours(goldtape, lake, "select count(*) from desk.staged") == [(2,)]
    late = catalog.create_table_transaction("desk.late", SCHEMA)
    catalog.create_table("desk.late", SCHEMA)
    with pytest.raises((CommitFailedException, TableAlreadyExistsError)):
        late.commit_transaction()


def test_names_that_are_taken_missing_or_in_use(catalog):
    catalog.create_namespace("desk")
    with pytest.raises(NamespaceAlreadyExistsError):
        catalog.create_namespace("desk")
    catalog.create_table("desk.t", SCHEMA)
    with pytest.raises(TableAlreadyExistsError):
        catalog.create_table("desk.t", SCHEMA)
    with pytest.raises(NamespaceNotEmptyError):
        catalog.drop_namespace("desk")
    with pytest.raises(NoSuchTableError):
        catalog.load_table("desk.none")
    with pytest.raises(NoSuchTableError):
        catalog.drop_table("desk.none")
    with pytest.raises(NoSuchNamespaceError):
        catalog.create_table("nowhere.t", SCHEMA)
    with pytest.raises(NoSuchNamespaceError):
        catalog.drop_namespace("nowhere")
    with pytest.raises(NoSuchNamespaceError):
        catalog.list_tables("nowhere")


def test_namespace_properties(catalog, lake):
    catalog.create_namespace("desk", {"a": "1", "b": "2"})
    summary = catalog.update_namespace_properties("desk", removals={"a", "c"}, updates={"d": "4"})
    assert (summary.removed, summary.updated, summary.missing) == (["a"], ["d"], ["c"])
    location = f"file://{lake}/desk"
    assert catalog.load_namespace_properties("desk") == {"b": "2", "d": "4", "location": location}
    catalog.update_namespace_properties("desk", updates={"location": location + "/own"})
    assert catalog.load_namespace_properties("desk")["location"] == location + "/own"
    catalog.create_namespace(("desk", "eu"))
    assert catalog.list_namespaces("desk") == [("desk", "eu")]
    catalog.drop_namespace(("desk", "eu"))


def test_the_second_of_two_conflicting_writers_is_refused(catalog, goldtape, lake):
    catalog.create_namespace("desk")
    catalog.create_table("desk.t", SCHEMA, properties={"commit.retry.num-retries": "0"}).append(rows("AAPL", "MSFT"))
    one, two = catalog.load_table("desk.t"), catalog.load_table("desk.t")
    one.overwrite(rows("META"))
    with pytest.raises(CommitFailedException, match="requirement failed"):
        two.overwrite(rows("NVDA"))
    assert ours(goldtape, lake, "select ticker from desk.t") == [("META",)]


def test_many_writers_at_once_lose_nothing(server, goldtape, lake):
    catalog = RestCatalog("ours", uri=server.url)
    catalog.create_namespace("desk")
    catalog.create_table("desk.t", SCHEMA)

    def write(worker):
        mine = RestCatalog(f"w{worker}", uri=server.url)
        for i in range(3):
            for _ in range(100):
                try:
                    mine.load_table("desk.t").append(rows(f"W{worker}_{i}"))
                    break
                except CommitFailedException:
                    continue
            else:
                raise AssertionError("starved")

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    assert ours(goldtape, lake, "select count(*), count(distinct ticker) from desk.t") == [(18, 18)]
    snapshots = catalog.load_table("desk.t").snapshots()
    assert sorted(s.sequence_number for s in snapshots) == list(range(1, 19))


def test_a_token_is_asked_for(serve, lake):
    server = serve(lake, env={"GOLDTAPE_SERVE_TOKEN": "let-me-in"})
    with pytest.raises(UnauthorizedError):
        RestCatalog("ours", uri=server.url).list_namespaces()
    with pytest.raises(UnauthorizedError):
        RestCatalog("ours", uri=server.url, token="let-me-out").list_namespaces()
    assert RestCatalog("ours", uri=server.url, token="let-me-in").list_namespaces()


def test_a_token_is_not_sent_in_the_clear(serve, lake, goldtape, tmp_path, monkeypatch):
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # They would win over what is said here.
        monkeypatch.delenv(variable, raising=False)
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server = serve(lake, "--tls-cert", str(certificate), "--tls-key", str(key), env={"GOLDTAPE_SERVE_TOKEN": "let-me-in"})
    assert server.url.startswith("https://")
    with pytest.raises(requests.exceptions.SSLError):  # A certificate that nobody vouches for.
        RestCatalog("ours", uri=server.url, token="let-me-in")
    catalog = RestCatalog("ours", uri=server.url, token="let-me-in", ssl={"cabundle": str(certificate)})
    catalog.create_namespace("desk")
    catalog.create_table("desk.t", SCHEMA).append(rows("AAPL"))
    assert ours(goldtape, lake, "select ticker from desk.t") == [("AAPL",)]


def test_purge_is_refused_and_nothing_is_lost(catalog):
    catalog.create_namespace("desk")
    catalog.create_table("desk.t", SCHEMA).append(rows("AAPL"))
    with pytest.raises(Exception, match="deletes no files"):
        catalog.purge_table("desk.t")
    assert catalog.load_table("desk.t").scan().to_arrow().num_rows == 1
