"""alpaca-py as it comes, by its setting for another address, gets what the market holds."""

from __future__ import annotations

import datetime as dt

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.enums import Adjustment, CorporateActionsType
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.data.requests import (
    CorporateActionsRequest,
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import AssetStatus
from alpaca.trading.requests import GetAssetsRequest, GetCalendarRequest

DAY = dt.datetime(2024, 2, 28, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def data(simulator):
    return StockHistoricalDataClient("key", "secret", url_override=simulator.url + "/alpaca")


@pytest.fixture(scope="module")
def trading(simulator):
    return TradingClient("key", "secret", url_override=simulator.url + "/alpaca")


def assert_equal(bars, truth):
    assert [bar.timestamp for bar in bars] == [dt.datetime.fromisoformat(row["ts"]) for row in truth]
    for name in ("open", "high", "low", "close", "vwap"):
        assert [getattr(bar, name) for bar in bars] == [float(row[name]) for row in truth], name
    for name in ("volume", "trade_count"):
        assert [getattr(bar, name) for bar in bars] == [int(row[name]) for row in truth], name


def test_minutes_of_several_symbols_page_by_page(data, simulator):
    bars = data.get_stock_bars(
        StockBarsRequest(
            symbol_or_symbols=["AAPL", "SPY", "MSFT"],
            timeframe=TimeFrame.Minute,
            start=dt.datetime(2024, 2, 5, 5, tzinfo=dt.UTC),
            end=dt.datetime(2024, 3, 1, 5, tzinfo=dt.UTC) - dt.timedelta(microseconds=1),
        )
    )
    for symbol in ("AAPL", "SPY", "MSFT"):
        truth = simulator.truth(symbol, from_="2024-02-05", to="2024-02-29")
        assert len(truth) > 7000
        assert_equal(bars.data[symbol], truth)


def test_days_raw_and_adjusted(data, simulator):
    ticker, split = simulator.with_action("split")

    def closes(adjustment):
        bars = data.get_stock_bars(
            StockBarsRequest(
                symbol_or_symbols=ticker,
                timeframe=TimeFrame.Day,
                start=dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
                end=dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC),
                adjustment=adjustment,
            )
        ).data[ticker]
        return [bar.close for bar in bars]

    truth = simulator.truth(ticker, interval="1d", from_="2024-01-02", to="2024-02-29")
    assert closes(Adjustment.RAW) == [float(row["close"]) for row in truth]
    for row, close in zip(truth, closes(Adjustment.SPLIT), strict=True):
        ratio = split["value"] if row["date"] < split["ex_date"] else 1
        assert close == pytest.approx(float(row["close"]) / ratio, abs=1e-4)


def test_trades_add_up_to_the_bar(data, simulator):
    start = DAY + dt.timedelta(hours=15)
    trades = data.get_stock_trades(
        StockTradesRequest(symbol_or_symbols="SPY", start=start, end=start + dt.timedelta(seconds=59.999999))
    ).data["SPY"]
    (bar,) = [row for row in simulator.truth("SPY", from_="2024-02-28", to="2024-02-28") if "T15:00:00" in row["ts"]]
    assert len(trades) == int(bar["trade_count"])
    assert sum(trade.size for trade in trades) == int(bar["volume"])
    assert max(trade.price for trade in trades) == float(bar["high"])


def test_latest_and_snapshots(data):
    latest = data.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols=["AAPL", "SPY"]))
    quote = data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="SPY"))["SPY"]
    trade = data.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="SPY"))["SPY"]
    snapshot = data.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols="SPY"))["SPY"]
    assert latest["SPY"].close == trade.price == snapshot.minute_bar.close
    assert quote.bid_price < trade.price < quote.ask_price
    assert snapshot.daily_bar.timestamp == dt.datetime(2024, 3, 1, 5, tzinfo=dt.UTC)
    assert snapshot.previous_daily_bar.timestamp == dt.datetime(2024, 2, 29, 5, tzinfo=dt.UTC)


def test_corporate_actions(simulator):
    client = CorporateActionsClient("key", "secret", url_override=simulator.url + "/alpaca")
    answer = client.get_corporate_actions(
        CorporateActionsRequest(
            types=[CorporateActionsType.FORWARD_SPLIT, CorporateActionsType.CASH_DIVIDEND],
            start=dt.date(2024, 1, 1),
            end=dt.date(2024, 2, 29),
            limit=1000,
        )
    ).data
    known = [
        (action["type"], action["ticker"], action["ex_date"], action["value"])
        for security in simulator.json("/simulator/securities")
        for action in security["actions"]
        if action["ex_date"] <= "2024-02-29"
    ]
    splits = {(one.symbol, str(one.ex_date), one.new_rate / one.old_rate) for one in answer["forward_splits"]}
    assert splits == {row[1:] for row in known if row[0] == "split" and row[3] > 1}
    dividends = {(one.symbol, str(one.ex_date), one.rate) for one in answer["cash_dividends"]}
    assert dividends == {row[1:] for row in known if row[0] == "cash_dividend"}


def test_assets_calendar_and_clock(trading):
    assets = trading.get_all_assets(GetAssetsRequest(status=AssetStatus.ACTIVE))
    assert {"SPY", "AAPL"} <= {asset.symbol for asset in assets}
    assert trading.get_asset("SPY").tradable
    days = trading.get_calendar(GetCalendarRequest(start=dt.date(2024, 2, 26), end=dt.date(2024, 3, 1)))
    assert [day.date.isoformat() for day in days] == [f"2024-02-{day}" for day in range(26, 30)] + ["2024-03-01"]
    assert days[0].open == dt.datetime(2024, 2, 26, 9, 30)
    clock = trading.get_clock()
    assert not clock.is_open
    assert clock.timestamp == dt.datetime(2024, 3, 1, 22, tzinfo=dt.UTC)


def test_a_revoked_key(simulator):
    client = StockHistoricalDataClient("REVOKED", "secret", url_override=simulator.url + "/alpaca")
    with pytest.raises(APIError) as error:
        client.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols="SPY"))
    assert error.value.status_code == 403
