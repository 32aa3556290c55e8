"""Sixteen processes write to one table: every row once, snapshots in a line, nobody starves."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from postgres_server import running_server  # noqa: E402

WRITERS = 16
COMMITS = 5
# The longest that a writer may wait for one commit while the other fifteen write. PyIceberg and others give up
# on a SQLite that is locked for 5 s; transactions must be far below.
SLOWEST_COMMIT_S = 60
SLOWEST_TRANSACTION_MS = 2_500


@pytest.fixture(scope="module")
def server():
    with running_server() as running:
        yield running


def tool(*args):
    command = [os.environ["GOLDTAPE_TEST_COMMIT_TOOL"], *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process, timeout=300):
    out, err = process.communicate(timeout=timeout)
    assert process.returncode == 0, f"{process.args}: {out[-500:]}{err}"
    return out


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_sixteen_processes_append_to_one_table(kind, request, tmp_path, capsys):
    folder = tmp_path / "lake"
    folder.mkdir()
    if kind == "sqlite":
        database = str(folder / "catalog.db")
    else:
        database = request.getfixturevalue("server").new_database("sixteen")
    finish(tool("create", database, folder))
    started = time.monotonic()
    writers = [tool("append", database, folder, number * COMMITS, COMMITS) for number in range(WRITERS)]
    commits = [json.loads(line) for writer in writers for line in finish(writer).splitlines()]
    elapsed = time.monotonic() - started
    expected = WRITERS * COMMITS
    assert sorted(commit["id"] for commit in commits) == list(range(expected))
    assert json.loads(finish(tool("check", database, folder))) == {
        "rows": expected, "distinct": expected, "history": expected, "snapshots": expected,
        "last_sequence_number": expected, "ops": expected, "findings": 0, "clean": True,
    }  # fmt: skip
    waits = [commit["commit_ms"] for commit in commits]
    held = [commit["transaction_ms"] for commit in commits]
    with capsys.disabled():
        print(
            f"\n{kind}: {expected} commits in {elapsed:.1f} s; a commit took {percentile(waits, 0.5):.0f} ms at the "
            f"median, {max(waits):.0f} ms at most; attempts at most {max(commit['attempts'] for commit in commits)};"
            f" the transaction held the catalog {percentile(held, 0.5):.1f} ms at the median,"
            f" {percentile(held, 0.95):.1f} ms at the 95th percentile, {max(held):.1f} ms at most"
        )
    assert max(waits) < SLOWEST_COMMIT_S * 1000
    assert max(held) < SLOWEST_TRANSACTION_MS
