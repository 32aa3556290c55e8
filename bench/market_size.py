"""A whole market in minute bars, 5,000 symbols x 60 sessions: generated, loaded, compacted, scanned, and in what memory.

    pip install arcticdb duckdb pyarrow pandas; build goldtape and market_files; then
    python bench/market_size.py --work FOLDER [--symbols 5130 --to 2024-03-27] [--skip arcticdb]

Each step is a process of its own, of which wall time, processor time and greatest resident memory are the kernel's
(wait4). The same Parquet files, one a session, are given to Goldtape (`ingest`, `refine`, `compact`), to DuckDB
(Parquet partitioned by date, memory bounded to 2 GB), and to ArcticDB (LMDB, a symbol a ticker, in parts of 250 tickers). Then everybody scans: the sum over all rows, one
symbol, one day; the answers must be equal before a figure is printed. A lake that is there from before is only scanned. Of some 5,130 generated listings 5,000 trade.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]


taken: dict[str, list[tuple[int, float]]] = {}
rows_now = 0


def step(name: str, *command: object) -> str:
    """Runs it to its end and prints what it took; its standard output."""
    started = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{name} failed: {out}")
    wall = time.perf_counter() - started
    taken.setdefault(name, []).append((rows_now, used.ru_utime + used.ru_stime))
    print(f"| {name} | {wall:.1f} | {used.ru_utime + used.ru_stime:.1f} | {used.ru_maxrss / 1024:.0f} |", flush=True)
    return out


def stored(folder: pathlib.Path, pattern: str = "*") -> str:
    files = [file for file in folder.rglob(pattern) if file.is_file()]
    return f"{len(files):,} files, {sum(file.stat().st_size for file in files) / 1e6:,.0f} MB"


def rows_of(bars: pathlib.Path) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(file).num_rows for file in bars.iterdir())


def growth(args: argparse.Namespace, symbol: str) -> None:
    """Goldtape's steps over a sixteenth and a quarter of the sessions too: exponents of processor time."""
    global rows_now
    import numpy as np

    files = sorted((args.work / "bars").iterdir())
    for part in (4, 16):
        some = args.work / f"part-{part}"
        shutil.rmtree(some, ignore_errors=True)
        (some / "bars").mkdir(parents=True)
        for file in files[: len(files) // part]:
            os.link(file, some / "bars" / file.name)
        rows_now = rows_of(some / "bars")
        print(f"{rows_now:,} bars", flush=True)
        goldtape(argparse.Namespace(**{**vars(args), "work": some}), symbol, files[0].stem)
        shutil.rmtree(some)
    print("| step | exponent |\n| --- | --- |")
    for name, points in taken.items():
        if len(points) == 3 and name not in ("goldtape init", "goldtape tables"):
            rows, seconds = np.log([p[0] for p in points]), np.log([p[1] for p in points])
            print(f"| {name} | {np.polyfit(rows, seconds, 1)[0]:.2f} |")


def load(args: argparse.Namespace, lake: pathlib.Path, run: list) -> None:
    step("goldtape init", *run, "init")
    step("goldtape ingest", *run, "ingest", "files", "--path", args.work / "bars", "--interval", "1m")
    step("goldtape compact of bronze", *run, "compact")
    step("goldtape refine", *run, "refine")
    step("goldtape compact", *run, "compact")
    print(f"stored in bronze.bars: {stored(lake / 'bronze/bars', '*.parquet')} on disk, old snapshots' too")
    print(f"stored in silver.bars_1m: {stored(lake / 'silver/bars_1m', '*.parquet')}")
    live = step("goldtape tables", *run, "tables", "--json")
    print("live files:", sum(table["files"] for table in json.loads(live)), flush=True)


def goldtape(args: argparse.Namespace, symbol: str, day: str) -> list:
    lake = args.work / "lake"
    run = [args.build / "bin/goldtape", "--lake", lake]
    if not lake.exists():
        load(args, lake, run)
    ask = [*run, "query", "--format", "json"]
    # Silver has a row for each minute of the session: those that nobody traded in are told apart.
    where = {"all": "true", "symbol": f"ticker = '{symbol}'",
             "day": f"ts >= '{day} 00:00:00+00' and ts < '{day} 23:59:59+00'"}
    answers = []
    for case, condition in where.items():
        sql = (f"select count(*) as n, sum(volume)::bigint as v, round(sum(close::double), 2) as c from bronze.bars "
               f"where {condition}")
        rows = json.loads(step(f"goldtape scan of bronze, {case}", *ask, sql))
        answers.append([rows[0]["n"], int(rows[0]["v"]), rows[0]["c"]])
    step("goldtape scan of silver, all", *ask, "select sum(volume) as v, sum(close) as c from silver.bars_1m")
    return answers


def duckdb_child(args: argparse.Namespace) -> None:
    import duckdb

    connection = duckdb.connect(config={"threads": 2, "memory_limit": "2GB", "temp_directory": str(args.work / "tmp")})
    connection.execute("SET TimeZone = 'UTC'")
    hive = args.work / "hive"
    if args.child == "duckdb-write":
        connection.execute(
            f"COPY (SELECT *, ts::DATE AS date FROM read_parquet('{args.work}/bars/*.parquet')) TO '{hive}' "
            "(FORMAT parquet, PARTITION_BY (date), COMPRESSION zstd)")
        return
    sql = f"SELECT count(*), sum(volume)::BIGINT, round(sum(close), 2) FROM read_parquet('{hive}/*/*.parquet', hive_partitioning = true) WHERE "
    condition = {"all": "true", "symbol": f"ticker = '{args.symbol}'", "day": f"date = '{args.day}'"}[args.case]
    print(json.dumps([float(value) for value in connection.execute(sql + condition).fetchone()]))


def arcticdb_child(args: argparse.Namespace) -> None:
    import arcticdb
    import pyarrow.parquet as pq

    library = arcticdb.Arctic(f"lmdb://{args.work}/arctic?map_size=40GB").get_library("bars", create_if_missing=True)
    if args.child == "arcticdb-write":
        files = sorted((args.work / "bars").iterdir())
        tickers = args.tickers.read_text().split()
        for first in range(0, len(tickers), 250):
            part = tickers[first: first + 250]
            frame = pq.read_table(files, filters=[("ticker", "in", part)]).to_pandas().set_index("ts")
            for ticker, rows in frame.groupby("ticker", sort=False):
                library.write(ticker, rows.drop(columns="ticker").sort_index())
        return
    import datetime

    columns = ["close", "volume"]
    if args.case == "symbol":
        frames = [library.read(args.symbol, columns=columns).data]
    else:
        day = datetime.datetime.fromisoformat(args.day).replace(tzinfo=datetime.timezone.utc)
        span = (day, day + datetime.timedelta(hours=23, minutes=59)) if args.case == "day" else None
        symbols = library.list_symbols()
        frames = (item.data for first in range(0, len(symbols), 250) for item in library.read_batch(
            [arcticdb.ReadRequest(symbol, columns=columns, date_range=span) for symbol in symbols[first: first + 250]]))
    total = [0, 0, 0.0]
    for frame in frames:
        total = [total[0] + len(frame), total[1] + int(frame["volume"].sum()), total[2] + float(frame["close"].sum())]
    print(json.dumps([total[0], total[1], round(total[2], 2)]))


def peer(args: argparse.Namespace, name: str, symbol: str, day: str) -> list:
    again = [sys.executable, __file__, "--work", args.work, "--symbol", symbol, "--day", day,
             "--tickers", args.work / "tickers"]
    step(f"{name} write", *again, "--child", f"{name}-write")
    print(f"stored by {name}: {stored(args.work / {'duckdb': 'hive', 'arcticdb': 'arctic'}[name])}", flush=True)
    return [json.loads(step(f"{name} scan, {case}", *again, "--child", f"{name}-scan", "--case", case))
            for case in ("all", "symbol", "day")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--symbols", type=int, default=5130)
    parser.add_argument("--to", default="2024-03-27")
    parser.add_argument("--skip", action="append", default=[], choices=["duckdb", "arcticdb"])
    parser.add_argument("--growth", action="store_true", help="then Goldtape alone with a quarter and a sixteenth of the sessions")
    for hidden in ("child", "case", "symbol", "day"):
        parser.add_argument(f"--{hidden}", help=argparse.SUPPRESS)
    parser.add_argument("--tickers", type=pathlib.Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return (duckdb_child if args.child.startswith("duckdb") else arcticdb_child)(args)
    print("| step | wall, s | processor, s | memory, MiB |\n| --- | --- | --- | --- |")
    bars = args.work / "bars"
    if not bars.exists():
        step("generate", args.build / "bench/market_files", bars, args.symbols, 7, "2024-01-02", args.to)
    print(f"given: {stored(bars)}", flush=True)
    global rows_now
    rows_now = rows_of(bars)
    import pyarrow.parquet as pq

    files = sorted(bars.iterdir())
    tickers = sorted({ticker for file in files for ticker in
                      pq.read_table(file, columns=["ticker"])["ticker"].unique().to_pylist()})
    (args.work / "tickers").write_text("\n".join(tickers))
    symbol, day = tickers[len(tickers) // 2], files[len(files) // 2].stem
    print(f"{len(tickers):,} tickers, {len(files)} sessions; scans of {symbol} and {day}", flush=True)
    ours = goldtape(args, symbol, day)
    for name in ("duckdb", "arcticdb"):
        if name in args.skip:
            continue
        for mine, theirs in zip(ours, peer(args, name, symbol, day), strict=True):
            same = mine[:2] == [int(value) for value in theirs[:2]] and abs(mine[2] - theirs[2]) <= 1e-9 * abs(mine[2])
            if not same:
                sys.exit(f"{name} has {theirs}, Goldtape {mine}")
    print(f"all answers equal: {ours[0][0]:,} rows")
    if args.growth:
        growth(args, symbol)


if __name__ == "__main__":
    main()
