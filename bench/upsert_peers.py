"""A restatement of 5 % of minute bars by Goldtape, PyIceberg, ArcticDB, DuckDB and Polars: the same rows, timed.

    pip install 'pyiceberg[sql-sqlite,pyarrow]==0.12.*' arcticdb duckdb polars pyarrow pandas; build goldtape and
    market_files; then
    python bench/upsert_peers.py --work FOLDER [--rows 46800 --rows 187200 --rows 748800]

Everybody has the same bars stored, then gets a table in which every twentieth of them, scattered over all tickers and
days, has another close and volume, and is timed from having that table to the change being durable. What each then
holds is compared row by row before a time is printed. Goldtape's time is that of the whole command: process, landing
the answer byte for byte, gate, fold, revisions, audit and commit; DuckDB records revisions too, the others none.
Medians; Goldtape with two threads as everybody. PyIceberg is asked up to --pyiceberg rows: beyond it takes minutes.

    python bench/upsert_peers.py --work FOLDER --modes --rows 936000

compares copy-on-write with merge-on-read instead (ADR 23), by the table's property `write.merge.mode`: shares of the
bars, scattered or whole tickers of whole days. For each the processor time (user and system) and the wall time of the
restatement, the bytes that it adds below bronze.bars, and then the processor time of SQL over all bars and of `refine`
from there. Modes take turns; medians.
"""

import argparse
import datetime
import gc
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import time

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[1]
KEY = ["ticker", "ts"]


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def sync(path: pathlib.Path) -> None:
    for file in [path, *path.rglob("*")] if path.is_dir() else [path, path.parent]:
        handle = os.open(file, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def market(args: argparse.Namespace, rows: int) -> tuple[pa.Table, pa.Table]:
    """Stored bars and their restatement: both sorted by ticker and time."""
    folder = args.work / f"bars-{rows}"
    if not folder.exists():
        symbols = args.symbols if rows > 100_000 else 40
        days = 10 + 2 * rows // (symbols * 300)
        run(args.build / "bench/market_files", folder, symbols, 7, "2024-01-02",
            min(datetime.date(2024, 1, 2) + datetime.timedelta(days), datetime.date(2024, 12, 31)))
    files, tables, have = sorted(folder.iterdir()), [], 0
    while have < rows:
        tables.append(pq.read_table(files[len(tables)]))
        have += tables[-1].num_rows
    base = pa.concat_tables(tables).slice(0, rows).sort_by([(name, "ascending") for name in KEY]).combine_chunks()
    chosen = np.sort(np.random.default_rng(7).choice(rows, rows // 20, replace=False))
    changed = base.take(pa.array(chosen))
    middle = pc.round(pc.divide(pc.add(changed["high"], changed["low"]), 2.0), 4)
    changed = changed.set_column(changed.schema.get_field_index("close"), "close", middle)
    changed = changed.set_column(changed.schema.get_field_index("volume"), "volume", pc.add(changed["volume"], 100))
    return base, changed


class Goldtape:
    def __init__(self, args: argparse.Namespace, base: pa.Table, changed: pa.Table) -> None:
        self.program, self.lake = args.build / "bin/goldtape", args.work / "lake"
        pq.write_table(base, args.work / "base.parquet")
        pq.write_table(changed, args.work / "changed.parquet")
        self.changed = args.work / "changed.parquet"
        run(self.program, "--lake", self.lake, "init")
        self.ingest(args.work / "base.parquet", "2025-02-01")
        run(self.program, "--lake", self.lake, "compact")
        shutil.copytree(self.lake, args.work / "lake-before")
        self.before = args.work / "lake-before"

    def ingest(self, path: pathlib.Path, observed: str) -> None:
        run(self.program, "--lake", self.lake, "ingest", "files", "--path", path, "--interval", "1m",
            "--observed-at", observed)

    def reset(self) -> None:
        shutil.rmtree(self.lake)
        shutil.copytree(self.before, self.lake)

    def upsert(self) -> None:
        self.ingest(self.changed, "2025-03-01")

    def rows(self) -> pa.Table:
        out = self.lake.parent / "answer.parquet"
        run(self.program, "--lake", self.lake, "query", "select ticker, ts, close, volume from bronze.bars", "--format",
            "parquet", "--output", out)
        return pq.read_table(out)


class PyIceberg:
    def __init__(self, args: argparse.Namespace, base: pa.Table, changed: pa.Table) -> None:
        self.folder, self.base, self.changed = args.work / "pyiceberg", base, changed

    def reset(self) -> None:
        from pyiceberg.catalog.sql import SqlCatalog

        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        catalog = SqlCatalog("c", uri=f"sqlite:///{self.folder}/c.db", warehouse=f"file://{self.folder}")
        catalog.create_namespace("n")
        self.table = catalog.create_table("n.bars", self.base.schema)
        self.table.append(self.base)

    def upsert(self) -> None:
        self.table.upsert(self.changed, join_cols=KEY)
        sync(self.folder)

    def rows(self) -> pa.Table:
        return self.table.scan().to_arrow()


class ArcticDB:
    def __init__(self, args: argparse.Namespace, base: pa.Table, changed: pa.Table) -> None:
        self.folder = args.work / "arctic"
        self.base, self.changed = base.to_pandas(), changed

    def reset(self) -> None:
        import arcticdb

        self.library = self.arctic = None  # LMDB wants one opening a process.
        gc.collect()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.arctic = arcticdb.Arctic(f"lmdb://{self.folder}?map_size=4GB")
        self.library = self.arctic.get_library("bars", create_if_missing=True)
        for ticker, part in self.base.groupby("ticker"):
            self.library.write(ticker, part.drop(columns="ticker").set_index("ts"))

    def upsert(self) -> None:
        for ticker, part in self.changed.to_pandas().groupby("ticker"):
            stored = self.library.read(ticker).data
            stored.update(part.drop(columns="ticker").set_index("ts"))
            self.library.write(ticker, stored)
        sync(self.folder)

    def rows(self) -> pa.Table:
        parts = []
        for ticker in self.library.list_symbols():
            part = self.library.read(ticker).data.reset_index()
            part["ticker"] = ticker
            parts.append(pa.Table.from_pandas(part, preserve_index=False))
        return pa.concat_tables(parts)


class DuckDB:
    """Its own table, revisions recorded in the same transaction."""

    def __init__(self, args: argparse.Namespace, base: pa.Table, changed: pa.Table) -> None:
        self.path, self.base, self.changed = args.work / "bars.duckdb", base, changed
        self.db = duckdb.connect()

    def reset(self) -> None:
        self.db.close()
        self.path.unlink(missing_ok=True)
        self.db = duckdb.connect(str(self.path), config={"threads": 2})
        base = self.base  # noqa: F841
        self.db.execute("set timezone='UTC'; create table bars as select * from base")
        self.db.execute("create table revisions as select ticker, ts, close as old, close as new from bars limit 0")
        self.db.execute("checkpoint")

    def upsert(self) -> None:
        changed = self.changed  # noqa: F841
        self.db.execute("begin")
        self.db.execute("insert into revisions select b.ticker, b.ts, b.close, c.close from bars b join changed c "
                        "using (ticker, ts)")
        self.db.execute("merge into bars using changed c on bars.ticker = c.ticker and bars.ts = c.ts "
                        "when matched then update set close = c.close, volume = c.volume "
                        "when not matched then insert by name")
        self.db.execute("commit; checkpoint")

    def rows(self) -> pa.Table:
        return self.db.execute("select ticker, ts, close, volume from bars").to_arrow_table()


class Polars:
    """One Parquet file, read, updated and written anew."""

    def __init__(self, args: argparse.Namespace, base: pa.Table, changed: pa.Table) -> None:
        self.path, self.base, self.changed = args.work / "polars.parquet", base, changed

    def reset(self) -> None:
        import polars

        polars.from_arrow(self.base).write_parquet(self.path)

    def upsert(self) -> None:
        import polars

        rows = polars.read_parquet(self.path).update(polars.from_arrow(self.changed), on=KEY, how="full")
        rows.write_parquet(self.path)
        sync(self.path)

    def rows(self) -> pa.Table:
        return pq.read_table(self.path)


SHARES = [0.001, 0.01, 0.05, 0.2, 0.5]
SUMS = "select count(*), sum(round(close * 1e4)::bigint), sum(volume) from bronze.bars"


def restated(base: pa.Table, share: float, clustered: bool) -> pa.Table:
    """Some bars with another close and volume; clustered: whole tickers of whole days, side by side."""
    rows = round(base.num_rows * share)
    if clustered:
        day = pc.cast(base["ts"], pa.date32())
        order = pc.sort_indices(pa.table({"day": day, "n": pa.array(range(base.num_rows))}),
                                [("day", "ascending"), ("n", "ascending")])
        changed = base.take(order[:rows])
    else:
        changed = base.take(pa.array(np.sort(np.random.default_rng(7).choice(base.num_rows, rows, replace=False))))
    middle = pc.round(pc.divide(pc.add(changed["high"], changed["low"]), 2.0), 4)
    changed = changed.set_column(changed.schema.get_field_index("close"), "close", middle)
    changed = changed.set_column(changed.schema.get_field_index("volume"), "volume", pc.add(changed["volume"], 100))
    return changed.sort_by([(name, "ascending") for name in KEY])


def set_mode(lake: pathlib.Path, mode: str) -> None:
    from pyiceberg.catalog.sql import SqlCatalog

    catalog = SqlCatalog("goldtape", uri=f"sqlite:///{lake}/catalog.db", warehouse=f"file://{lake}")
    with catalog.load_table("bronze.bars").transaction() as change:
        change.set_properties({"write.merge.mode": mode})


def spent(*command: object) -> tuple[float, float]:
    """Processor seconds and seconds of a command."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run(*command)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ended - started


def bytes_below(folder: pathlib.Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.parquet"))


def compare_modes(args: argparse.Namespace, rows: int) -> None:
    base, changed = market(args, rows)
    gold = Goldtape(args, base, changed)
    if not args.without_refine:
        run(gold.program, "--lake", gold.lake, "refine")
    shutil.rmtree(gold.before)
    modes = ["copy-on-write", "merge-on-read"]
    for mode in modes:
        set_mode(gold.lake, mode)
        shutil.copytree(gold.lake, args.work / mode)
    print(f"{rows} rows; processor s, s, MB added, SQL processor s, refine processor s")
    for clustered in (False, True):
        for share in args.share or SHARES:
            pq.write_table(restated(base, share, clustered), gold.changed)
            seen: dict[str, list[tuple[float, ...]]] = {mode: [] for mode in modes}
            sums = set()
            for _ in range(args.repeats):
                for mode in modes:
                    gold.before = args.work / mode
                    gold.reset()
                    os.sync()
                    before = bytes_below(gold.lake / "bronze/bars")
                    took = spent(gold.program, "--lake", gold.lake, "ingest", "files", "--path", gold.changed,
                                 "--interval", "1m", "--observed-at", "2025-03-01")
                    added = (bytes_below(gold.lake / "bronze/bars") - before) / 1e6
                    query = spent(gold.program, "--lake", gold.lake, "query", SUMS)[0]
                    refine = 0.0 if args.without_refine else spent(gold.program, "--lake", gold.lake, "refine")[0]
                    seen[mode].append((*took, added, query, refine))
                    sums.add(subprocess.run([gold.program, "--lake", gold.lake, "query", SUMS, "--format", "csv"],
                                            check=True, capture_output=True, text=True).stdout)
            if len(sums) != 1:
                raise SystemExit(f"the modes hold other rows: {sums}")
            for mode in modes:
                figures = [statistics.median(column) for column in zip(*seen[mode], strict=True)]
                name = "clustered" if clustered else "scattered"
                print(f"  {name} {share:6.1%} {mode:13} " + " ".join(f"{figure:8.3f}" for figure in figures), flush=True)


def checked(table: pa.Table, expected: pa.Table, name: str) -> None:
    kinds = {"ticker": pa.string(), "ts": pa.timestamp("us", "UTC"), "close": pa.float64(), "volume": pa.int64()}
    got = pa.table({column: table[column].cast(kind) for column, kind in kinds.items()})
    got = got.sort_by([(column, "ascending") for column in KEY]).combine_chunks()
    if not got.equals(expected.combine_chunks()):
        raise SystemExit(f"{name} holds other rows than expected ({got.num_rows} of {expected.num_rows})")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--rows", type=int, action="append")
    parser.add_argument("--symbols", type=int, default=200)
    parser.add_argument("--pyiceberg", type=int, default=50_000)
    parser.add_argument("--modes", action="store_true")
    parser.add_argument("--without-refine", action="store_true")
    parser.add_argument("--share", type=float, action="append")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    for rows in args.rows or [46_800, 187_200, 748_800]:
        shutil.rmtree(args.work, ignore_errors=True)
        args.work.mkdir(parents=True)
        if args.modes:
            compare_modes(args, rows)
            continue
        base, changed = market(args, rows)
        names = ["ticker", "ts", "close", "volume"]
        kept = base.join(changed.select(KEY), KEY, join_type="left anti").select(names)
        expected = pa.concat_tables([kept, changed.select(names)]).sort_by([(name, "ascending") for name in KEY])
        print(f"{rows} rows, {changed.num_rows} restated")
        for peer in (Goldtape, PyIceberg, ArcticDB, DuckDB, Polars):
            if peer is PyIceberg and rows > args.pyiceberg:
                continue
            one, times = peer(args, base, changed), []
            for _ in range(args.repeats):
                one.reset()
                os.sync()
                started = time.perf_counter()
                one.upsert()
                times.append(time.perf_counter() - started)
            checked(one.rows(), expected, peer.__name__)
            print(f"  {peer.__name__:10} {statistics.median(times):8.3f} s", flush=True)


if __name__ == "__main__":
    main()
