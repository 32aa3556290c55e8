"""A lake written by our own code, and the other engines."""

from __future__ import annotations

import pathlib
import shutil

import duckdb
import pytest
from pyiceberg.catalog.sql import SqlCatalog


def open_catalog(lake: pathlib.Path, database: str = "lake.db") -> SqlCatalog:
    """PyIceberg on the very same SQLite file."""
    return SqlCatalog("goldtape", uri=f"sqlite:///{lake}/{database}", warehouse=f"file://{lake}")


@pytest.fixture(scope="session")
def lake(tool, tmp_path_factory) -> pathlib.Path:
    """For tests that only read."""
    path = tmp_path_factory.mktemp("lake")
    tool("write", path)
    return path


@pytest.fixture
def own_lake(tool, tmp_path) -> pathlib.Path:
    """For a test that writes."""
    tool("write", tmp_path)
    return tmp_path


@pytest.fixture
def catalog(lake) -> SqlCatalog:
    return open_catalog(lake)


@pytest.fixture
def own_catalog(own_lake) -> SqlCatalog:
    return open_catalog(own_lake)


def extension_folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """DuckDB's signed extension files, unpacked by their wheels."""
    import duckdb_extension_avro
    import duckdb_extension_iceberg

    folder = tmp_path / "duckdb-extensions"
    folder.mkdir()
    for module in (duckdb_extension_avro, duckdb_extension_iceberg):
        for file in pathlib.Path(module.__file__).parent.rglob("*.duckdb_extension"):
            shutil.copy(file, folder / file.name)
    return folder


@pytest.fixture(scope="session")
def duck(tmp_path_factory) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    folder = extension_folder(tmp_path_factory.mktemp("extensions"))
    for name in ("avro", "iceberg"):
        connection.execute(f"LOAD '{folder}/{name}.duckdb_extension'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection
