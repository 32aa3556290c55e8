"""The demo: every step, its counts, and that a second run changes nothing."""

import pytest


@pytest.fixture(scope="module")
def demo(goldtape, samples, tmp_path_factory):
    root = tmp_path_factory.mktemp("demo")
    arguments = ("demo", "--samples", samples, "--page", root / "dashboard.html")
    return root / "lake", arguments, goldtape(*arguments, lake=root / "lake"), root / "dashboard.html"


def test_it_shows_every_step(demo):
    _, _, answer, page = demo
    text = answer.out
    steps = ["bootstrap", "ingest", "quality", "refine", "features", "query", "dashboard"]
    positions = [text.index(step) for step in steps]
    assert positions == sorted(positions)
    assert str(page) in text and page.exists()


def test_the_sample_arrives_whole(goldtape, demo):
    lake = demo[0]
    rows = goldtape.query(lake, "select count(distinct ticker) as t, count(distinct date) as d from silver.bars_1m")
    assert rows == [{"t": 24, "d": 5}]
    rows = goldtape.query(lake, "select count(*) as n from silver.bars_1m")
    assert rows == [{"n": 24 * 5 * 390}]


def test_the_special_cases_are_there(goldtape, demo):
    lake = demo[0]
    assert goldtape.query(lake, "select count(*) as n from ops.revisions where ticker = 'NFLX'")[0]["n"] > 0
    names = goldtape.query(
        lake, "select distinct security_id from reference.ticker_history where ticker in ('KRFT', 'KHC')"
    )
    assert len(names) == 1
    children = goldtape.query(
        lake, "select distinct security_id from reference.ticker_history where ticker in ('EBAY', 'PYPL')"
    )
    assert len(children) == 2
    assert goldtape.query(lake, "select status from reference.securities join reference.ticker_history "
                                "using (security_id) where ticker = 'DTV'") == [{"status": "delisted"}]


def test_a_second_run_changes_nothing(goldtape, demo):
    lake, arguments, _, page = demo
    before = goldtape.snapshots(lake)
    audit = goldtape.query(lake, "select load_id, status, snapshot_id from ops.load_audit order by all")
    answer = goldtape(*arguments, lake=lake)
    assert "nothing changed" in answer.out
    assert goldtape.snapshots(lake) == before
    assert goldtape.query(lake, "select load_id, status, snapshot_id from ops.load_audit order by all") == audit


def test_the_lake_is_sound(goldtape, demo):
    goldtape("fsck", lake=demo[0])
