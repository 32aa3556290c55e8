"""expire, tag, branch, rollback: the past gets shorter, the present and what has a name stay."""

import pathlib


def expired(answer, table="bronze.bars") -> dict:
    return next(row for row in answer.json()["tables"] if row["table"] == table)


def fill(upkeep):
    for day in (11, 12, 13):
        upkeep.load(day)


def test_expire_forgets_snapshots_and_removes_only_what_they_needed(upkeep):
    fill(upkeep)
    upkeep("compact")
    before, files = upkeep.rows(), upkeep.files()
    assert len(upkeep.snapshots()) == 4
    told = expired(upkeep("expire", "--older-than", "0s", "--keep", "1", "--dry-run", "--json"))
    assert upkeep.files() == files and len(upkeep.snapshots()) == 4
    done = expired(upkeep("expire", "--older-than", "0s", "--keep", "1", "--json"))
    assert done == told | {"metadata_files": done["metadata_files"]}
    assert done["snapshots_expired"] == 3 and done["data_files"] == 6, "six small files became three"
    assert len(upkeep.snapshots()) == 1 and upkeep.rows() == before
    gone = files - upkeep.files()
    assert len([path for path in gone if path.suffix == ".parquet"]) == 6
    report = upkeep.fsck()
    assert report["findings"] == [], "no orphan is left and nothing is missing"


def test_policy_of_the_lake_keeps_by_age(upkeep):
    fill(upkeep)
    assert upkeep("expire").out.startswith("nothing to expire")
    with (upkeep.lake / "goldtape.toml").open("a") as toml:
        toml.write("[maintenance]\nsnapshot_days = 0\nmin_snapshots = 2\nmetadata_files = 1\n")
    assert expired(upkeep("expire", "--json"))["snapshots_expired"] == 1
    metadata = sorted((upkeep.lake / "bronze/bars/metadata").glob("*.metadata.json"))
    assert len(metadata) == 2, "the current one and one before"
    assert upkeep.fsck()["findings"] == []


def test_tags_keep_their_snapshot_and_are_read_by_name(upkeep):
    upkeep.load(11)
    first = upkeep.rows()
    upkeep("tag", "create", "day-one")
    upkeep.load(12)
    upkeep("compact")
    upkeep("expire", "--older-than", "0s", "--keep", "1")
    assert upkeep.rows(snapshot="day-one") == first and len(upkeep.rows()) == 2 * len(first)
    listed = upkeep("tag", "list", "--json").json()
    assert {"bronze.bars", "reference.calendar"} <= {row["table"] for row in listed}
    upkeep("tag", "drop", "day-one")
    upkeep("expire", "--older-than", "0s", "--keep", "1")
    assert len(upkeep.snapshots()) == 1
    assert upkeep.fsck()["findings"] == []
    answer = upkeep("query", "select 1", "--snapshot", "day-one", code=2)
    assert "GT6004" in answer.err


def test_a_tag_may_have_a_time_to_live(upkeep):
    upkeep.load(11)
    upkeep("tag", "create", "brief", "bronze.bars", "--keep-for", "0s")
    upkeep("tag", "create", "longer", "bronze.bars", "--keep-for", "90d")
    upkeep.load(12)
    assert expired(upkeep("expire", "--older-than", "0s", "--keep", "1", "--json"))["refs_expired"] == ["brief"]
    assert [row["name"] for row in upkeep("tag", "list", "--json").json()] == ["longer"]


def test_the_past_that_expired_is_an_error_not_an_empty_table(upkeep):
    upkeep.load(11)
    rows = upkeep("snapshots", "bronze.bars", "--json").json()
    then = rows[0]["committed_at"]
    upkeep.load(12)
    upkeep("expire", "bronze.bars", "--older-than", "0s", "--keep", "1")
    answer = upkeep("query", "select count(*) from bronze.bars", "--snapshot", then, code=2)
    assert "GT5104" in answer.err and "expired" in answer.err
    count = upkeep("query", "select count(*) as n from reference.calendar", "--snapshot", then, "--format", "json")
    assert count.json()[0]["n"] > 10_000, "the other tables can be read"


def test_the_next_refine_still_knows_what_changed(upkeep):
    upkeep.load(11)
    upkeep("run")
    upkeep.load(12)
    upkeep("expire", "--older-than", "0s", "--keep", "1")
    upkeep.load(13)
    out = upkeep("run").out
    assert upkeep.count("silver.bars_1m") > 0
    assert "expired" not in out
    assert upkeep.fsck()["findings"] == []


def test_refs_and_rollback_refuse_what_is_not_there(upkeep):
    upkeep.load(11)
    assert "GT5101" in upkeep("tag", "create", "2024-01-01", code=2).err
    assert "GT4011" in upkeep("tag", "create", "x", "bronze.barz", code=2).err
    upkeep("tag", "create", "closing")
    answer = upkeep("tag", "drop", "closng", code=2)
    assert "GT5102" in answer.err and "closing" in answer.err
    assert "GT5103" in upkeep("branch", "create", "closing", "bronze.bars", code=2).err
    assert "GT5102" in upkeep("rollback", "bronze.bars", "openng", code=2).err


def test_rollback_by_tag_and_forward_again(upkeep):
    upkeep.load(11)
    first = upkeep.rows()
    upkeep("tag", "create", "good", "bronze.bars")
    upkeep.load(12)
    second, newest = upkeep.rows(), upkeep.snapshots()[-1]
    upkeep("rollback", "bronze.bars", "good")
    assert upkeep.rows() == first
    upkeep("expire")
    upkeep("rollback", "bronze.bars", newest)
    assert upkeep.rows() == second
    runs = upkeep.goldtape.query(upkeep.lake, "select command from ops.runs where command = 'rollback'")
    assert len(runs) == 2


def test_orphans_are_old_and_unnamed(upkeep):
    upkeep.load(11)
    folder = upkeep.lake / "bronze/bars/data"
    old = folder / "lost.parquet"
    young = folder / "under_way.parquet"
    cut = upkeep.lake / "raw" / "x.csv.zst.123.goldtape-tmp"
    for path in (old, young, cut):
        path.write_text("x")
    for path in upkeep.files() - {young}:
        upkeep.age(path)
    answer = upkeep("orphans", "--json").json()
    assert {pathlib.Path(row["path"]) for row in answer["orphans"]} == {old, cut}
    assert answer["younger"] == 1 and old.exists(), "only listed"
    before = upkeep.rows()
    upkeep("orphans", "--remove")
    assert not old.exists() and not cut.exists() and young.exists()
    assert upkeep.rows() == before
    assert "GT5105" in upkeep("orphans", "--older-than", "0s", "--remove", code=2).err and young.exists()
    upkeep("orphans", "--older-than", "0s", "--remove", "--force")
    assert not young.exists() and upkeep.fsck()["findings"] == []


def test_orphans_removes_nothing_when_a_table_cannot_be_followed(upkeep):
    upkeep.load(11)
    lost = upkeep.lake / "gold/liquidity/data/lost.parquet"
    lost.parent.mkdir(parents=True)
    lost.write_text("x")
    upkeep.age(lost)
    manifest = next((upkeep.lake / "bronze/bars/metadata").glob("*-m0.avro"))
    manifest.write_bytes(manifest.read_bytes()[:100])
    answer = upkeep("orphans", "--remove", code=6)
    assert "bronze.bars" in answer.err and lost.exists()
