"""A lake served by `goldtape serve --iceberg`."""

from __future__ import annotations

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from rest_server import Server  # noqa: E402


@pytest.fixture
def serve(goldtape):
    """`serve(lake, *flags, env=...)`: a running server, ended with the test."""
    servers = []

    def start(lake, *args, env=None) -> Server:
        servers.append(Server(goldtape.program, lake, *args, env=env))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def lake(goldtape, tmp_path):
    """A new lake with its empty tables."""
    goldtape("init", lake=tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture
def server(serve, lake) -> Server:
    return serve(lake)
