"""PyIceberg keeps the tables of a lake in order and changes them; the next run notices and gates what it did."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest
import shared_lake
from conftest import open_catalog
from pyiceberg_table import expire
from upkeep import Upkeep


@pytest.fixture(scope="module")
def shared(goldtape, tmp_path_factory):
    lake = Upkeep(goldtape, tmp_path_factory.mktemp("shared"))
    shared_lake.fill(lake)
    return lake


def load(lake, table):
    return open_catalog(lake.lake, "catalog.db").load_table(table)


def test_maintenance_leaves_it_whole(shared):
    def maintain(table):
        """PyIceberg rewrites no files by itself: an overwrite by the same rows does."""
        one = load(shared, table)
        one.overwrite(one.scan().to_arrow())
        expire(one)

    shared_lake.check_maintenance(shared, maintain)


def test_rows_past_the_gates_are_noticed(shared):
    def spoil(table):
        one = load(shared, table)
        rows = one.scan().to_arrow()
        spoilt = rows.set_column(rows.schema.get_field_index("high"), rows.schema.field("high"),
                                 pc.subtract(rows["low"], 1.0))
        one.overwrite(spoilt)

    shared_lake.check_gate(shared, spoil, "another program")
