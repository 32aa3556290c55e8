"""What a commit makes durable, call by call: fsync is what it waits for (docs/adr/0019)."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests"))

from io_fault import IoFault  # noqa: E402

# File systems that sync a new file's name with the file, as `stat` names them; elsewhere the folder is synced too.
SYNC_NAMES = {"ext2/ext3", "xfs", "btrfs", "f2fs", "tmpfs"}
ROW = "ticker,ts,open,high,low,close,volume\nAAPL,2019-02-{day}T14:30:00Z,170.4,170.9,170.1,170.42,1000\n"


def kind_of(path: str) -> str:
    name = re.sub(r"\.\d+-\d+\.goldtape-tmp$", "", pathlib.PurePath(path).name)
    if name.startswith("snap-"):
        return "manifest list"
    for end, kind in {
        "-m0.avro": "manifest",
        ".metadata.json": "metadata",
        "catalog.db-wal": "database log",
        "catalog.db": "database",
        ".parquet": "data",
    }.items():
        if name.endswith(end):
            return kind
    return f"folder {name}"


def kinds(noted: pathlib.Path) -> list[str]:
    return [kind_of(line) for line in noted.read_text().splitlines()]


def of_a_new_file(kind: str, folder: pathlib.Path) -> list[str]:
    system = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True).stdout
    return [kind] if system.strip() in SYNC_NAMES else [kind, "folder metadata"]


@pytest.fixture
def commit_of_four(tmp_path) -> list[str]:
    return [
        step for kind in ("manifest", "manifest list", "metadata") for step in of_a_new_file(kind, tmp_path)
    ] + ["database log"]


def test_a_commit_waits_for_four_syncs(tmp_path, commit_of_four):
    """Four commits by one process, each of a data file that is durable already. The first one finds a database log
    that was made anew, whose header is synced once."""
    tool = os.environ["GOLDTAPE_TEST_COMMIT_TOOL"]
    folder, noted = tmp_path / "lake", tmp_path / "noted"
    folder.mkdir()
    subprocess.run([tool, "create", folder / "catalog.db", folder], check=True, capture_output=True)
    subprocess.run(
        [tool, "append", folder / "catalog.db", folder, "0", "4"],
        check=True,
        capture_output=True,
        env=os.environ | IoFault(folder).noting_syncs(noted),
    )
    steps = kinds(noted)
    starts = [at for at, step in enumerate(steps) if step == "manifest"]
    assert len(starts) == 4, steps
    size = len(commit_of_four)
    for start in starts:
        assert steps[start : start + size] == commit_of_four, steps
    assert steps[starts[0] + size : starts[1]] == ["database log", "data", "folder data"], steps
    for start, following in zip(starts[1:], starts[2:]):
        assert steps[start + size : following] == ["data", "folder data"], steps


def test_the_program_commits_a_load_so(goldtape, lake, tmp_path, commit_of_four):
    """The pointer, the audit and the quality results are one sync of the database's log."""
    for day in (11, 12):  # The second finds the folders made; it adds a file and replaces none.
        (tmp_path / "bars.csv").write_text(ROW.format(day=day))
        noted = tmp_path / f"noted-{day}"
        goldtape(
            "ingest", "files", "--path", tmp_path / "bars.csv", "--interval", "1m", lake=lake,
            env=IoFault(lake).noting_syncs(noted),
        )  # fmt: skip
    steps = kinds(noted)
    start = steps.index("manifest")
    assert steps[start : start + len(commit_of_four)] == commit_of_four, steps
    assert steps.count("metadata") == 1
