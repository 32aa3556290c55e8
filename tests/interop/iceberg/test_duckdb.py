"""DuckDB's iceberg extension reads what we write, straight from the metadata file."""

from __future__ import annotations

import pytest
from rows import ROWS, history_numbers, plain, row, rows


def scan(duck, table, where="true", **options) -> list[dict]:
    arguments = "".join(f", {name} => {value}" for name, value in options.items())
    sql = f"SELECT * FROM iceberg_scan('{table.metadata_location}'{arguments}) WHERE {where}"
    return plain(duck.execute(sql).to_arrow_table().to_pylist())


@pytest.mark.parametrize("name", ["plain", "transforms"])
def test_reads_every_row_and_type(duck, catalog, name):
    assert scan(duck, catalog.load_table(f"test.{name}")) == plain(rows(range(ROWS)))


def test_filters_lose_nothing(duck, catalog):
    table = catalog.load_table("test.transforms")
    everything = rows(range(ROWS))
    for i in (33, 250, 402, 441, 701):
        wanted = row(i)
        for column, constant in (
            ("id", wanted["id"]),
            ("text", f"'{wanted['text']}'"),
            ("day", f"DATE '{wanted['day']}'"),
            ("naive", f"TIMESTAMP '{wanted['naive']}'"),
            ("price", str(wanted["price"])),
        ):
            expected = plain(r for r in everything if r[column] == wanted[column])
            assert scan(duck, table, f"{column} = {constant}") == expected, (i, column)


def test_snapshots_and_evolution(duck, catalog):
    table = catalog.load_table("test.history")
    first, second, third, _ = table.snapshots()
    for snapshot, numbers in ((first, range(500)), (second, range(ROWS)), (third, history_numbers())):
        got = scan(duck, table, snapshot_from_id=snapshot.snapshot_id)
        for r in got:
            r.pop("added", None)
        assert got == plain(rows(numbers))
    now = scan(duck, table)
    assert [r["id"] for r in now] == [*history_numbers(), *range(ROWS, ROWS + 10)]
    assert {r["added"] for r in now if r["id"] < ROWS} == {None}
