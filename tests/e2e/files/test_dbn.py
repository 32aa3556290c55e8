"""Databento files: what lands is what the vendor's own library (databento-dbn) reads, and writes."""

from __future__ import annotations

import datetime
import pathlib
import random
import types

import databento_dbn as dbn
import pytest
import zstandard

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "src" / "goldtape" / "provider" / "files" / "fixtures" / "dbn"
NEW_YORK_OPEN_NS = 1_704_205_800 * 10**9  # 2024-01-02 14:30 UTC
SCALE = 10**9


def plain(path) -> bytes:
    data = path.read_bytes()
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return data


def read_by_vendor(path):
    """Metadata and records, as the vendor's library reads them."""
    decoder = dbn.DBNDecoder()
    decoder.write(plain(path))
    metadata, *records = decoder.decode()
    return metadata, records


def ticker_of(metadata, record, ts_ns: int) -> str:
    day = datetime.datetime.fromtimestamp(ts_ns // SCALE, datetime.UTC).date()
    for symbol, intervals in metadata.mappings.items():
        for interval in intervals:
            if interval["symbol"] == str(record.instrument_id) and interval["start_date"] <= day < interval["end_date"]:
                return symbol
    raise AssertionError(f"{record.instrument_id} is nobody on {day}")


def bars_by_vendor(path) -> list[dict]:
    metadata, records = read_by_vendor(path)
    return sorted(
        (
            {
                "ticker": ticker_of(metadata, bar, bar.ts_event),
                "ts_us": bar.ts_event // 1000,
                "open": bar.open / SCALE,
                "high": bar.high / SCALE,
                "low": bar.low / SCALE,
                "close": bar.close / SCALE,
                "volume": bar.volume,
            }
            for bar in records
        ),
        key=lambda row: (row["ticker"], row["ts_us"]),
    )


def landed_bars(goldtape, lake) -> list[dict]:
    return goldtape.query(
        lake,
        "select ticker, epoch_us(ts) as ts_us, open, high, low, close, volume from bronze.bars order by ticker, ts",
    )


def write(path, schema, records, mappings, version=3):
    metadata = dbn.Metadata(
        dataset="XNAS.ITCH",
        start=NEW_YORK_OPEN_NS,
        stype_in=dbn.SType.RAW_SYMBOL,
        stype_out=dbn.SType.INSTRUMENT_ID,
        schema=schema,
        symbols=[mapping.raw_symbol for mapping in mappings],
        mappings=mappings,
        version=version,
    )
    path.write_bytes(
        zstandard.ZstdCompressor().compress(bytes(metadata.encode()) + b"".join(bytes(record) for record in records))
    )
    return path


def mapping(ticker, *spans):
    """Spans of (first date, date after the last, instrument)."""
    intervals = [
        types.SimpleNamespace(
            start_date=datetime.date.fromisoformat(start), end_date=datetime.date.fromisoformat(end), symbol=str(instrument)
        )
        for start, end, instrument in spans
    ]
    return types.SimpleNamespace(raw_symbol=ticker, intervals=intervals)


@pytest.mark.parametrize(
    ("name", "interval"),
    [
        ("xnas_itch.ohlcv-1m.dbn.zst", "1m"),
        ("xnas_itch.ohlcv-1h.dbn.zst", "1h"),
        ("xnas_itch.ohlcv-1d.dbn.zst", "1d"),
        ("equs_mini.ohlcv-1m.dbn.zst", "1m"),
        ("equs_mini.ohlcv-1h.dbn.zst", "1h"),
        ("equs_mini.ohlcv-1d.dbn.zst", "1d"),
    ],
)
def test_recorded_bars(goldtape, lake, name, interval):
    goldtape("ingest", "files", "--path", FIXTURES / name, "--interval", interval, lake=lake)
    expected = bars_by_vendor(FIXTURES / name)
    assert expected
    assert landed_bars(goldtape, lake) == expected


@pytest.mark.parametrize("dataset", ["xnas_itch", "equs_mini"])
def test_recorded_trades(goldtape, lake, dataset):
    path = FIXTURES / f"{dataset}.trades.dbn.zst"
    report = goldtape("ingest", "files", "--path", path, "--dataset", "trades", "--json", lake=lake).json()
    metadata, records = read_by_vendor(path)
    assert report["loads"][0]["rows_inserted"] == len(records)
    landed = goldtape.query(
        lake,
        "select ticker, epoch_us(ts) as ts_us, exchange, trade_id, price, size from bronze.trades order by ts, trade_id",
    )
    assert landed == [
        {
            "ticker": ticker_of(metadata, trade, trade.ts_recv),
            "ts_us": trade.ts_event // 1000,
            "exchange": dataset[:4].upper(),
            "trade_id": trade.sequence,
            "price": trade.price / SCALE,
            "size": trade.size,
        }
        for trade in records
    ]
    again = goldtape("ingest", "files", "--path", path, "--dataset", "trades", "--json", lake=lake).json()
    assert again["loads"][0]["status"] == "already_loaded"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_bars_that_the_vendors_library_wrote(goldtape, lake, tmp_path, version):
    """Two days of three tickers, two of which swap their instruments overnight."""
    pick = random.Random(7)
    mappings = [
        mapping("AAPL", ("2024-01-02", "2024-01-03", 1), ("2024-01-03", "2024-01-04", 2)),
        mapping("BRK.B", ("2024-01-02", "2024-01-03", 2), ("2024-01-03", "2024-01-04", 1)),
        mapping("SPY", ("2024-01-02", "2024-01-04", 3)),
    ]
    records = []
    for minute in range(2 * 390):
        ts = NEW_YORK_OPEN_NS + (minute // 390 * 1440 + minute % 390) * 60 * SCALE
        for instrument in (1, 2, 3):
            low, high = sorted(pick.sample(range(1_000_000, 1_010_000), 2))  # Hundredths of a cent.
            records.append(
                dbn.OHLCVMsg(
                    rtype=0x21,
                    publisher_id=2,
                    instrument_id=instrument,
                    ts_event=ts,
                    open=pick.randint(low, high) * 100_000,
                    high=high * 100_000,
                    low=low * 100_000,
                    close=pick.randint(low, high) * 100_000,
                    volume=pick.randint(1, 10**6),
                )
            )
    path = write(tmp_path / "minutes.dbn.zst", dbn.Schema.OHLCV_1M, records, mappings, version)
    goldtape("ingest", "files", "--path", path, "--interval", "1m", lake=lake)
    expected = bars_by_vendor(path)
    assert len(expected) == 6 * 390
    assert {row["ticker"] for row in expected} == {"AAPL", "BRK.B", "SPY"}
    assert landed_bars(goldtape, lake) == expected


def test_a_folder_tells_what_it_could_not_read(goldtape, lake):
    answer = goldtape("ingest", "files", "--path", FIXTURES, "--interval", "1m", "--json", lake=lake, code=None)
    loads = {load["name"].rsplit("/", 1)[-1]: load for load in answer.json()["loads"]}
    assert answer.code == 6
    assert loads["xnas_itch.ohlcv-1m.dbn.zst"]["status"] == "loaded"
    assert "mbp-10" in str(loads["xnas_itch.mbp-10.dbn.zst"]["error"])
    assert "trades" in str(loads["xnas_itch.trades.dbn.zst"]["error"])
    assert "legacy.ohlcv-1m.dbz" not in loads  # Not a name of data: skipped.


def test_dry_run_shows_trades(goldtape, lake):
    answer = goldtape(
        "ingest", "files", "--path", FIXTURES / "xnas_itch.trades.dbn.zst", "--dataset", "trades", "--dry-run", lake=lake
    )
    assert "4 rows, 1 tickers" in answer.out
    assert "dbn, zstd" in answer.out
