"""A lake whose tables are in Nessie: the whole CLI over it, PyIceberg beside us, answers that are lost."""

from __future__ import annotations

import http.server
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest
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


class Lossy(http.server.ThreadingHTTPServer):
    """Stands before Nessie. It carries the first commit there, then another writer's, and says nothing to ours."""

    daemon_threads = True

    def __init__(self, target: str, then):
        super().__init__(("127.0.0.1", 0), Carrier)
        self.target, self.then, self.struck = target, then, threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        pass


class Carrier(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def carry(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # The prefix in Nessie's paths has a %7C, which is carried as it came.
        request = urllib.request.Request(self.server.target + self.path, body or None, method=self.command)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, data = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, data = error.code, error.read()
        if self.command == "POST" and b"add-snapshot" in body and status < 300 and not self.server.struck.is_set():
            self.server.struck.set()
            self.server.then()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_HEAD = do_DELETE = carry


def test_our_commit_is_found_under_anothers_though_its_snapshot_is_forgotten(lake):
    """Nessie shows the newest snapshot alone. Taken for lost, our manifests would be removed from under the table."""
    count = lake.sql("select count(*) as n from bronze.bars")[0]["n"]

    def another_writer():
        lake.pyiceberg().load_table("bronze.bars").delete("ticker = 'NOBODY' or ts < '1990-01-01T00:00:00+00:00'")
        table = lake.pyiceberg().load_table("bronze.bars")
        table.append(table.scan(limit=1).to_arrow().slice(0, 0))

    server = urllib.parse.urlsplit(lake.nessie.url)
    lossy = Lossy(f"{server.scheme}://{server.netloc}", another_writer)
    threading.Thread(target=lossy.serve_forever, daemon=True).start()
    try:
        path = lake.write_day(14)
        lake("ingest", "files", "--path", path, "--interval", "1m", "--source", "trial",
             env={"GOLDTAPE_CATALOG_URI": lake.nessie.uri.replace(lake.nessie.url, lossy.url + server.path)})
        assert lossy.struck.is_set()
    finally:
        lossy.shutdown()
        lossy.server_close()
    assert lake.sql("select count(*) as n from bronze.bars") == [{"n": count + 6}]
    assert lake.fsck()["clean"]


def test_a_warehouse_that_nessie_does_not_have(lake, goldtape, tmp_path):
    wrong = lake.nessie.uri.replace(f"warehouse={WAREHOUSE}", "warehouse=" + urllib.parse.quote("no-such"))
    refused = goldtape("init", "--catalog", wrong, lake=tmp_path / "other", env=lake.env, code=None)
    assert refused.code in (2, 4) and "no-such" in refused.err, refused.err
