"""Sixteen processes write to one table on S3: every row once, snapshots in a line, nobody starves."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pyarrow.fs
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/interop"))

from postgres_server import running_server  # noqa: E402

WRITERS = 16
COMMITS = 4
SLOWEST_COMMIT_S = 60
# S3 is written to before and after the transaction, never within it.
SLOWEST_TRANSACTION_MS = 2_500


def commit_tool() -> str:
    """tests/tools/commit_tool.cc, built beside the program."""
    program = pathlib.Path(os.environ.get("GOLDTAPE_PROGRAM", ROOT / "build/release/bin/goldtape"))
    return os.environ.get("GOLDTAPE_TEST_COMMIT_TOOL", str(program.with_name("commit_tool")))


@pytest.fixture
def database(request, tmp_path):
    if request.param == "sqlite":
        yield str(tmp_path / "catalog.db")
        return
    with running_server() as server:
        yield server.new_database("sixteen")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_sixteen_processes_append_to_one_table_on_s3(database, minio, request, capsys):
    bucket = minio.make_bucket(f"sixteen-{request.node.callspec.id}")
    place = f"s3://{bucket}/lake"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | minio.env()

    def tool(*args):
        return subprocess.Popen(
            [commit_tool(), *map(str, args)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip

    def finish(process):
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, f"{process.args}: {out[-500:]}{err}"
        return out

    finish(tool("create", database, place))
    writers = [tool("append", database, place, number * COMMITS, COMMITS) for number in range(WRITERS)]
    commits = [json.loads(line) for writer in writers for line in finish(writer).splitlines()]
    expected = WRITERS * COMMITS
    assert sorted(commit["id"] for commit in commits) == list(range(expected))
    assert json.loads(finish(tool("check", database, place))) == {
        "rows": expected, "distinct": expected, "history": expected, "snapshots": expected,
        "last_sequence_number": expected, "ops": expected, "findings": 0, "clean": True,
    }  # fmt: skip
    slowest = max(commit["commit_ms"] for commit in commits)
    held = max(commit["transaction_ms"] for commit in commits)
    attempts = max(commit["attempts"] for commit in commits)
    with capsys.disabled():
        print(
            f"\n{'postgresql' if '://' in database else 'sqlite'} and S3: {expected} commits; a commit took {slowest:.0f} ms at most,"
            f" {attempts} attempts at most; the transaction held the catalog {held:.1f} ms at most"
        )
    assert slowest < SLOWEST_COMMIT_S * 1000
    assert held < SLOWEST_TRANSACTION_MS
    # What lost attempts wrote is gone again: each live snapshot has its own files and nothing else lies there.
    selector = pyarrow.fs.FileSelector(f"{bucket}/lake", recursive=True)
    names = [file.path for file in minio.files().get_file_info(selector) if file.is_file]
    assert sum(name.endswith(".parquet") for name in names) == expected
    assert sum("/snap-" in name for name in names) == expected
