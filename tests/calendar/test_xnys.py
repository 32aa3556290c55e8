"""The exchange's sessions, day by day and hours included, against exchange_calendars."""

import csv
import pathlib

import exchange_calendars
import pytest

FIRST_YEAR, LAST_YEAR = 1990, 2035
HERE = pathlib.Path(__file__).parent


def utc(timestamp) -> str:
    return timestamp.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def theirs() -> dict[str, tuple[str, str]]:
    # Without explicit bounds the package covers only the last twenty years.
    calendar = exchange_calendars.get_calendar("XNYS", start=f"{FIRST_YEAR}-01-01", end=f"{LAST_YEAR}-12-31")
    schedule = calendar.schedule
    return {
        day.strftime("%Y-%m-%d"): (utc(opens), utc(closes))
        for day, opens, closes in zip(schedule.index, schedule["open"], schedule["close"], strict=True)
    }


@pytest.fixture(scope="module")
def ours(goldtape) -> dict[str, tuple[str, str]]:
    rows = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        rows += goldtape("calendar", year, "--json").json()
    days = [row["date"] for row in rows]
    assert days == sorted(set(days))
    return {row["date"]: (row["open"], row["close"]) for row in rows}


@pytest.fixture(scope="module")
def differences() -> dict[str, tuple[str, str]]:
    with open(HERE / "differences.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"].startswith("http") and row["why"] for row in rows), "each difference has its source"
    return {row["date"]: (row["open"], row["close"]) for row in rows}


def test_same_days(ours, theirs):
    assert len(theirs) > 11_500
    assert sorted(ours.keys() ^ theirs.keys()) == []


def test_same_hours_but_for_the_listed_differences(ours, theirs, differences):
    found = {day: hours for day, hours in ours.items() if theirs.get(day) != hours}
    assert found == differences


@pytest.mark.parametrize("exchange", ["XNAS", "ARCX"])
def test_exchanges_that_share_the_calendar(goldtape, exchange):
    assert (
        goldtape("calendar", "2024-11", "--json", "--exchange", exchange).json()
        == goldtape("calendar", "2024-11", "--json").json()
    )


def test_half_day_as_documented(goldtape):
    (day,) = goldtape("calendar", "2024-11-29", "--json").json()
    assert (day["date"], day["open"], day["close"]) == ("2024-11-29", "2024-11-29T14:30:00Z", "2024-11-29T18:00:00Z")
    assert day["early_close"] is True and day["minutes"] == 210
