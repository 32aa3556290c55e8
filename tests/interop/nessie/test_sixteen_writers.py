"""Sixteen processes commit to one table on S3 through a REST catalog: every row once, nobody starves."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import urllib.error
import urllib.request

import pytest
from nessie_server import WAREHOUSE
from rest_server import Server
from s3_lake import S3Lake

ROOT = pathlib.Path(__file__).resolve().parents[3]
WRITERS = 16
COMMITS = 3
SLOWEST_COMMIT_S = 120


def commit_tool() -> str:
    """tests/tools/commit_tool.cc, built beside the program."""
    return os.environ.get("GOLDTAPE_TEST_COMMIT_TOOL", str(ROOT / "build/release/bin/commit_tool"))


@pytest.fixture(params=["goldtape", "nessie"])
def catalog(request, goldtape, minio, tmp_path):
    """catalog.uri of a REST catalog whose tables lie on S3."""
    if request.param == "nessie":
        yield request.getfixturevalue("nessie").uri
        return
    lake = S3Lake(goldtape, tmp_path / "s3", minio, "sixteen-by-rest")
    lake("init", "--make-bucket")
    server = Server(goldtape.program, lake.lake, env=lake.env)
    yield f"rest+{server.url}"
    assert server.stop() == 0


def test_sixteen_processes_append_to_one_table_on_s3(catalog, minio, tmp_path, request, capsys):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | minio.env()

    def tool(*args):
        return subprocess.Popen(
            [commit_tool(), *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )

    def finish(process):
        out, err = process.communicate(timeout=600)
        assert process.returncode == 0, f"{process.args}: {out[-500:]}{err}"
        return out

    finish(tool("create", catalog, tmp_path))
    # Nessie 0.99 does not hold a first commit to its requirement that there be no snapshot yet (the next test), so
    # one goes ahead.
    first = WRITERS * COMMITS
    finish(tool("append", catalog, tmp_path, first, 1))
    # Operations of its own for each, as on sixteen machines: nothing but the catalog keeps them apart.
    folders = [tmp_path / f"machine-{number}" for number in range(WRITERS)]
    for folder in folders:
        folder.mkdir()
    writers = [tool("append", catalog, folder, number * COMMITS, COMMITS) for number, folder in enumerate(folders)]
    commits = [json.loads(line) for writer in writers for line in finish(writer).splitlines()]
    assert sorted(commit["id"] for commit in commits) == list(range(first))
    expected = first + 1
    found = json.loads(finish(tool("check", catalog, tmp_path)))
    findings = found.pop("findings")
    # Nessie keeps the history itself: it shows the newest snapshot alone, and what the others had looks unused.
    nessie = "nessie" in request.node.callspec.id
    kept = 1 if nessie else expected
    assert found == {
        "rows": expected, "distinct": expected, "history": kept, "snapshots": kept,
        "last_sequence_number": expected, "ops": 1, "clean": True,
    }  # fmt: skip
    assert nessie or not findings
    slowest = max(commit["commit_ms"] for commit in commits)
    attempts = max(commit["attempts"] for commit in commits)
    assert attempts > 1, "nobody met anybody: this shows nothing"
    with capsys.disabled():
        print(f"\n{request.node.callspec.id} and S3: {expected} commits; one took {slowest:.0f} ms at most, {attempts} attempts")
    assert slowest < SLOWEST_COMMIT_S * 1000


def test_nessie_takes_any_snapshot_for_none(nessie, minio, tmp_path):
    """What docs/catalogs.md warns of: when this fails, Nessie has mended it and the warning can go."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | minio.env()
    url = f"{nessie.url}/v1/main%7C{WAREHOUSE}/namespaces/t/tables/rows"

    def commit(snapshot_id) -> int:
        body = {"requirements": [{"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": snapshot_id}],
                "updates": [{"action": "set-properties", "updates": {"k": "v"}}]}
        request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            return urllib.request.urlopen(request, timeout=60).status
        except urllib.error.HTTPError as error:
            return error.code

    for command in ([] if table_exists(url) else [["create"]]) + [["append"]]:
        more = ["1000", "1"] if command == ["append"] else []
        subprocess.run([commit_tool(), *command, nessie.uri, str(tmp_path), *more], env=environment, check=True)
    assert commit(1234567) == 409
    assert commit(None) == 200


def table_exists(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=60).status == 200
    except urllib.error.HTTPError:
        return False
