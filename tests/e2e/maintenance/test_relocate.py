"""relocate: a lake that is copied, and one whose folder was moved, are the lake that they were."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture
def grown(upkeep):
    upkeep.load(11)
    upkeep("tag", "create", "first", "bronze.bars")
    upkeep.load(12)
    upkeep("run")
    upkeep("compact")
    return upkeep


def state(upkeep) -> dict:
    """Rows now and at a tag, silver, the audit: all that a user can ask for."""
    loads = "select load_id, status, rows_fetched, raw_path from ops.load_audit order by all"
    return {
        "now": upkeep.rows(),
        "tagged": upkeep.rows(snapshot="first"),
        "silver": upkeep.rows("silver.bars_1m"),
        "audit": upkeep.goldtape.query(upkeep.lake, loads),
        "snapshots": upkeep.snapshots(),
    }


def test_a_moved_lake_is_refused_and_put_right_in_place(grown, tmp_path):
    before, old = state(grown), grown.lake
    grown.lake = tmp_path / "moved lake"
    old.rename(grown.lake)
    refused = grown("tables", code=2)
    assert "GT5006" in refused.err and "relocate --in-place" in refused.err
    assert grown("relocate", "--in-place", "--json").json()["from"] == str(old)
    assert not old.exists() and state(grown) == before
    assert "nothing to do" in grown("relocate", "--in-place").out
    # The files that the old place's metadata and manifests were in are orphans now, and no more than that.
    assert [f for f in grown.fsck()["findings"] if f["severity"] == "error"] == []
    grown("orphans", "--older-than", "0s", "--remove", "--force")
    assert grown.fsck()["findings"] == [] and state(grown) == before
    grown.load(13)
    assert len(grown.rows()) == len(before["now"]) + 6
    grown("expire", "--older-than", "0s", "--keep", "1")
    assert grown.fsck()["findings"] == []


def test_a_copy_is_a_lake_of_its_own(grown, tmp_path):
    before, original = state(grown), grown.lake
    files = {path: path.read_bytes() for path in grown.files()}
    done = grown("relocate", tmp_path / "copy", "--json").json()
    assert done["files_copied"] > 0 and done["files_outside"] == 0
    assert {path: path.read_bytes() for path in grown.files()} == files, "the original is only read"
    grown.lake = tmp_path / "copy"
    shutil.move(original, tmp_path / "away")  # Nothing of the copy may lead there.
    assert state(grown) == before and grown.fsck()["findings"] == []
    grown.load(13)
    assert len(grown.rows()) == len(before["now"]) + 6


def test_a_copy_that_was_cut_short_goes_on(grown, tmp_path):
    copy = tmp_path / "copy"
    whole = grown("relocate", copy, "--json").json()
    (copy / "catalog.db").unlink()
    (copy / ".relocating").write_text(str(grown.lake))
    assert "GT50" in grown.goldtape("tables", lake=copy, code=2).err, "without its database it is no lake"
    again = grown("relocate", copy, "--json").json()
    assert again["files_copied"] == 0 and again["files_kept"] == whole["files_copied"]
    before = state(grown)
    grown.lake = copy
    assert state(grown) == before


def test_what_cannot_be_copied_to(grown, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("x")
    assert "GT5120" in grown("relocate", full, code=2).err
    assert "GT5120" in grown("relocate", grown.lake / "inner", code=2).err
    assert "GT5121" in grown("relocate", code=2).err
    assert "GT5121" in grown("relocate", tmp_path / "x", "--in-place", code=2).err
