"""The C++ suites of the operations database, the catalogs and the commit, on the real server."""

import os
import subprocess

import pytest


@pytest.mark.parametrize("program", ["GOLDTAPE_TEST_STORE", "GOLDTAPE_TEST_TABLE"])
def test_the_suite_passes_on_postgresql(server, database, program):
    environment = {**os.environ, "GOLDTAPE_TEST_POSTGRES": database}
    filters = "--gtest_filter=-*/sqlite:Sqlite*"
    done = subprocess.run(
        [os.environ[program], filters], capture_output=True, text=True, env=environment, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "/postgres" in done.stdout, "no test ran on the server"
