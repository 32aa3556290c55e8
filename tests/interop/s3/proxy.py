"""A proxy in front of an S3 service that is slow, refuses, breaks connections or never answers."""

from __future__ import annotations

import http.client
import http.server
import threading
import time

HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive"}


class Trouble:
    """What the proxy does to the Nth request (from 1): a function of (number, method, path) to a word.

    "": nothing. "503": SlowDown, before the service saw it. "500": an error though the service did it. "reset": the
    connection breaks before an answer. "cut": it breaks in the middle of the body. "silence": no answer at all.
    """

    def __init__(self, plan=lambda number, method, path: "", delay_s: float = 0):
        self.plan = plan
        self.delay_s = delay_s
        self.requests: list[tuple[str, str]] = []
        self.lock = threading.Lock()

    def next(self, method: str, path: str) -> str:
        with self.lock:
            self.requests.append((method, path))
            return self.plan(len(self.requests), method, path)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *args):
        pass

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        word = self.server.trouble.next(self.command, self.path)
        time.sleep(self.server.trouble.delay_s)
        if word == "silence":
            self.server.ended.wait(60)
            return self.hang_up()
        if word == "503":
            return self.answer(503, b"<Error><Code>SlowDown</Code><Message>slow down</Message></Error>", {})
        if word == "reset":
            return self.hang_up()
        service = http.client.HTTPConnection("127.0.0.1", self.server.service_port, timeout=30)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        service.request(self.command, self.path, body=body, headers=headers)
        got = service.getresponse()
        data = got.read()
        kept = {k: v for k, v in got.getheaders() if k.lower() not in HOP_BY_HOP | {"content-length"}}
        length = got.getheader("Content-Length")
        service.close()
        if word == "500":
            return self.answer(500, b"<Error><Code>InternalError</Code></Error>", {})
        if word == "cut" and len(data) > 1:
            self.answer(got.status, data, kept, cut=True)
            return self.hang_up()
        if word == "cut":
            return self.hang_up()
        return self.answer(got.status, data, kept, length=length if self.command == "HEAD" else None)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = relay

    def answer(self, status: int, data: bytes, headers: dict, cut=False, length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", length or str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data[: len(data) // 2] if cut else data)
            self.wfile.flush()

    def hang_up(self):
        self.close_connection = True
        self.connection.close()


class Proxy(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, service_port: int, trouble: Trouble):
        super().__init__(("127.0.0.1", 0), Handler)
        self.service_port = service_port
        self.trouble = trouble
        self.ended = threading.Event()

    def handle_error(self, request, client_address):
        pass  # A connection that we broke ourselves.

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args):
        self.ended.set()
        self.shutdown()
        self.server_close()

    def env(self) -> dict[str, str]:
        """Makes the program under test go through it."""
        return {"GOLDTAPE_S3_ENDPOINT": f"http://127.0.0.1:{self.port}"}

    @property
    def port(self) -> int:
        return self.server_address[1]
