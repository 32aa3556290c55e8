"""One PostgreSQL server for all tests of the folder, a database for each."""

from __future__ import annotations

import itertools
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/interop"))

from postgres_server import running_server  # noqa: E402

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server():
    with running_server() as running:
        yield running


@pytest.fixture
def database(server) -> str:
    """The URI of an empty database."""
    return server.new_database(f"test_{next(numbers)}")


@pytest.fixture
def commit_tool():
    """tests/tools/commit_tool.cc: commits to one table through a catalog."""
    program = os.environ["GOLDTAPE_TEST_COMMIT_TOOL"]

    def run(*args, code=0, timeout=120):
        done = subprocess.run(
            [program, *map(str, args)], capture_output=True, text=True, timeout=timeout, check=False
        )
        assert code is None or done.returncode == code, f"{args}: {done.returncode} {done.stdout}{done.stderr}"
        return done

    return run
