"""An ingest that is killed, or meets a full disk, at any step: the rerun ends as an untroubled run does.

A small import (bars of two tickers, a restatement, a duplicate and a row that the gate refuses) is killed before
each of its I/O steps, SQLite's included, and at 200 seeded random times. After a rerun the lake must hold the
same bronze, revisions and audit as a lake that nothing ever troubled.
"""

from __future__ import annotations

import collections
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from io_fault import KILLED, IoFault  # noqa: E402

RANDOM_KILLS = 200
SEED = 20190211

HEADER = "ticker,ts,open,high,low,close,volume\n"
FILES = {
    "a_2019-02-12.csv": "AAPL,2019-02-11T14:30:00Z,170.4,170.9,170.1,170.42,1000\n"
    "AAPL,2019-02-11T14:31:00Z,170.42,170.5,170.2,170.3,900\n"
    "NA,2019-02-11T14:30:00Z,10,11,9.5,10.5,50\n",
    "b_2019-02-13.csv": "AAPL,2019-02-11T14:31:00Z,170.42,170.6,170.2,170.35,950\n"
    "AAPL,2019-02-11T14:32:00Z,170.35,170.4,170.3,170.4,100\n"
    "AAPL,2019-02-11T14:32:00Z,170.35,170.4,170.3,170.4,100\n",
    "c_2019-02-14.csv": "NA,2019-02-11T14:31:00Z,10.5,10.6,10.4,10.5,-1\n",
}

# One row a row, as text: what is compared, without the times and the snapshot ids of a run.
STATE = """
select 'bronze' as part, row::varchar as value from (
    select source, interval, ticker, ts, date, open, high, low, close, volume, session, price_basis, observed_at,
        load_id from bronze.bars) row
union all select 'revisions', row::varchar from (
    select source, interval, ticker, ts, old_close, new_close, old_volume, new_volume, old_load_id, new_load_id
    from ops.revisions) row
union all select 'audit', row::varchar from (
    select load_id, source, dataset, ticker, interval, range_start, range_end, status, rows_fetched, rows_inserted,
        rows_updated, rows_unchanged, duplicates_removed, rows_quarantined, bytes from ops.load_audit) row
order by all"""


class Trial:
    """One lake at one path, set back to its pristine state before each run (a lake cannot be moved)."""

    def __init__(self, goldtape, folder: pathlib.Path):
        self.goldtape = goldtape
        self.root = folder / "root"
        self.lake = self.root / "lake"
        self.pristine = folder / "pristine"
        self.input = folder / "input"
        self.input.mkdir()
        for name, rows in FILES.items():
            (self.input / name).write_text(HEADER + rows)
        self.root.mkdir()
        goldtape("init", lake=self.lake)
        shutil.copytree(self.lake, self.pristine)

    def reset(self):
        shutil.rmtree(self.lake)
        shutil.copytree(self.pristine, self.lake)

    def command(self) -> list[str]:
        return [
            *(str(self.goldtape.program), "--lake", str(self.lake), "--quiet"),
            *("ingest", "files", "--path", str(self.input), "--interval", "1m", "--source", "trial"),
        ]

    def ingest(self, env=None) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(), env=os.environ | (env or {}), capture_output=True, text=True, check=False, timeout=120
        )

    def state(self) -> list[tuple[str, str]]:
        return [(row["part"], row["value"]) for row in self.goldtape.query(self.lake, STATE)]

    def assert_converges(self, untroubled: list, what: str):
        self.ingest()
        assert self.state() == untroubled, what
        fsck = self.goldtape("fsck", lake=self.lake, code=None)
        assert fsck.code == 0, f"{what}: {fsck.out}{fsck.err}"


@pytest.fixture(scope="module")
def trial(goldtape, tmp_path_factory) -> Trial:
    return Trial(goldtape, tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="module")
def untroubled(trial) -> list:
    trial.reset()
    first = trial.ingest()
    assert first.returncode in (0, 3), first.stderr  # 3: the file with a negative volume is refused.
    state = trial.state()
    assert collections.Counter(part for part, _ in state) == {"bronze": 4, "revisions": 1, "audit": 3}
    assert trial.ingest().returncode == first.returncode
    assert trial.state() == state, "a second run changes nothing"
    return state


@pytest.fixture(scope="module")
def steps(trial, untroubled, tmp_path_factory) -> int:
    trial.reset()
    count = tmp_path_factory.mktemp("count") / "steps"
    trial.ingest(IoFault(trial.root).counting(count))
    number = int(count.read_text())
    assert number > 50
    return number


def test_killed_before_each_io_step(trial, untroubled, steps):
    killed = 0
    for step in range(1, steps + 1):
        trial.reset()
        killed += trial.ingest(IoFault(trial.root).at(step)).returncode == KILLED
        if step % 10 == 0:
            assert [part for part, _ in trial.state()].count("audit") <= 3, "answers queries as it was left"
        trial.assert_converges(untroubled, f"step {step} of {steps}")
    assert killed >= steps * 9 // 10, "the number of steps may vary a little, not much"


def test_torn_writes(trial, untroubled, steps):
    for step in range(3, steps + 1, 7):
        trial.reset()
        trial.ingest(IoFault(trial.root).at(step, "torn"))
        trial.assert_converges(untroubled, f"torn at step {step} of {steps}")


@pytest.mark.parametrize("action", ["full", "eio"])
def test_a_disk_that_refuses(trial, untroubled, steps, action):
    for step in range(1, steps + 1, 5):
        trial.reset()
        done = trial.ingest(IoFault(trial.root).at(step, action))
        what = f"{action} at step {step} of {steps}: {done.stderr}"
        assert done.returncode in (0, 2, 3, 5, 6) and "terminate" not in done.stderr, what
        trial.assert_converges(untroubled, what)


def test_killed_at_random_times(trial, untroubled):
    trial.reset()
    started = time.monotonic()
    trial.ingest()
    length_s = time.monotonic() - started
    times = random.Random(SEED)
    for i in range(RANDOM_KILLS):
        trial.reset()
        process = subprocess.Popen(trial.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after_s = times.uniform(0, length_s)
        time.sleep(after_s)
        process.kill()
        process.wait()
        trial.assert_converges(untroubled, f"kill {i} after {after_s:.4f} s")
