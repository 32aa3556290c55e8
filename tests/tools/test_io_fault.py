"""The fault library itself: it counts what changes files, and strikes at the step it was told."""

import os
import pathlib
import sqlite3
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from io_fault import KILLED, IoFault  # noqa: E402

WORK = """
import os, sqlite3, sys
root = sys.argv[1]
database = sqlite3.connect(root + "/x.db", isolation_level=None)
database.execute("pragma journal_mode=wal")
database.execute("pragma synchronous=full")
database.execute("create table if not exists t(a)")
database.execute("begin immediate")
database.execute("delete from t")
database.executemany("insert into t values(?)", [(i,) for i in range(100)])
database.execute("commit")
database.close()
with open(root + "/y.tmp", "wb", buffering=0) as file:
    file.write(b"0123456789")
    os.fsync(file.fileno())
os.rename(root + "/y.tmp", root + "/y")
"""


def run(root: pathlib.Path, env: dict) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", WORK, str(root)], env=os.environ | env, capture_output=True, text=True, check=False
    )


def rows(root: pathlib.Path):
    if not (root / "x.db").exists():
        return None
    database = sqlite3.connect(root / "x.db")
    try:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        if not database.execute("select 1 from sqlite_master where name = 't'").fetchall():
            return None
        return database.execute("select count(*) from t").fetchone()[0]
    finally:
        database.close()


@pytest.fixture(scope="module")
def steps(tmp_path_factory) -> int:
    root = tmp_path_factory.mktemp("counted")
    done = run(root, IoFault(root).counting(root.with_suffix(".count")))
    assert done.returncode == 0, done.stderr
    assert rows(root) == 100
    return int(root.with_suffix(".count").read_text())


def test_counts_sqlite_and_files_alike(steps):
    assert steps > 20


@pytest.mark.parametrize("action", ["kill", "kill-after", "torn"])
def test_kills_at_every_step_and_a_rerun_converges(tmp_path, steps, action):
    for step in range(1, steps + 1, 1 if action == "kill" else 5):
        root = tmp_path / f"{step}"
        root.mkdir()
        assert run(root, IoFault(root).at(step, action)).returncode == KILLED, step
        assert rows(root) in (None, 0, 100)
        if (root / "y").exists():
            assert (root / "y").read_bytes() == b"0123456789"
        again = run(root, {})
        assert again.returncode == 0, again.stderr
        assert rows(root) == 100


def test_past_the_last_step_nothing_happens(tmp_path, steps):
    assert run(tmp_path, IoFault(tmp_path).at(steps + 1)).returncode == 0


@pytest.mark.parametrize(("action", "words"), [("enospc", "No space left"), ("eio", "Input/output error")])
def test_a_failing_call_is_told_to_the_program(tmp_path, steps, action, words):
    done = run(tmp_path, IoFault(tmp_path).at(steps, action))
    assert done.returncode == 1
    assert words in done.stderr


def test_a_full_disk_stays_full_for_all_that_grows(tmp_path):
    (tmp_path / "y.tmp").write_bytes(b"")
    done = run(tmp_path, IoFault(tmp_path).at(1, "full"))
    assert done.returncode == 1
    assert rows(tmp_path) in (None, 0)
