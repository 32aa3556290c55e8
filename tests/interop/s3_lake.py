"""A lake on S3, used as tests/upkeep.py uses one in a folder."""

from __future__ import annotations

import pathlib

from upkeep import Upkeep


class S3Lake(Upkeep):
    """A lake at s3://BUCKET/lake, whose folder on this machine lies below `folder`."""

    def __init__(self, goldtape, folder: pathlib.Path, service, bucket: str):
        self.goldtape = goldtape
        self.service = service
        self.bucket = bucket
        self.home = folder / "home"
        self.lake = f"s3://{bucket}/lake"
        self.input = folder / "input"
        self.input.mkdir(parents=True)
        self.env = service.env(XDG_DATA_HOME=str(self.home), XDG_CACHE_HOME=str(folder / "cache"))

    def __call__(self, *args, env=None, **kwargs):
        return self.goldtape(*args, lake=self.lake, env=self.env | (env or {}), **kwargs)

    def sql(self, sql: str) -> list:
        return self("query", sql, "--format", "json").json()

    @property
    def catalog(self) -> pathlib.Path:
        """The folder on this machine that holds the catalog."""
        return next(self.home.rglob("catalog.db")).parent

    @property
    def tool_env(self) -> dict[str, str]:
        """Makes iceberg_tool work on the tables here, when it is given `catalog`."""
        return self.env | {"GOLDTAPE_TEST_WAREHOUSE": self.lake}

    def objects(self) -> dict[str, int]:
        import pyarrow.fs

        found = self.service.files().get_file_info(pyarrow.fs.FileSelector(self.bucket, recursive=True))
        return {file.path.removeprefix(self.bucket + "/"): file.size for file in found if file.is_file}
