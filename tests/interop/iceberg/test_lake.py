"""PyIceberg keeps the tables of a lake in order and changes them; the next run notices and gates what it did."""

from __future__ import annotations

import pytest
import shared_lake
from conftest import open_catalog
from pyiceberg_table import keep_in_order, spoil
from upkeep import Upkeep


@pytest.fixture(scope="module")
def shared(goldtape, tmp_path_factory):
    lake = Upkeep(goldtape, tmp_path_factory.mktemp("shared"))
    shared_lake.fill(lake)
    return lake


def load(lake, table):
    return open_catalog(lake.lake, "catalog.db").load_table(table)


def test_maintenance_leaves_it_whole(shared):
    shared_lake.check_maintenance(shared, lambda table: keep_in_order(load(shared, table)))


def test_rows_past_the_gates_are_noticed(shared):
    shared_lake.check_gate(shared, lambda table: spoil(load(shared, table)), "another program")
