#!/usr/bin/env python3
"""How many of N connections, all kept open, an HTTP server answers.

    bench/http_connections.py URL|PROGRAM [N [SECONDS]]

PROGRAM is one that prints its URL and ends with its standard input, as http_load. Opens N connections, sends each one request, and keeps all of them open. Prints one line: connections made,
those that got an answer within SECONDS, and how long the slowest of those waited.
"""

import selectors
import socket
import subprocess
import sys
import time
import urllib.parse


def measure(where: str, wanted: int, seconds: float) -> int:
    url = urllib.parse.urlsplit(where)
    request = f"GET {url.path or '/'} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode()
    selector = selectors.DefaultSelector()
    opened = []
    start = time.monotonic()
    for _ in range(wanted):
        connection = socket.create_connection((url.hostname, url.port), timeout=seconds)
        connection.sendall(request)
        selector.register(connection, selectors.EVENT_READ)
        opened.append(connection)
    answered = 0
    slowest = 0.0
    deadline = time.monotonic() + seconds
    while answered < wanted and (left := deadline - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            if key.fileobj.recv(65536).startswith(b"HTTP/1.1 200"):
                answered += 1
                slowest = time.monotonic() - start
            selector.unregister(key.fileobj)
    print(f"{len(opened)} connections, {answered} answered, the slowest after {slowest * 1000:.0f} ms")
    return 0 if answered == wanted else 1


def main() -> int:
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 5.0
    if sys.argv[1].startswith("http://"):
        return measure(sys.argv[1], wanted, seconds)
    with subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        result = measure(server.stdout.readline().strip(), wanted, seconds)
        server.stdin.close()
        return result


if __name__ == "__main__":
    sys.exit(main())
