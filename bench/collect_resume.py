"""A backfill of thousands of symbols, troubled, killed and resumed, ends with the lake of an untroubled one.

    python bench/collect_resume.py [--program bin/goldtape] [--venue yahoo|alpaca] [--symbols 5000] [--kills 10]

One day of one-minute bars from `goldtape simulate`: first into one lake without trouble, then into another while the
simulator refuses, fails, cuts, garbles and stalls by a script and the collector is killed (SIGKILL) time and again.
Both lakes must hold the same rows, nothing that was answered well may be asked twice but what was on its way at a
kill, and no run may take more memory than --memory-mib. Prints the figures as JSON; exit code 1 when any of it fails.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import urllib.request

DAY = "2024-03-28"
CONCURRENCY = 8
TROUBLE = {
    "seed": 11,
    "trouble": [
        {"do": "status", "status": 503, "share": 0.02, "path": "*bars*"},
        {"do": "status", "status": 503, "share": 0.02, "path": "*chart*"},
        {"do": "status", "status": 429, "retry_after_s": 1, "after": 20, "times": 3},
        {"do": "html", "share": 0.01, "after": 1},
        {"do": "empty_body", "share": 0.005, "after": 1},
        {"do": "malformed", "share": 0.01, "after": 1},
        {"do": "cut", "share": 0.01, "keep": 0.5},
        {"do": "slow", "share": 0.02, "delay_ms": 200},
        {"do": "content_type", "share": 0.05, "type": "text/plain"},
        {"do": "doubled", "share": 0.01},
    ],
}
ROWS = """
select count(*) as bars, count(distinct ticker) as tickers, sum(hash(source, interval, ticker, ts, date, open, high,
low, close, volume, vwap, trade_count, session, price_basis)::hugeint)::varchar as content from bronze.bars"""


class Bench:
    def __init__(self, arguments: argparse.Namespace, folder: pathlib.Path):
        self.program, self.venue, self.folder = arguments.program, arguments.venue, folder
        self.requests = folder / "requests.jsonl"
        self.peak_kib = 0
        command = [self.program, "simulate", "--port", "0", "--market", str(arguments.symbols), "--seed", "7", "--from",
                   "2024-01-02", "--to", DAY, "--speed", "0", "--requests", str(self.requests)]  # fmt: skip
        self.simulator = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.simulator.stdout.readline().strip().removeprefix("listening on ")

    def close(self) -> None:
        self.simulator.terminate()
        self.simulator.wait(timeout=30)

    def trouble(self, script: dict) -> None:
        body = json.dumps(script).encode()
        request = urllib.request.Request(f"{self.url}/simulator/trouble", data=body, method="PUT")
        urllib.request.urlopen(request, timeout=30).close()

    def goldtape(self, lake: str, *words: str) -> str:
        command = [self.program, "--lake", str(self.folder / lake), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def new_lake(self, lake: str) -> None:
        self.goldtape(lake, "init")
        self.goldtape(lake, "backfill", "nasdaq", "--base-url", f"{self.url}/nasdaq")

    def start(self, lake: str, rate: float) -> subprocess.Popen:
        command = [self.program, "--lake", str(self.folder / lake), "-q", "backfill", self.venue, "--symbols", "all",
                   "--interval", "1m", "--from", DAY, "--to", DAY, "--base-url", f"{self.url}/{self.venue}", "--rate",
                   str(rate), "--concurrency", str(CONCURRENCY), "--success-share", "0.5", "--json"]  # fmt: skip
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self, process: subprocess.Popen) -> tuple[int, float]:
        """Waits; the exit code and the processor time."""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.peak_kib = max(self.peak_kib, usage.ru_maxrss)
        return process.returncode, usage.ru_utime + usage.ru_stime

    def backfill(self, lake: str) -> dict:
        began = time.monotonic()
        process = self.start(lake, 100_000)
        out = process.stdout.read()
        code, processor_s = self.end(process)
        if code != 0:
            raise RuntimeError(f"exit code {code}: {process.stderr.read()}")
        return json.loads(out) | {"processor_s": round(processor_s, 2), "wall_s": round(time.monotonic() - began, 1)}

    def held(self, lake: str) -> dict:
        return json.loads(self.goldtape(lake, "query", ROWS, "--format", "json"))[0]

    def answered_well(self) -> collections.Counter:
        """How often each bar question got an answer that stands."""
        spoilt = {"html", "empty_body", "malformed", "cut", "gzip_bomb"}
        asked: collections.Counter = collections.Counter()
        for line in self.requests.read_text().splitlines():
            one = json.loads(line)
            is_question = "/chart/" in one["target"] or "/stocks/bars" in one["target"]
            if is_question and one["status"] == 200 and not spoilt & set(one["trouble"]):
                asked[one["target"]] += 1
        return asked


def killed(bench: Bench, kills: int, quiet_s: float) -> list[dict]:
    """Kills runs at random moments, then lets one end. What was garbled until then the next one asks for again,
    without trouble, and the last one has nothing left to ask."""
    chance = random.Random(20240102)
    for _ in range(kills):
        process = bench.start("killed", 100_000)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2 + chance.uniform(0, 1.6 * quiet_s / kills))
        if process.returncode is None:
            process.kill()
            bench.end(process)
        process.stdout.close()
        process.stderr.close()
    first = bench.backfill("killed")
    bench.trouble({"trouble": []})
    return [first, bench.backfill("killed"), bench.backfill("killed")]


def run(arguments: argparse.Namespace, folder: pathlib.Path) -> dict:
    bench = Bench(arguments, folder)
    try:
        for lake in ("quiet", "killed"):
            bench.new_lake(lake)
        quiet = bench.backfill("quiet")
        before = bench.answered_well()
        bench.trouble(TROUBLE)
        last = killed(bench, arguments.kills, quiet["wall_s"])
        twice = sum((bench.answered_well() - before).values()) - len(before)
        return {
            "venue": arguments.venue,
            "questions": len(before),
            "quiet": {name: quiet[name] for name in ("tickers", "rows_inserted", "processor_s", "wall_s", "retries")},
            "last_runs": [{name: one[name] for name in ("loads", "failed", "retries", "processor_s")} for one in last],
            "peak_mib": round(bench.peak_kib / 1024),
            "asked_twice": twice,
            # On the wire or being landed at a kill; pages of a question of which another page was garbled.
            "asked_twice_at_most": arguments.kills * (2 * CONCURRENCY + 1) + 2 * last[1]["loads"],
            "quiet_lake": bench.held("quiet"),
            "killed_lake": bench.held("killed"),
        }
    finally:
        bench.close()


def faults(figures: dict, memory_mib: int) -> list[str]:
    out = []
    if figures["killed_lake"] != figures["quiet_lake"]:
        out.append("the lakes differ")
    if figures["asked_twice"] > figures["asked_twice_at_most"]:
        out.append("more was asked twice than was on its way")
    if figures["peak_mib"] > memory_mib:
        out.append("too much memory")
    if figures["last_runs"][-1]["loads"] != 0:
        out.append("the last run still had something to ask")
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="bin/goldtape")
    parser.add_argument("--venue", default="yahoo", choices=("yahoo", "alpaca"))
    parser.add_argument("--symbols", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--memory-mib", type=int, default=1000)
    arguments = parser.parse_args()
    os.environ.setdefault("ALPACA_API_KEY_ID", "key")
    os.environ.setdefault("ALPACA_API_SECRET_KEY", "secret")
    with tempfile.TemporaryDirectory() as folder:
        figures = run(arguments, pathlib.Path(folder))
    print(json.dumps(figures, indent=1))
    wrong = faults(figures, arguments.memory_mib)
    for fault in wrong:
        print(f"fault: {fault}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
