#include <algorithm>
#include <fstream>
#include <functional>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/quality/gate.h"
#include "goldtape/quality/suite.h"

namespace goldtape::quality {
namespace {

using model::Bar;
using model::BarBatch;
using std::chrono::days;
using std::chrono::minutes;
using namespace std::chrono_literals;

const Date kMonday{2019y / 2 / 11};

Context context_at(Timestamp now) { return {.now = now, .calendar = &calendar::xnys()}; }
Context later() { return context_at(Timestamp{Date{2019y / 3 / 1}}); }

Bar bar_at(const std::string& ticker, Date date, int minute) {
  const calendar::Session* session = calendar::xnys().find_session(date);
  return {.ticker = ticker,
          .ts = session->open + minutes{minute},
          .date = date,
          .open = 10,
          .high = 12,
          .low = 9,
          .close = 11,
          .volume = 100};
}

BarBatch batch_of(const std::vector<Bar>& bars) {
  BarBatch batch;
  batch.origin.source = "test";
  std::uint32_t line = 2;
  for (const Bar& bar : bars) batch.append(bar, line++);
  return batch;
}

/// What the suite says of one sane bar that `spoil` has changed.
const Outcome& outcome_of(const Report& report, const char* rule) {
  const Outcome* outcome = report.find(rule);
  EXPECT_NE(outcome, nullptr) << rule;
  return *outcome;
}

Report spoilt(const std::function<void(Bar&)>& spoil) {
  std::vector<Bar> bars{bar_at("AAPL", kMonday, 0), bar_at("AAPL", kMonday, 1)};
  spoil(bars[1]);
  return check_bars(batch_of(bars), later());
}

void expect_only(const Report& report, const std::string& rule) {
  for (const Outcome& outcome : report.outcomes) {
    EXPECT_EQ(outcome.failed != 0, outcome.expectation.rule == rule) << outcome.expectation.rule;
  }
  EXPECT_EQ(report.find(rule)->offenders.at(0).line, 3U);
  EXPECT_EQ(report.find(rule)->failed_rows, std::vector<std::uint32_t>{1});
}

TEST(BarSuite, SaneBarsPass) {
  const Report report = spoilt([](Bar&) {});
  EXPECT_TRUE(report.passed()) << to_text(report);
  EXPECT_EQ(report.outcomes.size(), expectations("bronze.bars").size());
}

TEST(BarSuite, NegativeAndInfinitePrices) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(outcome_of(spoilt([](Bar& b) { b.open = -1; }), "prices_positive").failed, 1);
  EXPECT_EQ(outcome_of(spoilt([](Bar& b) { b.low = 0; }), "prices_positive").failed, 1);
  EXPECT_EQ(outcome_of(spoilt([](Bar& b) { b.high = kInfinity; }), "prices_positive").failed, 1);
  EXPECT_EQ(outcome_of(spoilt([](Bar& b) { b.close = std::nan(""); }), "prices_positive").failed, 1);
}

TEST(BarSuite, OhlcOutOfOrder) {
  expect_only(spoilt([](Bar& b) { b.high = 10.5; }), "ohlc_sane");
  expect_only(spoilt([](Bar& b) { b.low = 10.5; }), "ohlc_sane");
  EXPECT_TRUE(spoilt([](Bar& b) { b.close = 12 * (1 + 1e-7); }).passed());
}

TEST(BarSuite, NegativeVolume) {
  expect_only(spoilt([](Bar& b) { b.volume = -1; }), "volume_not_negative");
  EXPECT_TRUE(spoilt([](Bar& b) { b.volume = 0; }).passed());
}

TEST(BarSuite, DuplicateRowsThatDiffer) {
  const Bar bar = bar_at("AAPL", kMonday, 5);
  Bar other = bar;
  other.close = 10.5;
  const Report same = check_bars(batch_of({bar, bar_at("AAPL", kMonday, 6), bar}), later());
  EXPECT_TRUE(same.passed());
  const Report differ = check_bars(batch_of({bar, bar_at("AAPL", kMonday, 6), other}), later());
  EXPECT_EQ(outcome_of(differ, "keys_unique").failed_rows, (std::vector<std::uint32_t>{0, 2}));
  EXPECT_EQ(outcome_of(differ, "keys_unique").offenders[1].value,
            "close 10.5, volume 100, but line 2 has close 11, volume 100");
  EXPECT_EQ(decide(differ).failure.code, 3001);
}

TEST(BarSuite, SecondsWithinAMinuteAreOffTheGrid) {
  expect_only(spoilt([](Bar& b) { b.ts += 30s; }), "on_grid");
}

TEST(BarSuite, HoursCountFromTheOpeningOrByTheClock) {
  for (const auto& [minute, fits] : {std::pair{0, true}, {30, true}, {60, true}, {90, true}, {45, false}}) {
    BarBatch batch = batch_of({bar_at("AAPL", kMonday, minute)});
    batch.origin.interval = model::Interval::k1h;
    EXPECT_EQ(outcome_of(check_bars(batch, later()), "on_grid").failed, fits ? 0 : 1) << minute;
  }
}

TEST(BarSuite, RegularBarsOutsideTheSession) {
  expect_only(spoilt([](Bar& b) { b.ts += 390min; }), "inside_session");
  EXPECT_TRUE(spoilt([](Bar& b) {
                b.ts += 390min;
                b.session = model::SessionPart::kPost;
              }).passed());
}

TEST(BarSuite, TheAfternoonOfAnEarlyClose) {
  const Date black_friday{2018y / 11 / 23};
  EXPECT_TRUE(check_bars(batch_of({bar_at("SPY", black_friday, 209)}), later()).passed());
  const Report late = check_bars(batch_of({bar_at("SPY", black_friday, 210)}), later());
  EXPECT_EQ(outcome_of(late, "inside_session").failed, 1);
  EXPECT_EQ(outcome_of(late, "inside_session").offenders[0].value,
            "the session of 2018-11-23 is 2018-11-23T14:30:00Z to 2018-11-23T18:00:00Z");
}

TEST(BarSuite, HolidaysAreCriticalForMinutesAndAWarningForDays) {
  const Date washington{2019y / 2 / 18};
  Bar bar = bar_at("SPY", kMonday, 0);
  bar.date = washington;
  bar.ts += days{7};
  const Report minute = check_bars(batch_of({bar}), later());
  EXPECT_FALSE(minute.critical_passed());
  BarBatch day = batch_of({bar});
  day.origin.interval = model::Interval::k1d;
  const Report daily = check_bars(day, later());
  EXPECT_TRUE(daily.critical_passed());
  EXPECT_EQ(outcome_of(daily, "has_session").failed, 1);
}

TEST(BarSuite, NothingFromTheFuture) {
  const Bar bar = bar_at("AAPL", kMonday, 30);
  EXPECT_TRUE(check_bars(batch_of({bar}), context_at(bar.ts)).passed());
  EXPECT_EQ(outcome_of(check_bars(batch_of({bar}), context_at(bar.ts - 2min)), "not_in_future").failed, 1);
}

TEST(BarSuite, VwapOutsideTheRangeWarns) {
  const Report report = spoilt([](Bar& b) { b.vwap = 13; });
  expect_only(report, "vwap_in_range");
  EXPECT_TRUE(report.critical_passed());
}

TEST(BarSuite, ColumnsThatCannotBeReadStopTheRest) {
  BarBatch batch = batch_of({bar_at("AAPL", kMonday, 0)});
  batch.volume.clear();
  const Report report = check_bars(batch, later());
  ASSERT_EQ(report.outcomes.size(), 1U);
  EXPECT_EQ(decide(report, OnCritical::kQuarantine).failure.code, 3002);
}

TEST(BarSuite, FarFewerMinutesThanUsualWarn) {
  std::vector<Bar> bars;
  for (int day = 0; day < 5; ++day) {
    const int count = day == 4 ? 60 : 200;
    for (int i = 0; i < count; ++i) bars.push_back(bar_at("PPLT", kMonday + days{day}, i));
  }
  const Report report = check_bars(batch_of(bars), later());
  const Outcome& outcome = outcome_of(report, "row_count");
  EXPECT_EQ(outcome.failed, 1);
  EXPECT_EQ(outcome.offenders[0].key, "PPLT 2019-02-15");
  EXPECT_TRUE(report.critical_passed());
}

TEST(BarSuite, AThinTickerIsFineAgainstItsOwnHistory) {
  std::vector<Bar> bars;
  for (int i = 0; i < 80; ++i) bars.push_back(bar_at("UGA", kMonday, i));
  LiquidityHistory history{
      {"UGA", {{kMonday - days{5}, 85, 390}, {kMonday - days{4}, 95, 390}, {kMonday - days{3}, 65, 390}}}};
  Context context = later();
  context.history = &history;
  EXPECT_TRUE(check_bars(batch_of(bars), context).passed());
  history["UGA"] = {
      {kMonday - days{5}, 385, 390}, {kMonday - days{4}, 390, 390}, {kMonday - days{3}, 390, 390}};
  EXPECT_EQ(outcome_of(check_bars(batch_of(bars), context), "row_count").failed, 1);
}

TEST(BarSuite, SeveritiesAndThresholdsComeFromTheSettings) {
  Settings settings;
  settings.severities["ohlc_sane"] = Severity::kWarning;
  settings.thresholds.ohlc_tolerance = 0.2;
  std::vector<Bar> bars{bar_at("AAPL", kMonday, 0)};
  bars[0].high = 10;
  EXPECT_TRUE(check_bars(batch_of(bars), later(), settings).passed());
  bars[0].high = 9;
  const Report report = check_bars(batch_of(bars), later(), settings);
  EXPECT_FALSE(report.passed());
  EXPECT_TRUE(report.critical_passed());
}

TEST(BarSuite, TheOrderOfRowsDoesNotMatter) {
  EXPECT_TRUE(rc::check([] {
    std::vector<Bar> bars;
    const auto count = *rc::gen::inRange(1, 40);
    for (int i = 0; i < count; ++i) {
      Bar bar = bar_at(*rc::gen::element<std::string>("A", "B"), kMonday, *rc::gen::inRange(0, 8));
      bar.close = *rc::gen::element(11.0, 11.5, 13.0, -1.0);
      bar.volume = *rc::gen::element<std::int64_t>(0, 5, -5);
      bars.push_back(bar);
    }
    const Report forward = check_bars(batch_of(bars), later());
    std::reverse(bars.begin(), bars.end());
    const Report backward = check_bars(batch_of(bars), later());
    for (std::size_t i = 0; i < forward.outcomes.size(); ++i) {
      RC_ASSERT(forward.outcomes[i].failed == backward.outcomes[i].failed);
      RC_ASSERT(forward.outcomes[i].checked == backward.outcomes[i].checked);
    }
  }));
}

}  // namespace
}  // namespace goldtape::quality
