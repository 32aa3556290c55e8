"""fsck --deep: it sees what is wrong inside files whose sizes and footers still look right."""

from __future__ import annotations

import pathlib
import shutil

import pyarrow.parquet as pq
import pytest


@pytest.fixture
def filled(upkeep):
    upkeep.load(11)
    upkeep.load(12)
    return upkeep


def data_file(upkeep) -> pathlib.Path:
    return sorted((upkeep.lake / "bronze/bars/data").rglob("*.parquet"))[0]


def errors(report: dict) -> list[dict]:
    return [finding for finding in report["findings"] if finding["severity"] == "error"]


def test_a_sound_lake_has_no_findings(filled):
    filled("compact")
    assert filled.fsck()["findings"] == []


def test_a_flipped_bit_in_a_page_is_found_by_its_checksum(filled):
    path = data_file(filled)
    group = pq.ParquetFile(path).metadata.row_group(0)
    column = next(c for i in range(group.num_columns) if (c := group.column(i)).path_in_schema == "volume")
    raw = bytearray(path.read_bytes())
    raw[column.data_page_offset + column.total_compressed_size - 1] ^= 0x10
    path.write_bytes(raw)
    assert errors(filled.fsck(deep=False)) == [], "size and footer are as they were"
    found = errors(filled.fsck(code=6))
    assert found and {f["check"] for f in found} <= {"pages", "data_file"}
    assert all(path.name in f["where"] for f in found) and all(f["advice"] for f in found)


def test_a_missing_file_says_what_to_do(filled):
    data_file(filled).unlink()
    found = errors(filled.fsck(deep=False, code=6))
    assert any(f["check"] == "data_file" and "missing" in f["message"] and f["advice"] for f in found)


def test_a_folder_that_the_catalog_lost_is_named(filled):
    shutil.copytree(filled.lake / "bronze/bars", filled.lake / "bronze/copied")
    found = filled.fsck(deep=False)["findings"]
    assert [(f["check"], f["severity"]) for f in found] == [("catalog", "note")]
    assert "recover" in found[0]["advice"]
