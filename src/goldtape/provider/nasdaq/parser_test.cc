#include "goldtape/provider/nasdaq/parser.h"

#include <gtest/gtest.h>

#include "goldtape/provider/nasdaq/venue.h"
#include "goldtape/provider/venue_testing.h"

namespace goldtape::provider::nasdaq {
namespace {

using testing::Said;

const NasdaqVenue kVenue;
const Said kListings{.dataset = "listings", .ticker = "_many"};
const Said kHalts{.dataset = "halts", .ticker = "_many"};

model::RecordBatch records(const std::string& name, const Said& said) {
  auto batch = std::get<model::RecordBatch>(testing::rows_of(kVenue, said, name));
  EXPECT_TRUE(model::check_records(batch)) << name;
  return batch;
}
std::string text(const model::RecordBatch& batch, std::size_t row, std::string_view column) {
  const model::Cell& cell = model::cell(batch, row, column);
  return std::holds_alternative<std::string>(cell) ? std::get<std::string>(cell) : "NULL";
}
std::string instant(const model::RecordBatch& batch, std::size_t row, std::string_view column) {
  const model::Cell& cell = model::cell(batch, row, column);
  return std::holds_alternative<std::int64_t>(cell)
             ? format_timestamp(from_micros(std::get<std::int64_t>(cell)))
             : "NULL";
}

TEST(NasdaqListings, RowsGetTheDateOfTheFooter) {
  const model::RecordBatch batch = records("nasdaqlisted.txt", kListings);
  ASSERT_EQ(batch.rows.size(), 5U);
  EXPECT_EQ(format_date(
                from_days(static_cast<std::int32_t>(std::get<std::int64_t>(model::cell(batch, 0, "date"))))),
            "2025-07-21");
  EXPECT_EQ(text(batch, 0, "exchange"), "XNAS");
  EXPECT_EQ(text(batch, 2, "asset_type"), "etf");
  EXPECT_EQ(text(batch, 0, "asset_type"), "NULL");
  EXPECT_EQ(std::get<bool>(model::cell(batch, 4, "is_test")), true);
  EXPECT_EQ(batch.line.front(), 2U);
  EXPECT_TRUE(records("header_only.txt", kListings).rows.empty());
}

TEST(NasdaqListings, WordsThatLookLikeNothingAreTickers) {
  const model::RecordBatch nasdaq = records("nasdaqlisted.txt", kListings);
  EXPECT_EQ(text(nasdaq, 1, "ticker"), "NA");
  EXPECT_EQ(text(nasdaq, 3, "ticker"), "TRUE");
  EXPECT_EQ(text(records("otherlisted.txt", kListings), 2, "ticker"), "NAN");
}

TEST(NasdaqListings, ThreeNotationsOfASymbolStandSideBySide) {
  const model::RecordBatch batch = records("otherlisted.txt", kListings);
  EXPECT_EQ(text(batch, 0, "act_symbol"), "ABR$D");
  EXPECT_EQ(text(batch, 0, "cqs_symbol"), "ABRpD");
  EXPECT_EQ(text(batch, 0, "nasdaq_symbol"), "ABR-D");
  EXPECT_EQ(text(batch, 3, "exchange"), "ARCX");
}

TEST(NasdaqListings, TwoListsOfDifferentDaysAreSaid) {
  EXPECT_TRUE(records("together.txt", kListings).notes.empty());
  const model::RecordBatch batch = records("together_other_days.txt", kListings);
  EXPECT_EQ(batch.rows.size(), 9U);
  ASSERT_EQ(batch.notes.size(), 1U);
  EXPECT_NE(batch.notes[0].find("(2025-07-21, 2025-07-22)"), std::string::npos);
}

TEST(NasdaqHalts, TimesAreNewYorksAndAnOpenEndIsNull) {
  const model::RecordBatch batch = records("halts.xml", kHalts);
  ASSERT_EQ(batch.rows.size(), 2U);
  EXPECT_EQ(instant(batch, 0, "halted_at"), "2025-07-21T13:34:42.5Z");
  EXPECT_EQ(instant(batch, 0, "resumed_at"), "2025-07-21T13:39:42Z");
  EXPECT_EQ(text(batch, 0, "name"), "A & B Corp.");
  EXPECT_EQ(std::get<double>(model::cell(batch, 0, "pause_threshold_price")), 12.5);
  EXPECT_EQ(text(batch, 1, "ticker"), "TRUE");
  EXPECT_EQ(text(batch, 1, "reason"), "T1");
  EXPECT_EQ(text(batch, 1, "name"), "TrueCar");
  EXPECT_EQ(instant(batch, 1, "resumed_at"), "NULL");
  EXPECT_TRUE(records("halts_none.xml", kHalts).rows.empty());
}

TEST(NasdaqBadInput, EachFaultHasItsCode) {
  const auto fault = [](const std::string& name, const Said& said) {
    return testing::fault_of(kVenue, said, name);
  };
  EXPECT_EQ(fault("cut.txt", kListings), "GT2231");
  EXPECT_EQ(fault("cut_within.txt", kListings), "GT2231");
  EXPECT_EQ(fault("no_header.txt", kListings), "GT2232");
  EXPECT_EQ(fault("field_missing.txt", kListings), "GT2233");
  EXPECT_EQ(fault("no_symbol.txt", kListings), "GT2233");
  EXPECT_EQ(fault("creation_time_wrong.txt", kListings), "GT2234");
  EXPECT_EQ(fault("html.txt", kListings), "GT2221");
  EXPECT_EQ(fault("empty.txt", kListings), "GT2220");
  EXPECT_EQ(fault("halts_cut.xml", kHalts), "GT2235");
  EXPECT_EQ(fault("nasdaqlisted.txt", kHalts), "GT2235");
  EXPECT_EQ(fault("halts_time_wrong.xml", kHalts), "GT2226");
  EXPECT_EQ(fault("halts_price_wrong.xml", kHalts), "GT2226");
}

TEST(NasdaqRequest, TheSecondListFollowsTheFirst) {
  const Request first =
      kVenue.make_request({.dataset = "listings", .tickers = {}, .range = {}, .options = {}}).value();
  EXPECT_EQ(kVenue.to_http(first, {})->url, "https://www.nasdaqtrader.com/dynamic/SymDir/nasdaqlisted.txt");
  Answer answer;
  answer.request = first;
  const auto second = kVenue.next_page(answer).value();
  ASSERT_TRUE(second);
  Access local;
  local.base_url = "http://127.0.0.1:9/nasdaq";
  EXPECT_EQ(kVenue.to_http(*second, local)->url, "http://127.0.0.1:9/nasdaq/otherlisted.txt");
  answer.request = *second;
  EXPECT_FALSE(kVenue.next_page(answer).value());
  const auto range = parse_range("2025-07-21", "2025-07-21").value();
  const Request halts =
      kVenue.make_request({.dataset = "halts", .tickers = {}, .range = range, .options = {}}).value();
  EXPECT_EQ(kVenue.to_http(halts, {})->url,
            "https://www.nasdaqtrader.com/rss.aspx?feed=tradehalts&haltdate=07212025");
}

}  // namespace
}  // namespace goldtape::provider::nasdaq
