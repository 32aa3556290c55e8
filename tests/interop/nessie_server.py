"""A real Nessie, somebody else's Iceberg REST catalog, whose warehouse is a bucket."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

from minio_server import S3Service, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
WAREHOUSE = "market"


class Nessie:
    """A server; `uri` is what catalog.uri says."""

    def __init__(self, port: int, bucket: str):
        self.bucket = bucket
        self.url = f"http://127.0.0.1:{port}/iceberg"
        self.uri = f"rest+{self.url}?warehouse={WAREHOUSE}"


def program() -> list[str]:
    """The pinned server and its Java, from the user's cache."""
    done = subprocess.run([sys.executable, ROOT / "tools" / "fetch_deps", "nessie", "jdk"],
                          stdout=subprocess.PIPE, text=True, check=True)
    server, java = (pathlib.Path(line.split(" ", 1)[1]) for line in done.stdout.splitlines())
    return [str(java / "bin" / "java"), "-Xmx512m", "-jar", str(next(server.glob("*.jar")))]


def settings(service: S3Service, bucket: str, port: int) -> dict[str, object]:
    s3, secret = "nessie.catalog.service.s3.default-options", "goldtape-tests.s3"
    return {
        "quarkus.http.host": "127.0.0.1",
        "quarkus.http.port": port,
        "quarkus.http.access-log.enabled": "false",
        "quarkus.management.host": "127.0.0.1",
        "quarkus.management.port": free_port(),
        "nessie.version.store.type": "IN_MEMORY",
        "nessie.catalog.default-warehouse": WAREHOUSE,
        f"nessie.catalog.warehouses.{WAREHOUSE}.location": f"s3://{bucket}/warehouse/",
        f"{s3}.endpoint": service.endpoint,
        f"{s3}.region": "us-east-1",
        f"{s3}.path-style-access": "true",
        f"{s3}.access-key": f"urn:nessie-secret:quarkus:{secret}",
        f"{secret}.name": service.key,
        f"{secret}.secret": service.secret,
    }


def wait_until_ready(nessie: Nessie, process: subprocess.Popen, log: pathlib.Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        assert process.poll() is None, f"Nessie ended at once: {log.read_text()[-2000:]}"
        try:
            opener.open(f"{nessie.url}/v1/config?warehouse={WAREHOUSE}", timeout=10)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"Nessie did not become ready within 120 s: {log.read_text()[-2000:]}")


@contextlib.contextmanager
def running_nessie(folder: pathlib.Path, service: S3Service, bucket: str):
    java, *rest = program()
    nessie = Nessie(free_port(), service.make_bucket(bucket))
    port = int(nessie.url.split(":")[2].split("/")[0])
    options = [f"-D{name}={value}" for name, value in settings(service, bucket, port).items()]
    log = folder / "nessie.log"
    with log.open("wb") as out, subprocess.Popen([java, *options, *rest], cwd=folder, stdout=out, stderr=out) as process:
        try:
            wait_until_ready(nessie, process, log)
            yield nessie
        finally:
            process.terminate()
            process.wait(timeout=30)
