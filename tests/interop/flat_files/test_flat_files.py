"""`backfill massive --flat-files`: each version of a file once, a new one as revisions."""

from __future__ import annotations

import time

import pytest

OPENING = 1_719_927_000 * 10**9  # 2024-07-02 13:30 UTC, the opening in New York
DAY = 86_400 * 10**9
ASK = ("backfill", "massive", "--flat-files", "--interval", "1m", "--from", "2024-07-01", "--to", "2024-07-03")


def minute(ticker: str, at: int, close: float, volume: int = 100) -> str:
    return f"{ticker},{volume},10,{close},20,5,{OPENING + at * 60 * 10**9},7"


def two_days(bucket):
    bucket.publish("1m", "2024-07-01", [f"AAPL,100,10,11,20,5,{OPENING - DAY},7"])
    bucket.publish("1m", "2024-07-02", [minute("AAPL", 0, 11), minute("AAPL", 1, 12), minute("BRK.B", 0, 13)])


def closes(goldtape, lake):
    return goldtape.query(
        lake, "select ticker, cast(ts as varchar) as ts, close from bronze.bars where source = 'massive' order by all"
    )


def test_each_version_is_fetched_once(goldtape, lake, bucket):
    two_days(bucket)
    first = goldtape(*ASK, "--json", lake=lake, env=bucket.env()).json()
    assert [load["status"] for load in first["loads"]] == ["loaded", "loaded"]
    assert sum(load["rows_inserted"] for load in first["loads"]) == 4
    second = goldtape(*ASK, "--json", lake=lake, env=bucket.env()).json()
    assert second["loads"] == []
    assert len(closes(goldtape, lake)) == 4


def test_a_file_that_is_published_again_becomes_revisions(goldtape, lake, bucket):
    two_days(bucket)
    goldtape(*ASK, lake=lake, env=bucket.env())
    time.sleep(1.1)  # S3 tells times in whole seconds.
    bucket.publish("1m", "2024-07-02", [minute("AAPL", 0, 11), minute("AAPL", 1, 12.5), minute("MSFT", 0, 14)])
    again = goldtape(*ASK, "--json", lake=lake, env=bucket.env()).json()
    assert len(again["loads"]) == 1
    assert again["loads"][0]["rows_updated"] == 1
    assert again["loads"][0]["rows_inserted"] == 1
    revisions = goldtape.query(lake, "select ticker, old_close, new_close from ops.revisions")
    assert revisions == [{"ticker": "AAPL", "old_close": 12.0, "new_close": 12.5}]
    assert {row["close"] for row in closes(goldtape, lake) if row["ticker"] == "AAPL"} == {11.0, 12.5}
    assert goldtape(*ASK, "--json", lake=lake, env=bucket.env()).json()["loads"] == []


def test_raw_answers_are_replayed_to_the_same_rows(goldtape, lake, bucket, tmp_path):
    two_days(bucket)
    goldtape(*ASK, lake=lake, env=bucket.env())
    goldtape("replay-raw", "--into", tmp_path / "copy", lake=lake)
    assert closes(goldtape, tmp_path / "copy") == closes(goldtape, lake)


def test_days(goldtape, lake, bucket):
    bucket.publish("1d", "2024-07-02", ["AAPL,58046178,216.15,220.27,220.38,215.1,1719892800000000000,522131"])
    goldtape(*[word if word != "1m" else "1d" for word in ASK], lake=lake, env=bucket.env())
    rows = goldtape.query(lake, "select ticker, cast(date as varchar) as day, close, trade_count from bronze.bars")
    assert rows == [{"ticker": "AAPL", "day": "2024-07-02", "close": 220.27, "trade_count": 522131}]


def test_the_plan_says_what_is_new_and_what_is_missing(goldtape, lake, bucket):
    two_days(bucket)
    bucket.put("us_stocks_sip/minute_aggs_v1/2024/07/readme.txt", b"x")
    bucket.publish("1m", "2024-06-28", [])  # Before the range.
    ask = ["plan", *ASK[1:]]
    plan = goldtape(*ask, lake=lake, env=bucket.env()).out
    assert "2 files: 0 in the lake already, 2 to fetch" in plan
    assert "1 sessions have no file: 2024-07-03" in plan
    goldtape(*ASK, lake=lake, env=bucket.env())
    plan = goldtape(*ask, "--json", lake=lake, env=bucket.env()).json()
    assert [file["known"] for file in plan["files"]] == [True, True]


def test_damage_in_one_file_does_not_stop_the_others(goldtape, lake, bucket):
    two_days(bucket)
    bucket.put(bucket.key("1m", "2024-07-01"), b"\x1f\x8b no gzip")
    answer = goldtape(*ASK, "--json", lake=lake, env=bucket.env(), code=6)
    assert [load["status"] for load in answer.json()["loads"]] == ["refused", "loaded"] or [
        load["status"] for load in answer.json()["loads"]
    ] == ["failed", "loaded"]
    bucket.publish("1m", "2024-07-01", [f"AAPL,100,10,11,20,5,{OPENING - DAY},7"])
    again = goldtape(*ASK, "--json", lake=lake, env=bucket.env()).json()
    assert [load["status"] for load in again["loads"]] == ["loaded"]


def test_keys_are_needed_and_never_shown(goldtape, lake, bucket):
    two_days(bucket)
    without = goldtape(*ASK, lake=lake, env={"MASSIVE_S3_SECRET_ACCESS_KEY": bucket.service.secret}, code=2)
    assert "GT2207" in without.err
    assert "MASSIVE_S3_ACCESS_KEY_ID" in without.err
    refused = goldtape(*ASK, lake=lake, env=bucket.env(MASSIVE_S3_SECRET_ACCESS_KEY="wrong-secret-4711"), code=None)
    assert refused.code != 0
    assert "wrong-secret-4711" not in refused.out + refused.err
    goldtape(*ASK, lake=lake, env=bucket.env())
    audit = str(goldtape.query(lake, "select * from ops.load_audit"))
    assert bucket.service.secret not in audit


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--symbols", "AAPL"], "whole market"),
        (["--dataset", "actions"], "bars only"),
        (["--recheck", "5d"], "ETag"),
    ],
)
def test_what_flat_files_do_not_take_is_refused(goldtape, lake, bucket, more, words):
    answer = goldtape(*ASK, *more, lake=lake, env=bucket.env(), code=2)
    assert "GT2261" in answer.err
    assert words in answer.err


def test_only_massive_has_them(goldtape, lake, bucket):
    answer = goldtape(*["yahoo" if word == "massive" else word for word in ASK], lake=lake, env=bucket.env(), code=2)
    assert "GT2261" in answer.err


@pytest.mark.parametrize("words", [("update",), ("update", "massive")])
def test_an_update_takes_up_new_days_and_new_versions(goldtape, lake, bucket, words):
    two_days(bucket)
    goldtape(*ASK, lake=lake, env=bucket.env())
    bucket.publish("1m", "2024-07-03", [f"AAPL,100,10,15,20,5,{OPENING + DAY},7"])
    time.sleep(1.1)  # S3 tells times in whole seconds.
    bucket.publish("1m", "2024-07-02", [minute("AAPL", 0, 11), minute("AAPL", 1, 12.5), minute("BRK.B", 0, 13)])
    update = goldtape(*words, "--json", lake=lake, env=bucket.env()).json()
    assert [load["rows_inserted"] + load["rows_updated"] for load in update["loads"]] == [1, 1]
    assert len(closes(goldtape, lake)) == 5
    assert goldtape(*words, "--json", lake=lake, env=bucket.env()).json()["loads"] == []
    goldtape("gaps", "--json", lake=lake)


def test_an_update_without_their_keys_says_so(goldtape, lake, bucket):
    two_days(bucket)
    goldtape(*ASK, lake=lake, env=bucket.env())
    assert "GT2207" in goldtape("update", lake=lake, code=2).err
