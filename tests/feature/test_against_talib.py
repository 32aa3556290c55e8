"""Every feature against TA-Lib or pandas, over whole histories of real symbols, within 1e-9 relative."""

import io
import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pytest
import talib

ROOT = pathlib.Path(__file__).resolve().parents[2]
MINUTE = ROOT / "samples" / "minute"
GOLDEN = ROOT / "tests" / "data" / "feature" / "SPY_daily.csv"
TOLERANCE = 1e-9


def minute_bars(ticker: str) -> pd.DataFrame:
    """The session grid of the sample, gaps filled as silver fills them, one session cut to a half day."""
    path = next(MINUTE.rglob(f"{ticker}_1min.csv*"))
    bars = pd.read_csv(path, parse_dates=["datetime"]).sort_values("datetime")
    bars["ts"] = bars["datetime"] - pd.Timedelta(minutes=1)
    bars["date"] = bars["ts"].dt.date
    days = []
    for number, (date, day) in enumerate(bars.groupby("date")):
        minutes = 210 if number == 2 else 390
        grid = pd.date_range(f"{date} 09:30", periods=minutes, freq="min")
        day = day.set_index("ts").reindex(grid)
        close = day["close"].ffill()
        filled = day["close"].isna()
        for column in ("open", "high", "low", "close"):
            day[column] = day[column].where(~filled, close)
        day["volume"] = day["volume"].fillna(0)
        day["session"] = number
        days.append(day)
    frame = pd.concat(days)[["session", "open", "high", "low", "close", "volume"]].reset_index(drop=True)
    frame["priced"] = frame["close"].notna()
    return frame


def daily_bars(ticker: str) -> pd.DataFrame:
    path = next((ROOT / "samples" / "history").rglob(f"{ticker}_daily.csv*"))
    bars = pd.read_csv(path, parse_dates=["datetime"]).sort_values("datetime").reset_index(drop=True)
    bars["session"] = range(len(bars))
    bars["priced"] = True
    return bars[["session", "open", "high", "low", "close", "volume", "priced"]]


def engine(bars: pd.DataFrame) -> pd.DataFrame:
    tool = os.environ["FEATURE_TOOL"]
    rows = bars.assign(priced=bars["priced"].astype(int)).fillna(0)
    text = rows.to_csv(index=False, header=False)
    done = subprocess.run([tool], input=text, capture_output=True, text=True, check=True)
    return pd.read_csv(io.StringIO(done.stdout))


def reference(bars: pd.DataFrame) -> pd.DataFrame:
    """The same columns by TA-Lib and pandas over the priced bars."""
    o, h, l, c, v = (bars[name].to_numpy(float) for name in ("open", "high", "low", "close", "volume"))
    close, volume = pd.Series(c), pd.Series(v)
    value = (pd.Series(h) + pd.Series(l) + close) / 3 * volume
    session = bars["session"].reset_index(drop=True)
    log_return = np.log(close / close.shift())
    macd, signal, hist = talib.MACD(c, 12, 26, 9)
    upper, middle, lower = talib.BBANDS(c, 20, 2, 2)
    deviation = volume.rolling(20).std()
    out = {
        "simple_return": close.pct_change(),
        "log_return": log_return,
        **{f"sma_{n}": talib.SMA(c, n) for n in (5, 10, 20, 50, 200)},
        **{f"ema_{n}": talib.EMA(c, n) for n in (12, 26)},
        "macd": macd,
        "macd_signal": signal,
        "macd_hist": hist,
        "rsi_14": talib.RSI(c, 14),
        "bb_upper_20": upper,
        "bb_middle_20": middle,
        "bb_lower_20": lower,
        "atr_14": talib.ATR(h, l, c, 14),
        "volatility_20": log_return.rolling(20).apply(lambda window: np.std(window, ddof=1), raw=True),
        "momentum_5": talib.MOM(c, 5),
        "session_vwap": value.groupby(session).cumsum() / volume.groupby(session).cumsum().replace(0, np.nan),
        "vwap_5": value.rolling(5).sum() / volume.rolling(5).sum().replace(0, np.nan),
        "obv": talib.OBV(c, v),
        "volume_zscore_20": (volume - volume.rolling(20).mean()) / deviation.where(deviation > 1e-9),
        "high_low_range": h - l,
        "gap_from_prev_close": pd.Series(o) / close.shift() - 1,
    }
    return pd.DataFrame({name: np.asarray(column, float) for name, column in out.items()})


# An index has no volume, so what is averaged over volume is NULL throughout.
NEEDS_VOLUME = {"session_vwap", "vwap_5", "volume_zscore_20"}


def assert_equal(bars: pd.DataFrame, least_values: int, without: frozenset = frozenset()) -> None:
    mine = engine(bars)
    priced = bars["priced"].to_numpy()
    assert mine[~priced].isna().all(axis=None)
    mine = mine[priced].reset_index(drop=True)
    theirs = reference(bars[priced].reset_index(drop=True))
    assert list(mine.columns) == list(theirs.columns) and len(mine.columns) >= 24
    for name in mine.columns:
        a, b = mine[name].to_numpy(), theirs[name].to_numpy()
        assert (np.isnan(a) == np.isnan(b)).all(), f"{name}: NULL in other rows"
        seen = ~np.isnan(a)
        if name in without:
            assert not seen.any(), name
            continue
        assert seen.sum() >= least_values, name
        a, b = a[seen], b[seen]
        error = np.abs(a - b) / np.where(a == b, 1, np.abs(b))
        assert error.max() <= TOLERANCE, f"{name}: {error.max():.3e} at bar {np.argmax(error)}"


@pytest.mark.parametrize("ticker", ["AAPL", "SPY", "AMZN", "XLP", "PPLT", "UGA", "BK"])
def test_minute_history_with_gaps_and_a_half_day(ticker):
    bars = minute_bars(ticker)
    assert len(bars) == 4 * 390 + 210
    assert_equal(bars, least_values=1000)


@pytest.mark.parametrize("ticker", ["AAPL", "SPY", "JPM", "AMZN"])
def test_daily_history(ticker):
    bars = daily_bars(ticker)
    assert len(bars) > 250
    assert_equal(bars, least_values=50)


@pytest.mark.parametrize("bars", [minute_bars, daily_bars], ids=["minute", "daily"])
def test_an_index_without_volume(bars):
    assert_equal(bars("VIX"), least_values=50, without=frozenset(NEEDS_VOLUME))


def golden_text(bars: pd.DataFrame) -> str:
    """Bars with the reference's features on every 20th row: what the C++ tests read where there is no TA-Lib."""
    checked = np.arange(len(bars)) % 20 == 0
    features = reference(bars)
    features[~checked] = np.nan
    rows = pd.concat([bars[["open", "high", "low", "close", "volume"]], features], axis=1)
    rows.insert(0, "checked", checked.astype(int))
    return rows.to_csv(index=False)


def test_golden_file_is_what_talib_says():
    stored = pd.read_csv(GOLDEN)
    fresh = pd.read_csv(io.StringIO(golden_text(daily_bars("SPY"))))
    pd.testing.assert_frame_equal(stored, fresh, rtol=TOLERANCE, atol=0)
