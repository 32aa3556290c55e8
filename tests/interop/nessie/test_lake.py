"""A lake whose tables are in Nessie: the whole CLI over it, PyIceberg beside us, answers that are lost."""

from __future__ import annotations

import urllib.parse

import pytest
from lossy_http import Proxy
from nessie_server import WAREHOUSE
from pyiceberg.catalog.rest import RestCatalog
from upkeep import Upkeep


class NessieLake(Upkeep):
    """A folder with raw answers and operations; all tables are Nessie's."""

    def __init__(self, goldtape, folder, nessie, service):
        self.goldtape, self.nessie, self.service = goldtape, nessie, service
        self.lake = folder / "lake"
        self.input = folder / "input"
        self.input.mkdir()
        self.env = service.env(XDG_CACHE_HOME=str(folder / "cache"))
        self("init", "--catalog", nessie.uri)

    def __call__(self, *args, env=None, **kwargs):
        return self.goldtape(*args, lake=self.lake, env=self.env | (env or {}), **kwargs)

    def sql(self, sql):
        return self("query", sql, "--format", "json").json()

    def pyiceberg(self) -> RestCatalog:
        return RestCatalog("theirs", uri=self.nessie.url, warehouse=WAREHOUSE, **{
            "s3.endpoint": self.service.endpoint, "s3.access-key-id": self.service.key,
            "s3.secret-access-key": self.service.secret, "s3.region": "us-east-1"})


@pytest.fixture(scope="module")
def lake(goldtape, nessie, minio, tmp_path_factory):
    made = NessieLake(goldtape, tmp_path_factory.mktemp("lake"), nessie, minio)
    made.load(11)
    made("run")
    return made


def test_the_tables_are_in_nessie_and_its_warehouse(lake):
    table = lake.pyiceberg().load_table("bronze.bars")
    assert table.location().startswith(f"s3://{lake.nessie.bucket}/warehouse/bronze/bars")
    assert not (lake.lake / "bronze").exists() and list((lake.lake / "raw").rglob("*.zst"))
    ours = lake.sql("select ticker, ts, close, volume from bronze.bars order by all")
    theirs = table.scan(selected_fields=("ticker", "ts", "close", "volume")).to_arrow().sort_by(
        [("ticker", "ascending"), ("ts", "ascending")]).to_pylist()
    assert [(row["ticker"], row["close"], row["volume"]) for row in theirs] == [
        (row["ticker"], row["close"], row["volume"]) for row in ours]
    assert len(ours) == 6


def test_every_step_of_a_lakes_life(lake):
    rows = "select ticker, ts, close from bronze.bars order by all"
    lake.load(12)
    lake.load(12, price=101.0, observed=20)
    lake("run")
    assert lake("revisions", "AAPL", "--json").json()
    whole = lake.sql(rows)
    assert len(whole) == 12
    before = lake("tables", "--json").json()
    lake("run")
    assert lake("tables", "--json").json() == before, "a second run changes nothing"
    lake("compact")
    assert lake.sql(rows) == whole
    for command in (["features"], ["quality"], ["audit"], ["expire"], ["orphans"], ["tag", "create", "kept"]):
        lake(*command)
    load = lake("audit", "--json").json()[0]["load_id"]
    lake("undo", load)
    assert lake.fsck()["clean"]


def test_what_pyiceberg_commits_there_is_noticed_at_the_next_run(lake):
    lake.load(13)
    lake("run")
    table = lake.pyiceberg().load_table("bronze.bars")
    count = lake.sql("select count(*) as n from bronze.bars")[0]["n"]
    table.delete("ticker = 'MSFT'")
    assert lake.sql("select count(*) as n from bronze.bars where ticker = 'MSFT'") == [{"n": 0}]
    assert lake.sql("select count(*) as n from bronze.bars")[0]["n"] < count
    lake("run", code=None)
    foreign = lake.sql("select dataset, status from ops.load_audit where source = 'foreign'")
    assert [load["dataset"] for load in foreign] == ["bronze.bars"]


def test_our_commit_is_found_under_anothers_though_its_snapshot_is_forgotten(lake):
    """Nessie shows the newest snapshot alone. Taken for lost, our manifests would be removed from under the table."""
    count = lake.sql("select count(*) as n from bronze.bars")[0]["n"]

    def another_writer():
        lake.pyiceberg().load_table("bronze.bars").delete("ticker = 'NOBODY' or ts < '1990-01-01T00:00:00+00:00'")
        table = lake.pyiceberg().load_table("bronze.bars")
        table.append(table.scan(limit=1).to_arrow().slice(0, 0))

    def commits(command, path, body):
        return command == "POST" and b"add-snapshot" in body

    server = urllib.parse.urlsplit(lake.nessie.url)
    with Proxy(f"{server.scheme}://{server.netloc}", "cut-answer", strikes=commits, then=another_writer) as proxy:
        path = lake.write_day(14)
        lake("ingest", "files", "--path", path, "--interval", "1m", "--source", "trial",
             env={"GOLDTAPE_CATALOG_URI": lake.nessie.uri.replace(lake.nessie.url, proxy.url + server.path)})
        assert proxy.hit.is_set()
    assert lake.sql("select count(*) as n from bronze.bars") == [{"n": count + 6}]
    assert lake.fsck()["clean"]


def test_a_warehouse_that_nessie_does_not_have(lake, goldtape, tmp_path):
    wrong = lake.nessie.uri.replace(f"warehouse={WAREHOUSE}", "warehouse=" + urllib.parse.quote("no-such"))
    refused = goldtape("init", "--catalog", wrong, lake=tmp_path / "other", env=lake.env, code=None)
    assert refused.code in (2, 4) and "no-such" in refused.err, refused.err
