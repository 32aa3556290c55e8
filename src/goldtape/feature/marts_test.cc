#include "goldtape/feature/marts.h"

#include <cmath>

#include <gtest/gtest.h>

namespace goldtape::feature {
namespace {

/// Six minutes over two hours: traded, filled, traded, unpriced, traded, traded.
class MartsTest : public ::testing::Test {
 protected:
  std::vector<std::int64_t> ts_ = {0, 1, 2, 3, 4, 5};
  std::vector<std::int32_t> date_ = {1, 1, 1, 1, 1, 1};
  std::vector<double> open_ = {100, 101, 101, 0, 102, 103};
  std::vector<double> high_ = {102, 101, 103, 0, 104, 105};
  std::vector<double> low_ = {99, 101, 100, 0, 101, 102};
  std::vector<double> close_ = {101, 101, 102, 0, 103, 104};
  std::vector<double> volume_ = {10, 0, 30, 0, 20, 40};
  std::vector<std::uint8_t> priced_ = {1, 1, 1, 0, 1, 1};
  std::vector<std::uint8_t> traded_ = {1, 0, 1, 0, 1, 1};
  std::vector<std::int32_t> hour_ = {9, 9, 9, 10, 10, 10};

  SessionBars session() {
    return {.bars = {.ts_us = ts_,
                     .date_days = date_,
                     .open = open_,
                     .high = high_,
                     .low = low_,
                     .close = close_,
                     .volume = volume_,
                     .vwap = {},
                     .priced = priced_},
            .traded = traded_,
            .hour = hour_,
            .session_minutes = 6,
            .previous_close = 99};
  }
};

TEST_F(MartsTest, VolatilityByHour) {
  const auto hours = volatility_by_hour(session());
  ASSERT_EQ(hours.size(), 2U);
  EXPECT_EQ(hours[0].hour, 9);
  EXPECT_EQ(hours[0].returns, 2);
  EXPECT_DOUBLE_EQ(hours[0].realized_volatility, std::log(102.0 / 101.0));
  EXPECT_DOUBLE_EQ(hours[0].mean_absolute_return, std::log(102.0 / 101.0) / 2);
  EXPECT_EQ(hours[0].volume, 40);
  EXPECT_EQ(hours[1].returns, 2);
  EXPECT_DOUBLE_EQ(hours[1].realized_volatility,
                   std::hypot(std::log(103.0 / 102.0), std::log(104.0 / 103.0)));
}

TEST_F(MartsTest, Liquidity) {
  const auto row = liquidity(session());
  EXPECT_EQ(row.traded_minutes, 4);
  EXPECT_DOUBLE_EQ(row.traded_share, 4.0 / 6.0);
  EXPECT_EQ(row.volume, 100);
  EXPECT_EQ(row.longest_gap, 1);
  EXPECT_DOUBLE_EQ(row.median_volume, 25);
  const double dollars = (102. + 99 + 101) / 3 * 10 + (103. + 100 + 102) / 3 * 30 +
                         (104. + 101 + 103) / 3 * 20 + (105. + 102 + 104) / 3 * 40;
  EXPECT_DOUBLE_EQ(row.dollar_volume, dollars);
  EXPECT_DOUBLE_EQ(row.amihud, std::log(104.0 / 100.0) / dollars * 1e6);
}

TEST_F(MartsTest, DailySummary) {
  const auto day = daily_summary(session());
  EXPECT_EQ(day.open, 100);
  EXPECT_EQ(day.high, 105);
  EXPECT_EQ(day.low, 99);
  EXPECT_EQ(day.close, 104);
  EXPECT_EQ(day.volume, 100);
  EXPECT_DOUBLE_EQ(day.gap, 100.0 / 99.0 - 1);
  EXPECT_DOUBLE_EQ(day.session_return, 104.0 / 100.0 - 1);
  EXPECT_EQ(day.first_traded_minute, 0);
  EXPECT_EQ(day.last_traded_minute, 5);
  EXPECT_EQ(day.filled_minutes, 1);
}

TEST_F(MartsTest, ASessionWithoutTradesHasNoPrices) {
  traded_.assign(6, 0);
  priced_.assign(6, 0);
  const auto day = daily_summary(session());
  EXPECT_TRUE(std::isnan(day.open) && std::isnan(day.vwap) && std::isnan(day.realized_volatility));
  EXPECT_EQ(day.first_traded_minute, -1);
  const auto row = liquidity(session());
  EXPECT_EQ(row.longest_gap, 6);
  EXPECT_TRUE(std::isnan(row.amihud) && std::isnan(row.median_volume));
}

}  // namespace
}  // namespace goldtape::feature
