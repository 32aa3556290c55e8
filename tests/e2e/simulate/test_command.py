"""The command itself: how it begins, how it ends, what it refuses."""

from __future__ import annotations

import time

import pytest

HASTY = 2000


def test_the_clock_runs_at_the_speed_asked_for(simulate):
    with simulate("--clock", "2024-02-28T15:00:00Z", "--speed", HASTY) as simulator:
        begin = time.monotonic()
        first = simulator.get("/alpaca/v2/clock")["timestamp"]
        assert first.startswith("2024-02-28T1")
        time.sleep(0.5)
        assert simulator.clock(speed=0)["now"] > "2024-02-28T15:16:40Z"
        passed = time.monotonic() - begin
        assert simulator.get("/simulator")["now"] < f"2024-02-28T{16 + int(passed)}:59"


def test_after_its_last_day_the_market_stands_at_midnight(simulate):
    with simulate() as simulator:
        assert simulator.get("/simulator")["now"].startswith("2024-03-29T04:00:0")


def test_a_market_up_to_now_shows_now(simulate):
    with simulate(market=("--market", 20)) as simulator:
        state = simulator.get("/simulator")
        now = time.strftime("%Y-%m-%dT%H:", time.gmtime())
        assert state["now"][:14] >= now
        assert state["last_date"] == now[:10]


def test_the_same_seed_gives_the_same_answers(simulate):
    target = "/massive/v2/aggs/ticker/SPY/range/1/minute/2024-02-01/2024-02-28?limit=50000&apiKey=k"
    bodies = []
    for seed in (7, 7, 8):
        market = ("--market", 50, "--seed", seed, "--from", "2024-01-02", "--to", "2024-03-28")
        with simulate(market=market) as simulator:
            bodies.append(simulator.ask(target).body)
    assert bodies[0] == bodies[1]
    assert bodies[0] != bodies[2]


def test_it_ends_when_told(simulate):
    with simulate() as simulator:
        simulator.ask("/nasdaq/nasdaqlisted.txt")
        assert simulator.end() == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "GT8103"),
        (("--market", 10_001), "GT8101"),
        (("--market", 5, "--from", "2024-01-06", "--to", "2024-01-07"), "GT8102"),
        (("--market", 5, "--speed", -1), "GT8104"),
        (("--market", 5, "--clock", "soon"), "soon"),
        (("--market", 5, "--tls-certificate", "only.pem"), "--tls-key"),
    ],
)
def test_what_it_refuses(goldtape, options, says):
    assert says in goldtape("simulate", *options, code=2).err


def test_a_port_that_is_taken(goldtape, simulate):
    with simulate() as simulator:
        port = simulator.url.rsplit(":", 1)[1]
        assert "GT8020" in goldtape("simulate", "--market", 5, "--port", port, code=2).err
