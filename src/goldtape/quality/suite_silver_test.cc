#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/quality/suite.h"

namespace goldtape::quality {
namespace {

using model::Fill;
using namespace std::chrono_literals;

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

/// One security over whole sessions; tests spoil single cells.
struct Minutes {
  std::vector<std::int64_t> security_id, ts_us, volume;
  std::vector<std::string_view> ticker;
  std::vector<std::int32_t> date_days, minute;
  std::vector<double> open, high, low, close;
  std::vector<Fill> fill;

  void add_session(Date date) {
    const calendar::Session* session = calendar::xnys().find_session(date);
    for (int i = 0; i < session->minutes(); ++i) {
      security_id.push_back(1);
      ticker.push_back("SPY");
      ts_us.push_back(to_micros(session->open + std::chrono::minutes{i}));
      date_days.push_back(to_days(date));
      minute.push_back(i);
      open.push_back(10);
      high.push_back(11);
      low.push_back(9);
      close.push_back(10);
      volume.push_back(100);
      fill.push_back(Fill::kTraded);
    }
  }
  [[nodiscard]] Report check() const {
    const Context context{.now = Timestamp{Date{2019y / 1 / 1}}, .calendar = &calendar::xnys()};
    return check_silver_1m(
        {security_id, ticker, ts_us, date_days, minute, open, high, low, close, volume, fill}, context);
  }
};

Minutes two_sessions() {
  Minutes rows;
  rows.add_session(Date{2018y / 11 / 21});
  rows.add_session(Date{2018y / 11 / 23});
  return rows;
}

void expect_failed(const Minutes& rows, const char* rule, std::int64_t failed) {
  const Report report = rows.check();
  ASSERT_NE(report.find(rule), nullptr);
  EXPECT_EQ(report.find(rule)->failed, failed) << to_text(report);
}

TEST(SilverMinutes, AWholeAndAHalfDayPass) {
  const Minutes rows = two_sessions();
  ASSERT_EQ(rows.minute.size(), 600U);
  EXPECT_TRUE(rows.check().passed()) << to_text(rows.check());
}

TEST(SilverMinutes, AMissingMinuteBreaksItsSession) {
  Minutes rows = two_sessions();
  rows.security_id.pop_back();
  rows.ticker.pop_back();
  rows.ts_us.pop_back();
  rows.date_days.pop_back();
  rows.minute.pop_back();
  for (auto* column : {&rows.open, &rows.high, &rows.low, &rows.close}) column->pop_back();
  rows.volume.pop_back();
  rows.fill.pop_back();
  expect_failed(rows, "grid_complete", 209);
}

TEST(SilverMinutes, ATimestampTwice) {
  Minutes rows = two_sessions();
  rows.ts_us[10] = rows.ts_us[9];
  expect_failed(rows, "timestamps_increasing", 1);
  expect_failed(rows, "grid_complete", 1);
}

TEST(SilverMinutes, FillsAndPricesMustAgree) {
  Minutes rows = two_sessions();
  rows.fill[5] = Fill::kHalted;
  expect_failed(rows, "fill_consistent", 1);
  rows.open[5] = rows.high[5] = rows.low[5] = rows.close[5] = kAbsent;
  expect_failed(rows, "fill_consistent", 1);
  rows.volume[5] = 0;
  EXPECT_TRUE(rows.check().passed());
  rows.fill[6] = Fill::kFilled;
  expect_failed(rows, "fill_consistent", 1);
}

TEST(SilverMinutes, BadNumbers) {
  Minutes rows = two_sessions();
  rows.low[3] = -1;
  rows.high[4] = 9.5;
  rows.volume[5] = -1;
  expect_failed(rows, "prices_positive", 1);
  expect_failed(rows, "ohlc_sane", 1);
  expect_failed(rows, "volume_not_negative", 1);
}

TEST(SilverDays, FactorsPricesAndOrder) {
  std::vector<std::int64_t> security_id{1, 1, 2}, volume{5, 5, 5};
  std::vector<std::string_view> ticker{"A", "A", "B"};
  std::vector<std::int32_t> date_days{17000, 17001, 17000};
  std::vector<double> price{10, 10, 10}, split{0.5, 1, 1}, dividend{0.98, 1, 1};
  const Context context{.now = Timestamp{Date{2019y / 1 / 1}}, .calendar = &calendar::xnys()};
  auto check = [&] {
    return check_silver_1d(
        {security_id, ticker, date_days, price, price, price, price, volume, split, dividend}, context);
  };
  EXPECT_TRUE(check().passed()) << to_text(check());
  split[0] = 0;
  dividend[1] = kAbsent;
  EXPECT_EQ(check().find("factors_positive")->failed_rows, (std::vector<std::uint32_t>{0, 1}));
  date_days[1] = 17000;
  EXPECT_EQ(check().find("timestamps_increasing")->failed_rows, std::vector<std::uint32_t>{1});
  ticker.pop_back();
  EXPECT_EQ(check().outcomes.size(), 1U);
}

}  // namespace
}  // namespace goldtape::quality
