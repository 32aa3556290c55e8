#include "goldtape/provider/yahoo/parser.h"

#include <cmath>

#include <gtest/gtest.h>

#include "goldtape/io/compression.h"
#include "goldtape/provider/venue_testing.h"
#include "goldtape/provider/yahoo/venue.h"

namespace goldtape::provider::yahoo {
namespace {

using model::Interval;
using testing::Said;

const YahooVenue kVenue;

model::BarBatch bars(const std::string& name, const Said& said = {}) {
  return testing::bars_of(kVenue, said, name);
}
std::string fault(const std::string& name, const Said& said = {}) {
  return testing::fault_of(kVenue, said, name);
}
Said minutes(std::string observed_at = "2026-01-02T00:00:00Z") {
  return {.interval = Interval::k1m, .observed_at = std::move(observed_at)};
}

TEST(YahooBars, DailyPricesStayAsTheyCameWithTheirBasis) {
  const model::BarBatch batch = bars("daily.json", {.observed_at = "2025-02-20T03:00:00Z"});
  ASSERT_EQ(batch.size(), 1U);
  model::Bar bar = batch.row(0);
  EXPECT_TRUE(std::isnan(bar.vwap));
  bar.vwap = 0;
  EXPECT_EQ(bar, (model::Bar{.ticker = "AAPL",
                             .ts = parse_timestamp("2020-01-02").value(),
                             .date = parse_date("2020-01-02").value(),
                             .open = 74.05999755859375,
                             .high = 75.1500015258789,
                             .low = 73.79750061035156,
                             .close = 75.0875015258789,
                             .volume = 135480400,
                             .vwap = 0,
                             .adj_close = 72.71607208251953}));
  EXPECT_EQ(batch.origin.basis, model::PriceBasis::kSplitAdjusted);
  EXPECT_EQ(format_date(batch.origin.basis_as_of), "2025-02-19");  // 22:00 of the day before in New York
  EXPECT_EQ(batch.origin.source, "yahoo");
}

TEST(YahooBars, MinutesHaveTheirPartOfTheDayAndNullsAreNoBars) {
  const model::BarBatch batch = bars("minutes_nulls.json", minutes());
  ASSERT_EQ(batch.size(), 4U);
  EXPECT_EQ(batch.row(0).session, model::SessionPart::kPre);
  EXPECT_EQ(format_timestamp(batch.row(1).ts), "2025-02-03T14:30:00Z");
  EXPECT_EQ(batch.row(1).session, model::SessionPart::kRegular);
  EXPECT_EQ(batch.row(3).session, model::SessionPart::kPost);
  EXPECT_EQ(batch.line, (std::vector<std::uint32_t>{1, 2, 4, 6}));
  EXPECT_EQ(batch.empty_rows, 1U);
  ASSERT_EQ(batch.rejected.size(), 1U);
  EXPECT_EQ(batch.rejected[0].reason, "missing high");
  EXPECT_EQ(batch.rejected[0].line, 5U);
  EXPECT_EQ(batch.rejected[0].text,
            R"({"timestamp":1738593180,"open":230.25,"high":null,"low":230,"close":230.5,"volume":99000})");
}

TEST(YahooBars, TheLiveQuoteAndMinutesThatRunAreLeftOut) {
  const model::BarBatch running = bars("minutes_live.json", minutes("2025-02-03T14:31:37Z"));
  EXPECT_EQ(running.size(), 1U);
  EXPECT_EQ(running.unfinished_rows, 2U);
  const model::BarBatch later = bars("minutes_live.json", minutes());
  EXPECT_EQ(later.size(), 2U);
  EXPECT_EQ(later.unfinished_rows, 1U);
}

TEST(YahooBars, TodaysBarIsLeftOutWhileItsSessionLasts) {
  EXPECT_EQ(bars("daily_twice.json", {.observed_at = "2025-02-03T20:59:59Z"}).size(), 1U);
  EXPECT_EQ(bars("daily_twice.json", {.observed_at = "2025-02-03T20:59:59Z"}).unfinished_rows, 2U);
}

TEST(YahooBars, TheLaterOfTwoRowsForOneSessionStands) {
  const model::BarBatch batch = bars("daily_twice.json", {.observed_at = "2025-02-03T21:00:05Z"});
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(batch.close[1], 228.01);
  EXPECT_EQ(batch.adj_close[1], 228.01);
  ASSERT_EQ(batch.rejected.size(), 1U);
  EXPECT_EQ(batch.rejected[0].line, 2U);
}

TEST(YahooBars, EmptyBodiesOfNoTradingAreNoRows) {
  EXPECT_TRUE(bars("minutes_empty.json", minutes()).empty());
  EXPECT_TRUE(bars("hours_empty.json", {.ticker = "TSLA", .interval = Interval::k1h}).empty());
}

TEST(YahooBars, DailyDatesAreThoseOfTheExchangesOwnZone) {
  EXPECT_EQ(format_date(bars("crypto_utc.json", {.ticker = "BTC-USD"}).row(0).date), "2020-01-01");
  EXPECT_EQ(format_date(bars("currency_london.json", {.ticker = "EURUSD=X"}).row(0).date), "2020-01-01");
  EXPECT_EQ(bars("future.json", {.ticker = "GC=F"}).size(), 1U);
  EXPECT_EQ(bars("fund.json", {.ticker = "0P0000XTS7"}).size(), 2U);
}

TEST(YahooBars, GzipIsUndone) {
  const std::string path = "src/goldtape/provider/yahoo/fixtures/daily.json";
  Answer answer = testing::answer_of(kVenue, {}, io::compress_gzip(testing::bytes_of_file(path)).value());
  EXPECT_EQ(parse_bars(answer).value().size(), 1U);
  answer.bytes = io::compress_gzip(std::string(std::size_t{80} << 20U, ' ')).value();
  EXPECT_EQ(parse_bars(answer).error().code, 2003) << "a bomb";
}

TEST(YahooActions, SplitsAndDividendsWithTheBasisOfTheirAmounts) {
  const auto actions = testing::actions_of(
      kVenue, {.dataset = "actions", .ticker = "NVDA", .observed_at = "2024-06-12T12:00:00Z"}, "splits.json");
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(actions[0].type, model::ActionType::kSplit);
  EXPECT_EQ(actions[0].value, 10);
  EXPECT_EQ(format_date(actions[0].ex_date), "2024-06-10");
  EXPECT_FALSE(actions[0].basis_as_of);
  EXPECT_EQ(actions[1].type, model::ActionType::kCashDividend);
  EXPECT_EQ(actions[1].value, 0.004);
  EXPECT_EQ(format_date(actions[1].basis_as_of.value()), "2024-06-12");
  EXPECT_EQ(format_timestamp(actions[1].known_at), "2024-03-05T00:00:00Z");
}

TEST(YahooActions, CapitalGainsCountAsCash) {
  const auto actions =
      testing::actions_of(kVenue, {.dataset = "actions", .ticker = "VFINX"}, "capital_gains.json");
  EXPECT_EQ(actions.size(), 8U);
  EXPECT_EQ(actions.front().description, "of it capital gain 0.12");
  EXPECT_EQ(testing::actions_of(kVenue, {.dataset = "actions", .ticker = "MSFT"}, "dividends.json").size(),
            4U);
}

TEST(YahooBadInput, EachFaultHasItsCode) {
  EXPECT_EQ(fault("no_timestamp.json"), "GT2225");
  EXPECT_EQ(fault("lengths_differ.json", minutes()), "GT2225");
  EXPECT_EQ(fault("pence.json", {.ticker = "OCDO.L"}), "GT2228");
  EXPECT_EQ(fault("error_not_found.json"), "GT2224");
  EXPECT_EQ(fault("error_finance.json"), "GT2224");
  EXPECT_EQ(fault("other_symbol.json", minutes()), "GT2229");
  EXPECT_EQ(fault("other_interval.json", minutes()), "GT2229");
  EXPECT_EQ(fault("volume_fraction.json", minutes()), "GT2226");
  EXPECT_EQ(fault("price_text.json", minutes()), "GT2226");
  EXPECT_EQ(fault("time_absurd.json", minutes()), "GT2226");
  EXPECT_EQ(fault("truncated.json"), "GT2222");
  EXPECT_EQ(fault("html.json"), "GT2221");
  EXPECT_EQ(fault("empty.json"), "GT2220");
  EXPECT_EQ(fault("daily.json", {.dataset = "trades"}), "GT2202");
}

TEST(YahooBadInput, EveryTruncationIsRefused) {
  const std::string whole = testing::bytes_of_file("src/goldtape/provider/yahoo/fixtures/minutes_nulls.json");
  for (std::size_t size = 0; size + 2 < whole.size(); ++size) {
    const auto rows = kVenue.parse(testing::answer_of(kVenue, minutes(), whole.substr(0, size)));
    ASSERT_FALSE(rows) << size;
    ASSERT_EQ(rows.error().kind, ErrorKind::kDamaged) << size << rows.error().to_string();
  }
}

}  // namespace
}  // namespace goldtape::provider::yahoo
