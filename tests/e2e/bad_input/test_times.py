"""Local times that name no instant, or two."""

HEADER = "ticker,ts,open,high,low,close,volume\n"


def rows(*times):
    return HEADER + "".join(f"MSFT,{time},100,101,99,100,10\n" for time in times)


def test_time_in_the_gap_of_spring(bench):
    path = bench.file("bars.csv", rows("2019-03-08 09:30:00", "2019-03-10 02:30:00"))
    bench.refuses(path, "--tz", "America/New_York", code=6, says=["bars.csv:3", "2019-03-10T02:30:00", "does not exist"])


def test_time_that_autumn_repeats(bench):
    path = bench.file("bars.csv", rows("2019-11-01 09:30:00", "2019-11-03 01:30:00"))
    bench.refuses(
        path,
        "--tz",
        "America/New_York",
        code=6,
        says=["bars.csv:3", "2019-11-03T05:30:00Z", "2019-11-03T06:30:00Z"],
    )


def test_unknown_zone(bench):
    path = bench.file("bars.csv", rows("2019-03-08 09:30:00"))
    bench.refuses(path, "--tz", "America/New_Yrok", code=2, says=["America/New_York"])


def test_bar_in_the_future(bench):
    path = bench.file("bars.csv", rows("2034-06-01T14:30:00Z"))
    bench.refuses(path, code=3, says=["bars.csv:2", "not_in_future"])
