"""Sixteen processes append to one table through the server while the lake works too: every row once."""

from __future__ import annotations

import subprocess
import sys

from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField

WRITERS = 16
COMMITS = 3

WORKER = """
import sys
import pyarrow as pa
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.exceptions import CommitFailedException

url, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
catalog = RestCatalog("worker", uri=url)
for row in range(first, first + count):
    for attempt in range(1000):
        try:
            catalog.load_table("desk.t").append(pa.table({"id": [row]}))
            break
        except CommitFailedException:  # Another was first, more often than this client tries again itself.
            continue
    else:
        sys.exit(f"row {row} starved")
"""


def test_sixteen_processes_append_while_the_lake_ingests(server, goldtape, lake, samples):
    catalog = RestCatalog("ours", uri=server.url)
    catalog.create_namespace("desk")
    catalog.create_table("desk.t", Schema(NestedField(1, "id", LongType(), required=False)))
    writers = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-c", WORKER, server.url, str(w * COMMITS), str(COMMITS)],
                         stderr=subprocess.PIPE, text=True)
        for w in range(WRITERS)
    ]
    try:
        goldtape("ingest", "files", "--path", samples / "daily", "--interval", "1d", lake=lake)
        for writer in writers:
            _, err = writer.communicate(timeout=600)
            assert writer.returncode == 0, err[-2000:]
    finally:
        for writer in writers:
            writer.kill()
    expected = WRITERS * COMMITS
    assert goldtape.query(lake, "select count(*) as n, count(distinct id) as d, min(id) as a, max(id) as z from desk.t") == [
        {"n": expected, "d": expected, "a": 0, "z": expected - 1}]
    snapshots = catalog.load_table("desk.t").snapshots()
    assert sorted(snapshot.sequence_number for snapshot in snapshots) == list(range(1, expected + 1))
    assert goldtape.query(lake, "select count(*) > 0 as there from bronze.bars") == [{"there": True}]
    goldtape("fsck", lake=lake)
