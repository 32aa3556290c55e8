"""The tables that tests/tools/matrix_tables.cc makes, their rows said a second time, each by its number."""

from __future__ import annotations

import datetime
import decimal

ROWS = 200
NESTED = ["nested", "evolved_nested"]
TABLES = ["identity", "year", "month", "day", "hour", "bucket", "truncate", "decimal_bucket", "decimal_truncate",
          "evolved_schema", "evolved_spec", "deletes", "equality_deletes", "nulls", *NESTED, "maps"]
MAPS = ["ranks", "venues"]

EPOCH_DAY = datetime.date(1970, 1, 1)
EPOCH = datetime.datetime(1970, 1, 1)
FLAT = ["name", "day", "at", "lot", "price", "value"]


def flat(i: int) -> dict:
    day = datetime.date(2024, 1, 1) + datetime.timedelta(days=i % 90)
    at = datetime.datetime.combine(day, datetime.time(i % 24, 30))
    row = {"id": i, "name": f"name {i % 5}", "day": day, "at": at, "lot": i * 10,
           "price": decimal.Decimal(f"{i}.2500"), "value": i + 0.5}
    return {key: None if key != "id" and i % 7 == 3 and key != "at" else value for key, value in row.items()}


def nested(i: int) -> dict:
    if i % 7 == 3:
        return {"id": i, "name": None, "venue": None, "tags": None}
    return {"id": i, "name": f"name {i % 5}", "venue": {"name": f"V{i % 3}", "lot": i}, "tags": [f"a{i}", None]}


def maps(i: int) -> dict:
    if i % 7 == 3:
        return {"id": i, "name": None, "ranks": None, "venues": None}
    if i % 7 == 5:
        return {"id": i, "name": "none", "ranks": {}, "venues": {}}
    return {"id": i, "name": f"name {i % 5}", "ranks": {f"r{i % 5}": i, "unknown": None},
            "venues": {f"V{i % 3}": {"name": f"v{i % 3}", "lot": i}}}


def row(table: str, i: int) -> dict:
    if table == "maps":
        return maps(i)
    if table in NESTED:
        return nested(i)
    if table == "nulls":
        return {"id": i} | dict.fromkeys(FLAT)
    return flat(i) | ({"added": None} if table == "evolved_schema" else {})


def rows(table: str, numbers=range(ROWS)) -> dict[int, dict]:
    """By id, in the plain form."""
    return {i: plain(row(table, i)) for i in numbers}


def plain(value):
    """As `iceberg_tool dump` prints values: instants and days as numbers, decimals as text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return (value - EPOCH) // datetime.timedelta(microseconds=1)
    if isinstance(value, datetime.date):
        return (value - EPOCH_DAY).days
    return value


def as_map(value):
    """A map as a dict, whether an engine gives it as one, as pairs, or as objects with key and value."""
    if value is None or isinstance(value, dict):
        return value
    return dict((one["key"], one["value"]) if isinstance(one, dict) else one for one in value)


def by_id(rows_of_dicts) -> dict[int, dict]:
    """Rows in the plain form, by id; no id may come twice."""
    found: dict[int, dict] = {}
    for one in rows_of_dicts:
        assert one["id"] not in found, f"id {one['id']} is there twice"
        found[one["id"]] = plain(one) | {name: as_map(plain(one[name])) for name in MAPS if name in one}
    return found
