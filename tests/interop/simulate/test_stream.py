"""alpaca-py's stream client hears the market as it happens."""

from __future__ import annotations

import collections
import datetime as dt
import threading

from alpaca.data.live.stock import StockDataStream


def listen(live, subscribe, seconds):
    """Runs a stream for some seconds; what `subscribe(stream, heard)` had put into heard."""
    heard = collections.defaultdict(list)
    stream = StockDataStream("key", "secret", url_override=live.url.replace("http", "ws") + "/alpaca/v2/sip")
    subscribe(stream, heard)
    timer = threading.Timer(seconds, stream.stop)
    timer.start()
    stream.run()
    timer.cancel()
    return heard


def test_bars_trades_and_daily_bars(live):
    live.clock(now="2024-02-28T15:00:00Z")

    def subscribe(stream, heard):
        async def on_bar(bar):
            heard["bars"].append(bar)

        async def on_day(bar):
            heard["days"].append(bar)

        async def on_trade(trade):
            heard["trades"].append(trade)

        stream.subscribe_bars(on_bar, "SPY", "AAPL")
        stream.subscribe_daily_bars(on_day, "SPY")
        stream.subscribe_trades(on_trade, "SPY")

    heard = listen(live, subscribe, seconds=6)
    for symbol in ("SPY", "AAPL"):
        truth = {dt.datetime.fromisoformat(row["ts"]): row for row in live.truth(symbol, from_="2024-02-28")}
        bars = [bar for bar in heard["bars"] if bar.symbol == symbol]
        assert len(bars) >= 5
        for before, bar in zip(bars, bars[1:], strict=False):
            assert bar.timestamp - before.timestamp == dt.timedelta(minutes=1)
        for bar in bars:
            row = truth[bar.timestamp]
            assert (bar.open, bar.close, bar.vwap) == tuple(float(row[name]) for name in ("open", "close", "vwap"))
            assert (bar.volume, bar.trade_count) == (int(row["volume"]), int(row["trade_count"]))
    minute = heard["bars"][2].timestamp
    (bar,) = [one for one in heard["bars"] if one.symbol == "SPY" and one.timestamp == minute]
    of_minute = [one for one in heard["trades"] if minute <= one.timestamp < minute + dt.timedelta(minutes=1)]
    assert sum(trade.size for trade in of_minute) == bar.volume
    assert heard["days"][-1].timestamp == dt.datetime(2024, 2, 28, 5, tzinfo=dt.UTC)
    assert heard["days"][-1].volume > heard["days"][0].volume
