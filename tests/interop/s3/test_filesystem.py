"""The suite that every file system keeps, on MinIO."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
SUITE = pathlib.Path(os.environ.get("GOLDTAPE_TEST_S3_SUITE", ROOT / "build/release/bin/s3_filesystem_suite"))


def run_suite(env: dict[str, str], *options: str, timeout=300) -> subprocess.CompletedProcess:
    return subprocess.run(
        [SUITE, *options], env={**os.environ, **env}, capture_output=True, text=True, timeout=timeout, check=False
    )


def test_s3_keeps_what_every_file_system_keeps(minio):
    bucket = minio.make_bucket("suite")
    done = run_suite(minio.env(GOLDTAPE_TEST_S3_ROOT=f"s3://{bucket}/some prefix"))
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    passed = re.search(r"PASSED\s*\] (\d+) tests", done.stdout)
    assert passed and int(passed[1]) >= 14, done.stdout[-2000:]
