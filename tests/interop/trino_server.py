"""A real Trino in a folder of its own, and the few words of its protocol that the tests speak."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

from minio_server import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
JVM = ["-Xmx1024M", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError",
       "-Djdk.attach.allowAttachSelf=true", "-Dfile.encoding=UTF-8", "--enable-native-access=ALL-UNNAMED"]


class TrinoError(Exception):
    """What Trino says of a statement that failed."""


class Trino:
    def __init__(self, port: int):
        self.url = f"http://127.0.0.1:{port}"
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def sql(self, text: str) -> list[dict]:
        """Rows of a statement, each value as Python has it."""
        headers = {"X-Trino-User": "goldtape", "X-Trino-Time-Zone": "UTC"}
        answer = self._ask(urllib.request.Request(f"{self.url}/v1/statement", text.encode(), headers))
        rows = []
        while True:
            if "error" in answer:
                raise TrinoError(f"{answer['error']['errorName']}: {answer['error']['message']}")
            columns = answer.get("columns", [])
            rows += [{column["name"]: python_value(column["typeSignature"], value)
                      for column, value in zip(columns, row, strict=True)} for row in answer.get("data", [])]
            if "nextUri" not in answer:
                return rows
            answer = self._ask(urllib.request.Request(answer["nextUri"], headers=headers))

    def _ask(self, request) -> dict:
        for _ in range(100):
            try:
                with self.opener.open(request, timeout=120) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in (502, 503, 504):
                    raise
                time.sleep(0.1)
        raise AssertionError("Trino stays unavailable")

    def attach(self, name: str, service, rest_url: str = "", **jdbc: str) -> None:
        """A catalog of ours, whose tables lie on S3: a server's, or a database's by its jdbc-catalog settings."""
        settings = {
            "iceberg.expire-snapshots.min-retention": "0s",
            "iceberg.remove-orphan-files.min-retention": "0s",
            "fs.native-s3.enabled": "true",
            "s3.endpoint": service.endpoint,
            "s3.region": "us-east-1",
            "s3.path-style-access": "true",
            "s3.aws-access-key": service.key,
            "s3.aws-secret-key": service.secret,
        }
        if rest_url:
            settings |= {"iceberg.catalog.type": "rest", "iceberg.rest-catalog.uri": rest_url}
        else:
            settings |= {"iceberg.catalog.type": "jdbc"} | {
                f"iceberg.jdbc-catalog.{key.replace('_', '-')}": value for key, value in jdbc.items()}
        properties = ", ".join(f"\"{key}\" = '{value}'" for key, value in settings.items())
        self.sql(f"create catalog {name} using iceberg with ({properties})")


def python_value(signature: dict, value):
    kind, arguments = signature["rawType"], [argument["value"] for argument in signature.get("arguments", [])]
    if value is None:
        return None
    if kind == "decimal":
        return decimal.Decimal(value)
    if kind == "date":
        return datetime.date.fromisoformat(value)
    if kind == "timestamp with time zone":
        assert value.endswith(" UTC"), value
        return datetime.datetime.fromisoformat(value.removesuffix(" UTC"))
    if kind == "timestamp":
        return datetime.datetime.fromisoformat(value)
    if kind == "array":
        return [python_value(arguments[0], one) for one in value]
    if kind == "map":
        return {key: python_value(arguments[1], one) for key, one in value.items()}
    if kind == "row":
        return {field["fieldName"]["name"]: python_value(field["typeSignature"], one)
                for field, one in zip(arguments, value, strict=True)}
    return value


def archives() -> list[pathlib.Path]:
    """The pinned server, its Iceberg plugin and its Java, from the user's cache."""
    done = subprocess.run([sys.executable, ROOT / "tools" / "fetch_deps", "trino-server", "trino-iceberg", "jdk"],
                          stdout=subprocess.PIPE, text=True, check=True)
    return [pathlib.Path(line.split(" ", 1)[1]) for line in done.stdout.splitlines()]


def settings(folder: pathlib.Path, port: int, plugins: pathlib.Path) -> dict[str, str]:
    (folder / "config.properties").write_text(
        "coordinator=true\n"
        "node-scheduler.include-coordinator=true\n"
        f"http-server.http.port={port}\n"
        f"discovery.uri=http://127.0.0.1:{port}\n"
        "catalog.management=dynamic\n"
        "catalog.store=memory\n"
        "query.max-memory-per-node=256MB\n"
        "memory.heap-headroom-per-node=256MB\n"
        "query.min-expire-age=10s\n"
        f"plugin.dir={plugins}\n")
    (folder / "log.properties").write_text("io.trino=WARN\nio.airlift=WARN\n")
    return {"config": str(folder / "config.properties"), "log.levels-file": str(folder / "log.properties"),
            "node.data-dir": str(folder), "node.environment": "test", "node.id": "test", "node.bind-ip": "127.0.0.1",
            "node.internal-address": "127.0.0.1"}


@contextlib.contextmanager
def running_trino(folder: pathlib.Path):
    server, plugin, java = archives()
    port = free_port()
    properties = [f"-D{key}={value}" for key, value in settings(folder, port, plugin / "plugin").items()]
    command = [java / "bin" / "java", *JVM, *properties, "-cp", f"{server}/lib/*", "io.trino.server.TrinoServer"]
    log = (folder / "server.log").open("wb")
    with subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            wait_until_started(Trino(port), process, folder / "server.log")
            yield Trino(port)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            finally:
                process.kill()
                log.close()


def wait_until_started(trino: Trino, process: subprocess.Popen, log: pathlib.Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, f"Trino ended at once:\n{log.read_text()[-3000:]}"
        with contextlib.suppress(urllib.error.URLError, OSError, TrinoError):
            with trino.opener.open(f"{trino.url}/v1/info", timeout=5) as answer:
                if not json.load(answer)["starting"] and trino.sql("select 1 as one") == [{"one": 1}]:
                    return
        time.sleep(0.3)
    raise AssertionError(f"Trino did not start within 180 s:\n{log.read_text()[-3000:]}")
