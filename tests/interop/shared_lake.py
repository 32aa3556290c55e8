"""A lake that an engine keeps in order and changes past our gates, and what Goldtape makes of that."""

from __future__ import annotations

from upkeep import HEADER

TABLES = ["bronze.bars", "bronze.revisions", "silver.bars_1m", "gold.features_1m", "gold.daily_summary"]
MAINTAINED = ["bronze.bars", "silver.bars_1m", "gold.features_1m"]


def fill(lake):
    """Three loads, one of them a restatement, and all that is built upon them."""
    lake.load(11)
    lake.load(12)
    lake.load(11, price=101.0, observed=20)
    lake("run")


def foreign_loads(lake) -> list[tuple[str, str]]:
    """Commits of other programs that were noticed: table and status."""
    loads = lake("query", "select dataset, status from ops.load_audit where source = 'foreign' order by all",
                 "--format", "json").json()
    return [(load["dataset"], load["status"]) for load in loads]


def check_maintenance(lake, maintain):
    """maintain(table): the engine rewrites files, forgets snapshots and removes what nothing needs."""
    before = {table: lake.rows(table) for table in TABLES}
    assert all(before.values()), {table: len(rows) for table, rows in before.items()}
    for table in MAINTAINED:
        maintain(table)
    assert {table: lake.rows(table) for table in TABLES} == before
    assert lake.fsck()["clean"]
    lake("run")
    noticed = foreign_loads(lake)
    assert noticed and {status for _, status in noticed} == {"loaded"}
    assert {table: lake.rows(table) for table in TABLES} == before
    count = len(lake.rows("bronze.bars"))
    lake.load(13)
    lake("run")
    assert len(lake.rows("bronze.bars")) == count + 6 and foreign_loads(lake) == noticed
    assert lake.fsck()["clean"]


def check_gate(lake, spoil, program):
    """spoil(table): the engine writes rows that no gate would let pass."""
    good = lake.snapshots("bronze.bars")[-1]
    silver = lake.rows("silver.bars_1m")
    spoil("bronze.bars")
    refused = lake("run", code=3)
    assert "GT4210" in refused.err and program in refused.err, refused.err
    assert ("bronze.bars", "refused") in foreign_loads(lake)
    assert lake.rows("silver.bars_1m") == silver and lake.fsck()["clean"]
    lake("rollback", "bronze.bars", good)
    lake("run")
    assert lake.rows("silver.bars_1m") == silver and lake.fsck()["clean"]


def check_marks(lake, set_merge_mode, closes, count_marks):
    """set_merge_mode(table) asks for merge-on-read. closes() and count_marks() are the engine's: what it reads of
    bronze.bars, by ticker and time, and how many of its rows are marked as gone."""
    set_merge_mode("bronze.bars")
    path = lake.input / "again_2019-03-20.csv"
    path.write_text(f"{HEADER}AAPL,2019-02-12T14:31:00Z,100,101,10,55.5,100\n")
    lake("ingest", "files", "--path", path, "--interval", "1m", "--source", "trial")
    assert count_marks() == 1, "nothing was marked: this shows nothing"
    ours = [float(row["close"]) for row in sorted(lake.rows("bronze.bars"), key=lambda row: (row["ticker"], row["ts"]))]
    assert 55.5 in ours and closes() == ours
    lake("run")
    assert lake.fsck()["clean"]
    lake("compact")
    assert count_marks() == 0 and closes() == ours and lake.fsck()["clean"]
