"""A proxy for HTTP that loses a request or its answer."""

from __future__ import annotations

import http.server
import socket
import threading
import urllib.error
import urllib.request


def commits_bars(command: str, path: str, body: bytes) -> bool:
    """A commit to the one table bars, by itself."""
    return command == "POST" and path.endswith("/bars")


class Proxy(http.server.ThreadingHTTPServer):
    """Carries requests; the first that `strikes(command, path, body)` picks is answered by `mode`.

    "cut-answer": the server does it, the client hears nothing; "cut-request": the server never hears of it;
    "500": the server does it, the client is told that it failed. `closes`: and nobody answers any more. `then()` is
    called once the server has done it.
    """

    daemon_threads = True

    def __init__(self, target, mode, closes=False, strikes=commits_bars, then=None):
        super().__init__(("127.0.0.1", 0), Carrier)
        self.strikes, self.then = strikes, then
        self.target, self.mode, self.closes, self.hit = target, mode, closes, threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        pass


class Carrier(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def carry(self):
        proxy = self.server
        if proxy.closes and proxy.hit.is_set():
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        struck = proxy.strikes(self.command, self.path, body) and not proxy.hit.is_set()
        if struck:
            proxy.hit.set()
        if struck and proxy.mode == "cut-request":
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        request = urllib.request.Request(proxy.target + self.path, body or None, method=self.command)
        for name in ("Content-Type", "Authorization", "Accept"):
            if self.headers.get(name):
                request.add_header(name, self.headers[name])
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, data = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, data = error.code, error.read()
        if struck and proxy.then:
            proxy.then()
        if struck and proxy.mode == "cut-answer":
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        if struck and proxy.mode == "500":
            status, data = 500, b'{"error":{"message":"overloaded","type":"ServerError","code":500}}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_HEAD = do_DELETE = carry
