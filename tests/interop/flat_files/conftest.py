"""A MinIO with a bucket like Massive's in it."""

from __future__ import annotations

import dataclasses
import gzip

import pytest

HEADER = "ticker,volume,open,close,high,low,window_start,transactions\n"
FOLDERS = {"1m": "us_stocks_sip/minute_aggs_v1", "1d": "us_stocks_sip/day_aggs_v1"}


@dataclasses.dataclass
class Bucket:
    """Massive's bucket, as far as it is made here."""

    service: object

    def key(self, interval: str, day: str) -> str:
        year, month, _ = day.split("-")
        return f"{FOLDERS[interval]}/{year}/{month}/{day}.csv.gz"

    def publish(self, interval: str, day: str, rows: list[str], key: str = "") -> None:
        body = gzip.compress((HEADER + "".join(row + "\n" for row in rows)).encode(), mtime=0)
        self.put(key or self.key(interval, day), body)

    def put(self, key: str, body: bytes) -> None:
        with self.service.files().open_output_stream(f"flatfiles/{key}", compression=None) as out:
            out.write(body)

    def env(self, **more) -> dict[str, str]:
        return {
            "MASSIVE_S3_ACCESS_KEY_ID": self.service.key,
            "MASSIVE_S3_SECRET_ACCESS_KEY": self.service.secret,
            "MASSIVE_S3_ENDPOINT": self.service.endpoint,
            "NO_PROXY": "127.0.0.1",
            **more,
        }


@pytest.fixture
def bucket(minio) -> Bucket:
    files = minio.files()
    files.create_dir("flatfiles")
    files.delete_dir_contents("flatfiles", missing_dir_ok=True)
    return Bucket(minio)
