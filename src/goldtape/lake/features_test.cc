#include "goldtape/lake/features.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "goldtape/feature/engine.h"
#include "goldtape/lake/refine.h"
#include "goldtape/lake/tiny_test_market.h"

namespace goldtape::lake {
namespace {

using feature::FeatureId;
using namespace std::chrono_literals;
using model::Interval;

const Date kThursday{2019y / 1 / 31};
const Date kFriday{2019y / 2 / 1};
const Date kMonday{2019y / 2 / 4};

double price_at(int minute) { return 100 + std::sin(minute * 0.7) * 3 + minute * 0.01; }

std::vector<model::Bar> session_bars(const std::string& ticker, Date date, double scale = 1) {
  std::vector<model::Bar> bars;
  for (int minute = 0; minute < 390; ++minute) {
    bars.push_back(
        minute_bar(ticker, date, minute, std::round(price_at(minute) * scale * 100) / 100, 100 + minute));
  }
  return bars;
}

FeaturesReport computed(TinyMarket& market) {
  GT_TEST_ASSIGN(const auto refined, refine(market.lake(), market.options()));
  GT_TEST_ASSIGN(auto report, features(market.lake(), market.options()));
  return report;
}

/// One feature of a gold table by (security_id, ts or date), NaN for NULL.
std::vector<double> column(const TinyMarket& market, const char* table_name, const char* name,
                           std::int64_t security_id) {
  const char* time = std::string_view{table_name} == "gold.features_1m" ? "ts" : "date";
  GT_TEST_ASSIGN(const auto rows,
                 table::read(market.table(table_name),
                             {.filter = table::equal_to("security_id", table::Literal{security_id}),
                              .columns = {time, name}}));
  std::vector<std::pair<std::int64_t, double>> values;
  for (std::int64_t i = 0; i < rows->num_rows(); ++i) {
    const auto at = *rows->column(0)->GetScalar(i);
    const auto value = *rows->column(1)->GetScalar(i);
    const std::int64_t when = at->type->id() == arrow::Type::DATE32
                                  ? static_cast<const arrow::Date32Scalar&>(*at).value
                                  : static_cast<const arrow::TimestampScalar&>(*at).value;
    values.emplace_back(
        when, value->is_valid ? static_cast<const arrow::DoubleScalar&>(*value).value : std::nan(""));
  }
  std::ranges::sort(values, {}, [](const auto& entry) { return entry.first; });
  std::vector<double> out;
  for (const auto& [when, value] : values) out.push_back(value);
  return out;
}

TEST(Features, AreTheEnginesOverWholeHistory) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, session_bars("SPY", kThursday));
  market.put_bars("a", Interval::k1m, session_bars("SPY", kFriday));
  const FeaturesReport report = computed(market);
  EXPECT_EQ(report.securities_computed, 1);
  EXPECT_EQ(report.snapshots.size(), 4U) << "no daily bars, no daily features";

  feature::SecurityState state;
  feature::FeatureRow values{};
  std::vector<double> expected_sma, expected_vwap;
  for (const SilverMinute& row : market.minutes()) {
    state.update({.ts_us = row.ts_us,
                  .date_days = row.date_days,
                  .open = from_fixed(row.open, kPriceScale),
                  .high = from_fixed(row.high, kPriceScale),
                  .low = from_fixed(row.low, kPriceScale),
                  .close = from_fixed(row.close, kPriceScale),
                  .volume = static_cast<double>(row.volume)},
                 values);
    expected_sma.push_back(values[FeatureId::kSma200]);
    expected_vwap.push_back(values[FeatureId::kSessionVwap]);
  }
  const auto sma = column(market, "gold.features_1m", "sma_200", 1);
  const auto vwap = column(market, "gold.features_1m", "session_vwap", 1);
  ASSERT_EQ(sma.size(), 780U);
  for (std::size_t i = 0; i < sma.size(); ++i) {
    EXPECT_EQ(std::isnan(sma[i]), i < 199) << i;
    if (i < 199) continue;
    EXPECT_EQ(sma[i], expected_sma[i]) << i;
    EXPECT_EQ(vwap[i], expected_vwap[i]) << i;
  }
}

TEST(Features, RunAgainChangesNothing) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, session_bars("SPY", kFriday));
  market.put_bars("a", Interval::k1d, {day_bar("SPY", kThursday, 100), day_bar("SPY", kFriday, 101)});
  EXPECT_EQ(computed(market).snapshots.size(), 5U);
  const auto before = market.snapshots();
  EXPECT_TRUE(computed(market).up_to_date);
  EXPECT_EQ(market.snapshots(), before);
}

TEST(Features, OnlyMonthsFromTheChangeOnAreWritten) {
  TinyMarket market;
  for (const char* ticker : {"QQQ", "SPY"}) {
    market.put_bars("a", Interval::k1m, session_bars(ticker, kThursday));
    market.put_bars("a", Interval::k1m, session_bars(ticker, kFriday));
  }
  computed(market);
  const auto qqq = column(market, "gold.features_1m", "ema_26", 1);
  GT_TEST_ASSIGN(const auto files_before, market.table("gold.features_1m").data_files());
  market.put_bars("a", Interval::k1m, session_bars("SPY", kMonday, 1.1));
  const FeaturesReport report = computed(market);
  EXPECT_EQ(report.securities_computed, 1);
  EXPECT_EQ(report.bars_read, 3 * 390) << "its history is replayed";
  GT_TEST_ASSIGN(const auto files_after, market.table("gold.features_1m").data_files());
  ASSERT_EQ(files_before.size(), 2U);
  ASSERT_EQ(files_after.size(), 2U);
  EXPECT_EQ(std::ranges::count_if(files_after,
                                  [&](const auto& file) {
                                    return std::ranges::find(files_before, file.path,
                                                             &table::DataFile::path) != files_before.end();
                                  }),
            1)
      << "January stays as it was";
  EXPECT_EQ(column(market, "gold.features_1m", "ema_26", 1).size(), qqq.size());

  TinyMarket at_once;
  for (const char* ticker : {"QQQ", "SPY"}) {
    at_once.put_bars("a", Interval::k1m, session_bars(ticker, kThursday));
    at_once.put_bars("a", Interval::k1m, session_bars(ticker, kFriday));
  }
  at_once.put_bars("a", Interval::k1m, session_bars("SPY", kMonday, 1.1));
  computed(at_once);
  for (const char* name :
       {"gold.features_1m", "gold.volatility_by_hour", "gold.liquidity", "gold.daily_summary"}) {
    EXPECT_EQ(market.texts(name), at_once.texts(name)) << name;
  }
}

TEST(Features, ASplitDoesNotLookLikeACrash) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, session_bars("NFLX", kThursday, 7));
  market.put_bars("a", Interval::k1m, session_bars("NFLX", kFriday));
  market.put_bars("a", Interval::k1d, {day_bar("NFLX", kThursday, 700), day_bar("NFLX", kFriday, 100)});
  computed(market);
  EXPECT_NEAR(column(market, "gold.features_1d", "simple_return", 1)[1], -6.0 / 7, 1e-12)
      << "no split is known yet";
  model::CorporateAction split;
  split.ticker = "NFLX";
  split.ex_date = kFriday;
  split.value = 7;
  market.put_actions({split});
  computed(market);
  EXPECT_NEAR(column(market, "gold.features_1d", "simple_return", 1)[1], 0, 1e-12);
  const auto returns = column(market, "gold.features_1m", "simple_return", 1);
  ASSERT_EQ(returns.size(), 780U);
  EXPECT_LT(std::abs(returns[390]), 0.1);
  EXPECT_TRUE(computed(market).up_to_date);
}

TEST(Features, WhatSilverLosesGoldLoses) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, session_bars("SPY", kThursday));
  market.put_bars("a", Interval::k1m, session_bars("SPY", kFriday));
  computed(market);
  market.remove_bars(table::equal_to("date", table::literal(kFriday)));
  computed(market);
  EXPECT_EQ(market.texts("gold.features_1m").size(), 390U);
  EXPECT_EQ(market.texts("gold.daily_summary").size(), 1U);
  market.remove_bars(table::Expression::always_true());
  computed(market);
  EXPECT_TRUE(market.texts("gold.features_1m").empty());
}

TEST(Marts, OneRowASessionOrHour) {
  TinyMarket market;
  auto bars = session_bars("SPY", kFriday);
  bars.erase(bars.begin() + 100, bars.begin() + 110);
  market.put_bars("a", Interval::k1m, bars);
  computed(market);
  EXPECT_EQ(market.texts("gold.volatility_by_hour").size(), 7U) << "9:30 to 16:00 touches seven hours";
  const auto liquidity = market.texts("gold.liquidity");
  ASSERT_EQ(liquidity.size(), 1U);
  EXPECT_EQ(liquidity[0].substr(0, 25), "1|SPY|2019-02-01|380|390|");
  const auto summary = market.texts("gold.daily_summary", {"open", "high", "low", "close", "vwap", "volume",
                                                           "session_return", "range", "realized_volatility"});
  EXPECT_EQ(summary, (std::vector<std::string>{"1|SPY|2019-02-01|null|0|389|10|"}));
}

TEST(GoldTables, NameEveryColumnWithUnitAndMeaning) {
  ASSERT_EQ(gold_tables().size(), 5U);
  EXPECT_EQ(all_tables().size(), model::tables().size() + 5);
  for (const model::TableDef& def : gold_tables()) {
    EXPECT_FALSE(def.doc.empty());
    std::int32_t id = 0;
    for (const model::Column& column : def.columns) {
      EXPECT_EQ(column.field_id, ++id) << column.name;
      EXPECT_FALSE(column.doc.empty()) << column.name;
      EXPECT_FALSE(column.source.empty()) << column.name;
    }
    for (const std::string& name : def.sort_columns) EXPECT_GE(def.find(name), 0) << name;
  }
  GT_TEST_ASSIGN(const auto* features_1m, find_table("gold.features_1m"));
  EXPECT_EQ(features_1m->columns.size(), 4U + feature::kFeatureCount);
  EXPECT_EQ(find_table("gold.featurs_1m").error().code, 1120);
}

}  // namespace
}  // namespace goldtape::lake
