"""goldtape gaps: a state for each ticker and session, and what has to be done about it."""

import datetime

from venue import sessions

D = datetime.date


def test_no_gaps_after_a_whole_backfill(goldtape, backfill, lake):
    backfill(lake, "AAPL,MSFT")
    assert goldtape("gaps", "--json", lake=lake).json() == []
    assert "no gaps" in goldtape("gaps", lake=lake).out
    states = goldtape("gaps", "--all", "--json", lake=lake).json()
    assert {(row["ticker"], row["state"]) for row in states} == {("AAPL", "complete"), ("MSFT", "complete")}
    assert sum(row["sessions"] for row in states) == 2 * len(sessions(D(2024, 1, 2), D(2024, 3, 28)))


def test_a_hole_of_the_vendor(goldtape, venue, backfill, lake):
    venue.holes.add(("MSFT", D(2024, 2, 14)))
    backfill(lake, "AAPL,MSFT")
    assert goldtape("gaps", "--json", lake=lake).json() == [
        {"source": "yahoo", "interval": "1d", "ticker": "MSFT", "state": "vendor_hole", "from": "2024-02-14",
         "to": "2024-02-14", "sessions": 1}
    ]  # fmt: skip


def test_a_failure_and_what_was_not_asked(goldtape, venue, backfill, lake):
    backfill(lake, "MSFT", last="2024-02-29")
    venue.trouble(body=b"{", ticker="AAPL")
    backfill(lake, "AAPL", last="2024-03-28", code=4)
    gaps = {(row["ticker"], row["state"]): row for row in goldtape("gaps", "--json", lake=lake).json()}
    assert gaps["AAPL", "failed"]["sessions"] == len(sessions(D(2024, 1, 2), D(2024, 3, 28)))
    assert gaps["MSFT", "not_asked"]["from"] == "2024-03-01" and gaps["MSFT", "not_asked"]["to"] == "2024-03-28"
    only = goldtape("gaps", "--ticker", "MSFT", "--to", "2024-04-30", "--json", lake=lake).json()
    assert [row["to"] for row in only] == ["2024-04-30"]


def test_unknown_names_are_not_listed(goldtape, venue, backfill, lake):
    venue.known = {"AAPL"}
    backfill(lake, "AAPL,NOPE", "--success-share", "0.5")
    assert goldtape("gaps", "--json", lake=lake).json() == []
    states = goldtape("gaps", "--all", "--ticker", "NOPE", "--json", lake=lake).json()
    assert [row["state"] for row in states] == ["not_listed"]
