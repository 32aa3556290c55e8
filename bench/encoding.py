"""Bytes a bar and decode speed of Parquet encodings, on the sample's real minute bars: the numbers of ADR 0003
and 0004. Arrow's writer is the same here as in table/parquet_writer.cc.

    tools/python bench/encoding.py            the tables, as Markdown
"""

from __future__ import annotations

import csv
import datetime
import decimal
import gzip
import io
import pathlib
import tempfile
import time
import zoneinfo

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = pathlib.Path(__file__).resolve().parent.parent
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
PRICES = ("open", "high", "low", "close")
CENTS = decimal.Decimal("0.0001")
SEVEN = ["ticker", "ts", *PRICES, "volume"]


def sample() -> list[dict]:
    """The sample's bars, start-labelled, by ticker and time."""
    bars = []
    for number, path in enumerate(sorted((ROOT / "samples" / "minute").glob("*_1min.csv.gz"))):
        with gzip.open(path, "rt", newline="") as file:
            for line in csv.DictReader(file):
                end = datetime.datetime.fromisoformat(line["datetime"]).replace(tzinfo=NEW_YORK)
                start = end - datetime.timedelta(minutes=1)
                bars.append(
                    {
                        "security_id": number + 1,
                        "ticker": path.name.split("_")[0],
                        "ts": start.astimezone(datetime.timezone.utc),
                        "date": start.date(),
                        "minute": start.hour * 60 + start.minute - 570,
                        **{p: float(line[p]) for p in PRICES},
                        "volume": int(line["volume"]),
                    }
                )
    return sorted(bars, key=lambda bar: (bar["ticker"], bar["ts"]))


def bronze(bars) -> pa.Table:
    constant = {
        "source": "files", "interval": "1m", "session": "regular", "price_basis": "raw",
        "load_id": "0" * 64, "vwap": None, "trade_count": None, "adj_close": None, "basis_as_of": None,
    }  # fmt: skip
    seen = datetime.datetime(2019, 2, 16, tzinfo=datetime.timezone.utc)
    rows = [{**bar, **constant, "observed_at": seen, "ingested_at": seen} for bar in bars]
    instant = pa.timestamp("us", "UTC")
    return pa.Table.from_pylist(
        rows,
        pa.schema(
            [
                ("source", pa.string()), ("interval", pa.string()), ("ticker", pa.string()), ("ts", instant),
                ("date", pa.date32()), *((p, pa.float64()) for p in PRICES), ("volume", pa.int64()),
                ("vwap", pa.float64()), ("trade_count", pa.int64()), ("adj_close", pa.float64()),
                ("session", pa.string()), ("price_basis", pa.string()), ("basis_as_of", pa.date32()),
                ("observed_at", instant), ("ingested_at", instant), ("load_id", pa.string()),
            ]
        ),
    )  # fmt: skip


def silver(bars, price: pa.DataType) -> pa.Table:
    def stored(value: float):
        return value if pa.types.is_floating(price) else decimal.Decimal(repr(value)).quantize(CENTS)

    rows = [
        {**bar, **{p: stored(bar[p]) for p in PRICES}, "vwap": None, "trade_count": None, "fill": "traded",
         "source": "files", "flags": 0}
        for bar in bars
    ]  # fmt: skip
    return pa.Table.from_pylist(
        rows,
        pa.schema(
            [
                ("security_id", pa.int64()), ("ticker", pa.string()), ("ts", pa.timestamp("us", "UTC")),
                ("date", pa.date32()), ("minute", pa.int32()), *((p, price) for p in PRICES),
                ("volume", pa.int64()), ("vwap", pa.decimal128(18, 6)), ("trade_count", pa.int64()),
                ("fill", pa.string()), ("source", pa.string()), ("flags", pa.int32()),
            ]
        ),
    )  # fmt: skip


def is_delta(field: pa.Field) -> bool:
    kind = field.type
    return pa.types.is_integer(kind) or pa.types.is_temporal(kind) or pa.types.is_decimal(kind)


def options(table: pa.Table, codec: str, ours: bool, level: int | None = None, page_rows: int | None = 1024) -> dict:
    """Writer options: `ours` as table/parquet_writer.cc, else Arrow's defaults."""
    chosen = {"compression": codec, "compression_level": level, "row_group_size": 65_536}
    if not ours:
        return chosen
    chosen |= {
        "use_dictionary": [f.name for f in table.schema if pa.types.is_string(f.type)],
        "column_encoding": {f.name: "DELTA_BINARY_PACKED" for f in table.schema if is_delta(f)},
        "store_decimal_as_integer": True,
    }
    if page_rows:
        chosen |= {"max_rows_per_page": page_rows, "write_batch_size": page_rows, "write_page_index": True}
    return chosen


def measure(table: pa.Table, **chosen) -> tuple[float, float]:
    """Bytes a bar, and million bars a second of CPU when read whole on one thread (best of 9)."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **chosen)
    data = pa.py_buffer(buffer.getvalue())
    best = float("inf")
    for _ in range(9):
        start = time.process_time()
        back = pq.read_table(pa.BufferReader(data), use_threads=False)
        best = min(best, time.process_time() - start)
    assert back.equals(table)
    return buffer.tell() / table.num_rows, table.num_rows / best / 1e6


def show(title: str, cases) -> None:
    print(f"\n{title}\n\n| case | bytes a bar | Mbar/s |\n| --- | --- | --- |")
    for name, table, chosen in cases:
        size, speed = measure(table, **chosen)
        print(f"| {name} | {size:.2f} | {speed:.1f} |")


def layouts(table: pa.Table) -> None:
    print("\nLayouts of silver, snappy\n\n| files by | files | bytes a bar |\n| --- | --- | --- |")
    for name, keys in (("month", []), ("day", ["date"]), ("ticker and day", ["ticker", "date"])):
        with tempfile.TemporaryDirectory() as folder:
            parts = [table]
            for key in keys:
                column = [part.column(key) for part in parts]
                parts = [
                    part.filter(pa.array([v == value for v in values.to_pylist()]))
                    for part, values in zip(parts, column)
                    for value in sorted(set(values.to_pylist()))
                ]
            for i, part in enumerate(parts):
                pq.write_table(part, f"{folder}/{i}.parquet", **options(part, "snappy", ours=True))
            size = sum(f.stat().st_size for f in pathlib.Path(folder).iterdir())
            print(f"| {name} | {len(parts)} | {size / table.num_rows:.2f} |")


def main() -> None:
    bars = sample()
    raw, exact, double = bronze(bars), silver(bars, pa.decimal128(18, 4)), silver(bars, pa.float64())
    lost = sum(decimal.Decimal(repr(b[p])).quantize(CENTS) != decimal.Decimal(repr(b[p])) for b in bars for p in PRICES)
    print(f"{len(bars)} bars; {lost} of {4 * len(bars)} prices do not fit four decimals")
    show(
        "Silver, seven columns",
        [
            ("double, Arrow's defaults, snappy", double.select(SEVEN), options(double, "snappy", ours=False)),
            ("double, Arrow's defaults, zstd", double.select(SEVEN), options(double, "zstd", ours=False)),
            *(
                (f"decimal(18,4) delta, {codec}, {pages or 'default'}-row pages", exact.select(SEVEN),
                 options(exact.select(SEVEN), codec, True, page_rows=pages))
                for codec in ("none", "snappy", "zstd") for pages in (None, 1024)
            ),
        ],
    )  # fmt: skip
    show(
        "Silver, all columns",
        [(f"decimal(18,4) delta, {c}", exact, options(exact, c, ours=True)) for c in ("none", "snappy", "zstd")],
    )
    show(
        "Bronze, all columns, prices as double",
        [
            *((f"Arrow's defaults, {c}", raw, options(raw, c, ours=False)) for c in ("snappy", "zstd")),
            *((f"ours, {c}", raw, options(raw, c, ours=True)) for c in ("snappy", "zstd")),
            ("ours, zstd, default pages", raw, options(raw, "zstd", ours=True, page_rows=None)),
        ],
    )
    layouts(exact)


if __name__ == "__main__":
    main()
