from __future__ import annotations

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from upkeep import Upkeep  # noqa: E402


@pytest.fixture
def upkeep(goldtape, tmp_path) -> Upkeep:
    return Upkeep(goldtape, tmp_path)
