"""Every oddity that `goldtape simulate --trouble` knows: said, counted, audited; in the end the lake is the market."""

import contextlib
import csv
import http.server
import io
import json
import subprocess
import threading
import urllib.error
import urllib.request

import pytest

FROM, TO = "2024-02-01", "2024-03-28"
TICKERS = ("AAPL", "SPY", "MSFT")
CHARTS = {"venue": "yahoo", "path": "/v8/finance/chart/*"}
OF_DATA = ("holes", "empty", "doubled", "late", "revised")
CONTENT = "select ticker, date, open, high, low, close, volume from bronze.bars where source = 'yahoo' order by all"


class Simulator:
    def __init__(self, url):
        self.url = url

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return answer.read().decode()

    def trouble(self, *entries):
        filled = [({"venue": "yahoo"} if entry["do"] in OF_DATA else CHARTS) | entry for entry in entries]
        body = json.dumps({"seed": 3, "trouble": filled}).encode()
        request = urllib.request.Request(f"{self.url}/simulator/trouble", data=body, method="PUT")
        urllib.request.urlopen(request, timeout=30).close()

    def sessions(self, ticker):
        return len(list(csv.DictReader(io.StringIO(self.get(f"/simulator/bars/{ticker}?interval=1d&from={FROM}&to={TO}")))))


@pytest.fixture(scope="module")
def running(goldtape):
    command = [goldtape.program, "simulate", "--port", "0", "--market", "20", "--seed", "7", "--from", "2024-01-02", "--to",
               TO, "--speed", "0"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with contextlib.ExitStack() as stack:
        stack.callback(process.wait, timeout=20)
        stack.callback(process.terminate)
        yield Simulator(process.stdout.readline().strip().removeprefix("listening on "))


@pytest.fixture
def simulator(running):
    running.trouble()
    yield running
    running.trouble()


@pytest.fixture
def backfill(goldtape, simulator):
    def run(lake, *more, settings=(), code=0, url=None, env=None):
        options = [word for setting in settings for word in ("--set", setting)]
        answer = goldtape(
            *options, "backfill", "yahoo", "--symbols", ",".join(TICKERS), "--interval", "1d", "--from", FROM, "--to", TO,
            "--base-url", f"{url or simulator.url}/yahoo", "--rate", "100", "--json", *more, lake=lake, code=code, env=env,
        )  # fmt: skip
        return answer.json()

    return run


@pytest.fixture(scope="module")
def market(goldtape, running, tmp_path_factory):
    """What an untroubled lake holds."""
    lake = tmp_path_factory.mktemp("quiet") / "lake"
    goldtape("init", lake=lake)
    running.trouble()
    goldtape("backfill", "yahoo", "--symbols", ",".join(TICKERS), "--interval", "1d", "--from", FROM, "--to", TO,
             "--base-url", f"{running.url}/yahoo", "--rate", "100", lake=lake)  # fmt: skip
    rows = goldtape.query(lake, CONTENT)
    assert len(rows) == sum(running.sessions(ticker) for ticker in TICKERS)
    return rows


WAITED_OUT = {
    "a_server_error": ({"do": "status", "status": 503, "times": 2}, "retries"),
    "too_many_requests": ({"do": "status", "status": 429, "retry_after_s": 1, "times": 1}, "refusals"),
    "a_limit_of_the_rate": ({"do": "limit", "requests_per_s": 2, "burst": 1, "retry_after_s": 1}, "refusals"),
    "a_web_page": ({"do": "html", "times": 1}, "retries"),
    "a_cut_answer": ({"do": "cut", "keep": 0.5, "times": 1}, "retries"),
    "a_slow_answer": ({"do": "slow", "delay_ms": 2500, "times": 1}, "retries"),
}


@pytest.mark.parametrize("name", WAITED_OUT)
def test_is_waited_out(goldtape, simulator, backfill, market, lake, name):
    entry, counted = WAITED_OUT[name]
    simulator.trouble(entry)
    report = backfill(lake, settings=["http.timeout_s=1"])
    assert report["failed"] == 0 and report[counted] >= 1, report
    assert goldtape.query(lake, CONTENT) == market


TAKEN_AS_IT_IS = {
    "another_content_type": {"do": "content_type", "type": "text/html"},
    "a_session_that_is_wanted": {"do": "crumb"},
    "doubled_bars": {"do": "doubled", "share": 0.5},
    "a_clock_that_is_ahead": {"do": "skew", "by_s": 300_000},
}


@pytest.mark.parametrize("name", TAKEN_AS_IT_IS)
def test_is_taken_as_it_is(goldtape, simulator, backfill, market, lake, name):
    simulator.trouble(TAKEN_AS_IT_IS[name])
    assert backfill(lake)["failed"] == 0
    assert goldtape.query(lake, CONTENT) == market


FAILS_ONE_TICKER = {
    "an_empty_answer": ({"do": "empty_body"}, "GT2220"),
    "a_malformed_answer": ({"do": "malformed", "keep": 0.4}, "GT2222"),
    "a_redirect_elsewhere": ({"do": "redirect", "to": "http://localhost:9/"}, "GT7308"),
    "an_answer_beyond_the_limit": ({"do": "huge", "bytes": 3 << 20}, "GT7306"),
    "a_gzip_bomb": ({"do": "gzip_bomb", "bytes": 64 << 20}, "GT7306"),
}


@pytest.mark.parametrize("name", FAILS_ONE_TICKER)
def test_fails_one_ticker_and_is_asked_again(goldtape, simulator, backfill, market, lake, name):
    entry, code = FAILS_ONE_TICKER[name]
    simulator.trouble(entry | {"times": 1})
    report = backfill(lake, settings=["http.max_body=1MiB"], code=4)
    assert [code in failure["error"] for failure in report["failures"]] == [True], report["failures"]
    assert len({row["ticker"] for row in goldtape.query(lake, CONTENT)}) == 2, "the others came"
    assert goldtape("audit", "--status", "failed", "--json", lake=lake).json(), "it is in the audit"
    assert backfill(lake)["loads"] > 0
    assert goldtape.query(lake, CONTENT) == market


def test_a_clock_that_is_behind_leaves_sessions_to_be_asked_again(goldtape, simulator, backfill, market, lake):
    """By the venue's word it is the middle of March: what comes later cannot be whole yet."""
    simulator.trouble({"do": "skew", "by_s": -15 * 86_400})
    backfill(lake)
    assert 0 < len(goldtape.query(lake, CONTENT)) < len(market)
    simulator.trouble()
    backfill(lake)
    assert goldtape.query(lake, CONTENT) == market


def test_holes_and_empty_sessions_are_gaps(goldtape, simulator, backfill, lake):
    """A hole in daily bars is a session that the venue has nothing for."""
    simulator.trouble({"do": "empty", "from": "2024-02-27", "to": "2024-02-27", "tickers": ["AAPL"]})
    assert backfill(lake)["failed"] == 0
    gaps = goldtape("gaps", "--json", lake=lake).json()
    found = [(gap["ticker"], gap["state"], gap["from"]) for gap in gaps]
    assert found == [("AAPL", "vendor_hole", "2024-02-27")], gaps


def test_revised_bars_are_revisions_of_a_recheck(goldtape, simulator, backfill, lake, market):
    simulator.trouble({"do": "revised", "share": 0.5, "delay_s": 30 * 86_400})
    backfill(lake)
    assert goldtape.query(lake, CONTENT) != market
    simulator.trouble()
    # What was observed within six hours is not rechecked: another answer is a later day's.
    body = json.dumps({}).encode()
    clock = urllib.request.Request(f"{simulator.url}/simulator/clock?now=2024-03-30T15:00:00Z", data=body, method="POST")
    urllib.request.urlopen(clock, timeout=30).close()
    report = backfill(lake, "--recheck", "100d")
    assert report["rows_updated"] > 0
    assert goldtape.query(lake, CONTENT) == market
    assert goldtape.query(lake, "select count(*) as n from bronze.revisions")[0]["n"] == report["rows_updated"]


def test_a_proxy_is_gone_through(goldtape, simulator, backfill, market, lake):
    asked = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            target = self.path.removeprefix("http://venue.invalid")
            request = urllib.request.Request(simulator.url + target, headers=dict(self.headers))
            request.remove_header("Host")
            try:
                answer = urllib.request.urlopen(request, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            body = answer.read()
            self.send_response_only(answer.status)
            for name in ("Date", "Content-Type", "Content-Encoding"):
                if answer.headers[name]:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        env = {"http_proxy": f"http://127.0.0.1:{server.server_port}", "HTTP_PROXY": ""}
        backfill(lake, url="http://venue.invalid", env=env)
    finally:
        server.shutdown()
        server.server_close()
    assert len(asked) >= len(TICKERS) and all(path.startswith("http://venue.invalid/") for path in asked)
    assert goldtape.query(lake, CONTENT) == market
