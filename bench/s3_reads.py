"""One symbol from S3, cold, by Goldtape, pyarrow and DuckDB, with 50 ms added to each request.

    pip install pyarrow duckdb==1.5.5 duckdb-extension-httpfs==1.5.5; build goldtape, market_files and table_reads,
    tools/setup interop (MinIO); then
    python bench/s3_reads.py --work FOLDER [--symbols 50 --from 2024-01-02 --to 2024-03-28]

A lake on a MinIO of its own (ingested, refined, compacted), and beside it the same silver rows as people keep them, a
file a symbol and day. Each asks for ts, open, high, low, close and volume of one symbol in a new process, through a
proxy that holds each request for 50 ms and passes 200 at a time. Goldtape's catalog is on this machine, as SQLite is;
its Parquet and Iceberg files are all in the bucket. Rounds: the longest chain of requests of which each began after
the one before had been answered. Answers are compared before anything is printed.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/interop"), str(ROOT / "tests/interop/s3")]
from minio_server import running_minio  # noqa: E402
from proxy import Proxy, Trouble  # noqa: E402

COLUMNS = ["ts", "open", "high", "low", "close", "volume"]
PYARROW = """
import os, sys, time
import pyarrow.dataset as ds, pyarrow.fs, pyarrow.feather
started = time.perf_counter()
files = pyarrow.fs.S3FileSystem(endpoint_override=os.environ["AWS_ENDPOINT_URL"], region="us-east-1")
bars = ds.dataset("bench/usual", format="parquet", partitioning="hive", filesystem=files)
rows = bars.to_table(columns=["ts", "open", "high", "low", "close", "volume"], filter=ds.field("security") == int(sys.argv[1]))
print(1000 * (time.perf_counter() - started))
pyarrow.feather.write_feather(rows, sys.argv[2], compression="uncompressed")
"""
DUCKDB = """
import os, pathlib, sys, time
import duckdb, pyarrow.feather
import duckdb_extension_httpfs
db = duckdb.connect(config={"threads": 2, "allow_unsigned_extensions": "false"})
extension = next(pathlib.Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension"))
db.execute(f"load '{extension}'")
started = time.perf_counter()
host = os.environ["AWS_ENDPOINT_URL"].split("//")[1]
db.execute(f"create secret (type s3, key_id '{os.environ['AWS_ACCESS_KEY_ID']}', region 'us-east-1', "
           f"secret '{os.environ['AWS_SECRET_ACCESS_KEY']}', endpoint '{host}', url_style 'path', use_ssl false)")
rows = db.execute("select ts, open, high, low, close, volume from read_parquet('s3://bench/usual/**/*.parquet', "
                  "hive_partitioning = true) where security = ?", [int(sys.argv[1])]).to_arrow_table()
print(1000 * (time.perf_counter() - started))
pyarrow.feather.write_feather(rows, sys.argv[2], compression="uncompressed")
"""


class Watch(Trouble):
    """Holds each request, and notes from when to when it was under way."""

    def __init__(self, delay_s: float):
        super().__init__(delay_s=delay_s)
        self.spans: list[tuple[float, float]] = []

    def next(self, method: str, path: str) -> str:
        now = time.perf_counter()
        with self.lock:
            self.spans.append((now, now + self.delay_s))
        return ""

    def rounds(self) -> int:
        chain, end = 0, 0.0
        for start, stop in sorted(self.spans, key=lambda span: span[1]):
            if start >= end:
                chain, end = chain + 1, stop
        return chain


def run(*command: object, env: dict) -> str:
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True, env=env).stdout


def prepare(args: argparse.Namespace, env: dict) -> pathlib.Path:
    """The lake and the usual files; the folder of the lake's catalog."""
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.fs

    goldtape, bench = args.build / "bin/goldtape", args.build / "bench"
    run(bench / "market_files", args.work / "bars", args.symbols, 7, args.first, args.last, env=env)
    lake = ("--lake", "s3://bench/lake")
    run(goldtape, *lake, "init", "--make-bucket", env=env)
    for step in (["ingest", "files", "--path", args.work / "bars", "--interval", "1m"], ["refine"], ["compact"]):
        run(goldtape, *lake, "--quiet", *step, env=env)
    folder = next((pathlib.Path(env["XDG_DATA_HOME"]) / "goldtape/lakes").iterdir())
    run(bench / "table_reads", folder, "all", "-", 1, args.work / "all.arrow", env=env)
    with pa.ipc.open_stream(args.work / "all.arrow") as stream:
        rows = stream.read_all()
    rows = rows.append_column("day", rows["ts"].cast(pa.timestamp("us", "UTC")).cast(pa.date32()))
    rows = rows.rename_columns(["security" if name == "security_id" else name for name in rows.column_names])
    files = pyarrow.fs.S3FileSystem(endpoint_override=env["AWS_ENDPOINT_URL"], region="us-east-1",
                                    access_key=env["AWS_ACCESS_KEY_ID"], secret_key=env["AWS_SECRET_ACCESS_KEY"])
    ds.write_dataset(rows, "bench/usual", format="parquet", filesystem=files, max_partitions=100_000,
                     partitioning=ds.partitioning(pa.schema([("security", pa.int64()), ("day", pa.date32())]), flavor="hive"))
    print(f"{rows.num_rows} rows, {len(files.get_file_info(pyarrow.fs.FileSelector('bench/usual', recursive=True)))} "
          "files and folders of the usual kind")
    return folder


def answer(path: pathlib.Path) -> list:
    import pyarrow as pa
    import pyarrow.feather

    if path.suffix == ".arrow":
        with pa.ipc.open_stream(path) as stream:
            rows = stream.read_all()
    else:
        rows = pyarrow.feather.read_table(path)
    kinds = [pa.timestamp("us", "UTC"), *[pa.float64()] * 4, pa.int64()]
    return pa.table({name: rows[name].cast(kind) for name, kind in zip(COLUMNS, kinds)}).sort_by("ts").to_pylist()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--symbols", type=int, default=50)
    parser.add_argument("--from", dest="first", default="2024-01-02")
    parser.add_argument("--to", dest="last", default="2024-03-28")
    parser.add_argument("--symbol", type=int, default=7)
    parser.add_argument("--delay-ms", type=float, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    (args.work / "minio").mkdir(parents=True)
    with running_minio(args.work / "minio") as minio:
        env = {**os.environ, **minio.env(), "XDG_DATA_HOME": str(args.work / "data"), "GOLDTAPE_S3_CACHE_SIZE": "0",
               "GOLDTAPE_TEST_WAREHOUSE": "s3://bench/lake"}
        folder = prepare(args, env)
        peers = {"goldtape": ([args.build / "bench/table_reads", folder, "symbol", args.symbol, 1], "arrow"),
                 "pyarrow": ([sys.executable, "-c", PYARROW, args.symbol], "feather"),
                 "duckdb": ([sys.executable, "-c", DUCKDB, args.symbol], "feather")}
        expected = None
        for name, (command, kind) in peers.items():
            out, times = args.work / f"{name}.{kind}", []
            for _ in range(args.repeats):
                watch = Watch(args.delay_ms / 1000)
                with Proxy(minio.port, watch) as proxy:
                    times.append(float(run(*command, out, env={**env, **minio.env(proxy.port)}).split()[0]))
            rows = answer(out)
            expected = expected or rows
            if rows != expected or not rows:
                raise SystemExit(f"{name} answered {len(rows)} rows, not the {len(expected)} of goldtape")
            print(f"  {name:10} {statistics.median(times):9.1f} ms  {len(watch.spans)} requests in {watch.rounds()} rounds",
                  flush=True)


if __name__ == "__main__":
    main()
