"""The dashboard in a real browser: what it draws is what SQL says, and it talks to nobody."""

from __future__ import annotations

import copy
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import zoneinfo

import pytest

HERE = pathlib.Path(__file__).resolve().parent
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
# Liquid; with a vendor hole; thin, with minutes before its first trade of the day; an index without volume.
SYMBOLS = ["SPY", "AAPL", "PPLT", "VIX"]
PRICE_FEATURES = ["session_vwap", "sma_20", "sma_50", "ema_12", "ema_26", "bb_upper_20", "bb_lower_20"]
# Known by daily bars alone: a dividend, a split within its history.
DAILY_SYMBOLS = [*SYMBOLS, "V", "NFLX"]
# Its vendor's daily bars are kept from the lake, so its days are made of minutes.
WITHOUT_DAYS = "AMT"
# Half a unit of the last digit that the page carries.
TOLERANCE = {name: 0.6e-4 for name in PRICE_FEATURES} | {"rsi_14": 0.6e-3, "macd": 0.6e-6, "macd_signal": 0.6e-6, "macd_hist": 0.6e-6}
DATA = re.compile(r'(<script type="application/json" id="goldtape-data">)(.*?)(</script>)', re.DOTALL)


def find_browser() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    raise AssertionError("no Chromium: run `make setup`")


def browse(page: pathlib.Path, folder: pathlib.Path, symbols, intervals) -> dict:
    """Uses the page as browser.mjs does, and gives what it saw."""
    screenshots = os.environ.get("GOLDTAPE_SCREENSHOTS")
    plan = folder / "plan.json"
    plan.write_text(json.dumps({
        "page": str(page), "browser": find_browser(), "modules": os.environ["GOLDTAPE_NODE_MODULES"],
        "symbols": symbols, "intervals": intervals, "screenshots": screenshots,
    }))
    done = subprocess.run([os.environ["GOLDTAPE_NODE"], str(HERE / "browser.mjs"), str(plan)],
                          capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def document_of(page: pathlib.Path) -> dict:
    return json.loads(DATA.search(page.read_text())[2])


@pytest.fixture(scope="module")
def lake(goldtape, samples, tmp_path_factory):
    root = tmp_path_factory.mktemp("dashboard")
    path = root / "lake"
    shutil.copytree(samples / "history", root / "history", ignore=lambda _, names: [n for n in names if n.startswith(WITHOUT_DAYS)])
    goldtape("init", lake=path)
    for folder, interval, dialect in ((samples / "minute", "1m", "eqker"), (root / "history", "1d", "eqker"), (samples / "daily", "1d", "pystock")):
        observed = ["--observed-at", "2019-02-25"] if dialect == "eqker" else []
        goldtape("ingest", "files", "--path", folder, "--interval", interval, "--dialect", dialect, *observed, lake=path)
    goldtape("ingest", "files", "--path", samples / "actions", "--dataset", "actions", lake=path)
    goldtape("run", lake=path)
    return path


@pytest.fixture(scope="module")
def page(goldtape, lake):
    path = lake.parent / "dashboard.html"
    goldtape("dashboard", "--output", path, lake=lake)
    return path


@pytest.fixture(scope="module")
def seen(page):
    return browse(page, page.parent, [*DAILY_SYMBOLS, WITHOUT_DAYS], ["1m", "5m", "15m", "1d"])


def view_of(seen, ticker, interval):
    return next(view for view in seen["views"] if (view["ticker"], view["interval"]) == (ticker, interval))


def wall_seconds(ts: int, interval: str) -> int:
    """What the time scale is given: New York's wall clock, as if it were UTC; session dates stay."""
    if interval == "1d":
        return ts
    return ts + int(datetime.datetime.fromtimestamp(ts, NEW_YORK).utcoffset().total_seconds())


def points_of(view, name):
    return {point["time"]: point for point in view["series"][name] if len(point) > 1}


def minutes_of(goldtape, lake, ticker):
    return goldtape.query(lake, f"""
        select epoch_us(b.ts) // 1000000 as ts, b.open, b.high, b.low, b.close, b.volume, b.fill,
               {', '.join('f.' + name for name in TOLERANCE)}
        from silver.bars_1m b left join gold.features_1m f using (security_id, ts)
        where b.ticker = '{ticker}' order by b.ts""")


def test_it_is_quiet_and_asks_for_nothing(seen):
    assert seen["complaints"] == []
    assert seen["requests"] == []


def test_it_is_one_file_of_sensible_size(page):
    text = page.read_text()
    assert page.stat().st_size < 6_000_000
    assert not re.search(r'<(script|img|iframe|link)[^>]*\b(src|href)="(?!data:)', text)
    assert "TradingView" in text and "Apache ECharts" in text


@pytest.mark.parametrize("ticker", SYMBOLS)
def test_minutes_drawn_are_those_of_the_lake(goldtape, lake, seen, ticker):
    view = view_of(seen, ticker, "1m")
    rows = minutes_of(goldtape, lake, ticker)
    assert view["heading"] == ticker
    assert view["state"]["ts"] == [row["ts"] for row in rows]
    candles, volumes = points_of(view, "candles"), points_of(view, "volume")
    priced = [row for row in rows if row["close"] is not None]
    assert set(candles) == {wall_seconds(row["ts"], "1m") for row in priced}
    for row in priced:
        at = wall_seconds(row["ts"], "1m")
        for name in ("open", "high", "low", "close"):
            assert candles[at][name] == pytest.approx(float(row[name]), abs=0.6e-4), (row, name)
        assert volumes[at]["value"] == row["volume"]
        assert ("color" in candles[at]) == (row["fill"] == "filled"), "carried bars are told apart by colour"


@pytest.mark.parametrize("ticker", SYMBOLS)
@pytest.mark.parametrize("name", TOLERANCE)
def test_features_drawn_are_those_of_the_lake(goldtape, lake, seen, ticker, name):
    rows = minutes_of(goldtape, lake, ticker)
    expected = {wall_seconds(row["ts"], "1m"): row[name] for row in rows if row[name] is not None}
    drawn = {at: point["value"] for at, point in points_of(view_of(seen, ticker, "1m"), name).items()}
    assert drawn == pytest.approx(expected, abs=TOLERANCE[name])
    if ticker != "VIX" or name != "session_vwap":
        assert len(expected) > 1000, "a comparison of nothing proves nothing"


@pytest.mark.parametrize("ticker", SYMBOLS)
@pytest.mark.parametrize("interval, minutes", [("5m", 5), ("15m", 15)])
def test_longer_bars_are_made_of_traded_minutes(goldtape, lake, seen, ticker, interval, minutes):
    rows = goldtape.query(lake, f"""
        with buckets as (
          select epoch_us(b.ts) // 1000000 // {minutes * 60} * {minutes * 60} as bucket, first(b.open order by b.ts) as open,
                 max(b.high) as high, min(b.low) as low, last(b.close order by b.ts) as close,
                 sum(b.volume)::bigint as volume, last(f.session_vwap order by b.ts) as session_vwap
          from silver.bars_1m b left join gold.features_1m f using (security_id, ts)
          where b.ticker = '{ticker}' and b.fill = 'traded' group by bucket)
        select *, case when count(*) over twenty = 20 then avg(close::double) over twenty end as sma_20
        from buckets window twenty as (order by bucket rows 19 preceding) order by bucket""")
    view = view_of(seen, ticker, interval)
    assert view["state"]["ts"] == [row["bucket"] for row in rows]
    candles, volumes = points_of(view, "candles"), points_of(view, "volume")
    for row in rows:
        at = wall_seconds(row["bucket"], interval)
        for name in ("open", "high", "low", "close"):
            assert candles[at][name] == pytest.approx(float(row[name]), abs=0.6e-4)
        assert volumes[at]["value"] == row["volume"]
    for name in ("session_vwap", "sma_20"):
        expected = {wall_seconds(row["bucket"], interval): row[name] for row in rows if row[name] is not None}
        drawn = {at: point["value"] for at, point in points_of(view, name).items()}
        assert drawn == pytest.approx(expected, abs=TOLERANCE[name]), name
    assert len(view["series"]["macd_signal"]) > 50


@pytest.mark.parametrize("ticker", DAILY_SYMBOLS)
def test_days_and_returns_are_those_of_the_lake(goldtape, lake, seen, ticker):
    rows = goldtape.query(lake, f"""
        select b.date::varchar as date, b.close * split_factor * dividend_factor as close, b.volume / split_factor as volume,
               split_factor * dividend_factor as factor, f.simple_return, f.sma_20
        from silver.bars_1d b left join gold.features_1d f using (security_id, date)
        where b.ticker = '{ticker}' order by b.date""")
    view = view_of(seen, ticker, "1d")
    assert len(rows) > (15 if ticker == "NFLX" else 200)
    assert any(row["factor"] != 1 for row in rows) == (ticker in ("V", "NFLX"))
    dates = [datetime.datetime.fromtimestamp(ts, datetime.timezone.utc).date().isoformat() for ts in view["state"]["ts"]]
    assert dates == [row["date"] for row in rows]
    assert [point["close"] for point in view["series"]["candles"]] == pytest.approx([row["close"] for row in rows], abs=0.6e-4)
    assert [point["value"] for point in view["series"]["volume"]] == pytest.approx([row["volume"] for row in rows], abs=0.6)
    averages = [row["sma_20"] for row in rows if row["sma_20"] is not None]
    assert [point["value"] for point in view["series"]["sma_20"] if "value" in point] == pytest.approx(averages, abs=0.6e-4)
    expected = [(row["date"], row["simple_return"]) for row in rows if row["simple_return"] is not None]
    assert [point["date"] for point in view["returns"]] == [date for date, _ in expected]
    assert [point["value"] for point in view["returns"]] == pytest.approx([value for _, value in expected], abs=0.6e-8)
    assert view["return_bars"] >= len(expected)


def test_days_without_daily_bars_are_made_of_minutes(goldtape, lake, seen):
    rows = goldtape.query(lake, f"""
        select last(close order by ts)::double as close, sum(volume)::bigint as volume
        from silver.bars_1m where ticker = '{WITHOUT_DAYS}' and fill = 'traded' group by date order by date""")
    view = view_of(seen, WITHOUT_DAYS, "1d")
    closes = [row["close"] for row in rows]
    assert len(rows) == 5
    assert [point["close"] for point in view["series"]["candles"]] == pytest.approx(closes, abs=0.6e-4)
    assert [point["value"] for point in view["series"]["volume"]] == [row["volume"] for row in rows]
    returns = [after / before - 1 for before, after in zip(closes, closes[1:])]
    assert [point["value"] for point in view["returns"]] == pytest.approx(returns, abs=0.6e-8)


@pytest.mark.parametrize("ticker", SYMBOLS)
def test_crossovers_are_changes_of_side(goldtape, lake, seen, ticker):
    rows = goldtape.query(lake, f"""
        with sides as (
          select ts, sign(round(sma_20, 4) - round(sma_50, 4)) as side from gold.features_1m
          where ticker = '{ticker}' and sma_50 is not null and round(sma_20, 4) <> round(sma_50, 4)
        ), steps as (select ts, side, lag(side) over (order by ts) as before from sides)
        select epoch_us(ts) // 1000000 as ts, case when side > 0 then 'up' else 'down' end as direction
        from steps where side <> before order by ts""")
    view = view_of(seen, ticker, "1m")
    assert [(cross["ts"], cross["direction"]) for cross in view["crossovers"]] == [(row["ts"], row["direction"]) for row in rows]
    assert view["crossover_rows"] == min(60, len(rows)) > 0


@pytest.mark.parametrize("ticker", SYMBOLS)
def test_the_table_of_bars_says_the_same(goldtape, lake, seen, ticker):
    view = view_of(seen, ticker, "1m")
    newest = minutes_of(goldtape, lake, ticker)[-1]
    shown = dict(zip(view["bar_columns"], view["bars"][0]))
    wall = datetime.datetime.fromtimestamp(newest["ts"], NEW_YORK).strftime("%Y-%m-%d %H:%M")
    assert shown["Bar start"] == wall == "2019-02-15 15:59"
    assert float(shown["Close"].replace(",", "")) == pytest.approx(float(newest["close"]))
    assert int(shown["Volume"].replace(",", "")) == newest["volume"]
    assert shown["Fill"] == newest["fill"]


def test_volatility_is_that_of_the_lake(goldtape, lake, seen):
    rows = goldtape.query(lake, """
        select ticker, hour, sqrt(sum(realized_volatility ** 2) / sum(returns)) as v
        from gold.volatility_by_hour where returns > 0 group by ticker, hour""")
    expected = {(row["ticker"], row["hour"]): row["v"] for row in rows}
    drawn = {(cell["ticker"], cell["hour"]): cell["volatility"] for cell in seen["volatility"]}
    assert len(expected) >= 24 * 7
    assert drawn == pytest.approx(expected)
    assert seen["volatility_cells"] >= len(expected)


def test_coverage_is_that_of_the_lake(goldtape, lake, seen):
    rows = goldtape.query(lake, "select ticker, date::varchar as date, traded, state from silver.coverage where interval = '1m'")
    expected = {(row["ticker"], row["date"]): (row["traded"], row["state"]) for row in rows}
    drawn = {
        (row["ticker"], session): (cell["traded"], cell["state"])
        for row in seen["coverage"]["rows"] for session, cell in zip(seen["coverage"]["sessions"], row["cells"])
    }
    assert drawn == expected
    assert sum(traded > 0 for traded, _ in drawn.values()) == 24 * 5
    assert ("AAPL", "2019-02-14") in drawn and drawn["AAPL", "2019-02-14"] == (388, "vendor_hole")


def test_loads_checks_and_snapshots_are_those_of_the_lake(goldtape, lake, seen):
    loads = goldtape.query(lake, "select load_id, status, rows_inserted from ops.load_audit")
    columns = seen["loads"]["columns"]
    shown = [dict(zip(columns, row)) for row in seen["loads"]["rows"]]
    assert {(row["Load"], row["Status"], int(row["Inserted"].replace(",", ""))) for row in shown} == {
        (row["load_id"], row["status"], row["rows_inserted"]) for row in loads}
    rules = goldtape.query(lake, "select distinct table_name, rule from ops.quality_results")
    shown = {(row[0], row[1]) for row in seen["quality"]["rows"]}
    assert shown == {(row["table_name"], row["rule"]) for row in rules} and shown
    snapshots = goldtape.query(lake, "select table_name, snapshot_id::varchar as id from ops.snapshots where is_current")
    assert {(row[0], row[1]) for row in seen["snapshots"]["rows"]} == {(row["table_name"], row["id"]) for row in snapshots}


def test_every_symbol_can_be_picked(goldtape, lake, seen):
    rows = goldtape.query(lake, "select ticker from silver.bars_1m union select ticker from silver.bars_1d")
    # A renamed security is listed under its newest name.
    assert {label.split(" #")[0] for label in seen["symbols"]} <= {row["ticker"] for row in rows}
    assert {"SPY", "NAN", "TRUE", "KHC"} <= set(seen["symbols"])
    assert seen["symbols"] == sorted(seen["symbols"])


def test_keys_alone_suffice(seen):
    keys = seen["keys"]
    assert keys["next_symbol"] in seen["symbols"] and keys["next_symbol"] != SYMBOLS[0]
    end, left, left_again, home, zoomed_in, zoomed_out = keys["readouts"]
    assert end > left > left_again > home
    assert home == zoomed_in == zoomed_out, "zooming keeps the bar that was chosen"
    assert keys["announcement"].startswith(home) and "RSI" in keys["announcement"], "said aloud, too"
    assert keys["sorted"] == "ascending" and keys["focus_kept"]
    assert keys["unnamed_controls"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_are_legible_and_drawn(seen, scheme):
    theme = next(theme for theme in seen["themes"] if theme["asked"] == scheme)
    assert theme["shown"] == scheme
    assert theme["after_two_clicks"] == "dark", "auto, light, dark"
    assert {pair: ratio for pair, ratio in theme["contrasts"].items() if ratio < 4.5} == {}
    assert all(theme["drawn"].values()), theme["drawn"]


def test_no_width_makes_the_page_scroll_sideways(seen):
    for layout in seen["layouts"]:
        assert layout["page_width"] <= layout["width"], layout
        assert layout["chart"] > 250
    assert [layout["list_shown"] for layout in seen["layouts"]] == [False, False, True]


def test_hostile_text_stays_text(page, tmp_path):
    document = copy.deepcopy(document_of(page))
    hostile = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=2</script>"
    document["lake"]["name"] = hostile
    document["scope"]["first_symbol"] = hostile
    document["symbols"] = document["symbols"][:2]
    document["symbols"][0].update(ticker=hostile, name=hostile)
    document["volatility_by_hour"]["ticker"] = [hostile] * len(document["volatility_by_hour"]["ticker"])
    document["coverage"]["rows"][0]["ticker"] = hostile
    document["coverage"]["rows"][0]["state"][0] = hostile
    for name in ("load_audit", "quality", "snapshots"):
        document[name]["rows"] = [[hostile if isinstance(cell, str) else cell for cell in row] for row in document[name]["rows"][:3]]
    changed = tmp_path / "hostile.html"
    text = json.dumps(document).replace("<", "\\u003c")
    changed.write_text(DATA.sub(lambda found: found[1] + text + found[3], page.read_text()))
    seen = browse(changed, tmp_path, [], [])
    assert seen["lake_name"] == hostile and hostile in seen["symbols"]
    assert seen["hostile"] is None
    assert seen["complaints"] == [] and seen["requests"] == []


def test_an_empty_lake_has_a_page_too(goldtape, tmp_path):
    goldtape("init", lake=tmp_path / "lake")
    goldtape("dashboard", "--output", tmp_path / "empty.html", lake=tmp_path / "lake")
    seen = browse(tmp_path / "empty.html", tmp_path, [], [])
    assert seen["complaints"] == [] and seen["symbols"] == [] and seen["volatility"] == []
