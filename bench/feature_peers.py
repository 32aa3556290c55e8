"""Features by Goldtape, TA-Lib, Polars and pandas: the same bars, the same values, timed side by side.

    build/release/bench/feature_columns must be built; pip install TA-Lib polars pandas; then
    python bench/feature_peers.py [--securities 1200]

Every engine starts from float64 columns in memory and ends with columns in memory. Values are compared before
any figure is printed. Polars and pandas seed their exponential means by the first value, not by the mean of the
first N as TA-Lib does: where a feature stands on one, rows are compared once that seed has faded.
"""

import argparse
import pathlib
import subprocess
import tempfile
import time

import numpy as np
import pandas as pd
import talib

try:
    import polars as pl
except ImportError:  # Not one of the tests' packages: the small run in the tests goes without.
    pl = None

ROOT = pathlib.Path(__file__).resolve().parents[1]
NAMES = [
    "log_return", "sma_20", "sma_50", "sma_200", "ema_12", "ema_26", "macd", "macd_signal", "macd_hist", "rsi_14",
    "bb_upper_20", "bb_middle_20", "bb_lower_20", "atr_14",
]  # fmt: skip
SEEDED = {"ema_12", "ema_26", "macd", "macd_signal", "macd_hist", "rsi_14", "atr_14"}
FADED_BARS = 800


def generate(securities: int, bars: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.02, (securities, bars)), axis=1))
    open_ = np.roll(close, 1, axis=1)
    open_[:, 0] = 100
    high = np.maximum(open_, close) * (1 + 0.005 * random.random((securities, bars)))
    low = np.minimum(open_, close) * (1 - 0.005 * random.random((securities, bars)))
    volume = np.floor(1e6 * (0.2 + random.random((securities, bars))))
    return {"open": open_, "high": high, "low": low, "close": close, "volume": volume}


def by_talib(data):
    out = {name: [] for name in NAMES}
    for h, l, c in zip(data["high"], data["low"], data["close"], strict=True):
        log_return = np.full(len(c), np.nan)
        np.log(c[1:] / c[:-1], out=log_return[1:])
        columns = [log_return, *(talib.SMA(c, n) for n in (20, 50, 200)), talib.EMA(c, 12), talib.EMA(c, 26)]
        columns += [*talib.MACD(c, 12, 26, 9), talib.RSI(c, 14), *talib.BBANDS(c, 20, 2, 2), talib.ATR(h, l, c, 14)]
        for name, column in zip(NAMES, columns, strict=True):
            out[name].append(column)
    return out


def by_polars(frame: "pl.DataFrame") -> "pl.DataFrame":
    c, before = pl.col("close"), pl.col("close").shift(1)
    change = c - before
    mean_gain = change.clip(lower_bound=0).ewm_mean(alpha=1 / 14, adjust=False)
    mean_loss = (-change).clip(lower_bound=0).ewm_mean(alpha=1 / 14, adjust=False)
    true_range = pl.max_horizontal("high", before) - pl.min_horizontal("low", before)
    mean, deviation = c.rolling_mean(20), c.rolling_std(20, ddof=0)
    macd = c.ewm_mean(span=12, adjust=False) - c.ewm_mean(span=26, adjust=False)
    signal = macd.ewm_mean(span=9, adjust=False)
    columns = [
        (c / before).log(), c.rolling_mean(20), c.rolling_mean(50), c.rolling_mean(200),
        c.ewm_mean(span=12, adjust=False), c.ewm_mean(span=26, adjust=False), macd, signal, macd - signal,
        100 * mean_gain / (mean_gain + mean_loss), mean + 2 * deviation, mean, mean - 2 * deviation,
        true_range.ewm_mean(alpha=1 / 14, adjust=False),
    ]  # fmt: skip
    return frame.select(column.over("security").alias(name) for name, column in zip(NAMES, columns, strict=True))


def by_pandas(frame: pd.DataFrame):
    out = []
    for _, part in frame.groupby("security", sort=False):
        c, before = part["close"], part["close"].shift()
        change = c - before
        gain = change.clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
        loss = (-change).clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
        fast, slow = c.ewm(span=12, adjust=False).mean(), c.ewm(span=26, adjust=False).mean()
        macd = fast - slow
        signal = macd.ewm(span=9, adjust=False).mean()
        window = c.rolling(20)
        mean, deviation = window.mean(), window.std(ddof=0)
        true_range = np.maximum(part["high"], before) - np.minimum(part["low"], before)
        columns = [
            np.log(c / before), mean, c.rolling(50).mean(), c.rolling(200).mean(), fast, slow, macd, signal,
            macd - signal, 100 * gain / (gain + loss), mean + 2 * deviation, mean, mean - 2 * deviation,
            true_range.ewm(alpha=1 / 14, adjust=False).mean(),
        ]  # fmt: skip
        out.append(pd.DataFrame(dict(zip(NAMES, columns, strict=True))))
    return pd.concat(out)


def seconds(work, repeats: int):
    """Least wall and least processor seconds of all threads, and the last answer."""
    wall, processor, answer = float("inf"), float("inf"), None
    for _ in range(repeats):
        start, processor_start = time.perf_counter(), time.process_time()
        answer = work()
        wall = min(wall, time.perf_counter() - start)
        processor = min(processor, time.process_time() - processor_start)
    return (wall, processor), answer


def compare(who: str, name: str, mine: np.ndarray, theirs: np.ndarray, tolerance: float) -> None:
    first = FADED_BARS if who != "TA-Lib" and name in SEEDED else 200
    mine, theirs = mine[:, first:], theirs[:, first:]
    # What is nearer to zero than 0.001 is compared with 0.001.
    error = np.abs(mine - theirs) / np.maximum(np.abs(theirs), 1e-3)
    assert not np.isnan(theirs).any() and error.max() <= tolerance, f"{who} {name}: {error.max():.3e}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--securities", type=int, default=1200)
    options.add_argument("--bars", type=int, default=2350)
    options.add_argument("--repeats", type=int, default=7)
    options.add_argument("--program", default=ROOT / "build/release/bench/feature_columns")
    args = options.parse_args()
    shape = (args.securities, args.bars)
    data = generate(*shape)
    rows = args.securities * args.bars

    with tempfile.TemporaryDirectory() as folder:
        bars, out = pathlib.Path(folder, "bars"), pathlib.Path(folder, "features")
        with bars.open("wb") as file:
            for name in ("open", "high", "low", "close", "volume"):
                data[name].tofile(file)

        def by_goldtape(threads: int, names: list[str]):
            command = [args.program, bars, out, *shape, threads, args.repeats, *names]
            done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
            runs = [tuple(map(float, line.split())) for line in done.stdout.splitlines()]
            return tuple(map(min, zip(*runs, strict=True)))

        figures = {f"Goldtape, 25 features, {n} thread(s)": by_goldtape(n, ["all"]) for n in (1, 2)}
        figures |= {f"Goldtape, {n} thread(s)": by_goldtape(n, NAMES) for n in (1, 2)}
        mine = dict(zip(NAMES, np.fromfile(out).reshape(len(NAMES), *shape), strict=True))

    figures["TA-Lib, 1 thread"], answer = seconds(lambda: by_talib(data), args.repeats)
    for name in NAMES:
        compare("TA-Lib", name, mine[name], np.array(answer[name]), 1e-9)
    columns = {name: column.ravel() for name, column in data.items()}
    columns["security"] = np.repeat(np.arange(args.securities), args.bars)
    if pl is not None:
        frame = pl.DataFrame(columns)
        figures[f"Polars, {pl.thread_pool_size()} threads"], answer = seconds(lambda: by_polars(frame), args.repeats)
        for name in NAMES:
            compare("Polars", name, mine[name], answer[name].to_numpy().reshape(shape), 1e-7)
    frame = pd.DataFrame(columns)
    figures["pandas, 1 thread"], answer = seconds(lambda: by_pandas(frame), 1)
    for name in NAMES:
        compare("pandas", name, mine[name], answer[name].to_numpy().reshape(shape), 1e-7)

    print(f"{len(NAMES)} features of {rows / 1e6:.2f} M bars ({args.securities} x {args.bars}), values compared")
    for who, (wall, processor) in figures.items():
        print(f"{who:36} {wall:8.3f} s wall {processor:8.3f} s processor {rows / wall / 1e6:8.1f} M bars/s")


if __name__ == "__main__":
    main()
