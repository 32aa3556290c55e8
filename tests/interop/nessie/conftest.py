"""One Nessie for all tests."""

from __future__ import annotations

import pytest
from nessie_server import running_nessie


@pytest.fixture(scope="session")
def nessie(minio, tmp_path_factory):
    with running_nessie(tmp_path_factory.mktemp("nessie"), minio, "nessie") as running:
        yield running
