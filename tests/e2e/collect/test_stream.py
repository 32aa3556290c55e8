"""Listening to Alpaca's stream: what it told is what a question brings, whatever happens to the connection."""

import contextlib
import json
import select
import socket
import subprocess
import threading
import time
import urllib.request

import pytest

DAY = "2024-02-28"
TRUTH = "select ticker, ts, open, high, low, close, volume, vwap, trade_count from bronze.bars order by all"


class Live:
    """A simulator in the middle of a session, a minute of which passes in a fifth of a second."""

    def __init__(self, url):
        self.url = url

    def post(self, target, body=b"", method="POST"):
        request = urllib.request.Request(self.url + target, data=body, method=method)
        urllib.request.urlopen(request, timeout=30).close()

    def clock(self, now, speed):
        self.post(f"/simulator/clock?now={now}&speed={speed}")


class Door:
    """Leads every connection to one port of this machine while it is open."""

    def __init__(self, port):
        self.port, self.closed, self.pairs = port, False, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        with contextlib.suppress(OSError, ValueError), client:
            if self.closed:
                return
            with socket.create_connection(("127.0.0.1", self.port)) as server:
                self.pairs.append((client, server))
                while True:
                    for ready in select.select([client, server], [], [])[0]:
                        piece = ready.recv(65536)
                        if not piece:
                            return
                        (server if ready is client else client).sendall(piece)

    def shut(self):
        self.closed = True
        for pair in self.pairs:
            for one in pair:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def open(self):
        self.closed = False


@pytest.fixture
def live(goldtape):
    command = [goldtape.program, "simulate", "--port", "0", "--market", "50", "--seed", "7", "--from", "2024-01-02", "--to",
               "2024-03-28", "--clock", f"{DAY}T15:00:00Z", "--speed", "300"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with contextlib.ExitStack() as stack:
        stack.callback(process.wait, timeout=20)
        stack.callback(process.terminate)
        line = process.stdout.readline().strip()
        assert line.startswith("listening on http"), line
        yield Live(line.removeprefix("listening on "))


def command_for(goldtape, lake, url, *more, symbols="SPY,AAPL"):
    return [str(goldtape.program), "--lake", str(lake), "stream", "alpaca", "--symbols", symbols, "--base-url",
            f"{url}/alpaca", "--commit-every", "1s", "--json", *more]  # fmt: skip


def listen(goldtape, lake, url, *more, seconds=6, code=0, **question):
    answer = subprocess.run(
        command_for(goldtape, lake, url, "--for", f"{seconds}s", *more, **question), capture_output=True, text=True, timeout=120
    )
    assert answer.returncode == code, answer.stderr
    return json.loads(answer.stdout) if answer.stdout else answer.stderr


def asked(goldtape, lake, live, symbols="SPY,AAPL", **clock):
    """What REST says of the day once it is over and settled."""
    live.clock(f"{DAY}T22:00:00Z", 0)
    goldtape("backfill", "alpaca", "--symbols", symbols, "--interval", "1m", "--from", DAY, "--to", DAY, "--base-url",
             f"{live.url}/alpaca", "--rate", "1000", lake=lake)  # fmt: skip
    return {(row["ticker"], row["ts"]): row for row in goldtape.query(lake, TRUTH)}


def test_bars_of_the_stream_are_those_of_a_question(goldtape, live, new_lake):
    lake = new_lake("streamed")
    report = listen(goldtape, lake, live.url)
    heard = goldtape.query(lake, TRUTH)
    assert report["bars"] == len(heard) >= 10 and report["connections"] == 1 and report["commits"] >= 2
    truth = asked(goldtape, new_lake("asked"), live)
    for row in heard:
        assert row == truth[row["ticker"], row["ts"]]


def test_a_corrected_bar_is_a_revision(goldtape, live, new_lake):
    live.post(
        "/simulator/trouble", json.dumps({"trouble": [{"do": "revised", "share": 1, "delay_s": 120}]}).encode(), "PUT"
    )
    lake = new_lake("streamed")
    report = listen(goldtape, lake, live.url, seconds=8)
    # The first corrections are of minutes before anybody listened: 120 s are two bars of each.
    assert report["updated_bars"] > 10 and report["updated_bars"] - 4 <= report["rows_updated"] <= report["updated_bars"]
    revisions = goldtape.query(lake, "select distinct ticker, ts from bronze.revisions")
    assert len(revisions) == report["rows_updated"]
    heard = {(row["ticker"], row["ts"]): row for row in goldtape.query(lake, TRUTH)}
    truth = asked(goldtape, new_lake("asked"), live)
    corrected = [(row["ticker"], row["ts"]) for row in revisions]
    assert all(heard[key] == truth[key] for key in corrected)
    assert any(heard[key] != truth[key] for key in heard if key not in corrected), "the last ones are not corrected yet"


def test_what_was_missed_while_the_line_was_down_is_asked_for(goldtape, live, new_lake):
    door = Door(int(live.url.rsplit(":", 1)[1]))
    lake = new_lake("streamed")
    process = subprocess.Popen(command_for(goldtape, lake, door.url, "--for", "14s"), stdout=subprocess.PIPE, text=True)
    time.sleep(4)
    door.shut()
    time.sleep(2)
    door.open()
    out, _ = process.communicate(timeout=120)
    report = json.loads(out)
    assert process.returncode == 0 and report["connections"] >= 2 and report["gaps_filled"] >= 1
    assert any("GT7307" in remark for remark in report["remarks"]), report["remarks"]
    heard = {(row["ticker"], row["ts"]): row for row in goldtape.query(lake, TRUTH)}
    truth = asked(goldtape, new_lake("asked"), live)
    for ticker in ("SPY", "AAPL"):
        times = [ts for name, ts in heard if name == ticker]
        between = [key for key in truth if key[0] == ticker and min(times) <= key[1] <= max(times)]
        assert len(between) > report["bars"] / 2, "some were not told"
        for key in between:
            assert heard[key] == truth[key]


def test_trades_add_up_to_the_bars(goldtape, live, lake):
    report = listen(goldtape, lake, live.url, "--channels", "bars,trades", symbols="SPY")
    assert report["trades"] > 20
    rows = goldtape.query(
        lake,
        "select b.volume, sum(t.size)::bigint as traded from bronze.bars b join bronze.trades t on t.ticker = b.ticker and "
        "date_trunc('minute', t.ts) = b.ts group by b.ts, b.volume order by b.ts",
    )
    whole = rows[1:-1]
    assert len(whole) >= 3 and all(row["volume"] == row["traded"] for row in whole), rows


def test_a_killed_stream_loses_only_what_was_not_landed(goldtape, live, lake):
    process = subprocess.Popen(command_for(goldtape, lake, live.url), stdout=subprocess.DEVNULL)
    time.sleep(4)
    process.kill()
    process.wait()
    before = goldtape.query(lake, "select count(*) as n from bronze.bars")[0]["n"]
    assert before > 0
    asked(goldtape, lake, live)
    assert goldtape("audit", "--status", "landed", "--json", lake=lake).json() == []
    assert goldtape.query(lake, "select count(*) as n from bronze.bars")[0]["n"] > before
    goldtape("replay-raw", "--into", str(lake.parent / "again"), lake=lake)
    assert goldtape.query(lake.parent / "again", TRUTH) == goldtape.query(lake, TRUTH)


def test_refused_keys_end_it_and_are_in_no_message(goldtape, live, lake):
    command = command_for(goldtape, lake, live.url, "--for", "20s")
    env = {"ALPACA_API_KEY_ID": "REVOKED-key", "ALPACA_API_SECRET_KEY": "hidden-words", "PATH": "/usr/bin:/bin"}
    began = time.monotonic()
    answer = subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)
    assert answer.returncode == 4 and "GT2211" in answer.stderr and time.monotonic() - began < 10
    assert "hidden" not in answer.stdout + answer.stderr


def test_a_channel_that_is_none_is_said(goldtape, live, lake):
    assert "quotes" in listen(goldtape, lake, live.url, "--channels", "quotes", code=2)
