"""tests/tools/iceberg_tool.cc: a lake written by our own code, and what our code reads of it."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess

import pytest
from minio_server import S3Service, running_minio

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Tool:
    """The program, run for one step each time."""

    def __init__(self, program: pathlib.Path):
        self.program = program

    def __call__(self, *args, code=0, env=None) -> str:
        done = subprocess.run([self.program, *map(str, args)], capture_output=True, text=True, timeout=300, check=False,
                              env=os.environ | (env or {}))
        assert done.returncode == code, f"{args}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def rows(self, lake, table, snapshot=None, env=None) -> list[dict]:
        args = ["dump", lake, table] + ([snapshot] if snapshot is not None else [])
        return sorted((json.loads(line) for line in self(*args, env=env).splitlines()), key=lambda r: r["id"])


@pytest.fixture(scope="session")
def tool() -> Tool:
    program = pathlib.Path(os.environ.get("GOLDTAPE_TEST_ICEBERG_TOOL", ROOT / "build/release/bin/iceberg_tool"))
    assert program.exists(), f"{program} is not built"
    return Tool(program)


@pytest.fixture(scope="session")
def minio(tmp_path_factory) -> S3Service:
    with running_minio(tmp_path_factory.mktemp("minio")) as service:
        yield service


@pytest.fixture(scope="module")
def matrix_lake(tool, tmp_path_factory) -> pathlib.Path:
    """A lake with a table of every kind that we write."""
    path = tmp_path_factory.mktemp("matrix")
    tool("matrix", path)
    return path
