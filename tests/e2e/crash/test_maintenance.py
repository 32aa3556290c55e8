"""expire, orphans and compact, killed or refused by the disk at each of their I/O steps.

After each fault the rows are what they were, nothing that a snapshot leads to is missing, and the same command run
again ends the work as if nothing had happened.
"""

from __future__ import annotations

import pathlib
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from io_fault import KILLED, IoFault  # noqa: E402
from upkeep import Upkeep  # noqa: E402

COMMANDS = {
    "expire": ["expire", "bronze.bars", "--older-than", "0s", "--keep", "1"],
    "orphans": ["orphans", "--older-than", "0s", "--remove", "--force"],
    "compact": ["compact"],
}


class Trial:
    """A lake with a past, orphans and small files; set back to that state before each run."""

    def __init__(self, goldtape, folder: pathlib.Path):
        self.root = folder / "root"
        self.root.mkdir()
        self.upkeep = Upkeep(goldtape, self.root)
        for day in (11, 12, 13):
            self.upkeep.load(day)
        self.upkeep.load(11, price=101.0, observed=20)
        for name in ("one.parquet", "two.parquet"):
            (self.upkeep.lake / "bronze/bars/data" / name).write_text("x")
        self.rows = self.upkeep.rows()
        self.pristine = folder / "pristine"
        shutil.copytree(self.upkeep.lake, self.pristine)
        self.fault = IoFault(self.root)

    def reset(self):
        shutil.rmtree(self.upkeep.lake)
        shutil.copytree(self.pristine, self.upkeep.lake)

    def run(self, command: str, env=None):
        return self.upkeep(*COMMANDS[command], env=env, code=None)

    def outcome(self) -> tuple:
        """What a finished command leaves: how many snapshots and files, whatever they are called."""
        kinds = sorted((str(path.parent), path.suffix) for path in self.upkeep.files())
        return len(self.upkeep.snapshots()), kinds

    def errors(self) -> list:
        return [f for f in self.upkeep.fsck(code=None)["findings"] if f["severity"] == "error"]

    def converges(self, command: str, untroubled: tuple, what: str):
        assert self.errors() == [], what
        assert self.upkeep.rows() == self.rows, what
        again = self.run(command)
        assert again.code == 0, f"{what}: {again.err}"
        # What the fault left behind is an orphan, and removable.
        assert self.run("orphans").code == 0
        assert self.errors() == [] and self.upkeep.rows() == self.rows, what
        assert self.outcome() == untroubled, what


@pytest.fixture(scope="module")
def trial(goldtape, tmp_path_factory) -> Trial:
    return Trial(goldtape, tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="module", params=sorted(COMMANDS))
def case(request, trial, tmp_path_factory) -> tuple[str, tuple, int]:
    """A command, what it leaves when nothing troubles it, and the number of its steps."""
    command = request.param
    trial.reset()
    count = tmp_path_factory.mktemp("count") / "steps"
    assert trial.run(command, trial.fault.counting(count)).code == 0
    assert trial.run("orphans").code == 0
    return command, trial.outcome(), int(count.read_text())


def test_killed_before_each_step(trial, case):
    command, untroubled, steps = case
    assert steps >= 10
    killed = 0
    for step in range(1, steps + 1):
        trial.reset()
        killed += trial.run(command, trial.fault.at(step)).code == KILLED
        trial.converges(command, untroubled, f"{command} killed before step {step} of {steps}")
    assert killed >= steps * 9 // 10


@pytest.mark.parametrize("action", ["torn", "eio", "full"])
def test_a_disk_that_refuses(trial, case, action):
    command, untroubled, steps = case
    for step in range(2, steps + 1, 5):
        trial.reset()
        done = trial.run(command, trial.fault.at(step, action))
        what = f"{action} at step {step} of {steps} of {command}: {done.err}"
        assert done.code in (0, 2, 5, 6, KILLED) and "terminate" not in done.err, what
        trial.converges(command, untroubled, what)
