"""A server or a network that dies between our COMMIT and its answer: we find out what became of it."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from postgres_server import LossyProxy  # noqa: E402


@pytest.fixture
def table(commit_tool, database, tmp_path):
    """A table with one row; its folder."""
    folder = tmp_path / "lake"
    folder.mkdir()
    commit_tool("create", database, folder)
    commit_tool("append", database, folder, 0, 1)
    return folder


def state(commit_tool, database, folder) -> dict:
    return json.loads(commit_tool("check", database, folder).stdout)


def files(folder) -> set[str]:
    return {str(path) for path in folder.rglob("*") if path.is_file()}


def through(proxy, server, database) -> str:
    return server.uri("postgres", database.rsplit("/", 1)[1], proxy.port)


def test_a_lost_answer_to_commit_is_found_out(commit_tool, server, database, table):
    """The server committed and the client never heard: the commit stands, once, and no file is removed."""
    with LossyProxy(server.port, b"COMMIT", "cut-answer") as proxy:
        done = commit_tool("append", through(proxy, server, database), table, 1, 1)
        assert proxy.hit.is_set()
    assert json.loads(done.stdout)["attempts"] == 1
    after = state(commit_tool, database, table)
    assert after == {
        "rows": 2, "distinct": 2, "history": 2, "snapshots": 2, "last_sequence_number": 2, "ops": 2, "findings": 0,
        "clean": True,
    }  # fmt: skip


def test_a_commit_that_never_arrived_is_known_not_to_have_happened(commit_tool, server, database, table):
    """The server still waits within the transaction and holds the row: its process is ended, nothing is left."""
    before = files(table)
    with LossyProxy(server.port, b"COMMIT", "cut-request") as proxy:
        done = commit_tool("append", through(proxy, server, database), table, 1, 1, code=4)
        assert proxy.hit.is_set()
    assert "GT4201" in done.stderr and "did not take place" in done.stderr
    assert {path for path in files(table) - before if not path.endswith(".parquet")} == set()
    after = state(commit_tool, database, table)
    assert (after["rows"], after["snapshots"], after["ops"], after["clean"]) == (1, 1, 1, True)
    commit_tool("append", database, table, 1, 1)
    assert state(commit_tool, database, table)["rows"] == 2


def test_a_server_that_falls_silent_does_not_hang_us(commit_tool, server, database, table):
    """It took the COMMIT and says nothing more: after the deadline a new connection tells the outcome."""
    with LossyProxy(server.port, b"COMMIT", "silence") as proxy:
        started = time.monotonic()
        commit_tool("append", through(proxy, server, database), table, 1, 1, 500, timeout=90)
        assert proxy.hit.is_set()
        assert time.monotonic() - started < 60
    assert state(commit_tool, database, table)["rows"] == 2


def test_a_server_that_is_gone_for_good_leaves_the_outcome_open_and_every_file(commit_tool, server, database, table):
    """Nobody can be asked: GT4016, and what the table may refer to stays."""
    before = files(table)
    with LossyProxy(server.port, b"COMMIT", "cut-answer", closes=True) as proxy:
        done = commit_tool("append", through(proxy, server, database), table, 1, 1, 1000, code=2)
    assert "GT4016" in done.stderr
    assert sum(path.endswith(".metadata.json") for path in files(table) - before) == 1
    after = state(commit_tool, database, table)
    assert (after["rows"], after["ops"], after["clean"], after["findings"]) == (2, 2, True, 0)


@pytest.mark.parametrize("moment", ["UPDATE iceberg_tables", "COMMIT"])
def test_a_killed_server_process_leaves_the_old_state_or_the_new(commit_tool, server, database, table, moment):
    """kill -9 of the process that serves us takes the whole server through crash recovery."""
    name = database.rsplit("/", 1)[1]
    proxy = LossyProxy(server.port, moment.encode(), "cut-answer")
    killed = []

    def kill():
        proxy.hit.wait(30)
        pids = server.sql(
            f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'goldtape'"
        ).split()
        for pid in pids:
            os.kill(int(pid), signal.SIGKILL)
            killed.append(pid)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    with proxy:
        done = commit_tool("append", through(proxy, server, database), table, 1, 1, code=None)
    killer.join(30)
    deadline = time.monotonic() + 60
    while server.sql("SELECT 1", check=False) != "1":
        assert time.monotonic() < deadline, "the server did not come back"
        time.sleep(0.1)
    after = state(commit_tool, database, table)
    assert after["clean"] and after["rows"] == after["snapshots"] == after["ops"]
    # What the program said is what happened.
    assert after["rows"] == (2 if done.returncode == 0 else 1), (done.returncode, done.stderr)
    if moment != "COMMIT":
        assert after["rows"] == 1
