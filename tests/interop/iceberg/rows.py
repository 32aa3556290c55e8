"""The rows that tests/tools/iceberg_tool.cc writes, said a second time: each value by the row's number."""

from __future__ import annotations

import datetime
import decimal

ROWS = 1000
EPOCH_DAY = datetime.date(1970, 1, 1)
EPOCH = datetime.datetime(1970, 1, 1)
EPOCH_UTC = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def _null(i: int, each: int, value):
    return None if i % each == 0 else value


def row(i: int) -> dict:
    return {
        "id": i,
        "flag": _null(i, 5, i % 3 == 1),
        "small": _null(i, 7, i * 7 - 500),
        "real": _null(i, 11, i / 4),
        "number": _null(i, 13, i / 8 - 30),
        "price": _null(i, 17, decimal.Decimal(i * 12345 - 100_000).scaleb(-4)),
        "wide": _null(i, 19, decimal.Decimal(10**20 * (i - 500)).scaleb(-2)),
        "day": _null(i, 23, EPOCH_DAY + datetime.timedelta(days=17_900 + i // 10)),
        "naive": _null(i, 29, EPOCH + datetime.timedelta(microseconds=1_549_900_000_123_456 + i * 3_600_000_000)),
        "instant": _null(i, 31, EPOCH_UTC + datetime.timedelta(microseconds=1_549_900_000_000_000 + i * 7_200_000_000)),
        "text": _null(i, 37, f"name {i % 37} of a long text, é"),
        "bytes": _null(i, 41, bytes([i % 256])),
    }


def rows(numbers) -> list[dict]:
    return [row(i) for i in numbers]


def history_numbers() -> list[int]:
    """What is left in test.history after its delete, by number."""
    gone_day = EPOCH_DAY + datetime.timedelta(days=17_920)
    return [i for i in range(ROWS) if i >= 95 and row(i)["day"] != gone_day]


def plain(rows_of_dicts) -> list[dict]:
    """Rows as `iceberg_tool dump` prints them, sorted by id."""

    def value(v):
        if isinstance(v, decimal.Decimal):
            return f"{v:f}"
        if isinstance(v, datetime.datetime):
            epoch = EPOCH if v.tzinfo is None else EPOCH_UTC
            return (v - epoch) // datetime.timedelta(microseconds=1)
        if isinstance(v, datetime.date):
            return (v - EPOCH_DAY).days
        if isinstance(v, (bytes, bytearray)):
            return v.hex()
        return v

    return sorted(({k: value(v) for k, v in r.items()} for r in rows_of_dicts), key=lambda r: r["id"])
