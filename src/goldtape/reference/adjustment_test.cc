#include "goldtape/reference/adjustment.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace goldtape::reference {
namespace {

using model::ActionType;
using std::chrono::days;
using namespace std::chrono_literals;

constexpr Timestamp kAlways = Timestamp::max();

TEST(AdjustmentFactor, SplitIsOneOverTheRatio) {
  EXPECT_DOUBLE_EQ(
      *adjustment_factor({.ex_date = Date{2015y / 7 / 15}, .type = ActionType::kSplit, .value = 7}, {}),
      1.0 / 7);
  EXPECT_DOUBLE_EQ(*adjustment_factor({.type = ActionType::kSplit, .value = 0.1}, {}), 10);
  EXPECT_DOUBLE_EQ(*adjustment_factor({.type = ActionType::kStockDividend, .value = 0.05}, {}), 1 / 1.05);
  EXPECT_FALSE(adjustment_factor({.type = ActionType::kSplit, .value = 0}, {}));
}

TEST(AdjustmentFactor, NetflixAsYahooAdjustedIt) {
  // close 707.61 on 2015-07-13, adj_close 101.087143 after the 7:1 split of 2015-07-15.
  const std::vector<Adjustment> split{
      {.ex_date = Date{2015y / 7 / 15}, .type = ActionType::kSplit, .value = 7}};
  const FactorSchedule schedule(split, {}, kAlways);
  EXPECT_NEAR(707.61 * schedule.at(Date{2015y / 7 / 13}).all(), 101.087143, 1e-6);
  EXPECT_EQ(schedule.at(Date{2015y / 7 / 15}), CumulativeFactors{});
}

TEST(AdjustmentFactor, EbaySpinOffAsYahooAdjustedIt) {
  // PYPL closed at 38.389999 (when issued) on 2015-07-17; Yahoo restated EBAY's 66.289998 as 27.899831.
  const std::vector<DatedClose> closes{{Date{2015y / 7 / 16}, 65.589996}, {Date{2015y / 7 / 17}, 66.289998}};
  const auto factor = adjustment_factor(
      {.ex_date = Date{2015y / 7 / 20}, .type = ActionType::kSpinOff, .value = 1, .child_price = 38.389999},
      closes);
  ASSERT_TRUE(factor);
  EXPECT_NEAR(66.289998 * *factor, 27.899831, 2e-4);
  EXPECT_FALSE(
      adjustment_factor({.ex_date = Date{2015y / 7 / 20}, .type = ActionType::kSpinOff, .value = 1}, closes));
}

TEST(AdjustmentFactor, DividendIsMeasuredByTheCloseBeforeTheExDate) {
  const std::vector<DatedClose> closes{{Date{2019y / 2 / 7}, 100}, {Date{2019y / 2 / 8}, 200}};
  const Adjustment dividend{.ex_date = Date{2019y / 2 / 8}, .type = ActionType::kCashDividend, .value = 1};
  EXPECT_DOUBLE_EQ(*adjustment_factor(dividend, closes), 0.99);
  EXPECT_FALSE(adjustment_factor(dividend, {}));
  Adjustment late = dividend;
  late.ex_date = Date{2019y / 4 / 8};
  EXPECT_FALSE(adjustment_factor(late, closes)) << "a close of two months ago says nothing";
  Adjustment more_than_the_price = dividend;
  more_than_the_price.value = 100;
  EXPECT_FALSE(adjustment_factor(more_than_the_price, closes));
}

TEST(FactorSchedule, UsesOnlyWhatWasKnown) {
  const Timestamp known{Date{2020y / 7 / 30}};
  const std::vector<Adjustment> actions{
      {.ex_date = Date{2020y / 8 / 31}, .type = ActionType::kSplit, .value = 4, .known_at = known}};
  EXPECT_EQ(FactorSchedule(actions, {}, known - 1us).at(Date{2020y / 1 / 2}).split, 1);
  EXPECT_EQ(FactorSchedule(actions, {}, known).at(Date{2020y / 1 / 2}).split, 0.25);
}

TEST(FactorSchedule, UndoesASplitAdjustedBasis) {
  const std::vector<Adjustment> actions{
      {.ex_date = Date{2014y / 6 / 9}, .type = ActionType::kSplit, .value = 7},
      {.ex_date = Date{2020y / 8 / 31}, .type = ActionType::kSplit, .value = 4}};
  const FactorSchedule schedule(actions, {}, kAlways);
  const Date january{2020y / 1 / 2};
  EXPECT_DOUBLE_EQ(75.0875 * schedule.splits_between(january, Date{2024y / 1 / 1}), 300.35);
  EXPECT_EQ(schedule.splits_between(january, Date{2020y / 8 / 30}), 1);
  EXPECT_EQ(schedule.splits_between(january, Date{2020y / 8 / 31}), 4);
  EXPECT_DOUBLE_EQ(schedule.splits_between(Date{2014y / 6 / 6}, Date{2024y / 1 / 1}), 28);
  EXPECT_EQ(schedule.splits_between(january, january - days{1}), 1);
}

TEST(FactorSchedule, RawTimesFactorsKeepsReturnsAcrossActions) {
  EXPECT_TRUE(rc::check([] {
    // A holder's wealth, reinvesting dividends: adjusted closes must grow as it does.
    const Date start{2019y / 1 / 2};
    std::vector<DatedClose> closes;
    std::vector<Adjustment> actions;
    std::vector<double> wealth;
    double shares = 1;
    const int count = *rc::gen::inRange(2, 60);
    for (int i = 0; i < count; ++i) {
      const Date date = start + days{i};
      const double close = *rc::gen::inRange(500, 50000) / 100.0;
      const int kind = i == 0 ? 0 : *rc::gen::inRange(0, 6);
      if (kind == 1) {
        const double ratio = *rc::gen::element(2.0, 7.0, 0.1, 1.5);
        actions.push_back({.ex_date = date, .type = ActionType::kSplit, .value = ratio});
        shares *= ratio;
      } else if (kind == 2) {
        const double previous = closes.back().close;
        const double amount = previous * *rc::gen::inRange(0, 50) / 100.0;
        actions.push_back({.ex_date = date, .type = ActionType::kCashDividend, .value = amount});
        shares /= 1 - amount / previous;
      }
      closes.push_back({date, close});
      wealth.push_back(shares * close);
    }
    const FactorSchedule schedule(actions, closes, kAlways);
    for (std::size_t i = 0; i < closes.size(); ++i) {
      const double adjusted = closes[i].close * schedule.at(closes[i].date).all();
      RC_ASSERT(std::abs(adjusted / closes.back().close - wealth[i] / wealth.back()) <=
                1e-9 * wealth[i] / wealth.back());
    }
  }));
}

}  // namespace
}  // namespace goldtape::reference
