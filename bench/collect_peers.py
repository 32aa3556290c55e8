"""A week of one-minute bars of 200 symbols from a server to durable files: Goldtape, a Python pipeline, yfinance.

    pip install httpx orjson numpy pandas pyarrow yfinance; then
    python bench/collect_peers.py [--program bin/goldtape] [--symbols 200] [--repeats 3]

All ask the same `goldtape simulate` on this machine the same questions in Yahoo's shape (seven days, pre and post
market), eight at once, no rate limit (most liquid symbols of a market of 2,000), and must end with the same number of bars. Goldtape backfills into a new lake:
raw answers landed, audited and committed to bronze. The pipeline is httpx + orjson + numpy + pyarrow: each raw answer
is written and fsynced, the bars go to one Parquet file a day (zstd), fsynced. yfinance is `download` and
`to_parquet`; it is told the simulator's address in place of Yahoo's and needs no crumb there. With --floor PROGRAM
(build/release/bench/collect_floor) the least that anybody pays is measured too: libcurl receiving the same answers,
then hashing, packing and writing them durably, by four threads, without parsing anything. Runs take turns. Printed
are seconds of processor time of each program (user + system, imports of Python told apart) and wall times, and the
simulator's own processor time in each run, which is in nobody's figure. Parsing alone: one answer in memory to float64
columns, by orjson + numpy, by orjson + pandas.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

FIRST, LAST = "2024-03-22", "2024-03-28"
CLOCK = "2024-03-29T02:00:00Z"
CONCURRENCY = 8
TICKS_A_SECOND = 100
NAMES = ("open", "high", "low", "close", "volume")


def processor_s() -> float:
    times = os.times()
    return times.user + times.system


def seconds(day: str, days: int = 0) -> int:
    eastern_midnight = dt.datetime.fromisoformat(day + "T04:00:00+00:00")
    return int((eastern_midnight + dt.timedelta(days=days)).timestamp())


def durable(path: pathlib.Path, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


# The Python pipeline.


def columns_of(body: bytes):
    import numpy as np
    import orjson

    result = orjson.loads(body)["chart"]["result"][0]
    if "timestamp" not in result:
        return None
    quote = result["indicators"]["quote"][0]
    columns = {"ts": np.array(result["timestamp"], dtype="int64")}
    for name in NAMES:
        columns[name] = np.array(quote[name], dtype="float64")
    whole = ~np.isnan(columns["close"])
    return {name: values[whole] for name, values in columns.items()}


async def pipeline_fetch(url: str, symbols: list[str], folder: pathlib.Path):
    import httpx

    query = f"interval=1m&includePrePost=true&period1={seconds(FIRST)}&period2={seconds(LAST, 1)}"
    out: dict[str, dict] = {}
    waiting = list(reversed(symbols))
    limits = httpx.Limits(max_connections=CONCURRENCY)

    async def work(client):
        while waiting:
            symbol = waiting.pop()
            answer = await client.get(f"{url}/yahoo/v8/finance/chart/{symbol}?{query}")
            answer.raise_for_status()
            durable(folder / f"{symbol}.json", answer.content)
            columns = columns_of(answer.content)
            if columns is not None:
                out[symbol] = columns

    async with httpx.AsyncClient(limits=limits, timeout=60) as client:
        await asyncio.gather(*(work(client) for _ in range(CONCURRENCY)))
    return out


def pipeline(url: str, symbols: list[str], folder: pathlib.Path) -> dict:
    import httpx  # noqa: F401
    import numpy as np
    import orjson  # noqa: F401
    import pyarrow as pa
    import pyarrow.parquet as pq

    imports_s = processor_s()
    (folder / "raw").mkdir(parents=True)
    found = asyncio.run(pipeline_fetch(url, symbols, folder / "raw"))
    names = sorted(found)
    table = pa.table(
        {
            "ticker": pa.DictionaryArray.from_arrays(
                np.repeat(np.arange(len(names), dtype="int32"), [len(found[name]["ts"]) for name in names]), names
            ),
            **{column: np.concatenate([found[name][column] for name in names]) for column in ("ts", *NAMES)},
        }
    )
    day = (table["ts"].to_numpy() - seconds(FIRST)) // 86_400
    for one in np.unique(day):
        path = folder / f"day-{one}.parquet"
        pq.write_table(table.filter(pa.array(day == one)), path, compression="zstd")
        with open(path, "rb") as file:
            os.fsync(file.fileno())
    return {"rows": table.num_rows, "imports_s": imports_s}


# yfinance.


def with_yfinance(url: str, symbols: list[str], folder: pathlib.Path) -> dict:
    import yfinance
    import yfinance.base
    import yfinance.data
    import yfinance.scrapers.history

    imports_s = processor_s()
    yfinance.base._BASE_URL_ = yfinance.scrapers.history._BASE_URL_ = f"{url}/yahoo"
    yfinance.data.YfData._get_cookie_and_crumb = lambda *_, **__: (None, "basic")
    folder.mkdir()
    yfinance.set_tz_cache_location(str(folder))
    end = (dt.date.fromisoformat(LAST) + dt.timedelta(days=1)).isoformat()
    frame = yfinance.download(symbols, start=FIRST, end=end, interval="1m", prepost=True, auto_adjust=False,
                              progress=False, threads=CONCURRENCY)  # fmt: skip
    bars = frame.stack(level="Ticker", future_stack=True).dropna(subset=["Close"]).reset_index()
    bars.to_parquet(folder / "bars.parquet", compression="zstd")
    return {"rows": len(bars), "imports_s": imports_s}


# Goldtape.


def with_goldtape(program: str, url: str, symbols: list[str], folder: pathlib.Path) -> list[str]:
    lake = [program, "--lake", str(folder)]
    subprocess.run([*lake, "init"], check=True, capture_output=True)
    return [*lake, "-q", "backfill", "yahoo", "--symbols", ",".join(symbols), "--interval", "1m", "--from", FIRST, "--to",
            LAST, "--base-url", f"{url}/yahoo", "--rate", "100000", "--concurrency", str(CONCURRENCY),
            "--option", "extended=true", "--json"]  # fmt: skip


class Simulator:
    def __init__(self, program: str):
        command = [program, "simulate", "--port", "0", "--market", "2000", "--seed", "7", "--from", "2024-01-02", "--to",
                   LAST, "--clock", CLOCK, "--speed", "0"]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().strip().removeprefix("listening on ")

    def get(self, target: str) -> bytes:
        with urllib.request.urlopen(self.url + target, timeout=60) as answer:
            return answer.read()

    def symbols(self, wanted: int) -> list[str]:
        """The most liquid that were listed, under one name, all the time."""
        out = []
        for security in json.loads(self.get("/simulator/securities")):
            ticker = security["tickers"][-1]["ticker"]
            steady = len(security["tickers"]) == 1 and "delisted" not in security and security["listed"] < FIRST
            if steady and ticker.isalpha() and len(out) < wanted:
                out.append(ticker)
        return out

    def processor_s(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def timed(command: list[str], simulator: Simulator) -> dict:
    before, began = simulator.processor_s(), time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[:3]}: exit code {process.returncode}")
    said = json.loads(said)
    return {
        "rows": said.get("rows", said.get("rows_inserted")),
        "processor_s": usage.ru_utime + usage.ru_stime,
        "imports_s": said.get("imports_s", 0),
        "wall_s": time.monotonic() - began,
        "memory_mib": usage.ru_maxrss / 1024,
        "simulator_s": simulator.processor_s() - before,
    }


def parsing(simulator: Simulator, symbol: str) -> dict:
    import orjson
    import pandas

    query = f"interval=1m&includePrePost=true&period1={seconds(FIRST)}&period2={seconds(LAST, 1)}"
    body = simulator.get(f"/yahoo/v8/finance/chart/{symbol}?{query}")

    def to_pandas():
        result = orjson.loads(body)["chart"]["result"][0]
        return pandas.DataFrame(result["indicators"]["quote"][0], index=result["timestamp"])

    out = {}
    for name, parse in (("orjson + numpy", lambda: columns_of(body)), ("orjson + pandas", to_pandas)):
        parse()
        began = time.process_time()
        for _ in range(50):
            parse()
        each_s = (time.process_time() - began) / 50
        bars = len(columns_of(body)["ts"])
        out[name] = {"mib_per_s": round(len(body) / 2**20 / each_s), "bars_per_s": round(bars / each_s)}
    return out


def compare(arguments: argparse.Namespace, folder: pathlib.Path) -> dict:
    simulator = Simulator(arguments.program)
    try:
        symbols = simulator.symbols(arguments.symbols)
        runs: dict[str, list[dict]] = {"goldtape": [], "pipeline": [], "yfinance": []}
        floors = ("receive", "hash", "pack", "write") if arguments.floor else ()
        runs |= {f"floor: {step}": [] for step in floors}
        query = f"interval=1m&includePrePost=true&period1={seconds(FIRST)}&period2={seconds(LAST, 1)}"
        urls = [f"{simulator.url}/yahoo/v8/finance/chart/{symbol}?{query}" for symbol in symbols]
        for repeat in range(arguments.repeats):
            for name, of_name in runs.items():
                into = folder / f"{name}-{repeat}"
                if name == "goldtape":
                    command = with_goldtape(arguments.program, simulator.url, symbols, into)
                elif name.startswith("floor"):
                    into = folder / f"floor-{name[7:]}-{repeat}"
                    into.mkdir()
                    command = [arguments.floor, str(into), name[7:], *urls]
                else:
                    command = [sys.executable, __file__, "--peer", name, "--url", simulator.url, "--into", str(into),
                               "--names", ",".join(symbols)]  # fmt: skip
                of_name.append(timed(command, simulator))
        rows = {run["rows"] for name, of_name in runs.items() for run in of_name if not name.startswith("floor")}
        figures = {
            name: {what: round(statistics.median(run[what] for run in of_name), 2) for what in of_name[0]}
            for name, of_name in runs.items()
        }
        return {"symbols": len(symbols), "equal_rows": len(rows) == 1, "median": figures,
                "parsing": parsing(simulator, symbols[0])}  # fmt: skip
    finally:
        simulator.end()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="bin/goldtape")
    parser.add_argument("--symbols", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--floor", help="the program collect_floor")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--into", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--names", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        peer = {"pipeline": pipeline, "yfinance": with_yfinance}[arguments.peer]
        print(json.dumps(peer(arguments.url, arguments.names.split(","), arguments.into)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        figures = compare(arguments, pathlib.Path(folder))
    print(json.dumps(figures, indent=1))
    return 0 if figures["equal_rows"] else 1


if __name__ == "__main__":
    sys.exit(main())
