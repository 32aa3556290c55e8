"""Planning a scan over a table of many data files by Goldtape and PyIceberg: the same table, the same files found.

    pip install 'pyiceberg[sql-sqlite,pyarrow]==0.12.*'; build table_plans; then
    python bench/plan_peers.py --work FOLDER [--days 50]      2,000 tickers a day: 100,000 files at 50
    python bench/plan_peers.py --work FOLDER --alone --days 3 --days 12 --days 48      how it grows

Each plan is the first of a new process after the page cache was dropped (needs root; else the cache is warm and the
output says so), timed from opening the catalog to the list of files; medians. Imports and process start are left out.
"""

import argparse
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PYICEBERG = """
import sys, time
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import AlwaysTrue, EqualTo
filters = {"all": AlwaysTrue(), "day": EqualTo("date", "2024-01-03"), "ticker": EqualTo("ticker", "T00007")}
started = time.perf_counter()
catalog = SqlCatalog("goldtape", uri=f"sqlite:///{sys.argv[1]}/catalog.db", warehouse=f"file://{sys.argv[1]}")
files = list(catalog.load_table("bench.bars").scan(row_filter=filters[sys.argv[2]]).plan_files())
print(f"{1000 * (time.perf_counter() - started):.3f} {len(files)}")
"""


def drop_cache() -> bool:
    try:
        subprocess.run(["sync"], check=True)
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--tickers", type=int, default=2000)
    parser.add_argument("--days", type=int, action="append")
    parser.add_argument("--alone", action="store_true", help="without PyIceberg")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    for days in args.days or [50]:
        compare(args, days)


def compare(args: argparse.Namespace, days: int) -> None:
    program = args.build / "bench/table_plans"
    shutil.rmtree(args.work, ignore_errors=True)
    subprocess.run([program, "make", args.work, str(args.tickers), str(days)], check=True)
    cold = drop_cache()
    print(f"{args.tickers * days} files, {'cold' if cold else 'page cache warm: not root'}")
    for what in ("all", "day", "ticker"):
        found = {}
        for name, command in (("goldtape", [program, "plan", args.work, what]),
                              ("pyiceberg", [sys.executable, "-c", PYICEBERG, args.work, what])):
            if args.alone and name != "goldtape":
                continue
            times = []
            for _ in range(args.repeats):
                drop_cache()
                answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
                times.append(float(answer[0]))
                found[name] = int(answer[1])
            print(f"  {what:7} {name:10} {statistics.median(times):10.1f} ms  {found[name]} files", flush=True)
        if len(set(found.values())) != 1:
            raise SystemExit(f"they found different files: {found}")


if __name__ == "__main__":
    main()
