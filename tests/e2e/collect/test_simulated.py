"""Collecting from `goldtape simulate`: what it holds is what the lake comes to hold, however it was troubled."""

import contextlib
import csv
import io
import json
import random
import signal
import subprocess
import time
import urllib.request

import pytest

FROM, TO = "2024-01-02", "2024-03-28"
SYMBOLS = 200
KILLS = 10


class Simulator:
    def __init__(self, url):
        self.url = url

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return answer.read().decode()

    def truth(self, ticker, interval="1d", first=FROM, last=TO):
        query = f"/simulator/bars/{ticker}?interval={interval}&from={first}&to={last}"
        return list(csv.DictReader(io.StringIO(self.get(query))))

    def answered(self, venue) -> int:
        return sum(json.loads(self.get("/simulator"))["answers"].get(venue, {}).values())


@pytest.fixture(scope="module")
def simulator(goldtape):
    command = [goldtape.program, "simulate", "--port", "0", "--market", str(SYMBOLS), "--seed", "7", "--from", FROM,
               "--to", TO, "--speed", "0"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with contextlib.ExitStack() as stack:
        stack.callback(process.wait, timeout=20)
        stack.callback(process.terminate)
        line = process.stdout.readline().strip()
        assert line.startswith("listening on http"), line
        yield Simulator(line.removeprefix("listening on "))


def command_for(goldtape, simulator, lake, venue, symbols, *more, interval="1d", first=FROM, last=TO, rate="1000"):
    return [str(goldtape.program), "--lake", str(lake), "backfill", venue, "--symbols", symbols, "--interval", interval,
            "--from", first, "--to", last, "--base-url", f"{simulator.url}/{venue}", "--rate", rate, *more]  # fmt: skip


def collect(goldtape, simulator, lake, venue, symbols, *more, code=0, **question):
    command = command_for(goldtape, simulator, lake, venue, symbols, *more, "--json", **question)
    return goldtape(*command[3:], lake=lake, code=code).json()


def test_alpaca_bars_are_the_markets_to_the_last_digit(goldtape, simulator, lake):
    collect(goldtape, simulator, lake, "alpaca", "AAPL,AMZN,SPY")
    for ticker in ("AAPL", "AMZN", "SPY"):
        rows = goldtape.query(
            lake,
            "select date::varchar as date, open, high, low, close, volume, vwap, trade_count from bronze.bars "
            f"where ticker = '{ticker}' order by ts",
        )
        truth = simulator.truth(ticker)
        assert len(rows) == len(truth)
        for row, bar in zip(rows, truth):
            assert row["date"] == bar["date"] and row["volume"] == int(bar["volume"])
            for name in ("open", "high", "low", "close", "vwap"):
                assert row[name] == float(bar[name]), (ticker, row, bar)
            assert row["trade_count"] == int(bar["trade_count"])


def test_massive_and_alpaca_minutes_agree(goldtape, simulator, lake):
    for venue in ("alpaca", "massive"):
        collect(goldtape, simulator, lake, venue, "AAPL,SPY", interval="1m", first="2024-03-25")
    rows = goldtape.query(
        lake,
        "select count(*) as n from (select ticker, ts, open, high, low, close, volume from bronze.bars where "
        "source = 'alpaca' except select ticker, ts, open, high, low, close, volume from bronze.bars where "
        "source = 'massive')",
    )
    assert rows == [{"n": 0}]
    assert goldtape.query(lake, "select count(*) as n from bronze.bars")[0]["n"] > 2 * 2 * 4 * 390


def test_yahoos_split_adjusted_prices_are_raw_in_silver(goldtape, simulator, lake):
    """AMZN has a reverse split of 1:20 on 2024-02-02; Yahoo answers in the shares of today."""
    collect(goldtape, simulator, lake, "yahoo", "AMZN")
    goldtape("refine", lake=lake)
    rows = goldtape.query(lake, "select date::varchar as date, close::double as close from silver.bars_1d order by date")
    truth = {bar["date"]: float(bar["close"]) for bar in simulator.truth("AMZN")}
    assert {row["date"] for row in rows} == set(truth)
    for row in rows:
        assert row["close"] == pytest.approx(truth[row["date"]], rel=1e-5)


def test_every_listed_symbol_killed_ten_times_equals_an_untroubled_run(goldtape, simulator, new_lake, state):
    quiet, killed = new_lake("quiet"), new_lake("killed")
    for lake in (quiet, killed):
        goldtape("backfill", "nasdaq", "--base-url", f"{simulator.url}/nasdaq", lake=lake)
    before = simulator.answered("yahoo")
    share = ("--success-share", "0.5")  # some symbols are test issues' neighbours or were renamed away
    collect(goldtape, simulator, quiet, "yahoo", "all", *share)
    untroubled = simulator.answered("yahoo") - before
    before = simulator.answered("yahoo")
    chance = random.Random(20240102)
    for _ in range(KILLS):
        process = subprocess.Popen(
            # So slow that even a quick machine is not done before the last kill.
            command_for(goldtape, simulator, killed, "yahoo", "all", *share, rate="25"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.1, 0.8))
        process.send_signal(signal.SIGKILL)
        process.wait()
    report = collect(goldtape, simulator, killed, "yahoo", "all", *share)
    assert state(killed) == state(quiet)
    assert report["loads"] > 0, "the last run still had something to do"
    # Asked twice is only what was on its way at a kill, two and two that wait to land; each run asks for the time once.
    assert simulator.answered("yahoo") - before <= untroubled + KILLS * (2 + 2 + 1) + 1
    assert goldtape("gaps", "--json", lake=killed).json() == goldtape("gaps", "--json", lake=quiet).json()


def test_the_simulators_root_will_do_as_base_url(goldtape, simulator, lake):
    goldtape("backfill", "yahoo", "--symbols", "AAPL", "--interval", "1d", "--from", FROM, "--to", TO, "--base-url",
             simulator.url, lake=lake)  # fmt: skip
    assert goldtape.query(lake, "select count(*) as n from bronze.bars")[0]["n"] > 50


def test_the_simulators_clock_is_found_from_its_root(goldtape, simulator, lake):
    """Minutes of the last 30 days, by the clock of the market."""
    goldtape("backfill", "yahoo", "--symbols", "AAPL", "--interval", "1m", "--from", TO, "--to", TO, "--base-url",
             simulator.url, lake=lake)  # fmt: skip
    assert goldtape.query(lake, "select count(*) as n from bronze.bars")[0]["n"] == 390


def test_update_follows_the_clock_of_the_venue(goldtape, simulator, lake):
    collect(goldtape, simulator, lake, "massive", "AAPL,MSFT", last="2024-02-29")
    goldtape("--set", f"collect.base_urls=massive={simulator.url}/massive", "update", "--rate", "1000", lake=lake)
    assert goldtape.query(lake, "select max(date)::varchar as last from bronze.bars")[0]["last"] == TO
