"""Every trouble a venue can give: clear, counted, audited; the others' data come all the same."""

import datetime
import gzip
import ssl
import subprocess

import pytest

from venue import Venue, gzip_bomb


def audit(goldtape, lake, status):
    return goldtape("audit", "--status", status, "--json", lake=lake).json()


def bars(goldtape, lake, ticker):
    return goldtape.query(lake, f"select count(*) as n from bronze.bars where ticker = '{ticker}'")[0]["n"]


def test_too_many_requests_are_waited_out(goldtape, venue, backfill, lake):
    venue.trouble(status=429, headers={"Retry-After": "2"}, times=1)
    report = backfill(lake, "AAPL,MSFT")
    assert report["failed"] == 0 and report["refusals"] == 1
    times = [asked.at for asked in venue.charts]
    late = [at - times[0] for at in times if at - times[0] > 0.5]
    assert late and min(late) >= 1.9, "nothing is asked before the venue's two seconds are over"


def test_a_server_error_is_tried_again(goldtape, venue, backfill, lake):
    venue.trouble(status=503, times=2)
    report = backfill(lake, "AAPL")
    assert report["failed"] == 0 and report["retries"] == 2
    assert goldtape.query(lake, "select max(attempts) as n from ops.load_audit")[0]["n"] == 3


def test_an_answer_cut_in_the_middle_is_tried_again(goldtape, venue, backfill, lake):
    venue.trouble(body=b'{"chart":' + b" " * 10_000, cut=True, times=1)
    report = backfill(lake, "AAPL")
    assert report["failed"] == 0 and report["retries"] == 1


def test_a_web_page_is_tried_again(goldtape, venue, backfill, lake):
    venue.trouble(body=b"<!DOCTYPE html><html><body>back soon</body></html>", times=1, headers={"Content-Type": "text/html"})
    assert backfill(lake, "AAPL")["failed"] == 0


def test_wrong_content_type_with_right_content_is_taken(goldtape, venue, backfill, lake):
    venue.trouble(headers={"Content-Type": "text/html"})
    assert backfill(lake, "AAPL")["failed"] == 0


def test_malformed_json_fails_one_ticker_is_kept_and_asked_again(goldtape, venue, backfill, lake):
    venue.trouble(body=b'{"chart":{"result":[{"meta":', times=1, ticker="AAPL")
    report = backfill(lake, "AAPL,MSFT", code=4)
    assert [failure["ticker"] for failure in report["failures"]] == ["AAPL"]
    assert "GT2222" in report["failures"][0]["error"]
    failed = audit(goldtape, lake, "failed")
    assert failed and all(row["raw_path"] for row in failed), "the damaged answer is kept as it came"
    assert bars(goldtape, lake, "MSFT") > 0
    backfill(lake, "AAPL,MSFT")
    assert bars(goldtape, lake, "AAPL") == bars(goldtape, lake, "MSFT")


def test_an_unknown_symbol_does_not_stop_the_others(goldtape, venue, backfill, lake):
    venue.known = {"AAPL"}
    report = backfill(lake, "AAPL,NOPE", code=4)
    assert report["success_share"] == 0.5 and report["failures"][0]["status"] == "not_found"
    assert "GT2212" in report["failures"][0]["error"]
    assert bars(goldtape, lake, "AAPL") > 0
    assert [row["ticker"] for row in audit(goldtape, lake, "not_found")] == ["NOPE"]
    venue.asked.clear()
    backfill(lake, "AAPL,NOPE", "--success-share", "0.5")
    assert venue.charts == [], "what the venue does not know is not asked for every day"


def test_exit_4_only_below_the_success_share(goldtape, venue, backfill, lake):
    venue.known = {"AAPL"}
    assert backfill(lake, "AAPL,NOPE", "--success-share", "0.5")["failed"] == 1


def test_an_answer_without_end_is_cut_off(goldtape, venue, backfill, lake):
    venue.trouble(body=b" " * (3 << 20), ticker="HUGE")
    report = backfill(lake, "AAPL,HUGE", options=("--set", "http.max_body=1MiB"), code=4)
    assert "GT7306" in report["failures"][0]["error"] and bars(goldtape, lake, "AAPL") > 0


def test_a_gzip_bomb_is_cut_off(goldtape, venue, backfill, lake):
    bomb = gzip_bomb(64)
    assert len(bomb) < 1 << 20
    venue.trouble(body=bomb, headers={"Content-Encoding": "gzip"}, ticker="BOMB")
    report = backfill(lake, "AAPL,BOMB", options=("--set", "http.max_body=4MiB"), code=4)
    assert "GT7306" in report["failures"][0]["error"] and bars(goldtape, lake, "AAPL") > 0


def test_gzip_is_read(goldtape, venue, backfill, lake):
    status, body = venue.chart("AAPL", {"interval": "1d", "period1": "1704171600", "period2": "1711684800"})
    import json

    venue.trouble(body=gzip.compress(json.dumps(body).encode()), headers={"Content-Encoding": "gzip"})
    assert backfill(lake, "AAPL")["rows_inserted"] == 61


def test_a_redirect_elsewhere_is_not_followed(goldtape, venue, backfill, lake):
    other = Venue()
    try:
        venue.trouble(status=302, headers={"Location": other.url.replace("127.0.0.1", "localhost") + "/v8/finance/chart/AAPL"})
        report = backfill(lake, "AAPL", code=4)
        assert "GT7308" in report["failures"][0]["error"]
        assert other.asked == []
    finally:
        other.close()


@pytest.fixture
def tls_venue(tmp_path):
    """A venue whose certificate nobody vouches for but `ca`."""
    key, certificate = tmp_path / "key.pem", tmp_path / "ca.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    served = Venue(tls=context)
    yield served, certificate
    served.close()


def test_a_certificate_that_nobody_vouches_for_ends_it(goldtape, lake, tls_venue):
    venue, certificate = tls_venue
    ask = ["backfill", "yahoo", "--symbols", "AAPL", "--interval", "1d", "--from", "2024-01-02", "--to", "2024-01-05",
           "--base-url", venue.url]  # fmt: skip
    answer = goldtape(*ask, lake=lake, code=4)
    assert "GT7304" in answer.out and venue.charts == []
    goldtape("--set", f"http.ca_file={certificate}", *ask, lake=lake)
    assert bars(goldtape, lake, "AAPL") == 4


def test_a_session_is_opened_when_the_venue_wants_one(goldtape, venue, backfill, lake):
    venue.secret_crumb = "cR.umb/7"
    assert backfill(lake, "AAPL,MSFT")["failed"] == 0
    assert any(asked.headers.get("Cookie") == "A3=cookie-of-session" for asked in venue.charts)


def test_no_secret_is_in_log_audit_or_report(goldtape, venue, lake, tmp_path):
    venue.secret_crumb = "cR.umb/7"
    venue.trouble(status=404, body=b"{}", ticker="NOPE")
    answer = goldtape(
        "--set", "log.level=debug", "backfill", "yahoo", "--symbols", "AAPL,NOPE", "--interval", "1d", "--from", "2024-01-02",
        "--to", "2024-01-05", "--base-url", venue.url, "--rate", "100", "--json", lake=lake, code=4,
    )  # fmt: skip
    said = answer.out + answer.err + goldtape("audit", "--json", lake=lake).out
    for secret in ("cR.umb", "cR.umb%2F7", "cookie-of-session"):
        assert secret not in said
        for file in lake.rglob("*"):
            assert not file.is_file() or secret.encode() not in file.read_bytes(), file


def test_nobody_there_is_exit_4_at_the_deadline(goldtape, lake):
    gone = Venue()
    gone.close()
    answer = goldtape(
        "backfill", "yahoo", "--symbols", "AAPL", "--interval", "1d", "--from", "2024-01-02", "--to", "2024-01-05",
        "--base-url", gone.url, "--deadline", "3s", "--json", lake=lake, code=4,
    )  # fmt: skip
    assert "GT73" in answer.json()["failures"][0]["error"]


def test_a_proxy_that_is_not_there_is_named(goldtape, lake):
    answer = goldtape(
        "backfill", "yahoo", "--symbols", "AAPL", "--interval", "1d", "--from", "2024-01-02", "--to", "2024-01-05",
        "--base-url", "http://venue.invalid", "--deadline", "3s", "--json", lake=lake, code=4,
        env={"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": ""},
    )  # fmt: skip
    assert "GT73" in answer.json()["failures"][0]["error"]


def test_on_critical_says_what_becomes_of_an_answer_with_an_impossible_row(goldtape, venue, backfill, new_lake):
    right = venue.bar

    def bar(ticker, ts):
        o, h, low, c, volume = right(ticker, ts)
        return (o, low / 2, low, c, volume) if ts == worst[0] else (o, h, low, c, volume)

    worst = [venue.times("AAPL", "1d", *(int(datetime.datetime(2024, m, 1).timestamp()) for m in (2, 3)))[3]]
    venue.bar = bar
    stop, quarantine = new_lake("stop"), new_lake("quarantine")
    backfill(stop, "AAPL", "--on-critical", "stop", code=4)
    assert bars(goldtape, stop, "AAPL") == 0
    backfill(quarantine, "AAPL", "--on-critical", "quarantine")
    assert bars(goldtape, quarantine, "AAPL") > 40
    assert goldtape.query(quarantine, "select count(*) as n from quarantine.rows")[0]["n"] == 1
