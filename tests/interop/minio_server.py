"""A real MinIO server in a folder of its own, and a way to ask it things."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

from s3_admin import S3Admin

HERE = pathlib.Path(__file__).resolve().parent
KEY = "goldtape-tests"
SECRET = "not-a-secret-0123456789"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def minio_program() -> pathlib.Path:
    version = next(
        line.split("=", 1)[1] for line in (HERE / "s3" / "minio.version").read_text().splitlines() if line.startswith("MINIO_")
    )
    home = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "goldtape"
    return pathlib.Path(os.environ.get("GOLDTAPE_CACHE", home)) / "minio" / version / "minio"


@dataclasses.dataclass
class S3Service:
    """A running S3 service and the keys to it."""

    port: int
    key: str = KEY
    secret: str = SECRET

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def env(self, port: int | None = None, **more) -> dict[str, str]:
        """What the program under test needs; `port` is that of a proxy in front."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port or self.port}",
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            **more,
        }

    def files(self):
        """An eye of its own on the buckets."""
        import pyarrow.fs

        return pyarrow.fs.S3FileSystem(
            access_key=self.key,
            secret_key=self.secret,
            endpoint_override=self.endpoint,
            region="us-east-1",
            allow_bucket_creation=True,
        )

    def admin(self) -> S3Admin:
        return S3Admin(self.port, self.key, self.secret)

    def make_bucket(self, name: str) -> str:
        self.files().create_dir(name)
        return name


def wait_until_ready(service: S3Service, process: subprocess.Popen) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(300):
        assert process.poll() is None, "MinIO ended at once"
        try:
            opener.open(f"{service.endpoint}/minio/health/ready", timeout=1)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("MinIO did not become ready within 30 s")


@contextlib.contextmanager
def running_minio(folder: pathlib.Path):
    program = minio_program()
    assert program.exists(), f"{program} is not there: `tools/setup interop` builds it"
    service = S3Service(free_port())
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "MINIO_ROOT_USER": service.key,
        "MINIO_ROOT_PASSWORD": service.secret,
        "MINIO_UPDATE": "off",
        "MINIO_API_REQUESTS_MAX": "1000",
    }
    address = ["--address", f"127.0.0.1:{service.port}", "--console-address", f"127.0.0.1:{free_port()}"]
    log = (folder / "log").open("wb")
    with subprocess.Popen(
        [program, "server", "--quiet", *address, folder / "data"], env=env, stdout=log, stderr=log
    ) as process:
        try:
            wait_until_ready(service, process)
            yield service
        finally:
            process.terminate()
            process.wait(timeout=20)
            log.close()
