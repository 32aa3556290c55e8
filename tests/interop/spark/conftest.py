"""One Spark for all tests, with Iceberg's own runtime, and a session of it for each lake."""

import os
import pathlib
import subprocess
import sys
import time

import pytest
from pyspark.sql import SparkSession

ROOT = pathlib.Path(__file__).resolve().parents[3]

# Spark gives instants in the zone of the Python process.
os.environ["TZ"] = "UTC"
time.tzset()


def jars():
    """The pinned Java archives, from the user's cache."""
    done = subprocess.run([sys.executable, ROOT / "tools" / "fetch_deps", "iceberg-spark", "sqlite-jdbc"],
                          stdout=subprocess.PIPE, text=True, check=True)
    folders = [pathlib.Path(line.split(" ", 1)[1]) for line in done.stdout.splitlines()]
    return ",".join(str(jar) for folder in folders for jar in folder.glob("*.jar"))


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", jars())
        .config("spark.driver.memory", "1g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("spark-warehouse")))
        .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def open_lake(engine):
    """A session on a lake: `open_lake(folder, "catalog.db")`. Its catalog is `goldtape`, for Spark finds tables
    in the database by the catalog's name."""

    def open_it(folder, database):
        session = engine.newSession()
        catalog = "spark.sql.catalog.goldtape"
        for key, value in {
            "": "org.apache.iceberg.spark.SparkCatalog",
            ".type": "jdbc",
            ".uri": f"jdbc:sqlite:file:{folder / database}",
            ".jdbc.schema-version": "V1",
            ".warehouse": f"file://{folder}",
            ".cache-enabled": "false",
        }.items():
            session.conf.set(catalog + key, value)
        return session

    return open_it
