"""One Spark for all tests, with Iceberg's own runtime, and a session of it for each lake."""

import os
import pathlib
import subprocess
import sys
import time

import pytest
from postgres_server import running_server
from pyspark.sql import SparkSession
from rest_server import Server
from s3_lake import S3Lake
from upkeep import Upkeep

ROOT = pathlib.Path(__file__).resolve().parents[3]

# Spark gives instants in the zone of the Python process.
os.environ["TZ"] = "UTC"
time.tzset()


def jars():
    """The pinned Java archives, from the user's cache."""
    done = subprocess.run([sys.executable, ROOT / "tools" / "fetch_deps", "iceberg-spark", "iceberg-aws", "sqlite-jdbc",
                           "postgresql-jdbc"],
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


def new_session(engine, settings):
    """A session whose catalog `goldtape` is a lake's."""
    session = engine.newSession()
    catalog = "spark.sql.catalog.goldtape"
    for key, value in ({"": "org.apache.iceberg.spark.SparkCatalog", ".cache-enabled": "false"} | settings).items():
        session.conf.set(catalog + key, value)
    return session


@pytest.fixture(scope="session")
def open_lake(engine):
    """A session on a lake: `open_lake(folder, "catalog.db")`. Its catalog is `goldtape`, for Spark finds tables
    in the database by the catalog's name."""
    return lambda folder, database: new_session(engine, {
        ".type": "jdbc",
        ".uri": f"jdbc:sqlite:file:{folder / database}",
        ".jdbc.schema-version": "V1",
        ".warehouse": f"file://{folder}",
    })


@pytest.fixture(scope="session")
def new_postgres_lake(engine, goldtape, tmp_path_factory):
    """`new_postgres_lake()`: a lake in a folder with its catalog on PostgreSQL, and a session on that database."""
    with running_server() as server:

        def make():
            lake = PostgresLake(goldtape, tmp_path_factory.mktemp("postgres"), server.new_database("spark"))
            return lake, new_session(engine, {
                ".type": "jdbc",
                ".uri": f"jdbc:{lake.uri.replace('postgres@', '')}",
                ".jdbc.user": "postgres",
                ".jdbc.schema-version": "V1",
                ".warehouse": f"file://{lake.lake}",
            })

        yield make


class PostgresLake(Upkeep):
    def __init__(self, goldtape, folder, uri):
        self.goldtape, self.uri = goldtape, uri
        self.lake, self.input = folder / "lake", folder / "input"
        self.input.mkdir()
        self("init", "--catalog", uri)


@pytest.fixture(scope="session")
def new_s3_lake(engine, goldtape, minio, tmp_path_factory):
    """`new_s3_lake()`: a lake on S3, which `goldtape serve --iceberg` shows, and a session on it."""
    servers = []

    def make():
        name = f"lake{len(servers)}"
        lake = S3Lake(goldtape, tmp_path_factory.mktemp(name), minio, name)
        lake("init", "--make-bucket")
        servers.append(Server(goldtape.program, lake.lake, env=lake.env))
        return lake, new_session(engine, {
            ".type": "rest",
            ".uri": servers[-1].url,
            ".io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
            ".s3.endpoint": minio.endpoint,
            ".s3.path-style-access": "true",
            ".s3.access-key-id": minio.key,
            ".s3.secret-access-key": minio.secret,
            ".client.region": "us-east-1",
        })

    yield make
    for server in servers:
        server.stop()
