"""Folders that are no lake, lakes of another age, and lakes that others use or nobody may write."""

import os
import shutil
import sqlite3
import subprocess

import pytest

HEADER = "ticker,ts,open,high,low,close,volume\n"
ROW = "MSFT,2019-02-11T14:30:00Z,100,101,99,100.5,10\n"


def test_folder_with_nothing_to_import(bench):
    empty = bench.folder / "empty"
    empty.mkdir()
    bench.refuses(empty, code=2, says=["empty"])


def test_path_that_is_not_there(bench):
    bench.refuses(bench.folder / "no.csv", code=2, says=["no.csv"])


@pytest.mark.parametrize("command", [["tables"], ["fsck"], ["refine"], ["audit", "--json"], ["query", "select 1"]])
def test_folder_that_is_no_lake(goldtape, tmp_path, command):
    (tmp_path / "notes.txt").write_text("not a lake")
    answer = goldtape(*command, lake=tmp_path, code=2)
    assert "not a lake" in answer.err and "init" in answer.err
    assert sorted(os.listdir(tmp_path)) == ["notes.txt"]


def test_init_leaves_a_folder_with_other_things_alone(goldtape, tmp_path):
    (tmp_path / "notes.txt").write_text("not a lake")
    goldtape("init", lake=tmp_path, code=2)
    assert sorted(os.listdir(tmp_path)) == ["notes.txt"]


@pytest.mark.parametrize("key", ["lake_version", "schema_version"])
def test_lake_of_a_newer_version(bench, key):
    with sqlite3.connect(bench.lake / "catalog.db") as database:
        assert database.execute("update meta set value = '99' where key = ?", [key]).rowcount == 1
    database.close()
    path = bench.file("bars.csv", HEADER + ROW)
    answer = bench.ingest(path, code=2)
    assert "99" in answer.err and "newer" in answer.err
    with sqlite3.connect(bench.lake / "catalog.db") as database:
        database.execute("update meta set value = '1' where key = ?", [key])
    database.close()
    bench.goldtape("fsck", lake=bench.lake)
    assert len(bench.state()[1]) == 2


def test_lake_that_was_moved(bench, tmp_path):
    moved = tmp_path / "moved"
    shutil.move(bench.lake, moved)
    answer = bench.goldtape("tables", lake=moved, code=2)
    assert str(bench.lake) in answer.err
    shutil.move(moved, bench.lake)
    bench.goldtape("fsck", lake=bench.lake)


def unshare():
    """A command prefix that gives a program mounts of its own. In a chroot the root is no mount point, so
    its propagation cannot be changed; what is mounted there is unmounted again by the script."""
    plain = ["unshare", "--mount"]
    if subprocess.run([*plain, "true"], capture_output=True, check=False).returncode == 0:
        return plain
    return [*plain, "--propagation", "unchanged"]


def run_read_only(bench, *commands):
    """Runs commands while the lake's folder cannot be written, even by root; their exit codes and words."""
    results = []
    if os.geteuid() != 0:
        subprocess.run(["chmod", "-R", "a-w", bench.lake], check=True)
        try:
            for command in commands:
                results.append(bench.goldtape(*command, lake=bench.lake, code=None))
        finally:
            subprocess.run(["chmod", "-R", "u+w", bench.lake], check=True)
        return results
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && "$@"; code=$?; umount "$0"; exit $code'
    probe = subprocess.run([*unshare(), "sh", "-c", mount, bench.lake, "true"], capture_output=True)
    if probe.returncode != 0:
        pytest.skip("root, and no read-only mount can be made here")
    for command in commands:
        line = [str(bench.goldtape.program), "--lake", str(bench.lake), *map(str, command)]
        done = subprocess.run(
            [*unshare(), "sh", "-c", mount, bench.lake, *line], capture_output=True, text=True, check=False
        )
        results.append(type("Answer", (), {"code": done.returncode, "out": done.stdout, "err": done.stderr}))
    return results


def test_read_only_folder_is_read_and_not_written(bench):
    path = bench.file("bars.csv", HEADER + ROW)
    before = bench.state()
    ingest, query = run_read_only(
        bench,
        ["ingest", "files", "--path", path, "--interval", "1m"],
        ["query", "select count(*) as n from bronze.bars", "--format", "csv"],
    )
    assert ingest.code == 2, ingest.err
    assert "cannot be written" in ingest.err
    assert query.code == 0, query.err
    assert "2" in query.out
    assert bench.state() == before
    bench.goldtape("fsck", lake=bench.lake)


def test_disk_that_fills_up_at_any_step(bench):
    path = bench.file("bars.csv", HEADER + ROW)
    kept = bench.folder / "kept"
    count = bench.folder / "steps"
    shutil.copytree(bench.lake, kept)
    bench.ingest(path, env={"GOLDTAPE_IO_FAULT": f"count:{count}"})
    steps = int(count.read_text())
    assert steps > 10
    for step in range(1, steps + 1):
        shutil.rmtree(bench.lake)
        shutil.copytree(kept, bench.lake)
        message = bench.refuses(path, code=2, says=[], env={"GOLDTAPE_IO_FAULT": f"enospc@{step}+"})
        assert "space" in message.lower() or "full" in message.lower(), message
    bench.ingest(path)
    assert len(bench.state()[1]) == 3


def test_disk_without_room_for_the_load(bench, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    path = bench.file("bars.csv", HEADER + ROW)
    script = (
        'mount -t tmpfs -o size=6m tmpfs "$1" || exit 99; "$2" --lake "$1/lake" init >&2 || exit 98; '
        '"$2" --lake "$1/lake" ingest files --path "$3" --interval 1m; code=$?; "$2" --lake "$1/lake" fsck >&2 || exit 97;'
        ' umount "$1"; exit $code'
    )
    done = subprocess.run(
        [*unshare(), "sh", "-c", script, "sh", small, bench.goldtape.program, path],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 99 or done.stderr.startswith("unshare:"):
        pytest.skip("no small file system can be mounted here")
    assert done.returncode == 2, done.stderr
    assert "MB" in done.stderr and "free" in done.stderr


def test_two_writers_at_once(bench):
    minutes = [f"2019-02-11T{14 + (30 + i) // 60}:{(30 + i) % 60:02}:00Z" for i in range(100)]
    files = []
    for ticker, close in [("MSFT", 100), ("MU", 50), ("MSFT", 101)]:
        rows = "".join(f"{ticker},{ts},{close},{close},{close},{close},10\n" for ts in minutes)
        files.append(bench.file(f"bars{len(files)}.csv", HEADER + rows))
    writers = [
        subprocess.Popen(
            [bench.goldtape.program, "--lake", bench.lake, "ingest", "files", "--path", path, "--interval", "1m"]
            + ["--observed-at", f"2019-03-0{i + 1}T00:00:00Z"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for i, path in enumerate(files)
    ]
    for writer in writers:
        _, err = writer.communicate(timeout=120)
        assert writer.returncode == 0, err
    rows = bench.goldtape.query(
        bench.lake, "select ticker, count(*) as n, max(close) as close from bronze.bars group by all order by all"
    )
    assert [(row["ticker"], row["n"], row["close"]) for row in rows] == [
        ("AAPL", 2, 170.75),
        ("MSFT", 100, 101),
        ("MU", 100, 50),
    ]
    revisions = bench.goldtape.query(bench.lake, "select count(*) as n from bronze.revisions")
    assert revisions[0]["n"] == 100
    bench.goldtape("fsck", lake=bench.lake)


def test_writer_that_waits_in_vain(bench):
    fcntl = pytest.importorskip("fcntl")
    path = bench.file("bars.csv", HEADER + ROW)
    with open(bench.lake / ".writer.lock", "r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.truncate(0)
        held.write("refine (pid 42, since 2019-03-01T00:00:00Z)\n")
        held.flush()
        env = {"GOLDTAPE_LAKE_LOCK_TIMEOUT_S": "0"}
        bench.refuses(path, code=5, says=["refine (pid 42"], env=env)
    bench.ingest(path)
