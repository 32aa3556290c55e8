"""A lake on a MinIO of its own for each test."""

from __future__ import annotations

import pytest
from s3_lake import S3Lake


@pytest.fixture
def on_s3(goldtape, minio, tmp_path, request) -> S3Lake:
    """A new lake in a bucket of its own."""
    bucket = "".join(c if c.isalnum() else "-" for c in request.node.name.lower())[:50].strip("-")
    lake = S3Lake(goldtape, tmp_path / "s3", minio, bucket)
    lake("init", "--make-bucket")
    return lake
