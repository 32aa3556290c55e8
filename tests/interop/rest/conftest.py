"""A lake served by `goldtape serve --iceberg`."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


class Server:
    """The program, serving a lake until it is told to stop."""

    def __init__(self, program, lake, *args, env=None):
        self.lake = lake
        self.process = subprocess.Popen(
            [str(program), "--lake", str(lake), "serve", "--iceberg", "--port", "0", *args],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        line = self.process.stdout.readline()
        assert line.startswith("listening on http"), line + self.process.stderr.read()
        self.url = line.split()[-1]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=30)
        finally:
            self.process.kill()


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
