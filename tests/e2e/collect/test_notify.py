"""Channels that tell of failures: console, log, e-mail, webhook."""

import base64
import http.server
import json
import socketserver
import threading

import pytest


@pytest.fixture
def hook():
    """A webhook that keeps what it got."""
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/services/SECRET-HOOK", got
    server.shutdown()
    server.server_close()


@pytest.fixture
def mailbox():
    """A mail server that keeps what it got (RFC 5321, the least of it)."""
    got = []

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self):
            self.say("220 mail")
            while line := self.rfile.readline().decode().strip():
                word = line.split()[0].upper()
                if word == "DATA":
                    self.say("354 go on")
                    lines = []
                    while (text := self.rfile.readline()) not in (b".\r\n", b""):
                        lines.append(text.decode())
                    got.append("".join(lines))
                    self.say("250 kept")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"smtp://127.0.0.1:{server.server_address[1]}", got
    server.shutdown()
    server.server_close()


def mail_settings(address):
    return ["--set", "notify.email_from=lake@example.com", "--set", f"notify.email_to={address}"]


def test_every_channel_gets_the_test_message(goldtape, lake, hook, mailbox):
    url, posts = hook
    smtp, mails = mailbox
    answer = goldtape(
        "--set", "notify.channels=console,log,email,webhook", *mail_settings("ops@example.com,more@example.com"),
        "notify", "--test", lake=lake, env={"GOLDTAPE_WEBHOOK_URL": url, "GOLDTAPE_SMTP_URL": smtp},
    )  # fmt: skip
    for channel in ("console", "log", "email", "webhook"):
        assert f"{channel}: sent" in answer.out
    assert "a test" in posts[0]["text"] and str(lake) in posts[0]["text"]
    head, body = mails[0].split("\r\n\r\n", 1)
    assert "To: <ops@example.com>, <more@example.com>" in head and "Subject: goldtape: a test" in head
    assert "what a notification looks like" in base64.b64decode(body).decode()
    assert "SECRET-HOOK" not in answer.out + answer.err


def test_a_channel_that_lacks_its_settings_is_said(goldtape, lake):
    answer = goldtape("--set", "notify.channels=log,webhook", "notify", "--test", lake=lake, code=2)
    assert "log: sent" in answer.out and "GT6110" in answer.out
    assert "GT6110" in goldtape("--set", "notify.channels=pigeon", "notify", "--test", lake=lake, code=2).out


def test_a_webhook_that_is_gone_is_exit_4_and_stays_secret(goldtape, lake):
    answer = goldtape(
        "--set", "notify.channels=webhook", "notify", "--test", lake=lake, code=4,
        env={"GOLDTAPE_WEBHOOK_URL": "http://127.0.0.1:9/services/SECRET-HOOK"},
    )  # fmt: skip
    assert "SECRET-HOOK" not in answer.out + answer.err


def test_a_missed_success_share_is_told(goldtape, venue, backfill, lake, hook):
    url, posts = hook
    venue.known = {"AAPL"}
    backfill(lake, "AAPL,NOPE", code=4, options=("--set", "notify.channels=webhook"), env={"GOLDTAPE_WEBHOOK_URL": url})
    assert len(posts) == 1 and "success share" in posts[0]["text"] and "NOPE" in posts[0]["text"]


def test_a_run_without_trouble_tells_nobody(goldtape, venue, backfill, lake, hook):
    url, posts = hook
    backfill(lake, "AAPL", options=("--set", "notify.channels=webhook"), env={"GOLDTAPE_WEBHOOK_URL": url})
    assert posts == []


def test_a_gap_older_than_a_day_is_told(goldtape, venue, backfill, lake, hook):
    import datetime

    url, posts = hook
    venue.holes.add(("MSFT", datetime.date(2024, 2, 14)))
    backfill(lake, "AAPL,MSFT", options=("--set", "notify.channels=webhook"), env={"GOLDTAPE_WEBHOOK_URL": url})
    assert len(posts) == 1 and "gap" in posts[0]["text"] and "MSFT" in posts[0]["text"]
