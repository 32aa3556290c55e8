"""What the Python tests share: the program under test and fresh lakes."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass
class Answer:
    """What a run of the program gave."""

    code: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)


class Goldtape:
    """The program, run as a user would: `goldtape("query", "select 1", lake=path)`."""

    def __init__(self, program: pathlib.Path):
        self.program = program

    def __call__(self, *args, lake=None, code: int | None = 0, env=None, stdin: str = "", timeout=300) -> Answer:
        """Runs it; `code` is the exit code expected, None for any."""
        command = [str(self.program)]
        if lake is not None:
            command += ["--lake", str(lake)]
        command += [str(arg) for arg in args]
        environment = {name: value for name, value in os.environ.items() if name != "GOLDTAPE_LAKE"}
        environment.update(env or {})
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, env=environment, timeout=timeout, check=False
        )
        answer = Answer(done.returncode, done.stdout, done.stderr)
        if code is not None:
            assert answer.code == code, f"{command} ended with {answer.code}, not {code}:\n{answer.err}\n{answer.out}"
        return answer

    def query(self, lake, sql: str):
        """Rows of a query as a list of dicts."""
        return self("query", sql, "--format", "json", lake=lake).json()

    def snapshots(self, lake) -> dict:
        """Current snapshot id of each table: equal before and after means nothing changed."""
        return {row["table"]: row["snapshot_id"] for row in self("tables", "--json", lake=lake).json()}


@pytest.fixture(scope="session")
def goldtape() -> Goldtape:
    program = pathlib.Path(os.environ.get("GOLDTAPE_PROGRAM", ROOT / "bin" / "goldtape"))
    assert program.exists(), f"{program} is not there: `make build` first"
    return Goldtape(program)


@pytest.fixture(scope="session")
def samples() -> pathlib.Path:
    return ROOT / "samples"


@pytest.fixture
def lake(goldtape, tmp_path) -> pathlib.Path:
    """A new, empty lake."""
    path = tmp_path / "lake"
    goldtape("init", lake=path)
    return path
