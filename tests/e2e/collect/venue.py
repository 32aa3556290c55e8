"""A venue for tests: answers as Yahoo's chart does, from bars made by a rule, with trouble as a test scripts it."""

from __future__ import annotations

import dataclasses
import datetime
import gzip
import http.server
import json
import threading
import time
import urllib.parse
import zoneinfo

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
UTC = datetime.UTC
HOLIDAYS = {
    datetime.date(2024, 1, 1),
    datetime.date(2024, 1, 15),
    datetime.date(2024, 2, 19),
    datetime.date(2024, 3, 29),
    datetime.date(2024, 5, 27),
}


def sessions(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """Trading days of the first half of 2024."""
    days = (first + datetime.timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]


def opening(day: datetime.date) -> int:
    return int(datetime.datetime.combine(day, datetime.time(9, 30), NEW_YORK).timestamp())


def price(ticker: str, ts: int) -> float:
    """The open of the bar at `ts`, always the same one."""
    return 50.0 + (sum(ticker.encode()) * 31 + ts // 60 * 7) % 5000 / 100


@dataclasses.dataclass
class Asked:
    """One request as it came."""

    at: float
    path: str
    query: dict
    headers: dict

    @property
    def ticker(self) -> str:
        return urllib.parse.unquote(self.path.rsplit("/", 1)[-1])


@dataclasses.dataclass
class Trouble:
    """What to answer in place of data: `times` times, to requests for `ticker` (any when empty)."""

    status: int = 200
    body: bytes | None = None
    headers: dict = dataclasses.field(default_factory=dict)
    times: int = 1_000_000
    ticker: str = ""
    cut: bool = False  # ends the connection in the middle of the body
    delay_s: float = 0


class Venue:
    """Runs on a free port of this machine until `close`."""

    def __init__(self, now: str = "2024-06-03T12:00:00+00:00", tls=None):
        self.now = datetime.datetime.fromisoformat(now)
        self.known: set[str] | None = None  # tickers; None: every one
        self.asked: list[Asked] = []
        self.troubles: list[Trouble] = []
        self.changes: dict[tuple[str, datetime.date], float] = {}  # added to prices of a day
        self.holes: set[tuple[str, datetime.date]] = set()
        self.secret_crumb = ""  # asked of every chart when not empty
        self.key = "the-right-key"
        self.page_size = 1000
        self.on_chart = lambda number: None
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        scheme = "http"
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def charts(self) -> list[Asked]:
        return [asked for asked in self.asked if "/chart/" in asked.path]

    def trouble(self, **what) -> Trouble:
        self.troubles.append(Trouble(**what))
        return self.troubles[-1]

    # What the venue knows.

    def days_of(self, ticker: str, start: int, end: int) -> list[datetime.date]:
        first = datetime.datetime.fromtimestamp(start, NEW_YORK).date()
        last = min(datetime.datetime.fromtimestamp(end - 1, NEW_YORK).date(), self.now.astimezone(NEW_YORK).date())
        days = sessions(first, last)
        return [day for day in days if opening(day) <= self.now.timestamp() and (ticker, day) not in self.holes]

    def times(self, ticker: str, interval: str, start: int, end: int) -> list[int]:
        days = self.days_of(ticker, start, end)
        if interval == "1d":
            return [opening(day) for day in days]
        return [opening(day) + 60 * minute for day in days for minute in range(390)]

    def bar(self, ticker: str, ts: int) -> tuple[float, float, float, float, int]:
        day = datetime.datetime.fromtimestamp(ts, NEW_YORK).date()
        first = price(ticker, ts) + self.changes.get((ticker, day), 0)
        return (first, first + 1, first - 1, round(first + 0.25, 2), 100 + ts // 60 % 1000)

    def chart(self, ticker: str, query: dict) -> tuple[int, dict]:
        if self.known is not None and ticker not in self.known:
            error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
            return 404, {"chart": {"result": None, "error": error}}
        interval = query["interval"]
        times = self.times(ticker, interval, int(query["period1"]), int(query["period2"]))
        bars = [self.bar(ticker, ts) for ts in times]
        columns = {name: [bar[i] for bar in bars] for i, name in enumerate(("open", "high", "low", "close", "volume"))}
        meta = {
            "currency": "USD",
            "symbol": ticker,
            "exchangeName": "NMS",
            "instrumentType": "EQUITY",
            "regularMarketTime": int(self.now.timestamp()),
            "gmtoffset": -14400,
            "timezone": "EDT",
            "exchangeTimezoneName": "America/New_York",
            "dataGranularity": interval,
        }
        result = {"meta": meta, "indicators": {"quote": [columns if times else {}]}}
        if times:
            result["timestamp"] = times
        if interval == "1d" and times:
            result["indicators"]["adjclose"] = [{"adjclose": columns["close"]}]
        return 200, {"chart": {"result": [result], "error": None}}

    # Other venues, over the same bars.

    def daily(self, ticker: str, first: datetime.date, last: datetime.date) -> list[tuple[int, tuple]]:
        noon = datetime.time(12)
        times = self.times(
            ticker,
            "1d",
            int(datetime.datetime.combine(first, noon, UTC).timestamp()),
            int(datetime.datetime.combine(last, noon, UTC).timestamp()),
        )
        return [(ts, self.bar(ticker, ts)) for ts in times]

    def alpaca(self, asked: Asked) -> tuple[int, dict]:
        if self.key is not None and asked.headers.get("APCA-API-SECRET-KEY") != self.key:
            return 403, {"message": "forbidden."}
        if asked.path == "/alpaca/v1/corporate-actions":
            split = {"symbol": "AAPL", "ex_date": "2024-02-20", "new_rate": 4, "old_rate": 1}
            return 200, {"corporate_actions": {"forward_splits": [split]}, "next_page_token": None}
        if asked.path != "/alpaca/v2/stocks/bars":
            return 404, {"message": "endpoint not found"}
        tickers = asked.query["symbols"].split(",")
        wrong = [ticker for ticker in tickers if self.known is not None and ticker not in self.known]
        if wrong:
            return 400, {"message": f"invalid symbol: {wrong[0]}"}
        first, last = (datetime.datetime.fromisoformat(asked.query[name]) for name in ("start", "end"))
        bars = []
        for ticker in sorted(tickers):
            for ts, (o, h, l, c, v) in self.daily(ticker, first.astimezone(NEW_YORK).date(), last.astimezone(NEW_YORK).date()):
                midnight = datetime.datetime.combine(
                    datetime.datetime.fromtimestamp(ts, NEW_YORK).date(), datetime.time(), NEW_YORK
                )
                stamp = midnight.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                bars.append((ticker, {"t": stamp, "o": o, "h": h, "l": l, "c": c, "v": v, "n": 7, "vw": c}))
        begin = int(asked.query.get("page_token", "0"))
        page = bars[begin : begin + self.page_size]
        by_ticker: dict[str, list] = {}
        for ticker, bar in page:
            by_ticker.setdefault(ticker, []).append(bar)
        end = begin + self.page_size
        return 200, {"bars": by_ticker, "next_page_token": str(end) if end < len(bars) else None}

    def massive(self, asked: Asked) -> tuple[int, dict]:
        if self.key is not None and asked.headers.get("Authorization") != f"Bearer {self.key}":
            return 401, {"status": "ERROR", "error": "Unknown API Key"}
        parts = asked.path.split("/")
        if "aggs" in parts:
            ticker, first, last = parts[5], *(datetime.date.fromisoformat(text) for text in parts[9:11])
            rows = [
                {"t": (ts - 34_200) * 1000, "o": o, "h": h, "l": l, "c": c, "v": v}
                for ts, (o, h, l, c, v) in self.daily(ticker, first, last)
            ]
            begin = int(asked.query.get("cursor", "0"))
            end = begin + self.page_size
            answer = {"ticker": ticker, "status": "OK", "results": rows[begin:end]}
            if end < len(rows):
                answer["next_url"] = f"https://api.example{asked.path.removeprefix('/massive')}?cursor={end}"
            return 200, answer
        if parts[-1] == "dividends":
            row = {"ticker": "AAPL", "ex_dividend_date": "2024-02-09", "cash_amount": 0.24, "dividend_type": "CD"}
            return 200, {"status": "OK", "results": [row]}
        row = {"ticker": "AAPL", "execution_date": "2024-02-20", "split_from": 1, "split_to": 4}
        return 200, {"status": "OK", "results": [row]}

    def nasdaq(self, asked: Asked) -> tuple[int, bytes]:
        created = f"File Creation Time: {self.now:%m%d%Y}21:31"
        if asked.path.endswith("/nasdaqlisted.txt"):
            head = "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares"
            rows = ["AAPL|Apple Inc.|Q|N|N|100|N|N", "NA|Nano Labs|S|N|N|100|N|N", "ZVZZT|Test|G|Y|N|100|N|N"]
        else:
            head = "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol"
            rows = ["BRK.B|Berkshire Hathaway|N|BRK.B|N|100|N|BRK.B", "COF$L|Capital One|N|COFpL|N|100|N|COF-L"]
        return 200, "\r\n".join([head, *rows, created + "|" * 6, ""]).encode()

    # The wire.

    def _next_trouble(self, ticker: str) -> Trouble | None:
        with self.lock:
            for trouble in self.troubles:
                if trouble.times > 0 and trouble.ticker in ("", ticker):
                    trouble.times -= 1
                    return trouble
        return None

    def _answer(self, asked: Asked) -> tuple[int, bytes, dict, Trouble | None]:
        path = asked.path
        for prefix, answer in (("/alpaca/", self.alpaca), ("/massive/", self.massive), ("/nasdaq/", self.nasdaq)):
            if path.startswith(prefix):
                status, body = answer(asked)
                return status, body if isinstance(body, bytes) else json.dumps(body).encode(), {}, None
        if path.endswith("/fc"):
            return 404, b"", {"Set-Cookie": "A3=cookie-of-session; Path=/"}, None
        if path.endswith("/getcrumb"):
            return 200, self.secret_crumb.encode(), {}, None
        if "/chart/" not in path:
            return 404, b"{}", {}, None
        self.on_chart(len(self.charts))
        trouble = self._next_trouble(asked.ticker)
        if trouble is not None and trouble.body is not None or trouble is not None and trouble.status != 200:
            return trouble.status, trouble.body or b"", trouble.headers, trouble
        if self.secret_crumb and asked.query.get("crumb") != self.secret_crumb:
            return 401, b'{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}', {}, None
        status, body = self.chart(asked.ticker, asked.query)
        return status, json.dumps(body).encode(), trouble.headers if trouble else {}, trouble

    def _handler(venue):  # noqa: N805: `self` is the request's
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                parts = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(parts.query))
                asked = Asked(time.monotonic(), parts.path, query, dict(self.headers))
                with venue.lock:
                    venue.asked.append(asked)
                status, body, headers, trouble = venue._answer(asked)
                if trouble is not None and trouble.delay_s:
                    time.sleep(trouble.delay_s)
                try:
                    self.send(status, body, headers, trouble is not None and trouble.cut)
                except OSError:
                    pass  # the program went away

            def send(self, status, body, headers, cut):
                self.send_response_only(status)
                self.send_header("Date", venue.now.strftime("%a, %d %b %Y %H:%M:%S GMT"))
                headers = {"Content-Type": "application/json", "Content-Length": str(len(body))} | headers
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if cut else body)
                if cut:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        return Handler


def gzip_bomb(mebibytes: int) -> bytes:
    return gzip.compress(b" " * (mebibytes << 20), 9)
