"""One Trino for all tests, and lakes on S3 that `goldtape serve --iceberg` shows to it."""

from __future__ import annotations

import itertools

import pytest
from rest_server import Server
from s3_lake import S3Lake
from trino_server import Trino, running_trino

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def trino(tmp_path_factory) -> Trino:
    with running_trino(tmp_path_factory.mktemp("trino")) as running:
        yield running


@pytest.fixture(scope="session")
def new_lake(goldtape, minio, tmp_path_factory, trino):
    """`new_lake()`: a lake on S3, served, and the name of Trino's catalog on it."""
    servers = []

    def make() -> tuple[S3Lake, str]:
        name = f"lake{next(numbers)}"
        lake = S3Lake(goldtape, tmp_path_factory.mktemp(name), minio, name)
        lake("init", "--make-bucket")
        lake.server = Server(goldtape.program, lake.lake, env=lake.env)
        servers.append(lake.server)
        trino.attach(name, minio, servers[-1].url)
        return lake, name

    yield make
    for server in servers:
        server.stop()
