"""A lake on S3 does what a lake in a folder does, in the same words and with the same rows."""

from __future__ import annotations

import shutil

from proxy import Proxy, Trouble
from upkeep import Upkeep


TABLES = ["bronze.bars", "bronze.revisions", "silver.bars_1m", "silver.bars_1d", "gold.features_1m", "gold.daily_summary"]


def fill(lake):
    for day in (11, 12):
        lake.load(day)
    lake.load(11, price=101.0, observed=20)


def facts(lake, table: str) -> list[str]:
    """Rows without the times at which we did things."""
    ours = {"ingested_at", "recorded_at", "detected_at"}
    return sorted(str({k: v for k, v in row.items() if k not in ours}) for row in lake.rows(table))


def test_everything_gives_the_same_rows_as_in_a_folder(goldtape, on_s3, tmp_path):
    (tmp_path / "local").mkdir()
    local = Upkeep(goldtape, tmp_path / "local")
    local.input = on_s3.input
    for lake in (on_s3, local):
        fill(lake)
        lake("run")
    for table in TABLES:
        assert facts(on_s3, table) == facts(local, table), table
    assert on_s3.rows("silver.bars_1m")
    names = on_s3.objects()
    assert any(name.startswith("lake/raw/source=trial/") for name in names)
    assert any(name.startswith("lake/silver/bars_1m/data/") for name in names)
    assert not any(name.endswith((".db", ".toml")) for name in names), "the catalog stays on this machine"


def test_upkeep_on_s3(on_s3):
    fill(on_s3)
    on_s3("tag", "create", "early", "bronze.bars")
    early = on_s3.rows()
    on_s3.load(13)
    on_s3("run")
    before = on_s3.rows()
    on_s3("compact")
    assert on_s3.rows() == before
    assert on_s3.fsck()["findings"] == []
    count = len(on_s3.objects())
    on_s3("expire", "--older-than", "0s", "--keep", "1")
    assert len(on_s3.objects()) < count
    assert on_s3.rows() == before and on_s3.rows(snapshot="early") == early
    lost = f"{on_s3.bucket}/lake/bronze/bars/data/lost.parquet"
    with on_s3.service.files().open_output_stream(lost) as out:
        out.write(b"x")
    listed = on_s3("orphans", "--older-than", "0s", "--json").json()["orphans"]
    assert [row["path"] for row in listed] == ["s3://" + lost]
    on_s3("orphans", "--older-than", "0s", "--remove", "--force")
    assert on_s3.fsck()["findings"] == [] and on_s3.rows() == before
    on_s3("rollback", "bronze.bars", "early")
    assert on_s3.rows() == early


def test_undo_takes_a_load_back_out(on_s3):
    fill(on_s3)
    rows = on_s3.rows()
    load = on_s3.sql("select load_id from ops.load_audit order by observed_at desc limit 1")[0]["load_id"]
    on_s3("undo", load)
    assert len(on_s3.rows()) == len(rows) and on_s3.rows() != rows, "the restatement is gone"
    assert on_s3.sql("select count(*) as n from bronze.revisions")[0]["n"] == 0
    assert on_s3.fsck()["findings"] == []


def test_init_sets_the_bucket_up_and_repeats_without_change(on_s3):
    """An object that is replaced or removed can be had back: the bucket keeps versions."""
    again = on_s3("init")
    assert "nothing changed" in again.out
    assert on_s3("doctor", "--json", code=None).out
    client = on_s3.service.admin()
    assert client.versioning(on_s3.bucket) == "Enabled"
    rules = client.lifecycle(on_s3.bucket)
    assert "<Prefix>lake/</Prefix>" in rules and "<NoncurrentDays>30</NoncurrentDays>" in rules
    assert rules.count("<Rule>") == 1
    fill(on_s3)
    raw = [name for name in on_s3.objects() if "/raw/" in name]
    assert len(raw) == 3 and all(client.versions(on_s3.bucket, name) == 1 for name in raw)
    for day in (11, 12):
        on_s3.load(day)
    assert all(client.versions(on_s3.bucket, name) == 1 for name in raw), "evidence is written once"


def test_another_prefix_of_the_bucket_keeps_the_rules_of_the_first(on_s3):
    second = f"s3://{on_s3.bucket}/second"
    on_s3.goldtape("init", lake=second, env=on_s3.env)
    rules = on_s3.service.admin().lifecycle(on_s3.bucket)
    assert "<Prefix>lake/</Prefix>" in rules and "<Prefix>second/</Prefix>" in rules


def test_a_folder_may_keep_the_catalog_of_data_on_s3(on_s3, tmp_path):
    home = tmp_path / "mine"
    place = f"s3://{on_s3.bucket}/other"
    on_s3.goldtape("init", "--s3", place, lake=home, env=on_s3.env)
    env = {k: v for k, v in on_s3.env.items() if k != "AWS_ENDPOINT_URL"}
    tables = on_s3.goldtape("query", "select count(*) as n from reference.calendar", "--format", "json", lake=home, env=env)
    assert tables.json()[0]["n"] > 9_000, "goldtape.toml knows the endpoint"
    elsewhere = on_s3.goldtape("init", "--s3", place + "2", lake=home, env=on_s3.env, code=2)
    assert "GT7110" in elsewhere.err
    taken = on_s3.goldtape("init", "--s3", place, lake=tmp_path / "another", env=on_s3.env, code=2)
    assert "GT5004" in taken.err


def test_a_machine_that_lost_its_folder_rebuilds_the_catalog(on_s3):
    fill(on_s3)
    on_s3("run")
    rows, silver = on_s3.rows(), on_s3.rows("silver.bars_1m")
    shutil.rmtree(on_s3.home)
    assert "GT7111" in on_s3("tables", code=2).err
    done = on_s3("recover", "--json").json()
    assert done["lost"] == [] and done["loads_rebuilt"] == 3
    assert on_s3.rows() == rows and on_s3.rows("silver.bars_1m") == silver
    assert on_s3.fsck()["findings"] == []
    on_s3.load(13)
    assert len(on_s3.rows()) == len(rows) + 6


def test_a_lake_goes_to_s3_and_back(goldtape, on_s3, tmp_path):
    (tmp_path / "local").mkdir()
    local = Upkeep(goldtape, tmp_path / "local")
    fill(local)
    local("tag", "create", "first")
    local("run")
    before = {table: local.rows(table) for table in TABLES}
    place = f"s3://{on_s3.bucket}/moved"
    done = local("relocate", place, "--json", env=on_s3.env).json()
    assert done["to"] == place and done["files_copied"] > 0
    shutil.rmtree(local.lake)
    on_s3.lake = place
    assert {table: on_s3.rows(table) for table in TABLES} == before
    assert on_s3.fsck()["findings"] == []
    on_s3.load(13)
    assert on_s3.rows(snapshot="first") == before["bronze.bars"]
    on_s3("relocate", tmp_path / "back")
    local.lake = tmp_path / "back"
    assert local.fsck()["findings"] == [], "no S3 is needed any more"
    assert local.rows(snapshot="first") == before["bronze.bars"]
    assert len(local.rows()) == len(before["bronze.bars"]) + 6


def test_what_was_read_once_is_not_asked_for_again(on_s3):
    fill(on_s3)
    sql = "select ticker, max(close) as c from bronze.bars group by all order by all"
    with Proxy(on_s3.service.port, Trouble()) as proxy:

        def ask(size: str) -> tuple[list, int]:
            before = len(proxy.trouble.requests)
            env = proxy.env() | {"GOLDTAPE_S3_CACHE_SIZE": size}
            return on_s3("query", sql, "--format", "json", env=env).json(), len(proxy.trouble.requests) - before

        (first, cold), (second, warm), (third, without) = ask("1GiB"), ask("1GiB"), ask("0")
    assert first == second == third and len(first) == 2
    assert cold == without > 10 and warm == 0, "files are never written twice, so nothing has to be asked"


def test_a_folder_whose_objects_are_all_removed_is_none(on_s3):
    """MinIO goes on listing it where the bucket keeps versions."""
    fill(on_s3)
    files, folder = on_s3.service.files(), f"{on_s3.bucket}/lake/desk/gone/data"
    for day in (1, 2):
        with files.open_output_stream(f"{folder}/day={day}/x.parquet") as out:
            out.write(b"x")
        files.delete_file(f"{folder}/day={day}/x.parquet")
    assert on_s3.fsck()["findings"] == []
    assert on_s3("orphans", "--older-than", "0s", "--json").json()["orphans"] == []
