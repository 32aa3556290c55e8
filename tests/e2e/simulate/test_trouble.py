"""Scripted trouble, as a client meets it."""

from __future__ import annotations

import http.client
import json

SPY = "/massive/v2/aggs/ticker/SPY/range/1/minute/2024-02-26/2024-02-28?limit=50000&apiKey=secret-key"


def script(folder, *troubles, seed=1):
    path = folder / "trouble.json"
    path.write_text(json.dumps({"seed": seed, "trouble": troubles}))
    return path


def test_a_rate_limit_refuses_and_says_for_how_long(simulate, tmp_path):
    limit = {"do": "limit", "requests_per_s": 1, "burst": 3, "retry_after_s": 1, "venue": "massive"}
    with simulate("--trouble", script(tmp_path, limit)) as simulator:
        answers = [simulator.ask(SPY) for _ in range(8)]
        assert [one.status for one in answers[:3]] == [200, 200, 200]
        refused = [one for one in answers if one.status == 429]
        assert refused and all(one.headers["Retry-After"] == "1" for one in refused)
        assert simulator.ask("/nasdaq/nasdaqlisted.txt").status == 200


def test_a_cut_answer_is_seen_as_one(simulate, tmp_path):
    with simulate("--trouble", script(tmp_path, {"do": "cut", "times": 1})) as simulator:
        try:
            simulator.ask(SPY)
        except http.client.IncompleteRead as error:
            assert error.expected > 0
        else:
            raise AssertionError("the answer was whole")
        assert simulator.get(SPY)["status"] == "OK"


def test_the_same_seed_makes_the_same_trouble(simulate, tmp_path):
    troubles = (
        {"do": "status", "status": 503, "share": 0.3},
        {"do": "holes", "share": 0.05},
        {"do": "doubled", "share": 0.02},
    )
    seen = []
    for seed in (1, 1, 2):
        with simulate("--speed", 0, "--trouble", script(tmp_path, *troubles, seed=seed)) as simulator:
            seen.append([(one.status, one.body) for one in (simulator.ask(SPY) for _ in range(12))])
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]
    assert {status for status, _ in seen[0]} == {200, 503}


def test_holes_empty_days_and_doubled_bars(simulate, tmp_path):
    troubles = (
        {"do": "holes", "share": 0.1, "venue": "massive"},
        {"do": "empty", "venue": "massive", "from": "2024-02-27", "to": "2024-02-27"},
        {"do": "doubled", "share": 0.1, "venue": "alpaca"},
    )
    with simulate("--trouble", script(tmp_path, *troubles)) as simulator:
        truth = simulator.truth("SPY", from_="2024-02-26", to="2024-02-28")
        others = [row for row in truth if row["date"] != "2024-02-27"]
        times = {bar["t"] for bar in simulator.get(SPY)["results"]}
        assert 0.8 * len(others) < len(times) < 0.97 * len(others)
        bars = simulator.get(
            "/alpaca/v2/stocks/bars?symbols=SPY&timeframe=1Min&start=2024-02-27&end=2024-02-27&limit=10000"
        )["bars"]["SPY"]
        assert len(bars) > len({bar["t"] for bar in bars}) > 390


def test_a_revised_bar_settles_after_its_delay(simulate, tmp_path):
    revised = {"do": "revised", "share": 1, "delay_s": 86400}
    target = "/alpaca/v2/stocks/bars?symbols=SPY&timeframe=1Day&start=2024-02-27&end=2024-02-27"
    with simulate("--speed", 0, "--clock", "2024-02-27T22:00:00Z", "--trouble", script(tmp_path, revised)) as simulator:
        truth = int(simulator.truth("SPY", interval="1d", from_="2024-02-27", to="2024-02-27")[0]["volume"])
        assert simulator.get(target)["bars"]["SPY"][0]["v"] < truth
        simulator.clock(now="2024-02-29T00:00:00Z")
        assert simulator.get(target)["bars"]["SPY"][0]["v"] == truth


def test_the_log_of_requests_tells_what_was_asked_and_no_secret(simulate, tmp_path):
    log = tmp_path / "requests.ndjson"
    slow = {"do": "slow", "delay_ms": 10, "times": 1}
    with simulate("--trouble", script(tmp_path, slow), "--requests", log) as simulator:
        simulator.ask(SPY)
        simulator.ask("/yahoo/v8/finance/chart/NOSUCH")
        lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(one["venue"], one["status"], one["trouble"]) for one in lines] == [
        ("massive", 200, ["slow"]),
        ("yahoo", 404, []),
    ]
    assert "secret-key" not in log.read_text()
    assert lines[0]["target"].endswith("limit=50000&apiKey=***")


def test_a_script_that_is_not_understood(goldtape, tmp_path):
    path = script(tmp_path, {"do": "slow"}, {"do": "slow", "delay": 5})
    message = goldtape("simulate", "--market", 5, "--trouble", path, code=2).err
    assert "GT8106" in message and "trouble 2" in message and '"delay"' in message
    assert "GT8105" in goldtape("simulate", "--market", 5, "--trouble", tmp_path / "none.json", code=2).err
