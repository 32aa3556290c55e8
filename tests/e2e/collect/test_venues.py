"""Alpaca, Massive and NASDAQ Trader: keys, pages, batches, and the universe of all listed symbols."""

import datetime
import signal
import subprocess
import time

import pytest

from venue import sessions

D = datetime.date
DAYS = len(sessions(D(2024, 1, 2), D(2024, 3, 28)))
KEYS = {
    "alpaca": {"ALPACA_API_KEY_ID": "id-of-the-key", "ALPACA_API_SECRET_KEY": "the-right-key"},
    "massive": {"MASSIVE_API_KEY": "the-right-key"},
    "nasdaq": {},
}


@pytest.fixture
def collect(goldtape, venue):
    """goldtape backfill NAME against the venue; the report."""

    def run(lake, name, *more, code=0, env=None, bars=True):
        question = ("--interval", "1d") if bars else ()
        answer = goldtape(
            "backfill", name, *question, "--from", "2024-01-02", "--to", "2024-03-28", "--base-url", f"{venue.url}/{name}",
            "--rate", "1000", "--json", *more, lake=lake, code=code, env=KEYS[name] if env is None else env,
        )  # fmt: skip
        return answer.json() if answer.out else answer

    return run


def asked_of(venue, name):
    return [asked for asked in venue.asked if asked.path.startswith(f"/{name}/") and asked.path != f"/{name}/"]


@pytest.mark.parametrize("name", ["alpaca", "massive"])
def test_bars_come_in_pages(goldtape, venue, collect, new_lake, state, name):
    whole, paged = new_lake("whole"), new_lake("paged")
    collect(whole, name, "--symbols", "AAPL,MSFT,NVDA")
    venue.asked.clear()
    venue.page_size = 25
    report = collect(paged, name, "--symbols", "AAPL,MSFT,NVDA")
    assert report["rows_inserted"] == 3 * DAYS
    assert len(asked_of(venue, name)) > 6
    assert state(paged) == state(whole)
    venue.asked.clear()
    collect(paged, name, "--symbols", "AAPL,MSFT,NVDA")
    assert asked_of(venue, name) == []


def test_alpaca_takes_several_tickers_in_a_request(goldtape, venue, collect, new_lake, state):
    one, many = new_lake("one"), new_lake("many")
    collect(many, "alpaca", "--symbols", "AAPL,MSFT,NVDA")
    assert len(asked_of(venue, "alpaca")) == 1
    collect(one, "alpaca", "--symbols", "AAPL,MSFT,NVDA", "--batch", "1")
    assert len(asked_of(venue, "alpaca")) == 4
    assert state(one) == state(many)


def test_a_wrong_symbol_in_a_batch_is_found_and_the_others_come(goldtape, venue, collect, lake):
    venue.known = {"AAPL", "MSFT", "NVDA"}
    report = collect(lake, "alpaca", "--symbols", "AAPL,MSFT,NOPE,NVDA", code=4)
    assert [failure["ticker"] for failure in report["failures"]] == ["NOPE"]
    assert "invalid symbol" in report["failures"][0]["error"]
    assert goldtape.query(lake, "select count(distinct ticker) as n from bronze.bars")[0]["n"] == 3


def test_a_kill_between_pages_goes_on_with_the_next_page(goldtape, venue, collect, new_lake, state):
    quiet, killed = new_lake("quiet"), new_lake("killed")
    collect(quiet, "alpaca", "--symbols", "AAPL,MSFT")
    venue.page_size = 10
    venue.asked.clear()
    process = subprocess.Popen(
        [goldtape.program, "--lake", killed, "backfill", "alpaca", "--symbols", "AAPL,MSFT", "--interval", "1d", "--from",
         "2024-01-02", "--to", "2024-03-28", "--base-url", f"{venue.url}/alpaca", "--rate", "8"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PATH": "/usr/bin"} | KEYS["alpaca"],
    )  # fmt: skip
    while len(asked_of(venue, "alpaca")) < 5:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    collect(killed, "alpaca", "--symbols", "AAPL,MSFT")
    assert state(killed) == state(quiet)
    tokens = [asked.query.get("page_token", "0") for asked in asked_of(venue, "alpaca")]
    assert len(tokens) - len(set(tokens)) <= 1, f"only what was on its way at the kill is asked again: {tokens}"


@pytest.mark.parametrize("name", ["alpaca", "massive"])
def test_a_revoked_key_ends_it_and_stays_secret(goldtape, venue, collect, lake, name):
    venue.key = "another-key"
    tickers = [f"T{letter}" for letter in "ABCDEFGHIJ"]
    report = collect(lake, name, "--symbols", ",".join(tickers), "--batch", "1", "--concurrency", "1", code=4)
    assert [failure["ticker"] for failure in report["failures"]] == tickers
    assert all("GT2211" in failure["error"] for failure in report["failures"])
    assert len(asked_of(venue, name)) <= 2, "only what was waiting to be sent is asked with a key that is refused"
    said = str(report) + goldtape("audit", "--json", lake=lake).out
    for secret in KEYS[name].values():
        assert secret not in said
        for file in lake.rglob("*"):
            assert not file.is_file() or secret.encode() not in file.read_bytes(), file


@pytest.mark.parametrize("name", ["alpaca", "massive"])
def test_a_missing_key_is_named_before_anything_is_asked(goldtape, lake, name):
    answer = goldtape("backfill", name, "--symbols", "AAPL", "--interval", "1d", "--from", "2024-01-02", lake=lake, code=2,
                      env={variable: "" for variable in KEYS[name]})  # fmt: skip
    assert "GT2207" in answer.err and next(iter(KEYS[name])) in answer.err


@pytest.mark.parametrize("name", ["alpaca", "massive"])
def test_another_server_may_want_no_key(goldtape, venue, collect, lake, name):
    venue.key = None
    report = collect(lake, name, "--symbols", "AAPL", env={variable: "" for variable in KEYS[name]})
    assert report["rows_inserted"] == DAYS


def test_keys_by_the_names_of_alpacas_own_clients(goldtape, venue, collect, lake):
    names = {"APCA_API_KEY_ID": "id-of-the-key", "APCA_API_SECRET_KEY": "the-right-key"}
    assert collect(lake, "alpaca", "--symbols", "AAPL", env=names)["rows_inserted"] == DAYS


@pytest.mark.parametrize("name, types", [("alpaca", {"split"}), ("massive", {"split", "cash_dividend"})])
def test_corporate_actions_reach_bronze(goldtape, venue, collect, lake, name, types):
    collect(lake, name, "--symbols", "AAPL", "--dataset", "actions", bars=False)
    rows = goldtape.query(lake, "select ticker, action_type, ex_date, value from bronze.corporate_actions order by all")
    assert {row["action_type"] for row in rows} == types
    assert {"ticker": "AAPL", "action_type": "split", "ex_date": "2024-02-20", "value": 4.0} in rows


def test_all_listed_symbols_as_each_venue_writes_them(goldtape, venue, collect, lake):
    goldtape("backfill", "nasdaq", "--base-url", f"{venue.url}/nasdaq", "--rate", "100", lake=lake)
    rows = goldtape.query(lake, "select list, ticker, exchange, is_test from bronze.listings order by all")
    assert [row["ticker"] for row in rows] == ["AAPL", "NA", "ZVZZT", "BRK.B", "COF$L"]
    plan = ["--interval", "1d", "--from", "2024-01-02", "--to", "2024-01-03", "--base-url"]
    asked = goldtape("plan", "yahoo", "--symbols", "all", *plan, venue.url, "--json", lake=lake).json()
    assert {row["tickers"][0] for row in asked["questions"]} == {"AAPL", "NA", "BRK-B", "COF-PL"}
    asked = goldtape("plan", "alpaca", "--symbols", "exchange:XNYS", *plan, f"{venue.url}/alpaca", "--json", lake=lake).json()
    assert asked["questions"][0]["tickers"] == ["BRK.B", "COF.PRL"]
    answer = goldtape("plan", "yahoo", "--symbols", "exchange:XLON", *plan, venue.url, lake=lake, code=2)
    assert "GT6105" in answer.err
    venue.asked.clear()
    goldtape("backfill", "nasdaq", "--base-url", f"{venue.url}/nasdaq", lake=lake)
    assert asked_of(venue, "nasdaq") == [], "the lists of a few hours ago are not asked for again"


def test_lists_of_different_days_are_said(goldtape, venue, lake, monkeypatch):
    served = venue.nasdaq
    yesterday = venue.now - datetime.timedelta(days=1)

    def one_is_older(asked):
        status, body = served(asked)
        if asked.path.endswith("/otherlisted.txt"):
            body = body.replace(f"{venue.now:%m%d%Y}".encode(), f"{yesterday:%m%d%Y}".encode())
        return status, body

    plan = ["plan", "yahoo", "--symbols", "all", "--interval", "1d", "--from", "2024-01-02", "--to", "2024-01-03"]
    plan += ["--base-url", venue.url]
    monkeypatch.setattr(venue, "nasdaq", one_is_older)
    goldtape("backfill", "nasdaq", "--base-url", f"{venue.url}/nasdaq", "--rate", "100", lake=lake)
    said = goldtape(*plan, lake=lake).err
    assert f"otherlisted of {yesterday:%Y-%m-%d}" in said
    assert f"nasdaqlisted of {venue.now:%Y-%m-%d}" in said


def test_another_feed_is_another_source(goldtape, venue, collect, lake):
    collect(lake, "alpaca", "--symbols", "AAPL")
    collect(lake, "alpaca", "--symbols", "AAPL", "--option", "feed=iex")
    rows = goldtape.query(lake, "select source, count(*) as n from bronze.bars group by all order by all")
    assert rows == [{"source": "alpaca", "n": DAYS}, {"source": "alpaca-iex", "n": DAYS}]
    venue.asked.clear()
    collect(lake, "alpaca", "--symbols", "AAPL", "--option", "feed=iex")
    assert asked_of(venue, "alpaca") == []
    assert goldtape("gaps", "--json", lake=lake).json() == []


def test_undo_of_listings_takes_them_out(goldtape, venue, lake):
    goldtape("backfill", "nasdaq", "--base-url", f"{venue.url}/nasdaq", "--rate", "100", lake=lake)
    load = goldtape.query(lake, "select load_id from bronze.listings where ticker = 'AAPL'")[0]["load_id"]
    goldtape("undo", load, lake=lake)
    rows = goldtape.query(lake, "select ticker from bronze.listings order by all")
    assert [row["ticker"] for row in rows] == ["BRK.B", "COF$L"]


AUDIT = """
select load_id, source, dataset, ticker, interval, range_start, range_end, status, rows_fetched, rows_inserted,
  rows_updated, rows_unchanged, duplicates_removed, rows_quarantined, bytes, raw_path
from ops.load_audit order by all"""


def test_a_lake_whose_database_is_lost_asks_for_nothing_again(goldtape, venue, collect, lake, state):
    collect(lake, "alpaca", "--symbols", "AAPL,MSFT,NVDA")
    collect(lake, "massive", "--symbols", "AAPL,MSFT")
    collect(lake, "nasdaq", bars=False)
    before = state(lake), goldtape.query(lake, AUDIT)
    for path in lake.glob("catalog.db*"):
        path.unlink()
    report = goldtape("recover", "--json", lake=lake).json()
    assert report["answers_unnamed"] == [] and report["answers_damaged"] == []
    assert (state(lake), goldtape.query(lake, AUDIT)) == before
    venue.asked.clear()
    collect(lake, "alpaca", "--symbols", "AAPL,MSFT,NVDA")
    collect(lake, "massive", "--symbols", "AAPL,MSFT")
    assert [asked.path for asked in venue.asked if asked.path.rstrip("/").count("/") > 1] == []
