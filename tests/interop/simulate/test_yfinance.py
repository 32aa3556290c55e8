"""yfinance as it comes, which knows Yahoo's hosts by heart, gets what the market holds."""

from __future__ import annotations

import os
import struct
import zoneinfo

import pandas
import pytest

EASTERN = zoneinfo.ZoneInfo("America/New_York")
PRICES = (("Open", "open"), ("High", "high"), ("Low", "low"), ("Close", "close"))


def float32(value):
    return struct.unpack("f", struct.pack("f", float(value)))[0]


@pytest.fixture(scope="module")
def yf(proxy, authority, tmp_path_factory):
    """The package, told of a proxy and a certificate authority as a user behind a firewall would."""
    before = os.environ.get("REQUESTS_CA_BUNDLE")
    os.environ["REQUESTS_CA_BUNDLE"] = str(authority / "ca.pem")
    import yfinance

    yfinance.config.network.proxy = proxy.url
    yfinance.config.debug.hide_exceptions = False
    yfinance.set_tz_cache_location(str(tmp_path_factory.mktemp("yfinance")))
    yield yfinance
    del os.environ["REQUESTS_CA_BUNDLE"]
    if before is not None:
        os.environ["REQUESTS_CA_BUNDLE"] = before


def test_daily_history(yf, proxy, simulator):
    frame = yf.Ticker("SPY").history(start="2024-01-02", end="2024-03-01", auto_adjust=False, actions=True)
    truth = simulator.truth("SPY", interval="1d", from_="2024-01-02", to="2024-02-29")
    assert [day.date().isoformat() for day in frame.index] == [row["date"] for row in truth]
    for column, name in PRICES:
        assert frame[column].tolist() == [float32(row[name]) for row in truth], column
    assert frame["Volume"].tolist() == [int(row["volume"]) for row in truth]
    assert any("query2.finance.yahoo.com" in host for host in proxy.asked)


def test_minutes_with_pre_and_post_market(yf, simulator):
    frame = yf.Ticker("AAPL").history(start="2024-02-28", end="2024-02-29", interval="1m", prepost=True)
    truth = simulator.truth("AAPL", from_="2024-02-28", to="2024-02-28")
    traded = frame[frame["Volume"] > 0]
    assert len(truth) > 390
    assert [ts.tz_convert("UTC") for ts in traded.index] == [pandas.Timestamp(row["ts"]) for row in truth]
    for column, name in PRICES:
        assert traded[column].tolist() == [float32(row[name]) for row in truth], column
    assert traded["Volume"].tolist() == [int(row["volume"]) for row in truth]


def test_a_split_is_told_and_taken_out_of_the_prices_before(yf, simulator):
    ticker, split = simulator.with_action("split")
    frame = yf.Ticker(ticker.replace(".", "-")).history(
        start="2024-01-02", end="2024-03-01", auto_adjust=False, actions=True
    )
    told = frame["Stock Splits"][frame["Stock Splits"] != 0]
    assert [day.date().isoformat() for day in told.index] == [split["ex_date"]]
    assert told.iloc[0] == pytest.approx(split["value"], rel=1e-6)
    truth = simulator.truth(ticker, interval="1d", from_="2024-01-02", to="2024-02-29")
    for row, close in zip(truth, frame["Close"], strict=True):
        ratio = split["value"] if row["date"] < split["ex_date"] else 1
        assert close == pytest.approx(float(row["close"]) / ratio, abs=1e-4), row["date"]


def test_dividends_and_adjusted_closes(yf, simulator):
    ticker, dividend = simulator.with_action("cash_dividend")
    one = yf.Ticker(ticker.replace(".", "-"))
    frame = one.history(start="2024-01-02", end="2024-03-01", auto_adjust=False, actions=True)
    paid = frame["Dividends"][frame["Dividends"] != 0]
    assert dividend["ex_date"] in [day.date().isoformat() for day in paid.index]
    assert (frame["Adj Close"] < frame["Close"]).iloc[0]
    assert frame["Adj Close"].iloc[-1] == frame["Close"].iloc[-1]


def test_many_tickers_at_once(yf, simulator):
    frame = yf.download(
        ["SPY", "AAPL", "MSFT"], start="2024-02-01", end="2024-03-01", auto_adjust=False, progress=False
    )
    for ticker in ("SPY", "AAPL", "MSFT"):
        truth = simulator.truth(ticker, interval="1d", from_="2024-02-01", to="2024-02-29")
        assert frame["Volume"][ticker].tolist() == [int(row["volume"]) for row in truth]


def test_an_unknown_ticker_among_known_ones(yf, simulator):
    frame = yf.download(
        ["SPY", "NOSUCH"], start="2024-02-01", end="2024-03-01", auto_adjust=False, progress=False, threads=False
    )
    truth = simulator.truth("SPY", interval="1d", from_="2024-02-01", to="2024-02-29")
    assert frame["Volume"]["SPY"].tolist() == [int(row["volume"]) for row in truth]
    assert frame["Volume"]["NOSUCH"].isna().all()


def test_metadata(yf):
    one = yf.Ticker("SPY")
    one.history(period="5d")
    assert one.history_metadata["exchangeTimezoneName"] == "America/New_York"
    assert one.history_metadata["instrumentType"] == "ETF"
    assert one.fast_info["currency"] == "USD"
