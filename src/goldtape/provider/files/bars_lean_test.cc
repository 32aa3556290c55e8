// LEAN's tables of bars.
#include <gtest/gtest.h>

#include "goldtape/provider/files/inspect.h"
#include "goldtape/provider/files/lean_testing.h"

namespace goldtape::provider::files {
namespace {

constexpr auto k1h = model::Interval::k1h;
constexpr auto k1d = model::Interval::k1d;

model::BarBatch bars(const std::string& name, model::Interval interval = model::Interval::k1m) {
  auto rows = lean_rows(name, interval);
  EXPECT_TRUE(rows) << rows.error().to_string();
  return rows ? std::get<model::BarBatch>(std::move(*rows)) : model::BarBatch();
}

TEST(BarsLean, MinutesOfADay) {
  const auto batch = bars("equity/usa/minute/spy/20131007_trade.zip");
  ASSERT_EQ(batch.size(), 6U);
  const model::Bar open = batch.row(2);
  EXPECT_EQ(open.ticker, "SPY");
  EXPECT_EQ(format_timestamp(open.ts), "2013-10-07T13:30:00Z");
  EXPECT_EQ(open.open, 167.64);
  EXPECT_EQ(open.volume, 1208311);
  EXPECT_EQ(open.session, model::SessionPart::kRegular);
  EXPECT_EQ(batch.row(1).session, model::SessionPart::kPre);
  EXPECT_EQ(format_timestamp(batch.row(0).ts), "2013-10-07T08:00:00Z");
  EXPECT_EQ(batch.row(3).high, 167.73125);  // A fraction of a deci-cent.
  EXPECT_EQ(batch.row(5).session, model::SessionPart::kPost);
  EXPECT_EQ(batch.origin.basis, model::PriceBasis::kRaw);
}

TEST(BarsLean, StoredInCapitalsWithCarriageReturns) {
  const auto batch = bars("equity/usa/minute/spy/20131008_trade.zip");
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(batch.row(1).close, 167.52);
}

TEST(BarsLean, TickersWithAPoint) {
  EXPECT_EQ(bars("equity/usa/minute/brk.b/20131007_trade.zip").row(0).ticker, "BRK.B");
}

TEST(BarsLean, HoursAndDays) {
  const auto hours = bars("equity/usa/hour/spy.zip", k1h);
  ASSERT_EQ(hours.size(), 2U);
  EXPECT_EQ(format_timestamp(hours.row(0).ts), "2013-10-07T13:00:00Z");
  const auto days = bars("equity/usa/daily/spy.zip", k1d);
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(format_date(days.row(0).date), "2013-10-04");
  EXPECT_EQ(format_timestamp(days.row(1).ts), "2013-10-07T00:00:00Z");
  EXPECT_EQ(days.row(1).low, 167.35);
}

TEST(BarsLean, ATableOutOfItsArchiveIsReadByItsName) {
  const auto rows = parse_answer(answer_of("34200000,1675000,1675500,1674900,1675100,900100\n",
                                           builtin_dialect("lean").value(), "20131008_spy_minute_trade.csv"));
  ASSERT_TRUE(rows) << rows.error().to_string();
  EXPECT_EQ(format_timestamp(std::get<model::BarBatch>(*rows).row(0).ts), "2013-10-08T13:30:00Z");
}

TEST(BarsLean, WhatIsNotAskedForIsRefused) {
  EXPECT_EQ(lean_fault("equity/usa/minute/spy/20131007_trade.zip", k1d), "GT2036");
  EXPECT_EQ(lean_fault("equity/usa/daily/spy.zip"), "GT2036");
  EXPECT_EQ(lean_fault("equity/usa/daily/spy.zip", k1h), "GT2036");
  EXPECT_EQ(lean_fault("equity/usa/hour/spy.zip", k1d), "GT2036");
  EXPECT_EQ(lean_fault("equity/usa/minute/spy/20131007_quote.zip"), "GT2251");
  EXPECT_EQ(lean_fault("bad/seconds.zip"), "GT2251");
  EXPECT_EQ(lean_fault("equity/usa/daily/spy.zip", k1d, "actions"), "GT2039");
}

TEST(BarsLean, ATableInTheWrongPlaceIsRefused) {
  EXPECT_EQ(lean_fault("misplaced/minute/qqq/20131007_trade.zip"), "GT2254");
  EXPECT_EQ(lean_fault("misplaced/minute/spy/20131009_trade.zip"), "GT2254");
}

TEST(BarsLean, BadRowsAreRefusedWithTheirPlace) {
  EXPECT_EQ(lean_fault("bad/no_rows.zip"), "GT2012");
  EXPECT_EQ(lean_fault("bad/five_fields.zip"), "GT2026");
  EXPECT_EQ(lean_fault("bad/text_in_price.zip"), "GT2027");
  EXPECT_EQ(lean_fault("bad/fraction_of_a_share.zip"), "GT2029");
  EXPECT_EQ(lean_fault("bad/time_after_midnight.zip"), "GT2030");
  EXPECT_EQ(lean_fault("bad/no_such_date.zip"), "GT2251");
  const auto rows = lean_rows("bad/text_in_price.zip");
  EXPECT_EQ(rows.error().where, "bad/text_in_price.zip#20131007_spy_minute_trade.csv:1");
}

TEST(BarsLean, TheInspectionSaysWhatItIs) {
  const std::string name = "equity/usa/minute/spy/20131007_trade.zip";
  const auto inspection = inspect(answer_of(bytes_of_file(kLeanFixtures + name), dialect_in("UTC"), name), 2);
  ASSERT_TRUE(inspection) << inspection.error().to_string();
  EXPECT_EQ(inspection->format, "zip");
  EXPECT_EQ(inspection->dialect.name, "lean");
  EXPECT_EQ(inspection->dialect.tz, "America/New_York");
}

}  // namespace
}  // namespace goldtape::provider::files
