"""What the provider simulator costs: memory, and processor time an answer.

    python bench/simulate_speed.py [--program bin/goldtape] [--symbols 10000]

One client on one connection, so wall time is not the point: the server's own processor time is. Prints JSON.
"""

from __future__ import annotations

import argparse
import http.client
import json
import pathlib
import subprocess

KEYS = {"APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret"}
CLOCK = "2024-03-01T22:00:00Z"
WEEK = "period1=1708646400&period2=1709251200"
TICKS_A_SECOND = 100


class Server:
    def __init__(self, program: str, symbols: int):
        options = ("--market", symbols, "--from", "2024-01-02", "--to", "2024-03-28", "--clock", CLOCK, "--speed", 0)
        command = [str(word) for word in (program, "simulate", "--port", 0, *options)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        host = self.process.stdout.readline().strip().rsplit("/", 1)[1]
        self.connection = http.client.HTTPConnection(host, timeout=60)

    def get(self, target: str) -> bytes:
        self.connection.request("GET", target, headers=KEYS)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{target}: {answer.status} {body[:200]}")
        return body

    def processor_s(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND

    def memory_mib(self) -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def measure(server: Server, targets: list[str]) -> dict:
    before, size = server.processor_s(), 0
    for target in targets:
        size += len(server.get(target))
    return {
        "answers": len(targets),
        "mb": round(size / 1e6, 2),
        "processor_s": round(server.processor_s() - before, 2),
        "memory_mib": round(server.memory_mib()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="bin/goldtape")
    parser.add_argument("--symbols", type=int, default=10_000)
    arguments = parser.parse_args()
    server = Server(arguments.program, arguments.symbols)
    try:
        figures = {"start": {"processor_s": server.processor_s(), "memory_mib": round(server.memory_mib())}}
        symbols = [one["symbol"] for one in json.loads(server.get("/alpaca/v2/assets?status=active"))]
        charts = [f"/yahoo/v8/finance/chart/{symbol.replace('.', '-')}" for symbol in symbols]
        figures["yahoo, five days of daily bars"] = measure(server, [f"{one}?interval=1d&range=5d" for one in charts])
        figures["yahoo, a week of minutes"] = measure(
            server, [f"{one}?interval=1m&includePrePost=true&{WEEK}" for one in charts[:200]]
        )
        ranges = [f"/massive/v2/aggs/ticker/{symbol}/range/1/minute" for symbol in symbols[:200]]
        figures["massive, a week of minutes"] = measure(
            server, [f"{one}/2024-02-23/2024-02-29?limit=50000&apiKey=k" for one in ranges]
        )
        print(json.dumps(figures, indent=2))
    finally:
        server.end()


if __name__ == "__main__":
    main()
