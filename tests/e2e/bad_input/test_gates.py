"""Rows that can be read and cannot be right: exit code 3, offenders in quarantine."""

HEADER = "ticker,ts,open,high,low,close,volume\n"
ROW = "MSFT,2019-02-11T14:30:00Z,100,101,99,100.5,10\n"


def test_negative_volume(bench):
    path = bench.file("bars.csv", HEADER + ROW + "MSFT,2019-02-11T14:31:00Z,100,101,99,100,-10\n")
    bench.refuses(path, code=3, says=["bronze.bars", "volume_not_negative", "1 of 2", "bars.csv:3"])
    rows = bench.goldtape.query(bench.lake, "select rule, ticker, line, reason, row_json from quarantine.rows")
    assert [(row["rule"], row["ticker"], row["line"]) for row in rows] == [("volume_not_negative", "MSFT", 3)]


def test_low_above_high(bench):
    path = bench.file("bars.csv", HEADER + "MSFT,2019-02-11T14:30:00Z,100,99,101,100,10\n")
    bench.refuses(path, code=3, says=["bronze.bars", "ohlc_sane", "bars.csv:2"])


def test_price_of_zero(bench):
    path = bench.file("bars.csv", HEADER + "MSFT,2019-02-11T14:30:00Z,100,101,0,100,10\n")
    bench.refuses(path, code=3, says=["bronze.bars", "prices_positive", "bars.csv:2"])


def test_duplicate_rows_that_differ(bench):
    path = bench.file("bars.csv", HEADER + ROW + ROW.replace("100.5", "100.25"))
    bench.refuses(path, code=3, says=["bronze.bars", "keys_unique", "MSFT", "bars.csv:2", "line 3"])


def test_duplicate_rows_that_agree_are_one(bench):
    bench.ingest(bench.file("bars.csv", HEADER + ROW + ROW))
    load = bench.goldtape("audit", "--json", lake=bench.lake).json()[-1]
    assert (load["rows_fetched"], load["rows_inserted"], load["duplicates_removed"]) == (2, 1, 1)


def test_a_refused_file_again_is_refused_again_without_new_rows(bench):
    path = bench.file("bars.csv", HEADER + ROW.replace(",10\n", ",-10\n"))
    bench.refuses(path, code=3, says=["volume_not_negative"])
    snapshots = bench.goldtape.snapshots(bench.lake)
    bench.refuses(path, code=3, says=["volume_not_negative"])
    assert bench.goldtape.snapshots(bench.lake) == snapshots


def test_a_row_without_a_price_goes_to_quarantine_and_the_rest_loads(bench):
    answer = bench.ingest(bench.file("bars.csv", HEADER + ROW + "MSFT,2019-02-11T14:31:00Z,,,,,0\n"))
    assert "quarantine" in answer.err + answer.out
    rows = bench.goldtape.query(bench.lake, "select ticker, line, reason from quarantine.rows")
    assert [(row["ticker"], row["line"]) for row in rows] == [("MSFT", 3)]
    bench.goldtape("fsck", lake=bench.lake)


def test_offending_rows_are_set_aside_when_asked_to(bench):
    path = bench.file("bars.csv", HEADER + ROW + "MSFT,2019-02-11T14:31:00Z,100,101,99,100,-10\n")
    answer = bench.ingest(path, "--on-critical", "quarantine")
    assert "quarantine" in answer.err + answer.out
    bars = bench.goldtape.query(bench.lake, "select ts from bronze.bars where ticker = 'MSFT'")
    assert [str(bar["ts"])[11:16] for bar in bars] == ["14:30"]
    rows = bench.goldtape.query(bench.lake, "select rule, line from quarantine.rows")
    assert [(row["rule"], row["line"]) for row in rows] == [("volume_not_negative", 3)]
    bench.goldtape("fsck", lake=bench.lake)


def test_an_unknown_word_for_the_gate_is_refused(bench):
    path = bench.file("bars.csv", HEADER + ROW)
    bench.refuses(path, "--on-critical", "drop", code=2, says=["--on-critical", "stop", "quarantine"])


def test_the_report_of_a_failed_check_names_its_rules(bench, tmp_path):
    page = tmp_path / "quality.html"
    bench.goldtape("run", lake=bench.lake)
    bench.goldtape("quality", "--report", page, lake=bench.lake)
    assert "bronze.bars" in page.read_text() and "ohlc_sane" in page.read_text()
