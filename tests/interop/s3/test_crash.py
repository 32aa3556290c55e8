"""refine, compact, expire and orphans on S3, killed or refused at each request by which they change something there.

After each fault the lake is in its old state or its new one, nothing that a snapshot leads to is missing, and the same
command run again ends the work as if nothing had happened. test_lake_faults.py does this to ingest.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

import pytest
from proxy import Proxy, Trouble
from s3_lake import S3Lake

COMMANDS = {
    "refine": ["refine"],
    "compact": ["compact"],
    "expire": ["expire", "bronze.bars", "--older-than", "0s", "--keep", "1"],
    "orphans": ["orphans", "--older-than", "0s", "--remove", "--force"],
}
STATE = " union all ".join(
    f"select '{table}' as name, count(*) as n, sum(hash(ticker, ts, close, volume))::varchar as rows from {table}"
    for table in ("bronze.bars", "silver.bars_1m"))
KILLED = -9
QUICK = {"GOLDTAPE_S3_TIMEOUT_S": "1", "GOLDTAPE_S3_ATTEMPTS": "2"}


class Fault:
    """A plan for the proxy: counts the requests that change something, and at the Nth kills the program before the
    service sees it, or after; or refuses that one and all later ones."""

    def __init__(self, at: int, action: str):
        self.at, self.action, self.seen, self.process = at, action, 0, None

    def __call__(self, number, method, path) -> str:
        if method not in ("PUT", "POST", "DELETE"):
            return ""
        self.seen += 1
        if self.seen < self.at or self.at == 0:
            return ""
        if self.action == "refuse":
            return "503"
        if self.seen == self.at:
            self.process.kill()
            return "" if self.action == "kill-after" else "reset"
        return "reset"


class Trial:
    """A lake with a past, orphans and small files; set back to that state before each run."""

    def __init__(self, goldtape, service, folder: pathlib.Path):
        self.lake = S3Lake(goldtape, folder, service, "crash")
        self.lake("init", "--make-bucket")
        for day in (11, 12):
            self.lake.load(day)
        self.lake.load(11, price=101.0, observed=20)
        self.files = service.files()
        for name in ("one.parquet", "two.parquet"):
            self.put(f"lake/bronze/bars/data/{name}", b"x")
        self.pristine = {name: self.get(name) for name in self.lake.objects()}
        self.home = folder / "pristine"
        shutil.copytree(self.lake.home, self.home)
        self.old = self.state()

    def put(self, name: str, data: bytes):
        with self.files.open_output_stream(f"{self.lake.bucket}/{name}") as out:
            out.write(data)

    def get(self, name: str) -> bytes:
        with self.files.open_input_stream(f"{self.lake.bucket}/{name}") as stream:
            return stream.read()

    def reset(self):
        """Files are never written twice, so their names tell what to do."""
        there = set(self.lake.objects())
        for name in there - set(self.pristine):
            self.files.delete_file(f"{self.lake.bucket}/{name}")
        for name in set(self.pristine) - there:
            self.put(name, self.pristine[name])
        shutil.rmtree(self.lake.home)
        shutil.copytree(self.home, self.lake.home)

    def run(self, command: str, fault: Fault) -> tuple[int, str]:
        with Proxy(self.lake.service.port, Trouble(fault)) as proxy:
            env = os.environ | self.lake.env | QUICK | proxy.env()
            process = subprocess.Popen(
                [self.lake.goldtape.program, "--lake", self.lake.lake, *COMMANDS[command]],
                env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            fault.process = process
            _, err = process.communicate(timeout=120)
            return process.returncode, err

    def state(self) -> list:
        return self.lake.sql(STATE)

    def kinds(self) -> list:
        """What lies there, whatever it is called."""
        return sorted((str(path.parent), path.suffix) for path in map(pathlib.PurePosixPath, self.lake.objects()))

    def errors(self) -> list:
        return [f for f in self.lake.fsck(code=None)["findings"] if f["severity"] == "error"]

    def tidy(self):
        self.lake(*COMMANDS["orphans"])


@pytest.fixture(scope="module")
def trial(goldtape, minio, tmp_path_factory) -> Trial:
    return Trial(goldtape, minio, tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="module", params=list(COMMANDS))
def case(request, trial) -> tuple[str, list, list, int]:
    """A command, the state and the files it leaves when nothing troubles it, and how many requests change things."""
    trial.reset()
    fault = Fault(0, "none")
    assert trial.run(request.param, fault)[0] == 0
    new = trial.state()
    assert (new != trial.old) == (request.param == "refine")
    trial.tidy()
    return request.param, new, trial.kinds(), fault.seen


def check(trial, case, what):
    command, new, kinds, _ = case
    assert trial.errors() == [], what
    assert trial.state() in (trial.old, new), what
    trial.lake(*COMMANDS[command])
    assert trial.state() == new, what
    trial.tidy()
    assert trial.kinds() == kinds and trial.errors() == [], what


def test_killed_at_each_request(trial, case):
    command, _, _, count = case
    assert count >= (2 if command == "orphans" else 4)
    for at in range(1, count + 1):
        trial.reset()
        # Killed after a request is killed before the next one, but for the last.
        action = "kill-after" if at == count else "kill"
        code, _ = trial.run(command, Fault(at, action))
        assert code == KILLED
        check(trial, case, f"{command}: {action} at {at} of {count}")


def test_refused_from_a_request_on(trial, case):
    command, _, _, count = case
    for at in range(1, count + 1, 4):
        trial.reset()
        code, err = trial.run(command, Fault(at, "refuse"))
        what = f"{command}: refused from {at} of {count} on: {code} {err}"
        assert code in (0, 4) and "terminate" not in err, what
        assert code == 0 or "GT7107" in err, what
        check(trial, case, what)
