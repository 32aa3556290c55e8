#include "goldtape/lake/bronze_group.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "goldtape/model/table_def.h"

namespace goldtape::lake {
namespace {

using model::Fill;
using namespace std::chrono_literals;

const Date kBlackFriday{2018y / 11 / 23};
const Timestamp kLater{Date{2024y / 1 / 2}};

const calendar::Session& session_of(Date date) { return *calendar::xnys().find_session(date); }

SourceBar bar_at(Date date, int minute, double close, std::uint32_t rank = 0) {
  SourceBar bar{.security_id = 7, .date_days = to_days(date), .source_rank = rank, .source = rank};
  bar.ts_us = to_micros(session_of(date).open + std::chrono::minutes{minute});
  bar.basis_as_of_days = bar.date_days;
  bar.content = {.open = close, .high = close + 1, .low = close - 1, .close = close, .volume = 100};
  return bar;
}

struct Refined {
  std::vector<SilverMinute> rows;
  std::vector<RefusedBar> refused;
};

Refined refine(Date date, const std::vector<SourceBar>& bars,
               const reference::FactorSchedule* splits = nullptr, Timestamp now = kLater) {
  Refined out;
  refine_session({.security_id = 7, .ticker = 3, .splits = splits}, session_of(date), bars,
                 reference::market_wide_halts(), now, out.rows, out.refused);
  return out;
}

TEST(RefineSession, AnEarlyCloseHasItsOwnLength) {
  const Refined out = refine(kBlackFriday, {bar_at(kBlackFriday, 0, 10), bar_at(kBlackFriday, 209, 11)});
  ASSERT_EQ(out.rows.size(), 210U);
  EXPECT_EQ(out.rows[209].fill, Fill::kTraded);
  EXPECT_EQ(format_timestamp(from_micros(out.rows[209].ts_us)), "2018-11-23T17:59:00Z");
}

TEST(RefineSession, FillsForwardFromTheFirstTradeOnly) {
  const Refined out = refine(kBlackFriday, {bar_at(kBlackFriday, 2, 10.25), bar_at(kBlackFriday, 4, 11)});
  EXPECT_EQ(out.rows[0].fill, Fill::kNone);
  EXPECT_EQ(out.rows[1].close, kNull);
  EXPECT_EQ(out.rows[2].close, 102500);
  EXPECT_EQ(out.rows[2].high, 112500);
  EXPECT_EQ(out.rows[3].fill, Fill::kFilled);
  EXPECT_EQ(out.rows[3].open, 102500);
  EXPECT_EQ(out.rows[3].high, 102500);
  EXPECT_EQ(out.rows[3].volume, 0);
  EXPECT_EQ(out.rows[3].source, kNoName);
  EXPECT_EQ(out.rows[5].close, 110000);
}

TEST(RefineSession, WithoutAnyBarTheGridIsEmpty) {
  const Refined out = refine(kBlackFriday, {});
  ASSERT_EQ(out.rows.size(), 210U);
  EXPECT_TRUE(std::ranges::all_of(out.rows, [](const SilverMinute& row) { return row.fill == Fill::kNone; }));
}

TEST(RefineSession, HaltedMinutesAreNeverInterpolated) {
  // The circuit breaker of 2020-03-12, 09:35:44 to 09:50:44 in New York.
  const Date date{2020y / 3 / 12};
  std::vector<SourceBar> bars;
  for (int minute = 0; minute <= 5; ++minute) bars.push_back(bar_at(date, minute, 100));
  bars.push_back(bar_at(date, 22, 90));
  const Refined out = refine(date, bars);
  EXPECT_EQ(out.rows[5].fill, Fill::kTraded);
  for (std::size_t minute = 6; minute <= 19; ++minute) {
    EXPECT_EQ(out.rows[minute].fill, Fill::kHalted) << minute;
    EXPECT_EQ(out.rows[minute].close, kNull) << minute;
  }
  EXPECT_EQ(out.rows[20].fill, Fill::kFilled) << "trading resumed within this minute";
  EXPECT_EQ(out.rows[20].close, 1000000);
}

TEST(RefineSession, ThePreferredSourceWinsMinuteByMinute) {
  const Refined out = refine(kBlackFriday, {bar_at(kBlackFriday, 0, 10, 0), bar_at(kBlackFriday, 0, 20, 1),
                                            bar_at(kBlackFriday, 1, 21, 1)});
  EXPECT_EQ(out.rows[0].close, 100000);
  EXPECT_EQ(out.rows[0].flags, 0);
  EXPECT_EQ(out.rows[1].close, 210000);
  EXPECT_EQ(out.rows[1].flags, model::kFlagSecondarySource);
  EXPECT_TRUE(out.refused.empty());
}

TEST(RefineSession, UndoesTheSplitsOfASplitAdjustedBasis) {
  const Date january{2020y / 1 / 2};
  const std::vector<reference::Adjustment> split{
      {.ex_date = Date{2020y / 8 / 31}, .type = model::ActionType::kSplit, .value = 4}};
  const reference::FactorSchedule schedule(split, {}, Timestamp::max());
  SourceBar bar = bar_at(january, 0, 75.0875);
  bar.content.volume = 400;
  bar.basis = model::PriceBasis::kSplitAdjusted;
  bar.basis_as_of_days = to_days(Date{2021y / 1 / 4});
  const Refined out = refine(january, {bar}, &schedule);
  EXPECT_EQ(out.rows[0].close, 3003500);
  EXPECT_EQ(out.rows[0].volume, 100);
  EXPECT_EQ(out.rows[0].flags, model::kFlagSplitBasisUndone);
  bar.basis_as_of_days = to_days(Date{2020y / 8 / 28});
  EXPECT_EQ(refine(january, {bar}, &schedule).rows[0].close, 750875) << "the split was not in these prices";
}

TEST(RefineSession, PricesThatDoNotSurviveRoundingAreFlagged) {
  SourceBar bar = bar_at(kBlackFriday, 0, 10);
  bar.content.close = 170.4199981689453;
  bar.content.high = 171;
  Refined out = refine(kBlackFriday, {bar});
  EXPECT_EQ(out.rows[0].close, 1704200);
  EXPECT_EQ(out.rows[0].flags, 0) << "float32 noise is no loss";
  bar.content.close = 0.01234;
  bar.content.low = 0.0123;
  out = refine(kBlackFriday, {bar});
  EXPECT_EQ(out.rows[0].flags & model::kFlagInexactPrice, model::kFlagInexactPrice);
}

TEST(RefineSession, RefusesWhatHasNoPlace) {
  SourceBar off_grid = bar_at(kBlackFriday, 1, 10);
  off_grid.ts_us += 30'000'000;
  SourceBar after_close = bar_at(kBlackFriday, 210, 10);
  SourceBar adjusted = bar_at(kBlackFriday, 2, 10);
  adjusted.basis = model::PriceBasis::kFullyAdjusted;
  SourceBar dust = bar_at(kBlackFriday, 3, 10);
  dust.content.low = 0.00001;
  const Refined out = refine(kBlackFriday, {off_grid, adjusted, dust, after_close});
  ASSERT_EQ(out.refused.size(), 4U);
  EXPECT_EQ(out.refused[0].rule, "on_grid");
  EXPECT_EQ(out.refused[1].rule, "raw_basis");
  EXPECT_EQ(out.refused[2].rule, "price_representable");
  EXPECT_EQ(out.refused[3].rule, "inside_session");
  EXPECT_EQ(out.rows.size(), 210U);
  EXPECT_TRUE(
      std::ranges::none_of(out.rows, [](const SilverMinute& row) { return row.fill == Fill::kTraded; }));
}

TEST(RefineSession, ASessionThatLastsEndsAtItsLastBar) {
  const Timestamp now = session_of(kBlackFriday).open + 30min;
  EXPECT_EQ(refine(kBlackFriday, {bar_at(kBlackFriday, 0, 10), bar_at(kBlackFriday, 20, 10)}, nullptr, now)
                .rows.size(),
            21U);
  EXPECT_EQ(refine(kBlackFriday, {bar_at(kBlackFriday, 20, 10)}, nullptr, session_of(kBlackFriday).close)
                .rows.size(),
            210U);
}

TEST(RefineSession, EveryMinuteStandsOnceWhateverTheBars) {
  EXPECT_TRUE(rc::check([] {
    std::vector<SourceBar> bars;
    for (int i = *rc::gen::inRange(0, 60); i > 0; --i) {
      bars.push_back(bar_at(kBlackFriday, *rc::gen::inRange(-5, 220), *rc::gen::inRange(2, 900),
                            *rc::gen::inRange<std::uint32_t>(0, 3)));
    }
    std::ranges::sort(bars, {}, [](const SourceBar& bar) { return std::pair{bar.ts_us, bar.source_rank}; });
    const Refined out = refine(kBlackFriday, bars);
    RC_ASSERT(out.rows.size() == 210U);
    std::int64_t last = kNull;
    for (std::size_t i = 0; i < out.rows.size(); ++i) {
      const SilverMinute& row = out.rows[i];
      RC_ASSERT(row.minute == static_cast<std::int32_t>(i));
      RC_ASSERT((row.close == kNull) == (row.fill == Fill::kNone));
      if (row.fill == Fill::kTraded) last = row.close;
      RC_ASSERT(row.close == last);
    }
  }));
}

TEST(RefineDay, TakesThePreferredSourceAndFlagsDatesWithoutSession) {
  std::vector<SilverDay> days;
  std::vector<RefusedBar> refused;
  SourceBar second = bar_at(kBlackFriday, 0, 20, 1);
  refine_day({.security_id = 7, .ticker = 3}, true, std::vector{bar_at(kBlackFriday, 0, 10), second}, days,
             refused);
  refine_day({.security_id = 7, .ticker = 3}, false, std::vector{second}, days, refused);
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].close, 100000);
  EXPECT_EQ(days[0].flags, 0);
  EXPECT_EQ(days[1].flags, model::kFlagNoSession);
  EXPECT_TRUE(refused.empty());
}

TEST(AdjustDays, RawTimesFactorsIsAdjusted) {
  const Date july{2015y / 7 / 13};
  std::vector<SilverDay> days{
      {.security_id = 1, .close = 7076100, .date_days = to_days(july)},
      {.security_id = 1, .close = 981300, .date_days = to_days(Date{2015y / 7 / 15})}};
  const std::vector<reference::Adjustment> split{
      {.ex_date = Date{2015y / 7 / 15}, .type = model::ActionType::kSplit, .value = 7}};
  adjust_days(reference::FactorSchedule(split, {}, Timestamp::max()), days);
  EXPECT_NEAR(days[0].adj_close, 101.087143, 1e-6);
  EXPECT_DOUBLE_EQ(days[0].split_factor, 1.0 / 7);
  EXPECT_EQ(days[1].adj_close, 98.13);
}

}  // namespace
}  // namespace goldtape::lake
