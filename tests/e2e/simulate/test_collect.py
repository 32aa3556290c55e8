"""Our own collector gets from the simulator exactly what the market holds, whatever stands in its way."""

from __future__ import annotations

import json
import struct
import subprocess

TROUBLE = [
    {"do": "crumb"},
    {"do": "status", "status": 429, "retry_after_s": 0, "per": "target", "times": 1, "path": "/v8/*"},
    {"do": "status", "status": 503, "share": 0.15, "path": "/v8/*"},
    {"do": "html", "share": 0.05, "path": "/v8/*"},
    {"do": "cut", "share": 0.15, "keep": 0.7, "path": "/v8/*"},
    {"do": "slow", "share": 0.2, "delay_ms": 50},
]
RANGE = ("--from", "2024-02-20", "--to", "2024-02-29")
COLUMNS = ("open", "high", "low", "close")


def float32(value):
    return struct.unpack("f", struct.pack("f", float(value)))[0]


def quiet_tickers(simulator, count):
    """Securities without an action, which every venue shows as they traded."""
    found = [
        security["tickers"][0]["ticker"]
        for security in simulator.get("/simulator/securities")
        if not security["actions"] and security["listed"] <= "2024-01-02" and "." not in security["tickers"][0]["ticker"]
    ]
    assert len(found) >= count
    return found[:count]


def backfill(simulator, tickers):
    options = ("--symbols", ",".join(tickers), "--interval", "1m", *RANGE, "--rate", 500)
    return ("backfill", "yahoo", *options, "--base-url", f"{simulator.url}/yahoo")


def bars(goldtape, lake):
    sql = "select ticker, ts, open, high, low, close, volume from bronze.bars order by all"
    return [tuple(row.values()) for row in goldtape.query(lake, sql)]


def test_every_bar_arrives_through_all_trouble(goldtape, simulate, lake, tmp_path):
    script = tmp_path / "trouble.json"
    script.write_text(json.dumps({"seed": 5, "trouble": TROUBLE}))
    with simulate("--clock", "2024-03-01T22:00:00Z", "--trouble", script) as simulator:
        tickers = quiet_tickers(simulator, 12)
        goldtape(*backfill(simulator, tickers), lake=lake)
        answers = simulator.get("/simulator")["answers"]["yahoo"]
        assert answers["429"] >= len(tickers) and answers["503"] > 0 and answers["401"] > 0
        found = {}
        for ticker, ts, *values in bars(goldtape, lake):
            found.setdefault(ticker, []).append((ts[:19].replace(" ", "T"), *values))
        for ticker in tickers:
            truth = [
                (row["ts"][:19], *(float32(row[name]) for name in COLUMNS), int(row["volume"]))
                for row in simulator.truth(ticker, from_=RANGE[1], to=RANGE[3])
                if row["session"] == "regular"
            ]
            assert found[ticker] == truth, ticker


def test_killed_and_resumed_it_ends_with_the_same_lake(goldtape, simulate, tmp_path):
    script = tmp_path / "trouble.json"
    script.write_text(json.dumps({"seed": 6, "trouble": TROUBLE}))
    lakes = {name: tmp_path / name for name in ("whole", "broken")}
    for lake in lakes.values():
        goldtape("init", lake=lake)
    with simulate("--clock", "2024-03-01T22:00:00Z") as simulator:
        tickers = quiet_tickers(simulator, 20)
        goldtape(*backfill(simulator, tickers), lake=lakes["whole"])
    with simulate("--clock", "2024-03-01T22:00:00Z", "--trouble", script) as simulator:
        command = [goldtape.program, "--lake", lakes["broken"], *backfill(simulator, tickers)]
        for seconds in (0.4, 0.8, 1.2):
            run = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                run.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait()
        goldtape(*backfill(simulator, tickers), lake=lakes["broken"])
    assert bars(goldtape, lakes["broken"]) == bars(goldtape, lakes["whole"])
