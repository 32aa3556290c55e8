"""`goldtape doctor`: what it looks at, in JSON and in words."""

import os
import shutil

import pytest


def findings(answer):
    return {finding["name"]: finding for finding in answer.json()}


def test_a_lake_on_this_machine_is_sound(goldtape, lake):
    before = sorted(os.listdir(lake))
    found = findings(goldtape("doctor", "--json", lake=lake))
    assert list(found) == [
        "arrow", "duckdb", "sqlite", "time_zones", "clock", "memory", "lake", "lake_space", "lake_disk", "settings",
    ]
    for name in ("arrow", "duckdb", "sqlite", "time_zones", "lake", "settings"):
        assert found[name]["health"] == "ok", found[name]
        assert found[name]["advice"] == ""
    assert "parquet" in found["duckdb"]["found"]
    assert "ms to make a small file durable" in found["lake_disk"]["found"]
    assert sorted(os.listdir(lake)) == before, "it leaves nothing behind"


def test_a_lake_that_is_not_there_is_a_warning_with_the_way_to_make_it(goldtape, tmp_path):
    missing = tmp_path / "no" / "lake"
    found = findings(goldtape("doctor", "--json", lake=missing))
    assert found["lake"]["health"] == "warning"
    assert f"goldtape --lake {missing} init" in found["lake"]["advice"]
    assert not missing.exists()


def test_free_space_is_that_of_the_disk(goldtape, lake):
    text = findings(goldtape("doctor", "--json", lake=lake))["lake_space"]["found"]
    value, unit = text.split()[:2]
    free = float(value) * {"MiB": 2**20, "GiB": 2**30, "TiB": 2**40}[unit]
    assert free == pytest.approx(shutil.disk_usage(lake).free, rel=0.2)


def test_a_setting_that_is_wrong_is_named_and_ends_with_2(goldtape, lake):
    (lake / "goldtape.toml").write_text('[log]\nlevl = "info"\n')
    answer = goldtape("doctor", "--json", lake=lake, code=2)
    settings = findings(answer)["settings"]
    assert settings["health"] == "missing"
    assert "log.level" in settings["found"]
    assert "1 of 10" in answer.err


def test_words_show_advice_below_what_it_is_for(goldtape, tmp_path):
    out = goldtape("doctor", lake=tmp_path / "none").out.splitlines()
    at = next(i for i, line in enumerate(out) if line.startswith("warning  lake "))
    assert out[at + 1].strip().startswith("-> ")
