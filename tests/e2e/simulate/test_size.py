"""Many symbols cost little; the benchmark that measures how little runs here with fewer."""

from __future__ import annotations

import json
import subprocess
import sys


def figures(goldtape, root, symbols):
    command = [sys.executable, root / "bench" / "simulate_speed.py", "--program", goldtape.program, "--symbols", symbols]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True, timeout=300)
    return json.loads(done.stdout)


def test_the_benchmark_runs(goldtape, samples):
    found = figures(goldtape, samples.parent, 300)
    assert found["yahoo, a week of minutes"]["answers"] == 200
    assert found["massive, a week of minutes"]["mb"] > 1


def test_ten_thousand_symbols_begin_at_once_and_small(simulate):
    market = ("--market", 10_000, "--from", "2024-01-02", "--to", "2024-03-28")
    with simulate(market=market) as simulator:
        assert simulator.get("/simulator")["securities"] == 10_000
        with open(f"/proc/{simulator.process.pid}/status") as status:
            (line,) = [line for line in status if line.startswith("VmHWM:")]
        assert int(line.split()[1]) < 200 * 1024
