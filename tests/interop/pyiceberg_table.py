"""A table of the matrix that PyIceberg and we change in turns."""

from __future__ import annotations

import datetime

import matrix
import pyarrow as pa
import pyarrow.compute as pc
from engine_table import EngineTable

# What PyIceberg cannot read yet, it says itself.
READABLE = [name for name in matrix.TABLES if name != "equality_deletes"]
# It gives a NULL map of structs as an empty one (ArrowProjectionVisitor.map hands on no validity), and writes that
# where it rewrites a file.
CHANGEABLE = [name for name in READABLE if name != "maps"]


def typed(name, i) -> dict:
    """A row with values that Arrow takes for the table's types."""
    row = matrix.row(name, i)
    if row.get("at") is not None:
        row["at"] = row["at"].replace(tzinfo=datetime.timezone.utc)
    for column in matrix.MAPS:
        if row.get(column) is not None:
            row[column] = list(row[column].items())
    return row


class PyIcebergTable(EngineTable):
    def __init__(self, tool, lake, catalog, env, name):
        super().__init__(tool, lake, name, env)
        self.table = catalog.load_table(f"matrix.{name}")

    def theirs(self):
        return matrix.by_id(self.table.refresh().scan().to_arrow().to_pylist())

    def as_they_see(self, rows):
        if self.name != "maps":
            return rows
        return {i: row | {"venues": row["venues"] or {}} for i, row in rows.items()}

    def count(self, source="TABLE"):
        return self.table.refresh().scan().count()

    def arrow(self, numbers, **changed) -> pa.Table:
        rows = [typed(self.name, i) | changed for i in numbers]
        return pa.Table.from_pylist(rows, schema=self.table.schema().as_arrow())

    def they_change(self):
        """Append, delete, overwrite by a filter, upsert."""
        self.table.append(self.arrow(range(1000, 1010)))
        self.rows |= matrix.rows(self.name, range(1000, 1010))
        self.check()
        self.table.delete("id >= 50 and id < 60")
        self.drop(range(50, 60))
        self.check()
        self.table.overwrite(self.arrow(range(5), name="over"), overwrite_filter="id < 10")
        self.drop(range(10))
        self.rows |= {i: row | {"name": "over"} for i, row in matrix.rows(self.name, range(5)).items()}
        self.check()
        self.table.upsert(self.arrow([20, 21, 2000], name="up"), join_cols=["id"])
        self.rows |= {i: row | {"name": "up"} for i, row in matrix.rows(self.name, [20, 21, 2000]).items()}
        self.check()

    def they_expire(self):
        expire(self.table)
        self.check()
        assert len(self.table.refresh().snapshots()) == 1


def expire(table):
    """Forgets all snapshots but the current one."""
    keep = table.refresh().current_snapshot().snapshot_id
    table.maintenance.expire_snapshots().by_ids(
        [s.snapshot_id for s in table.snapshots() if s.snapshot_id != keep]).commit()


def keep_in_order(table):
    """PyIceberg rewrites no files by itself: an overwrite by the same rows does."""
    table.overwrite(table.scan().to_arrow())
    expire(table)


def spoil(table):
    """Highs below lows, past all gates."""
    rows = table.scan().to_arrow()
    place = rows.schema.get_field_index("high")
    table.overwrite(rows.set_column(place, rows.schema.field(place), pc.subtract(rows["low"], 1.0)))
