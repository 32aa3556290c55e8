"""A simulator under the venues' own names: a certificate of a test authority and a proxy that leads there."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import pathlib
import select
import socket
import subprocess
import threading
import urllib.parse
import urllib.request

import pytest

MARKET = ("--market", "200", "--seed", "7", "--from", "2024-01-02", "--to", "2024-03-28")
NOW = "2024-03-01T22:00:00Z"
HOSTS = (
    "query1.finance.yahoo.com",
    "query2.finance.yahoo.com",
    "finance.yahoo.com",
    "fc.yahoo.com",
    "data.alpaca.markets",
    "stream.data.alpaca.markets",
)


class Simulator:
    """One running `goldtape simulate`, asked for the truth about its market."""

    def __init__(self, url):
        self.url = url

    def get(self, target):
        with urllib.request.urlopen(self.url + target, timeout=30) as answer:
            return answer.read().decode()

    def json(self, target):
        return json.loads(self.get(target))

    def truth(self, ticker, **query):
        query = {name.rstrip("_"): value for name, value in query.items()}
        rows = self.get(f"/simulator/bars/{ticker}?{urllib.parse.urlencode(query)}")
        return list(csv.DictReader(io.StringIO(rows)))

    def clock(self, **query):
        target = f"{self.url}/simulator/clock?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(urllib.request.Request(target, method="POST"), timeout=30):
            pass

    def with_action(self, kind):
        """A security that stays listed, and its first action of a kind in February."""
        for security in self.json("/simulator/securities"):
            if "delisted" in security or len(security["tickers"]) > 1:
                continue
            for action in security["actions"]:
                if action["type"] == kind and action["ex_date"].startswith("2024-02"):
                    return security["tickers"][-1]["ticker"], action
        raise AssertionError(f"nobody has a {kind} in February")


@contextlib.contextmanager
def simulator_with(goldtape, folder, *options, now=NOW):
    command = [str(goldtape.program), "simulate", *MARKET, "--clock", now, *options]
    with open(folder / "simulate.err", "w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        line = process.stdout.readline().strip()
        assert line.startswith("listening on "), (folder / "simulate.err").read_text()
        yield line.removeprefix("listening on ")
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def simulator(goldtape, tmp_path_factory):
    """Plain HTTP, standing still."""
    with simulator_with(goldtape, tmp_path_factory.mktemp("plain"), "--speed", "0") as url:
        yield Simulator(url)


@pytest.fixture
def live(goldtape, tmp_path):
    """A minute in the middle of a session passes in a fifth of a second, from when the clock is set."""
    with simulator_with(goldtape, tmp_path, "--speed", "300") as url:
        yield Simulator(url)


def run(folder, *command):
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> pathlib.Path:
    """A folder with ca.pem, and chain.pem and key.pem for the venues' hosts."""
    folder = tmp_path_factory.mktemp("authority")
    new_key = ("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run(folder, *new_key, "-x509", "-days", "2", "-subj", "/CN=Goldtape test authority",
        "-keyout", "ca.key", "-out", "ca.pem")
    run(folder, *new_key, "-subj", f"/CN={HOSTS[0]}", "-keyout", "key.pem", "-out", "server.csr")
    (folder / "names").write_text("subjectAltName=" + ",".join(f"DNS:{host}" for host in HOSTS))
    run(folder, "openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
        "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "chain.pem")
    return folder


class Proxy:
    """Leads every CONNECT, whatever its host, to one port of this machine."""

    def __init__(self, port):
        self.port = port
        self.asked = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.lead, args=(client,), daemon=True).start()

    def lead(self, client):
        with contextlib.suppress(OSError), client:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(4096)
                if not piece:
                    return
                head += piece
            method, host, _ = head.split(b"\r\n")[0].split(b" ")
            if method != b"CONNECT":
                client.sendall(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n")
                return
            self.asked.add(host.decode())
            with socket.create_connection(("127.0.0.1", self.port)) as server:
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                self.carry(client, server)

    @staticmethod
    def carry(client, server):
        while True:
            for ready in select.select([client, server], [], [])[0]:
                piece = ready.recv(65536)
                if not piece:
                    return
                (server if ready is client else client).sendall(piece)


@contextlib.contextmanager
def proxy_to_venues(goldtape, authority, folder, *options, **more):
    """Leads to a simulator that has the venues' names in its certificate."""
    files = ("--tls-certificate", str(authority / "chain.pem"), "--tls-key", str(authority / "key.pem"))
    with simulator_with(goldtape, folder, *files, *options, **more) as url:
        one = Proxy(int(url.rsplit(":", 1)[1]))
        yield one
        one.listener.close()


@pytest.fixture(scope="session")
def proxy(goldtape, authority, tmp_path_factory):
    """The market of `simulator`."""
    with proxy_to_venues(goldtape, authority, tmp_path_factory.mktemp("tls"), "--speed", "0") as one:
        yield one


@pytest.fixture
def live_proxy(goldtape, authority, tmp_path):
    """The market of `live`, in the middle of a session."""
    with proxy_to_venues(goldtape, authority, tmp_path, "--speed", "300", now="2024-02-28T15:00:00Z") as one:
        yield one
