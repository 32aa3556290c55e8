// Bars and trades of Databento files: what the vendor's own reader says of them, and what is refused.
#include <gtest/gtest.h>

#include "goldtape/io/compression.h"
#include "goldtape/provider/files/client.h"
#include "goldtape/provider/files/dbn_testing.h"
#include "goldtape/provider/files/inspect.h"

namespace goldtape::provider::files {
namespace {

constexpr auto k1h = model::Interval::k1h;
constexpr auto k1d = model::Interval::k1d;

model::BarBatch bars(Result<Rows> rows) {
  EXPECT_TRUE(rows) << rows.error().to_string();
  return rows ? std::get<model::BarBatch>(std::move(*rows)) : model::BarBatch();
}

model::RecordBatch trades(Result<Rows> rows) {
  EXPECT_TRUE(rows) << rows.error().to_string();
  model::RecordBatch batch = rows ? std::get<model::RecordBatch>(std::move(*rows)) : model::RecordBatch();
  const Status fits = model::check_records(batch);
  EXPECT_TRUE(fits) << fits.error().to_string();
  return batch;
}

std::string fault(const Result<Rows>& rows) { return rows ? "" : rows.error().to_string(); }

TEST(BarsDbn, MinutesOfNasdaq) {
  const auto batch = bars(dbn_fixture("xnas_itch.ohlcv-1m.dbn.zst"));
  ASSERT_EQ(batch.size(), 4U);
  const model::Bar first = batch.row(0);
  EXPECT_EQ(first.ticker, "NVDA");
  EXPECT_EQ(format_timestamp(first.ts), "2020-12-28T09:05:00Z");
  EXPECT_EQ(format_date(first.date), "2020-12-28");
  EXPECT_EQ(first.session, model::SessionPart::kPre);
  EXPECT_EQ(first.close, 521.0);
  EXPECT_EQ(first.volume, 41);
  EXPECT_EQ(batch.row(3).high, 522.5);
}

TEST(BarsDbn, PricesAreTheNearestDoubles) {
  const auto batch = bars(dbn_fixture("equs_mini.ohlcv-1m.dbn.zst"));
  ASSERT_EQ(batch.size(), 4U);
  EXPECT_EQ(batch.row(0).open, 307.83);
  EXPECT_EQ(batch.row(1).low, 307.96);
  EXPECT_EQ(batch.row(3).close, 308.17);
}

TEST(BarsDbn, HoursAndDays) {
  EXPECT_EQ(bars(dbn_fixture("equs_mini.ohlcv-1h.dbn.zst", k1h)).row(2).volume, 658609);
  const auto batch = bars(dbn_fixture("equs_mini.ohlcv-1d.dbn.zst", k1d));
  ASSERT_EQ(batch.size(), 1U);
  // The dialect's zone, New York, does not move a date.
  EXPECT_EQ(format_date(batch.row(0).date), "2023-03-28");
  EXPECT_EQ(format_timestamp(batch.row(0).ts), "2023-03-28T00:00:00Z");
  EXPECT_EQ(batch.row(0).volume, 3309022);
  EXPECT_EQ(bars(dbn_fixture("xnas_itch.ohlcv-1d.dbn.zst", k1d)).row(0).low, 510.54);
  EXPECT_EQ(bars(dbn_fixture("xnas_itch.ohlcv-1h.dbn.zst", k1h)).row(3).close, 521.8);
}

TEST(BarsDbn, EveryVersionGivesTheSameBars) {
  const auto plain = bars(dbn_fixture("glbx.ohlcv-1m.dbn"));
  ASSERT_EQ(plain.size(), 2U);
  EXPECT_EQ(plain.row(0).ticker, "ESH1");
  EXPECT_EQ(plain.row(1).high, 372150.0);
  for (const char* name :
       {"glbx.ohlcv-1m.v1.dbn.zst", "glbx.ohlcv-1m.v2.dbn.zst", "glbx.ohlcv-1m.v3.dbn.zst"}) {
    const auto batch = bars(dbn_fixture(name));
    ASSERT_EQ(batch.size(), 2U) << name;
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(batch.row(i).close, plain.row(i).close) << name;
      EXPECT_EQ(batch.row(i).ts, plain.row(i).ts) << name;
      EXPECT_EQ(batch.row(i).ticker, "ESH1") << name;
    }
  }
}

TEST(BarsDbn, FilesWithoutBarsAreRefused) {
  for (const char* name :
       {"glbx.ohlcv-1d.v1.dbn.zst", "glbx.ohlcv-1d.v2.dbn.zst", "glbx.ohlcv-1d.v3.dbn.zst"}) {
    EXPECT_NE(fault(dbn_fixture(name, k1d)).find("GT2023"), std::string::npos) << name;
  }
}

TEST(BarsDbn, OtherSchemasAreRefusedByName) {
  for (const char* schema : {"mbp-1", "tbbo", "definition", "ohlcv-1s"}) {
    for (const char* dataset : {"xnas_itch.", "equs_mini."}) {
      const std::string said = fault(dbn_fixture(std::string(dataset) + schema + ".dbn.zst"));
      EXPECT_NE(said.find("GT2242"), std::string::npos) << said;
      EXPECT_NE(said.find(schema), std::string::npos) << said;
      EXPECT_NE(fault(dbn_fixture(std::string(dataset) + schema + ".dbn.zst", k1d, "trades")).find("GT2242"),
                std::string::npos);
    }
  }
  for (const char* name :
       {"xnas_itch.mbo", "xnas_itch.mbp-10", "xnas_itch.imbalance", "equs_mini.bbo-1m", "equs_mini.bbo-1s"}) {
    EXPECT_NE(fault(dbn_fixture(std::string(name) + ".dbn.zst")).find("GT2242"), std::string::npos) << name;
  }
  EXPECT_NE(fault(dbn_fixture("xnas_itch.trades.dbn.zst")).find("--dataset trades"), std::string::npos);
}

TEST(BarsDbn, BarsOfAnotherIntervalAreRefused) {
  const std::string said = fault(dbn_fixture("xnas_itch.ohlcv-1d.dbn.zst"));
  EXPECT_NE(said.find("GT2036"), std::string::npos) << said;
  EXPECT_NE(said.find("--interval 1d"), std::string::npos) << said;
}

TEST(BarsDbn, AnInstrumentIsWhoItIsOnThatDay) {
  for (const bool from_number : {false, true}) {
    const DbnFile file{.type_in = from_number ? std::uint8_t{0} : std::uint8_t{1},
                       .type_out = from_number ? std::uint8_t{1} : std::uint8_t{0}};
    const auto batch = bars(dbn_rows(file.metadata() + file.record(0x21, dbn_ns(1), dbn_bar()) +
                                     file.record(0x21, dbn_ns(2), dbn_bar())));
    ASSERT_EQ(batch.size(), 2U);
    EXPECT_EQ(batch.row(0).ticker, "AAPL");
    EXPECT_EQ(batch.row(1).ticker, "MSFT");
  }
}

TEST(BarsDbn, AnInstrumentThatNothingNamesIsRefused) {
  const DbnFile file;
  const std::string late = file.metadata() + file.record(0x21, dbn_ns(4), dbn_bar());
  EXPECT_NE(fault(dbn_rows(late)).find("GT2243"), std::string::npos);
  EXPECT_NE(fault(dbn_rows(late)).find("2024-01-06"), std::string::npos);
  const DbnFile bare{.has_mappings = false};
  EXPECT_NE(fault(dbn_rows(bare.metadata() + bare.record(0x21, dbn_ns(), dbn_bar()))).find("GT2243"),
            std::string::npos);
  std::string text = file.metadata();
  text.replace(text.find(std::string("7\0", 2)), 1, "x");
  EXPECT_NE(fault(dbn_rows(text + file.record(0x21, dbn_ns(), dbn_bar()))).find("not a number"),
            std::string::npos);
}

TEST(BarsDbn, LiveStreamsNameInstrumentsAsTheyGo) {
  for (const int version : {1, 2, 3}) {
    const DbnFile file{.version = version, .schema = 65535, .type_in = 255, .has_mappings = false};
    const auto mapping = [&](const char* ticker) {
      const std::string names = version == 1
                                    ? dbn_text("asked", 22) + dbn_text(ticker, 22) + std::string(4, '\0')
                                    : '\1' + dbn_text("asked", 71) + '\1' + dbn_text(ticker, 71);
      return file.record(0x16, dbn_ns(), names + std::string(16, '\0'));
    };
    const auto batch = bars(dbn_rows(file.metadata() + mapping("AAPL") +
                                     file.record(0x17, dbn_ns(), std::string(304, '\0')) +
                                     file.record(0x21, dbn_ns(), dbn_bar()) + mapping("MSFT") +
                                     file.record(0x21, dbn_ns(0, 1), dbn_bar())));
    ASSERT_EQ(batch.size(), 2U);
    EXPECT_EQ(batch.row(0).ticker, "AAPL");
    EXPECT_EQ(batch.row(1).ticker, "MSFT");
  }
}

TEST(BarsDbn, TheTimeOfSendingIsNoPartOfABar) {
  const DbnFile file{.has_send_time = true};
  const auto batch = bars(dbn_rows(file.metadata() + file.record(0x21, dbn_ns(), dbn_bar()) +
                                   file.record(0x21, dbn_ns(0, 1), dbn_bar())));
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(batch.row(1).volume, 100);
}

TEST(BarsDbn, APriceThatIsNoneSendsTheRowToQuarantine) {
  const DbnFile file;
  const std::string none = dbn_bar(kDbnDollar, kDbnNoPrice, kDbnDollar, kDbnNoPrice, 5);
  const auto batch = bars(dbn_rows(file.metadata() + file.record(0x21, dbn_ns(), none) +
                                   file.record(0x21, dbn_ns(0, 1), dbn_bar())));
  EXPECT_EQ(batch.size(), 1U);
  ASSERT_EQ(batch.rejected.size(), 1U);
  EXPECT_EQ(batch.rejected[0].reason, "missing high, close");
  EXPECT_EQ(batch.rejected[0].ticker, "AAPL");
  EXPECT_EQ(batch.rejected[0].line, 1U);
  EXPECT_NE(batch.rejected[0].text.find("volume 5"), std::string::npos);
}

TEST(BarsDbn, AVolumeOrATimeThatIsNoneIsRefused) {
  const DbnFile file;
  const std::string volume = dbn_bar(1, 1, 1, 1, UINT64_MAX);
  EXPECT_NE(fault(dbn_rows(file.metadata() + file.record(0x21, dbn_ns(), volume))).find("GT2028"),
            std::string::npos);
  EXPECT_NE(fault(dbn_rows(file.metadata() + file.record(0x21, kDbnNoTime, dbn_bar()))).find("GT2030"),
            std::string::npos);
}

TEST(BarsDbn, BarsOfTwoPublishersAreRefused) {
  const DbnFile file;
  const std::string said = fault(dbn_rows(file.metadata() + file.record(0x21, dbn_ns(), dbn_bar(), 2) +
                                          file.record(0x21, dbn_ns(0, 1), dbn_bar(), 3)));
  EXPECT_NE(said.find("GT2244"), std::string::npos) << said;
  EXPECT_NE(said.find("3 (XBOS)"), std::string::npos) << said;
}

TEST(BarsDbn, TheInspectionSaysWhatItIs) {
  const auto answer = answer_of(bytes_of_file(std::string(kDbnFixtures) + "equs_mini.ohlcv-1m.dbn.zst"),
                                dialect_in("UTC"), "q.dbn.zst");
  const auto inspection = inspect(answer, 2);
  ASSERT_TRUE(inspection) << inspection.error().to_string();
  EXPECT_EQ(inspection->format, "dbn, zstd");
  EXPECT_EQ(inspection->dialect.name, "dbn");
  EXPECT_EQ(inspection->ticker_from, "symbol mappings");
  EXPECT_EQ(inspection->order, "ascending");
}

TEST(TradesDbn, TradesOfNasdaq) {
  const auto batch = trades(dbn_fixture("xnas_itch.trades.dbn.zst", k1d, "trades"));
  ASSERT_EQ(batch.rows.size(), 4U);
  EXPECT_EQ(batch.table, "bronze.trades");
  EXPECT_EQ(std::get<std::string>(cell(batch, 0, "ticker")), "NVDA");
  EXPECT_EQ(std::get<std::int64_t>(cell(batch, 0, "ts")), 1609146312576690);
  EXPECT_EQ(std::get<std::string>(cell(batch, 0, "exchange")), "XNAS");
  EXPECT_EQ(std::get<std::int64_t>(cell(batch, 0, "trade_id")), 362933);
  EXPECT_EQ(std::get<double>(cell(batch, 3, "price")), 521.01);
  EXPECT_EQ(std::get<std::int64_t>(cell(batch, 0, "size")), 36);
}

TEST(TradesDbn, EveryVersionGivesTheSameTrades) {
  const auto plain = trades(dbn_fixture("glbx.trades.dbn", k1d, "trades"));
  ASSERT_EQ(plain.rows.size(), 2U);
  for (const char* name : {"glbx.trades.v1.dbn.zst", "glbx.trades.v2.dbn.zst", "glbx.trades.v3.dbn.zst"}) {
    EXPECT_EQ(trades(dbn_fixture(name, k1d, "trades")).rows, plain.rows) << name;
  }
}

TEST(TradesDbn, TradesOfOneMessageStayApart) {
  const DbnFile file{.schema = 4};
  const std::string trade = dbn_trade(kDbnDollar, 100, dbn_ns(), 9);
  const std::string next = dbn_trade(kDbnDollar, 100, dbn_ns(), 10);
  const auto batch =
      trades(dbn_rows(file.metadata() + file.record(0, dbn_ns(), trade) + file.record(0, dbn_ns(), trade, 3) +
                          file.record(0, dbn_ns(), trade) + file.record(0, dbn_ns(), next),
                      k1d, "trades"));
  ASSERT_EQ(batch.rows.size(), 4U);
  EXPECT_EQ(std::get<std::int64_t>(cell(batch, 0, "trade_id")), 9);
  EXPECT_EQ(std::get<std::int64_t>(cell(batch, 1, "trade_id")), 9);
  EXPECT_EQ(std::get<std::int64_t>(cell(batch, 2, "trade_id")), (std::int64_t{1} << 32) + 9);
  EXPECT_EQ(std::get<std::int64_t>(cell(batch, 3, "trade_id")), 10);
}

TEST(TradesDbn, TradesWithoutAPriceAreCounted) {
  const DbnFile file{.schema = 4};
  const auto batch =
      trades(dbn_rows(file.metadata() + file.record(0, dbn_ns(), dbn_trade(kDbnNoPrice, 1, dbn_ns(), 1)) +
                          file.record(0, dbn_ns(), dbn_trade(kDbnDollar, kDbnNoSize, dbn_ns(), 2)) +
                          file.record(0, dbn_ns(), dbn_trade(kDbnDollar, 3, dbn_ns(), 3)),
                      k1d, "trades"));
  EXPECT_EQ(batch.rows.size(), 1U);
  ASSERT_EQ(batch.notes.size(), 1U);
  EXPECT_NE(batch.notes[0].find("2 trades"), std::string::npos);
}

TEST(TradesDbn, TheTimeOfReceiptStandsInForThatOfTheTrade) {
  const DbnFile file{.schema = 4};
  const auto batch = trades(dbn_rows(
      file.metadata() + file.record(0, kDbnNoTime, dbn_trade(kDbnDollar, 1, dbn_ns(), 1)), k1d, "trades"));
  EXPECT_EQ(std::get<std::int64_t>(cell(batch, 0, "ts")), static_cast<std::int64_t>(dbn_ns() / 1000));
  const std::string none =
      file.metadata() + file.record(0, kDbnNoTime, dbn_trade(kDbnDollar, 1, kDbnNoTime, 1));
  EXPECT_NE(fault(dbn_rows(none, k1d, "trades")).find("GT2030"), std::string::npos);
}

TEST(TradesDbn, OtherFilesHoldNoTrades) {
  const auto answer = answer_of("ticker,ts\nA,1\n", dialect_in("UTC"), "a.csv", k1d, "trades");
  EXPECT_NE(fault(parse_answer(answer)).find("GT2039"), std::string::npos);
  EXPECT_NE(fault(dbn_fixture("xnas_itch.trades.dbn.zst", k1d, "actions")).find("GT2039"), std::string::npos);
}

}  // namespace
}  // namespace goldtape::provider::files
