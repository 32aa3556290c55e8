"""Reads of minute bars by Goldtape, ArcticDB, Polars and DuckDB: the same rows, timed side by side.

    pip install arcticdb polars duckdb pyarrow pandas; build goldtape, market_files and table_reads; then
    python bench/read_peers.py --work FOLDER [--symbols 200 --from 2024-01-02 --to 2024-06-24]

Makes a market, loads it into a lake (ingest, refine, compact), hands the peers the lake's own silver rows in their
usual form, and asks everybody for one symbol's whole history and for one day of all symbols: ts, open, high, low,
close, volume (the day: the symbol too) as Arrow, prices float64. Answers are compared value by value before a time
is printed. Warm: later calls in the same process, median and
least. Cold: a new process after the page cache was dropped
(needs root), its first call. Two threads each. `--growth` times Goldtape alone on five lakes of its own: once, four
and sixteen times the sessions, and the symbols.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

os.environ.setdefault("POLARS_MAX_THREADS", "2")
ROOT = pathlib.Path(__file__).resolve().parents[1]
COLUMNS = ["ts", "open", "high", "low", "close", "volume"]


def run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def make_lake(build: pathlib.Path, work: pathlib.Path, symbols: int, first: str, last: str) -> pathlib.Path:
    goldtape, lake = build / "bin/goldtape", work / "lake"
    print(run(build / "bench/market_files", work / "bars", symbols, 7, first, last), end="")
    run(goldtape, "--lake", lake, "init")
    for step in (["ingest", "files", "--path", work / "bars", "--interval", "1m"], ["refine"], ["compact"]):
        started = time.perf_counter()
        run(goldtape, "--lake", lake, *step)
        print(f"{step[0]}: {time.perf_counter() - started:.1f} s", flush=True)
    return lake


def prepare(args: argparse.Namespace) -> None:
    """The lake, and from its silver rows the peers' files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lake = make_lake(args.build, args.work, args.symbols, args.first, args.last)
    run(args.build / "bench/table_reads", lake, "all", "-", 1, args.work / "all.arrow")
    with pa.ipc.open_stream(args.work / "all.arrow") as stream:
        rows = stream.read_all().sort_by([("security_id", "ascending"), ("ts", "ascending")]).combine_chunks()
    (args.work / "all.arrow").unlink()
    # As people write one file: zstd, dictionaries, a row group a symbol.
    ids = rows.column("security_id").to_numpy()
    with pq.ParquetWriter(args.work / "usual.parquet", rows.schema, compression="zstd") as writer:
        start = 0
        for end in [*(1 + (ids[1:] != ids[:-1]).nonzero()[0]).tolist(), len(ids)]:
            writer.write_table(rows.slice(start, end - start), row_group_size=end - start)
            start = end
    import arcticdb

    library = arcticdb.Arctic(f"lmdb://{args.work}/arctic?map_size=20GB").get_library("bars", create_if_missing=True)
    frame = rows.to_pandas()
    for security, part in frame.groupby("security_id"):
        library.write(str(security), part.drop(columns="security_id").set_index("ts"))


def reader(engine: str, args: argparse.Namespace, case: str, value: str):
    """A call that gives the answer as an Arrow table."""
    import datetime

    columns = COLUMNS if case == "symbol" else ["security_id", *COLUMNS]
    day = None if case == "symbol" else datetime.date.fromisoformat(value)
    next_day = None if day is None else day + datetime.timedelta(days=1)
    files = {"usual": [str(args.work / "usual.parquet")], "own": args.files}[engine.split("-")[-1] if "-" in engine else "usual"]
    utc = datetime.timezone.utc
    bounds = None if day is None else [datetime.datetime(d.year, d.month, d.day, tzinfo=utc) for d in (day, next_day)]
    if engine.startswith("polars"):
        import polars as pl

        def polars():
            frame = pl.scan_parquet(files)
            keep = pl.col("security_id") == int(value) if case == "symbol" else (
                (pl.col("ts") >= bounds[0]) & (pl.col("ts") < bounds[1])
            )
            prices = [pl.col(c).cast(pl.Float64) for c in ("open", "high", "low", "close")]
            return frame.filter(keep).select(columns).with_columns(prices).collect().to_arrow()

        return polars
    if engine.startswith("duckdb"):
        import duckdb

        connection = duckdb.connect(config={"threads": 2})
        connection.execute("SET TimeZone = 'UTC'")
        shown = [f"{c}::DOUBLE AS {c}" if c in ("open", "high", "low", "close") else c for c in columns]
        where = f"security_id = {value}" if case == "symbol" else f"ts >= '{bounds[0]}' AND ts < '{bounds[1]}'"
        sql = f"SELECT {', '.join(shown)} FROM read_parquet({files}) WHERE {where}"
        return lambda: connection.sql(sql).to_arrow_table()
    import arcticdb
    import pyarrow as pa

    library = arcticdb.Arctic(f"lmdb://{args.work}/arctic?map_size=20GB").get_library("bars")
    symbols = library.list_symbols()
    span = None if day is None else (bounds[0], bounds[1] - datetime.timedelta(microseconds=1))

    def arctic():
        # pandas is what ArcticDB hands out; that its columns become Arrow's without a copy is not counted.
        if case == "symbol":
            return library.read(value).data
        return library.read_batch([arcticdb.ReadRequest(s, date_range=span) for s in symbols])

    def as_arrow(answer):
        if case == "symbol":
            return pa.Table.from_pandas(answer.reset_index(), preserve_index=False)
        parts = []
        for one in answer:
            part = pa.Table.from_pandas(one.data.reset_index(), preserve_index=False)
            parts.append(part.add_column(0, "security_id", pa.array([int(one.symbol)] * len(part), pa.int64())))
        return pa.concat_tables(parts)

    arctic.as_arrow = as_arrow
    return arctic


def child(args: argparse.Namespace) -> None:
    """One engine, one case, in this process: times to standard output, the answer to a file."""
    import pyarrow as pa

    call = reader(args.engine, args, args.case, args.value)
    times = []
    for _ in range(args.repeats):
        started = time.perf_counter()
        answer = call()
        times.append((time.perf_counter() - started) * 1000)
    answer = getattr(call, "as_arrow", lambda same: same)(answer)
    with pa.ipc.new_stream(args.out, answer.schema) as stream:
        stream.write_table(answer)
    print(json.dumps(times))


def canonical(path: pathlib.Path):
    import numpy as np
    import pyarrow as pa

    with pa.ipc.open_stream(path) as stream:
        rows = stream.read_all()
    keys = [(name, "ascending") for name in ("security_id", "ts") if name in rows.column_names]
    rows = rows.sort_by(keys)
    out = {}
    for name in rows.column_names:
        column = rows.column(name).combine_chunks()
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.int64())
        elif name == "volume":
            column = column.cast(pa.int64())
        out[name] = np.asarray(column.to_numpy(zero_copy_only=False))
    return out


def same(a, b) -> bool:
    import numpy as np

    return all(np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f") for name in a)


def drop_caches() -> None:
    os.sync()
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")


def times_of(engine: str, args: argparse.Namespace, case: str, value: str, repeats: int) -> list[float]:
    out = args.work / f"{engine}.arrow"
    if engine == "goldtape":
        lines = run(args.build / "bench/table_reads", args.work / "lake", case, value, repeats, out)
        return [float(line) for line in lines.split()]
    lines = run(
        sys.executable, __file__, "--work", args.work, "--build", args.build, "--engine", engine, "--case", case,
        "--value", value, "--repeats", repeats, "--out", out, "--files", *args.files,
    )  # fmt: skip
    return json.loads(lines.splitlines()[-1])


# Once, four and sixteen times the sessions, and the symbols.
GROWTH = [(25, "2024-01-23"), (25, "2024-03-27"), (25, "2024-12-12"), (100, "2024-01-23"), (400, "2024-01-23")]


def exponent(points: list[tuple[int, float]]) -> float:
    """Of the power of the rows that the times grow with, by least squares."""
    import math

    logs = [(math.log(rows), math.log(time)) for rows, time in points]
    x, y = (statistics.fmean(one[i] for one in logs) for i in (0, 1))
    return sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs)


def growth(args: argparse.Namespace) -> None:
    """Goldtape alone: how the two reads grow with what they answer, and with what is stored beside that."""
    import pyarrow as pa

    found = []
    for symbols, last in GROWTH:
        work = args.work / f"{symbols}_to_{last}"
        if not (work / "lake").exists():
            work.mkdir(parents=True, exist_ok=True)
            make_lake(args.build, work, symbols, "2024-01-02", last)
        one = {}
        # The least id's symbol is there in every lake.
        for case, value in (("day", "2024-01-10"), ("symbol", None)):
            out = work / "answer.arrow"
            if value is None:
                with pa.ipc.open_stream(out) as stream:
                    value = str(min(stream.read_all().column("security_id").to_pylist()))
            lines = run(args.build / "bench/table_reads", work / "lake", case, value, args.repeats, out)
            with pa.ipc.open_stream(out) as stream:
                rows = stream.read_all().num_rows
            times = [float(line) for line in lines.split()][1:]
            one[case] = (rows, min(times), statistics.median(times))
        found.append(one)
        shown = "  ".join(f"{case} {n:7} rows {low:7.3f} ms (median {mid:7.3f})" for case, (n, low, mid) in one.items())
        print(f"{symbols:4} symbols to {last}: {shown}", flush=True)
    by_sessions, by_symbols = found[:3], [found[0], *found[3:]]
    for case, lakes, other in (("symbol", by_sessions, by_symbols), ("day", by_symbols, by_sessions)):
        power = exponent([one[case][:2] for one in lakes])
        beside = other[-1][case][1] / other[0][case][1]
        print(f"{case}: grows with the rows of the answer to the power {power:.2f} (of the least times); "
              f"16 times the rows beside it: {beside:.2f} times the time")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--symbols", type=int, default=200)
    parser.add_argument("--from", dest="first", default="2024-01-02")
    parser.add_argument("--to", dest="last", default="2024-06-24")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--cold", type=int, default=5, help="cold runs of each; 0: none")
    parser.add_argument("--growth", action="store_true", help="Goldtape's reads alone, at 1x, 4x and 16x rows")
    for hidden in ("--engine", "--case", "--value", "--out"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--files", nargs="*", default=[], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.engine:
        return child(args)
    if args.growth:
        return growth(args)
    args.work.mkdir(parents=True, exist_ok=True)
    if not (args.work / "arctic").exists():
        prepare(args)
    args.files = run(args.build / "bench/table_reads", args.work / "lake", "files").split()
    import pyarrow.parquet as pq

    usual = pq.ParquetFile(args.work / "usual.parquet")
    longest = max(range(usual.num_row_groups), key=lambda group: (usual.metadata.row_group(group).num_rows, group))
    symbol = str(usual.read_row_group(longest, ["security_id"]).column(0)[0].as_py())
    bytes_held = sum(pathlib.Path(path).stat().st_size for path in args.files)
    rows = usual.metadata.num_rows
    print(f"silver.bars_1m: {rows} rows in {len(args.files)} files, {bytes_held / rows:.2f} bytes a row, all columns")
    engines = ["goldtape", "arcticdb", "polars", "duckdb", "polars-own", "duckdb-own"]
    # A symbol's reads are short: more of them, so that the median says as much.
    for case, value, repeats in (("symbol", symbol, 10 * args.repeats), ("day", "2024-03-14", args.repeats)):
        expected = None
        print(f"{case} {value}")
        for engine in engines:
            warm = times_of(engine, args, case, value, repeats)[1:]
            answer = canonical(args.work / f"{engine}.arrow")
            expected = expected or answer
            if not same(expected, answer):
                raise SystemExit(f"{engine} answers {case} {value} differently")
            cold = []
            for _ in range(args.cold):
                drop_caches()
                cold.append(times_of(engine, args, case, value, 1)[0])
            shown = f"  cold {statistics.median(cold):9.2f}" if cold else ""
            rows = len(answer["ts"])
            print(f"  {engine:12} {rows:7} rows  warm {statistics.median(warm):9.3f} ms, least {min(warm):9.3f}{shown}", flush=True)


if __name__ == "__main__":
    main()
