"""plan, backfill, update: exactly what is missing is asked, once, and lands in bronze."""

import itertools
import json
import signal
import subprocess
import time

import pytest

from venue import NEW_YORK, opening, price, sessions
import datetime

D = datetime.date


def start_backfill(goldtape, venue, lake, symbols, *more, first="2024-01-02", last="2024-03-28"):
    return subprocess.Popen(
        [goldtape.program, "--lake", lake, "backfill", "yahoo", "--symbols", symbols, "--interval", "1d", "--from", first,
         "--to", last, "--base-url", venue.url, "--concurrency", "2", *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_backfill_brings_every_bar(goldtape, venue, backfill, lake):
    report = backfill(lake, "AAPL,MSFT")
    days = sessions(D(2024, 1, 2), D(2024, 3, 28))
    assert report["rows_inserted"] == 2 * len(days)
    assert report["failed"] == 0 and report["success_share"] == 1
    rows = goldtape.query(lake, "select epoch(ts) as ts, open, volume, date from bronze.bars where ticker = 'MSFT' order by ts")
    assert [row["date"] for row in rows] == [str(day) for day in days]
    assert rows[0]["open"] == price("MSFT", opening(days[0]))


def test_minutes_come_in_ranges_the_venue_takes(goldtape, venue, backfill, lake):
    backfill(lake, "AAPL", interval="1m", first="2024-05-13", last="2024-05-31")
    days = sessions(D(2024, 5, 13), D(2024, 5, 31))
    assert goldtape.query(lake, "select count(*) as n from bronze.bars where interval = '1m'")[0]["n"] == 390 * len(days)
    spans = [int(asked.query["period2"]) - int(asked.query["period1"]) for asked in venue.charts]
    assert len(spans) == 3 and max(spans) <= 7 * 86400


def test_what_is_there_is_not_asked_again(goldtape, venue, backfill, lake):
    backfill(lake, "AAPL,MSFT", last="2024-02-29")
    before = goldtape.snapshots(lake)
    venue.asked.clear()
    backfill(lake, "AAPL,MSFT", last="2024-02-29")
    assert venue.charts == [] and goldtape.snapshots(lake) == before
    backfill(lake, "AAPL,MSFT,NVDA", last="2024-03-28")
    asked = {a.ticker: datetime.datetime.fromtimestamp(int(a.query["period1"]), NEW_YORK).date() for a in venue.charts}
    assert asked == {"AAPL": D(2024, 3, 1), "MSFT": D(2024, 3, 1), "NVDA": D(2024, 1, 2)}


def test_a_plan_knows_that_a_burst_leaves_at_once(goldtape, venue, lake):
    """Two at once, then two a second."""
    plan = ["plan", "yahoo", "--symbols", "A,B,C,D,E,F,G", "--interval", "1d", "--from", "2024-01-02", "--to", "2024-03-28",
            "--base-url", venue.url, "--json"]  # fmt: skip
    answer = goldtape(*plan, lake=lake).json()
    assert answer["requests"] == 7 and answer["estimated_seconds"] == 3


def test_a_plan_asks_nothing_and_says_what_would_be(goldtape, venue, backfill, lake):
    backfill(lake, "AAPL")
    venue.asked.clear()
    plan = ["plan", "yahoo", "--symbols", "AAPL,MSFT", "--interval", "1d", "--from", "2024-01-02", "--to", "2024-03-28",
            "--base-url", venue.url]  # fmt: skip
    answer = goldtape(*plan, "--json", lake=lake).json()
    days = len(sessions(D(2024, 1, 2), D(2024, 3, 28)))
    assert answer["requests"] == 1 and answer["questions"][0]["tickers"] == ["MSFT"]
    assert answer["sessions"]["asked"] == days and answer["sessions"]["missing"] == days
    assert answer["estimated_seconds"] >= 1
    assert venue.charts == []
    assert "1 requests" in goldtape(*plan, lake=lake).out


def test_minutes_out_of_reach_are_said_not_asked(goldtape, venue, lake):
    plan = goldtape("plan", "yahoo", "--symbols", "AAPL", "--interval", "1m", "--from", "2024-01-02", "--to", "2024-05-31",
                    "--base-url", venue.url, "--json", lake=lake).json()  # fmt: skip
    assert plan["sessions"]["out_of_reach"] == len(sessions(D(2024, 1, 2), D(2024, 5, 3)))
    assert "out of reach" in plan["remarks"][0]


def test_a_session_that_lasts_is_asked_again_when_it_is_over(goldtape, venue, backfill, lake):
    venue.now = datetime.datetime(2024, 5, 31, 18, 0, tzinfo=datetime.UTC)
    backfill(lake, "AAPL", first="2024-05-28", last="2024-05-31")
    assert goldtape.query(lake, "select max(date) as d from bronze.bars")[0]["d"] == "2024-05-30"
    venue.now = datetime.datetime(2024, 5, 31, 23, 0, tzinfo=datetime.UTC)
    venue.asked.clear()
    report = backfill(lake, "AAPL", first="2024-05-28", last="2024-05-31")
    assert len(venue.charts) == 1 and report["rows_inserted"] == 1
    assert goldtape("revisions", "AAPL", "--json", lake=lake).json() == [], "a bar that lasts is not taken as one"


def test_update_goes_on_to_now_and_rechecks(goldtape, venue, backfill, lake):
    backfill(lake, "AAPL,MSFT", last="2024-05-24")
    base = f"yahoo={venue.url}"
    update = ["--set", f"collect.base_urls={base}", "update", "--rate", "1000", "--json"]
    venue.asked.clear()
    report = goldtape(*update, lake=lake).json()
    assert report["rows_inserted"] == 2 * len(sessions(D(2024, 5, 28), D(2024, 5, 31))) and len(venue.charts) == 2
    venue.changes[("MSFT", D(2024, 5, 30))] = 3
    venue.now += datetime.timedelta(hours=7)
    venue.asked.clear()
    assert goldtape(*update, lake=lake).json()["rows_updated"] == 0
    report = goldtape(*update, "--recheck", "5d", lake=lake).json()
    assert report["rows_updated"] == 1
    revisions = goldtape("revisions", "MSFT", "--json", lake=lake).json()
    assert [row["new_open"] - row["old_open"] for row in revisions] == [pytest.approx(3)]


def test_a_universe_file_with_doubles(goldtape, venue, backfill, lake, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("AAPL\nmsft # lower case\nAAPL\n# none\nNVDA,MSFT\n")
    report = backfill(lake, f"@{names}")
    assert report["tickers"] == 3 and len(venue.charts) == 3
    answer = goldtape("plan", "yahoo", "--symbols", f"@{names}", "--interval", "1d", "--from", "2024-01-02", lake=lake)
    assert "AAPL" in answer.err and "3" in answer.err


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["backfill", "yahoo", "--symbols", "AAPL", "--from", "2024-01-02"], "GT1101"),
        (["backfill", "yahoo", "--symbols", "AAPL", "--interval", "1d"], "GT6103"),
        (["backfill", "yahoo", "--symbols", "AAPL", "--interval", "1d", "--from", "2024-02-02", "--to", "2024-01-02"], "GT6103"),
        (["backfill", "yahoo", "--symbols", "", "--interval", "1d", "--from", "2024-02-02"], "GT6101"),
        (["backfill", "yahoo", "--symbols", "A?C", "--interval", "1d", "--from", "2024-02-02"], "GT6102"),
        (["backfill", "yahoo", "--symbols", "@nowhere.txt", "--interval", "1d", "--from", "2024-02-02"], "GT1030"),
        (["backfill", "yahoo", "--symbols", "all", "--interval", "1d", "--from", "2024-02-02"], "GT6105"),
        (["backfill", "nowhere", "--symbols", "AAPL", "--interval", "1d", "--from", "2024-02-02"], "GT2005"),
        (["plan", "yahoo", "--symbols", "AAPL", "--interval", "2m", "--from", "2024-02-02"], "GT1101"),
    ],
)  # fmt: skip
def test_wrong_words_are_explained(goldtape, lake, arguments, code):
    assert code in goldtape(*arguments, lake=lake, code=2).err


def test_a_killed_backfill_resumes_and_asks_nothing_twice(goldtape, venue, backfill, new_lake, state):
    tickers = [f"T{a}{b}" for a, b in itertools.product("ABCDE", "ABCDE")]
    quiet, killed = new_lake("quiet"), new_lake("killed")
    backfill(quiet, ",".join(tickers))
    venue.asked.clear()
    for stop_at in (4, 9, 15, 21):
        process = start_backfill(goldtape, venue, killed, ",".join(tickers), "--rate", "40")
        while len(venue.charts) < stop_at and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    backfill(killed, ",".join(tickers))
    assert state(killed) == state(quiet)
    # Only what was on its way at each of four kills may be asked once more: two at a time, and two that wait to land.
    assert len(venue.charts) <= len(tickers) + 4 * (2 + 2)
    goldtape("fsck", lake=killed)


def test_ctrl_c_commits_what_came_and_goes_on_later(goldtape, venue, backfill, lake):
    tickers = ",".join(f"T{letter}" for letter in "ABCDEFGHIJ")
    process = start_backfill(goldtape, venue, lake, tickers, "--rate", "10")
    while len(venue.charts) < 4:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert "interrupted" in out, (out, err)
    there = goldtape.query(lake, "select count(distinct ticker) as n from bronze.bars")[0]["n"]
    assert 2 <= there < 10
    backfill(lake, tickers)
    assert goldtape.query(lake, "select count(distinct ticker) as n from bronze.bars")[0]["n"] == 10


def test_order_is_free(goldtape, venue, backfill, new_lake, state):
    """Tickers, ranges and observations in two orders give the same bronze."""
    changed = ("BBB", D(2024, 1, 10))
    lakes = {}
    for name, order in (("forth", ["AAA", "BBB", "CCC"]), ("back", ["CCC", "BBB", "AAA"])):
        lake = new_lake(name)
        venue.changes.clear()
        venue.now = datetime.datetime(2024, 6, 3, 12, tzinfo=datetime.UTC)
        ranges = [("2024-01-02", "2024-02-09"), ("2024-02-12", "2024-03-28")]
        for first, last in ranges if name == "forth" else ranges[::-1]:
            for ticker in order:
                backfill(lake, ticker, first=first, last=last)
        venue.changes[changed] = 2
        venue.now = datetime.datetime(2024, 6, 4, 12, tzinfo=datetime.UTC)
        backfill(lake, ",".join(order), "--recheck", "100d")
        lakes[name] = lake
    assert state(lakes["forth"]) == state(lakes["back"])
    revisions = [goldtape("revisions", "BBB", "--json", lake=lake).json() for lake in lakes.values()]
    assert [[row["new_open"] for row in rows] for rows in revisions] == [[revisions[0][0]["new_open"]]] * 2


def test_replayed_raw_answers_give_the_same_bronze(goldtape, venue, backfill, lake, tmp_path, state):
    venue.known = {"AAPL", "MSFT"}
    backfill(lake, "AAPL,MSFT,GONE", "--success-share", "0.5")
    venue.changes[("AAPL", D(2024, 3, 27))] = 1
    venue.now += datetime.timedelta(days=1)
    backfill(lake, "AAPL,MSFT", "--recheck", "3d")
    into = tmp_path / "again"
    answer = goldtape("replay-raw", "--into", into, "--json", lake=lake)
    assert json.loads(answer.out)
    assert state(into) == state(lake)
    lineage = "select ticker, interval, ts, observed_at, load_id from bronze.bars order by all"
    assert goldtape.query(into, lineage) == goldtape.query(lake, lineage)
    revised = "select ticker, ts, old_close, new_close, old_load_id, new_load_id from ops.revisions order by all"
    assert goldtape.query(into, revised) == goldtape.query(lake, revised) != []
    assert "GT6107" in goldtape("replay-raw", "--into", lake, lake=lake, code=2).err


def test_the_allowance_is_used_and_never_exceeded(goldtape, venue, lake):
    tickers = ",".join(f"T{letter}" for letter in "ABCDEFGHIJKLMNOP")
    process = start_backfill(goldtape, venue, lake, tickers, "--rate", "4")
    process.communicate(timeout=60)
    times = [asked.at for asked in venue.charts]
    assert len(times) == 16
    # Two may leave at once, then four a second: in any span of t seconds at most 2 + 4 t.
    slack_s = 0.05
    for first in range(len(times)):
        for last in range(first + 1, len(times)):
            assert last - first + 1 <= 2 + 4 * (times[last] - times[first] + slack_s)
    assert times[-1] - times[0] < (16 - 2) / 4 / 0.9
