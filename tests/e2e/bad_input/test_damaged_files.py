"""Files whose bytes are not what they should be: exit code 6, with file and line."""

import gzip

HEADER = "ticker,ts,open,high,low,close,volume\n"
ROW = "MSFT,2019-02-11T14:30:00Z,100,101,99,100.5,10\n"


def test_truncated_gzip(bench):
    whole = gzip.compress((HEADER + ROW * 200).encode())
    path = bench.file("bars.csv.gz", whole[: len(whole) // 2])
    bench.refuses(path, code=6, says=["bars.csv.gz"])


def test_bad_utf8(bench):
    path = bench.file("bars.csv", HEADER.encode() + ROW.encode() + b"MS\xffT,2019-02-11T14:31:00Z,1,1,1,1,1\n")
    bench.refuses(path, code=6, says=["bars.csv:3"])


def test_header_without_close(bench):
    path = bench.file("bars.csv", "ticker,ts,open,high,low,volume\nMSFT,2019-02-11T14:30:00Z,1,1,1,1\n")
    bench.refuses(path, code=6, says=["bars.csv:1", "close"])


def test_text_in_a_price(bench):
    path = bench.file("bars.csv", HEADER + ROW + "MSFT,2019-02-11T14:31:00Z,100,101,99,cheap,10\n")
    bench.refuses(path, code=6, says=["bars.csv:3", "cheap", "close"])


def test_number_out_of_range(bench):
    path = bench.file("bars.csv", HEADER + ROW + "MSFT,2019-02-11T14:31:00Z,100,1e400,99,100,10\n")
    bench.refuses(path, code=6, says=["bars.csv:3", "1e400"])


def test_empty_file(bench):
    path = bench.file("bars.csv", "")
    bench.refuses(path, code=6, says=["bars.csv", "empty"])


def test_other_files_of_the_folder_still_load(bench):
    folder = bench.folder / "many"
    folder.mkdir()
    (folder / "a.csv").write_text(HEADER + ROW)
    (folder / "b.csv").write_text(HEADER + ROW.replace("100.5", "dear"))
    answer = bench.ingest(folder, code=6)
    assert "b.csv:2" in answer.err + answer.out
    rows = bench.goldtape.query(bench.lake, "select count(*) as n from bronze.bars where ticker = 'MSFT'")
    assert rows[0]["n"] == 1
    bench.goldtape("fsck", lake=bench.lake)


def test_a_mended_file_loads(bench):
    path = bench.file("bars.csv", HEADER + ROW.replace("100.5", "dear"))
    bench.refuses(path, code=6, says=["bars.csv:2"])
    path.write_text(HEADER + ROW)
    bench.ingest(path)
    statuses = [row["status"] for row in bench.goldtape("audit", "--json", lake=bench.lake).json()]
    assert sorted(statuses) == ["failed", "loaded", "loaded"]
