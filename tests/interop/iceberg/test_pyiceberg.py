"""PyIceberg reads what we write, and we read what PyIceberg writes."""

from __future__ import annotations

import pyarrow as pa
import pytest
from pyiceberg.expressions import EqualTo, GreaterThanOrEqual
from rows import ROWS, history_numbers, plain, row, rows


def scan(table, **options) -> list[dict]:
    return plain(table.scan(**options).to_arrow().to_pylist())


@pytest.mark.parametrize("name", ["plain", "transforms"])
def test_reads_every_row_and_type(catalog, name):
    assert scan(catalog.load_table(f"test.{name}")) == plain(rows(range(ROWS)))


def test_reads_an_empty_table(catalog):
    assert scan(catalog.load_table("test.empty")) == []


def test_plans_by_every_transform(catalog):
    """A wrong partition value or bound would lose rows or files here."""
    table = catalog.load_table("test.transforms")
    everything = rows(range(ROWS))
    for i in (1, 33, 250, 301, 402, 431, 444, 700, 999):
        for column in ("id", "flag", "price", "day", "naive", "instant", "text"):
            wanted = row(i)[column]
            if wanted is None:
                continue
            text = wanted.isoformat() if hasattr(wanted, "isoformat") else wanted
            expected = plain(r for r in everything if r[column] == wanted)
            assert scan(table, row_filter=EqualTo(column, text)) == expected, (i, column)
    assert len(list(table.scan(row_filter=EqualTo("id", 450)).plan_files())) < 10
    expected = plain(r for r in everything if r["number"] is not None and r["number"] >= 60.5)
    assert scan(table, row_filter=GreaterThanOrEqual("number", 60.5)) == expected


def test_transforms_are_equal_to_pyicebergs(catalog):
    """Each file's partition values, computed anew by PyIceberg from one of its rows."""
    table = catalog.load_table("test.transforms")
    schema = table.schema()
    checked = 0
    for task in table.scan().plan_files():
        spec = table.specs()[task.file.spec_id]
        first = pa.parquet.read_table(task.file.file_path.removeprefix("file://")).to_pylist()[0]
        source = row(first["id"])
        for position, field in enumerate(spec.fields):
            column = schema.find_field(field.source_id)
            value = source[column.name]
            if value is not None and hasattr(value, "isoformat"):
                value = plain([{"id": 0, "v": value}])[0]["v"]
            expected = field.transform.transform(column.field_type)(value)
            assert task.file.partition[position] == expected, (task.file.file_path, field)
            checked += 1
    assert checked > 100


def test_metadata_counts_are_true(catalog):
    table = catalog.load_table("test.plain")
    files = table.inspect.files().to_pylist()
    assert sum(f["record_count"] for f in files) == ROWS
    metrics = files[0]["readable_metrics"]
    assert metrics["flag"]["null_value_count"] == ROWS // 5
    assert metrics["id"]["lower_bound"] == 0
    assert metrics["id"]["upper_bound"] == ROWS - 1
    assert metrics["price"]["lower_bound"] == row(1)["price"]
    summary = table.current_snapshot().summary
    assert summary["total-records"] == str(ROWS)
    assert summary["goldtape.load-id"] == "load-of-test.plain"


def test_time_travel_and_evolution(catalog):
    table = catalog.load_table("test.history")
    first, second, third, fourth = table.snapshots()
    assert scan(table, snapshot_id=first.snapshot_id) == plain(rows(range(500)))
    assert scan(table, snapshot_id=second.snapshot_id) == plain(rows(range(ROWS)))
    assert scan(table, snapshot_id=third.snapshot_id) == plain(rows(history_numbers()))
    now = scan(table)
    assert [r["id"] for r in now] == [*history_numbers(), *range(ROWS, ROWS + 10)]
    assert {r["added"] for r in now if r["id"] < ROWS} == {None}
    assert [r["added"] for r in now if r["id"] >= ROWS] == [None if i % 3 == 0 else f"added {i}" for i in range(ROWS, ROWS + 10)]
    assert [s.summary.operation.value for s in table.snapshots()] == ["append", "append", "overwrite", "append"]
    assert fourth.snapshot_id == table.current_snapshot().snapshot_id


def arrow_rows(table, numbers) -> pa.Table:
    return pa.Table.from_pylist(rows(numbers), schema=table.schema().as_arrow())


@pytest.mark.parametrize("name", ["empty", "plain", "transforms"])
def test_we_read_what_pyiceberg_appends(own_catalog, tool, own_lake, name):
    table = own_catalog.load_table(f"test.{name}")
    before = len(tool.rows(own_lake, f"test.{name}"))
    table.append(arrow_rows(table, range(2000, 2005)))
    ours = tool.rows(own_lake, f"test.{name}")
    assert len(ours) == before + 5
    assert ours[-5:] == plain(rows(range(2000, 2005)))
    assert "error" not in tool("fsck", own_lake)


def test_we_read_what_pyiceberg_deletes_and_overwrites(own_catalog, tool, own_lake):
    table = own_catalog.load_table("test.history")
    table.delete("id >= 300 and id < 310")
    left = [i for i in history_numbers() if not 300 <= i < 310]
    assert [r["id"] for r in tool.rows(own_lake, "test.history") if r["id"] < ROWS] == left
    plain_table = own_catalog.load_table("test.plain")
    plain_table.overwrite(arrow_rows(plain_table, range(10, 20)))
    assert tool.rows(own_lake, "test.plain") == plain(rows(range(10, 20)))
    assert "error" not in tool("fsck", own_lake)


def test_we_read_a_table_that_pyiceberg_made(own_catalog, tool, own_lake):
    template = own_catalog.load_table("test.plain")
    table = own_catalog.create_table("test.theirs", schema=template.schema())
    with table.update_spec() as update:
        update.add_field("text", "truncate[8]", "text_start")
        update.add_field("day", "month", "day_month")
    table.append(arrow_rows(table, range(100)))
    assert tool.rows(own_lake, "test.theirs") == plain(rows(range(100)))
    with table.update_schema() as update:
        update.add_column("note", pa_type_string())
    table.append(arrow_rows(table, range(100, 110)))
    assert len(tool.rows(own_lake, "test.theirs")) == 110


def pa_type_string():
    from pyiceberg.types import StringType

    return StringType()


def test_catalog_listing_is_shared(catalog):
    assert catalog.list_namespaces() == [("test",)]
    assert sorted(name for _, name in catalog.list_tables("test")) == ["empty", "history", "plain", "transforms"]
