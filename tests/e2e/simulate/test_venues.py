"""Every venue shows the one market, in its own words."""

from __future__ import annotations

import struct
import urllib.parse

DAY = "2024-02-28"


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def test_yahoo_minutes(simulator):
    simulator.clock(now="2024-03-01T22:00:00Z")
    truth = [row for row in simulator.truth("AAPL", from_=DAY, to=DAY) if row["session"] == "regular"]
    chart = simulator.get("/yahoo/v8/finance/chart/AAPL?interval=1m&period1=1709092800&period2=1709179200")
    result = chart["chart"]["result"][0]
    quote = result["indicators"]["quote"][0]
    assert len(truth) == 390
    assert len(result["timestamp"]) == 390
    for name in ("open", "high", "low", "close"):
        assert quote[name] == [float32(float(row[name])) for row in truth]
    assert quote["volume"] == [int(row["volume"]) for row in truth]


def test_alpaca_minutes_page_by_page(simulator):
    simulator.clock(now="2024-03-01T22:00:00Z")
    target = f"/alpaca/v2/stocks/bars?symbols=AAPL,SPY&timeframe=1Min&start={DAY}&end={DAY}&limit=300"
    bars, token, pages = {"AAPL": [], "SPY": []}, "", 0
    while token is not None:
        page = simulator.get(target + (f"&page_token={urllib.parse.quote(token)}" if token else ""))
        for symbol, more in page["bars"].items():
            bars[symbol] += more
        token = page["next_page_token"]
        pages += 1
    assert pages > 2
    for symbol, found in bars.items():
        truth = simulator.truth(symbol, from_=DAY, to=DAY)
        assert [bar["t"] for bar in found] == [row["ts"] for row in truth]
        assert [(bar["o"], bar["h"], bar["l"], bar["c"], bar["vw"]) for bar in found] == [
            tuple(float(row[name]) for name in ("open", "high", "low", "close", "vwap")) for row in truth
        ]
        assert [(bar["v"], bar["n"]) for bar in found] == [
            (int(row["volume"]), int(row["trade_count"])) for row in truth
        ]


def test_massive_follows_next_url(simulator):
    simulator.clock(now="2024-03-01T22:00:00Z")
    url, bars = f"/massive/v2/aggs/ticker/SPY/range/1/minute/{DAY}/{DAY}?limit=200&adjusted=false", []
    while url:
        page = simulator.get(url + "&apiKey=any")
        bars += page["results"]
        url = page.get("next_url", "").removeprefix(simulator.url)
    truth = simulator.truth("SPY", from_=DAY, to=DAY)
    assert [(bar["o"], bar["c"], bar["v"]) for bar in bars] == [
        (float(row["open"]), float(row["close"]), int(row["volume"])) for row in truth
    ]


def test_nasdaq_lists_whom_alpaca_knows(simulator):
    simulator.clock(now="2024-03-01T22:00:00Z")
    listed = set()
    for name, flag in (("nasdaqlisted", 3), ("otherlisted", 6)):
        lines = simulator.ask(f"/nasdaq/dynamic/SymDir/{name}.txt").body.decode().splitlines()
        assert lines[-1].startswith("File Creation Time: 0301202417:00|")
        cells = [line.split("|") for line in lines[1:-1]]
        listed |= {row[0] for row in cells if row[flag] == "N"}
    assert {"NA", "TRUE", "NAN"} <= listed
    assert listed == {one["symbol"] for one in simulator.get("/alpaca/v2/assets?status=active")}


def test_a_day_that_lasts_grows(simulator):
    simulator.clock(now=f"{DAY}T15:00:30Z")
    chart = "/yahoo/v8/finance/chart/AAPL?interval=1m&range=1d"
    assert len(simulator.get(chart)["chart"]["result"][0]["timestamp"]) == 31
    simulator.clock(now=f"{DAY}T16:00:30Z")
    assert len(simulator.get(chart)["chart"]["result"][0]["timestamp"]) == 91


def test_answers_are_dated_by_the_simulated_clock(simulator):
    simulator.clock(now="2024-02-28T15:00:00Z")
    assert simulator.ask("/nasdaq/nasdaqlisted.txt").headers["Date"] == "Wed, 28 Feb 2024 15:00:00 GMT"
