"""A running simulator, and ways to ask it."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import signal
import subprocess
import urllib.error
import urllib.request

import pytest

KEYS = {"APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret"}
MARKET = ("--market", 200, "--seed", 7, "--from", "2024-01-02", "--to", "2024-03-28")


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)


class Simulator:
    """One running `goldtape simulate`."""

    def __init__(self, process, url):
        self.process = process
        self.url = url

    def ask(self, target, method="GET", headers=KEYS, timeout=30) -> Answer:
        request = urllib.request.Request(self.url + target, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def get(self, target):
        """The body of an answer that has to be good, as JSON."""
        answer = self.ask(target)
        assert answer.status == 200, (target, answer.status, answer.body[:300])
        return answer.json()

    def truth(self, ticker, **query):
        """The market's own bars: rows as dicts of text."""
        parameters = "&".join(f"{name.rstrip('_')}={value}" for name, value in query.items())
        answer = self.ask(f"/simulator/bars/{ticker}?{parameters}")
        assert answer.status == 200, answer.body
        return list(csv.DictReader(io.StringIO(answer.body.decode())))

    def clock(self, now=None, speed=None):
        query = "&".join([f"now={now}"] * bool(now) + [f"speed={speed}"] * (speed is not None))
        answer = self.ask(f"/simulator/clock?{query}", method="POST")
        assert answer.status == 200, answer.body
        return answer.json()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


@contextlib.contextmanager
def running(goldtape, *options, folder):
    command = [goldtape.program, "simulate", "--port", 0, *options]
    with open(folder / "simulate.err", "w") as errors:
        process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.PIPE, stderr=errors, text=True
        )
    line = process.stdout.readline().strip()
    if not line.startswith("listening on http"):
        process.kill()
        process.wait()
        raise AssertionError(f"{line}\n{(folder / 'simulate.err').read_text()}")
    try:
        yield Simulator(process, line.removeprefix("listening on "))
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def run_simulator(goldtape):
    """`with run_simulator(*options, folder=path) as simulator:`, whatever the market."""
    return functools.partial(running, goldtape)


@pytest.fixture
def simulate(goldtape, tmp_path):
    """`with simulate(*options) as simulator:`, a market of 200 symbols unless options say otherwise."""
    return lambda *options, market=MARKET: running(goldtape, *market, *options, folder=tmp_path)


@pytest.fixture(scope="module")
def simulator(goldtape, tmp_path_factory):
    """One whose clock stands still after the last day, shared by tests that do not move it."""
    with running(goldtape, *MARKET, "--speed", 0, folder=tmp_path_factory.mktemp("simulator")) as one:
        yield one
