"""`goldtape serve --iceberg` as a program, and its wire where no client goes."""

from __future__ import annotations

import json
import signal
import threading
import time
import urllib.error
import urllib.request

import pytest


def ask(server, method, path, body=None, headers=None):
    """Status, headers and body of an answer."""
    data = None if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
    request = urllib.request.Request(server.url + path, data=data, method=method,
                                     headers={"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def error_of(answer):
    status, _, body = answer
    error = json.loads(body)["error"]
    assert error["code"] == status
    return status, error["type"]


SCHEMA = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "x", "required": False, "type": "long"}]}


@pytest.fixture
def table(server):
    assert ask(server, "POST", "/v1/namespaces", {"namespace": ["n"]})[0] == 200
    assert ask(server, "POST", "/v1/namespaces/n/tables", {"name": "t", "schema": SCHEMA})[0] == 200
    return "/v1/namespaces/n/tables/t"


def test_it_says_what_it_can(server):
    status, headers, body = ask(server, "GET", "/v1/config?warehouse=any")
    assert status == 200 and headers["X-Request-Id"]
    assert "POST /v1/{prefix}/transactions/commit" in json.loads(body)["endpoints"]


def test_a_known_state_is_not_sent_again(server, table):
    status, headers, body = ask(server, "GET", table)
    assert status == 200
    assert ask(server, "GET", table, headers={"If-None-Match": headers["ETag"]})[0] == 304
    ask(server, "POST", table, {"requirements": [], "updates": [{"action": "set-properties", "updates": {"a": "b"}}]})
    status, again, _ = ask(server, "GET", table, headers={"If-None-Match": headers["ETag"]})
    assert status == 200 and again["ETag"] != headers["ETag"]


def test_bad_requests_are_named(server, table):
    def post(body):
        return error_of(ask(server, "POST", table, body))

    assert post(b"{") == (400, "BadRequestException")
    assert post({"updates": []}) == (400, "BadRequestException")
    assert post({"requirements": [], "updates": [{"action": "make-tea"}]}) == (400, "BadRequestException")
    assert post({"requirements": [], "updates": [{"action": "upgrade-format-version", "format-version": 3}]}) == (
        400, "BadRequestException")
    assert post({"requirements": [], "updates": [{"action": "set-location", "location": "file:///etc"}]}) == (
        400, "BadRequestException")
    assert post({"requirements": [], "updates": [{"action": "add-snapshot", "snapshot": {
        "snapshot-id": 1, "sequence-number": 1, "timestamp-ms": 1, "manifest-list": "file:///etc/passwd",
        "summary": {"operation": "append"}}}]}) == (400, "BadRequestException")
    assert post({"requirements": [{"type": "assert-table-uuid", "uuid": "x"}], "updates": []}) == (
        409, "CommitFailedException")
    assert error_of(ask(server, "POST", "/v1/namespaces/n/tables", {"name": "../x", "schema": SCHEMA})) == (
        400, "BadRequestException")
    assert error_of(ask(server, "POST", "/v1/namespaces/n/tables",
                        {"name": "u", "schema": SCHEMA, "location": "file:///tmp/elsewhere"})) == (400, "BadRequestException")
    assert error_of(ask(server, "GET", "/v1/namespaces/%2e%2e/tables")) == (400, "BadRequestException")
    assert error_of(ask(server, "GET", "/v1/nothing")) == (404, "NotFoundException")
    assert ask(server, "HEAD", table + "x")[0] == 404
    assert ask(server, "HEAD", table)[0] == 204


def test_a_transaction_changes_all_tables_or_none(server, table):
    ask(server, "POST", "/v1/namespaces/n/tables", {"name": "u", "schema": SCHEMA})

    def change(name, value, uuid=None):
        requirements = [{"type": "assert-table-uuid", "uuid": uuid}] if uuid else []
        return {"identifier": {"namespace": ["n"], "name": name}, "requirements": requirements,
                "updates": [{"action": "set-properties", "updates": {"v": value}}]}

    def value(name):
        return json.loads(ask(server, "GET", f"/v1/namespaces/n/tables/{name}")[2])["metadata"]["properties"].get("v")

    assert ask(server, "POST", "/v1/transactions/commit", {"table-changes": [change("t", "1"), change("u", "1")]})[0] == 204
    assert (value("t"), value("u")) == ("1", "1")
    answer = ask(server, "POST", "/v1/transactions/commit", {"table-changes": [change("t", "2"), change("u", "2", "wrong")]})
    assert error_of(answer) == (409, "CommitFailedException")
    assert (value("t"), value("u")) == ("1", "1")


def test_two_tables_never_share_a_folder(server, table):
    def location(name):
        return json.loads(ask(server, "GET", f"/v1/namespaces/n/tables/{name}")[2])["metadata"]["location"]

    rename = {"source": {"namespace": ["n"], "name": "t"}, "destination": {"namespace": ["n"], "name": "old"}}
    assert ask(server, "POST", "/v1/tables/rename", rename)[0] == 204
    assert ask(server, "POST", "/v1/namespaces/n/tables", {"name": "t", "schema": SCHEMA})[0] == 200
    assert location("t") != location("old")


def test_metrics_are_taken(server, table):
    assert ask(server, "POST", table + "/metrics", {"report-type": "scan-report"})[0] == 204


def test_it_stops_when_told(serve, lake):
    assert serve(lake).stop() == 0


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_answered_is_there_after_the_end(serve, server, table, goldtape, lake, end):
    answered = []

    def write(worker):
        for i in range(1000):
            change = {"requirements": [], "updates": [{"action": "set-properties", "updates": {f"{worker}.{i}": "v"}}]}
            try:
                if ask(server, "POST", table, change)[0] == 200:
                    answered.append(f"{worker}.{i}")
            except OSError:  # It is gone, or cut the connection.
                return

    workers = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    while len(answered) < 40:
        time.sleep(0.01)
    server.process.send_signal(end)
    code = server.process.wait(timeout=30)
    for worker in workers:
        worker.join(30)
    assert code == (0 if end == signal.SIGTERM else -signal.SIGKILL)
    properties = json.loads(ask(serve(lake), "GET", table)[2])["metadata"]["properties"]
    assert set(answered) <= set(properties)
    goldtape("fsck", lake=lake)


def test_it_does_not_open_the_lake_to_the_world_by_mistake(goldtape, lake):
    answer = goldtape("serve", "--iceberg", "--host", "0.0.0.0", lake=lake, code=2)
    assert "GT4307" in answer.err and "GOLDTAPE_SERVE_TOKEN" in answer.err
    assert "GT4308" in goldtape("serve", lake=lake, code=2).err


def test_a_port_that_is_taken_is_said(goldtape, server, lake):
    port = server.url.rsplit(":", 1)[1]
    answer = goldtape("serve", "--iceberg", "--port", port, lake=lake, code=2)
    assert "GT8020" in answer.err and port in answer.err
