#include "goldtape/lake/coverage.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "goldtape/lake/affected_groups.h"
#include "goldtape/model/table_def.h"

namespace goldtape::lake {
namespace {

using model::Interval;
using namespace std::chrono_literals;

reference::SecurityMaster master_of(const reference::Observations& seen,
                                    const std::vector<model::CorporateAction>& actions = {}) {
  reference::SecurityMaster master;
  master.update(seen, actions);
  return master;
}

model::CorporateAction action(std::string ticker, Date ex_date, model::ActionType type,
                              std::string new_ticker = {}) {
  model::CorporateAction out;
  out.ticker = std::move(ticker);
  out.ex_date = ex_date;
  out.type = type;
  out.new_ticker = std::move(new_ticker);
  return out;
}

std::string state_on(const std::vector<CoverageRow>& rows, std::int64_t id, Date date) {
  auto found = std::ranges::find_if(
      rows, [&](const CoverageRow& row) { return row.key.security_id == id && row.key.date == date; });
  return found == rows.end() ? "(no row)" : found->state;
}

TEST(Coverage, EverySecurityAndSessionHasAState) {
  const Date monday{2015y / 7 / 20};
  const auto day = [&](int n) { return monday + std::chrono::days{n}; };
  const auto master = master_of({{"DTV", {day(0), day(4)}}, {"EBAY", {day(0), day(7)}}, {"PYPL", {day(1)}}},
                                {action("DTV", day(7), model::ActionType::kDelisting),
                                 action("EBAY", day(1), model::ActionType::kSpinOff, "PYPL")});
  CoverageMap known;
  known[{Interval::k1d, 1, day(0)}] = {.ticker = "DTV", .traded = 1};
  known[{Interval::k1d, 1, day(4)}] = {.ticker = "DTV", .traded = 1};
  known[{Interval::k1d, 2, day(0)}] = {.ticker = "EBAY", .traded = 1};
  known[{Interval::k1d, 2, day(7)}] = {.ticker = "EBAY", .missing = 1};
  known[{Interval::k1d, 3, day(1)}] = {.ticker = "PYPL", .traded = 1};
  const auto rows = coverage_rows(known, master, calendar::xnys());
  EXPECT_EQ(rows.size(), 18U) << "3 securities x 6 sessions";
  EXPECT_EQ(state_on(rows, 1, day(0)), "complete");
  EXPECT_EQ(state_on(rows, 1, day(1)), "not_asked");
  EXPECT_EQ(state_on(rows, 1, day(7)), "delisted");
  EXPECT_EQ(state_on(rows, 2, day(7)), "failed") << "its bar was refused";
  EXPECT_EQ(state_on(rows, 3, day(0)), "not_listed");
  EXPECT_EQ(state_on(rows, 3, day(2)), "not_asked");
  EXPECT_EQ(state_on(rows, 1, day(5)), "(no row)") << "a Saturday";
}

TEST(Coverage, MinutesTellHolesHaltsAndEarlyCloses) {
  const Date wednesday{2018y / 11 / 21};
  const Date friday{2018y / 11 / 23};
  const auto master = master_of({{"SPY", {wednesday, friday}}});
  const CoverageKey key{Interval::k1m, 1, friday};
  auto state_of = [&](CoverageCounts counts) {
    return state_on(coverage_rows({{key, std::move(counts)}}, master, calendar::xnys()), 1, friday);
  };
  EXPECT_EQ(state_of({.ticker = "SPY", .traded = 210}), "early_close");
  EXPECT_EQ(state_of({.ticker = "SPY", .missing = 210}), "no_trade");
  EXPECT_EQ(state_of({.ticker = "SPY", .traded = 208, .filled = 2, .holes = 2}), "vendor_hole");
  EXPECT_EQ(state_of({.ticker = "SPY", .traded = 200, .missing = 10, .halted = 10}), "halted");
  const auto rows = coverage_rows({{{Interval::k1m, 1, wednesday}, {.ticker = "SPY", .traded = 390}}}, master,
                                  calendar::xnys());
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].state, "complete");
  EXPECT_EQ(rows[0].expected, 390);
}

TEST(Coverage, SurvivesTheWayThroughArrow) {
  const Date friday{2018y / 11 / 23};
  const auto master = master_of({{"SPY", {friday}}, {"QQQ", {friday}}});
  const CoverageMap known{
      {{Interval::k1m, 2, friday}, {.ticker = "SPY", .traded = 200, .missing = 10, .halted = 10}},
      {{Interval::k1d, 1, friday}, {.ticker = "QQQ", .traded = 1}}};
  const auto rows = coverage_rows(known, master, calendar::xnys());
  const auto table = to_arrow(rows);
  ASSERT_TRUE(table) << table.error().to_string();
  const auto back = coverage_from_arrow(**table);
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(*back, rows);
  EXPECT_EQ(known_groups(*back), known);
  const auto history = liquidity_history(known, calendar::xnys());
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(history.at("SPY").at(0).bars, 200);
  EXPECT_EQ(history.at("SPY").at(0).session_minutes, 210);
}

TEST(AffectedGroups, OnlyWhatChangedIsReached) {
  const Date monday{2019y / 2 / 11};
  const Date tuesday{2019y / 2 / 12};
  const auto master = master_of({{"AAPL", {monday, tuesday}}, {"MSFT", {monday}}});
  const CoverageMap known{{{Interval::k1m, 1, monday}, {.ticker = "AAPL", .traded = 390}},
                          {{Interval::k1d, 1, monday}, {.ticker = "AAPL", .traded = 1}},
                          {{Interval::k1m, 2, monday}, {.ticker = "MSFT", .traded = 390}}};
  const ChangedGroups changed{.present = {{"1m", "AAPL", tuesday}, {"15m", "MSFT", monday}},
                              .removed = {{"1m", "MSFT", monday}}};
  const std::vector<SecurityAction> none;
  const std::vector<SecurityAction> split{
      {.security_id = 1, .ex_date = tuesday, .type = model::ActionType::kSplit, .value = 2, .source = "s"}};
  std::vector<SecurityAction> dividend = split;
  dividend[0].type = model::ActionType::kCashDividend;

  AffectedInputs in{
      .changed = &changed, .known = &known, .master = &master, .old_actions = &none, .new_actions = &none};
  AffectedGroups out = affected_groups(in);
  EXPECT_EQ(out.minutes, (std::set<SilverKey>{{1, tuesday}, {2, monday}}));
  EXPECT_TRUE(out.days.empty());
  EXPECT_TRUE(out.day_securities.empty());

  const ChangedGroups nothing;
  in.changed = &nothing;
  EXPECT_TRUE(affected_groups(in).empty());
  in.new_actions = &dividend;
  out = affected_groups(in);
  EXPECT_TRUE(out.minutes.empty()) << "a dividend changes factors only";
  EXPECT_EQ(out.day_securities, (std::set<std::int64_t>{1}));
  in.new_actions = &split;
  out = affected_groups(in);
  EXPECT_EQ(out.minutes, (std::set<SilverKey>{{1, monday}}));
  EXPECT_EQ(out.days, (std::set<SilverKey>{{1, monday}}));
}

TEST(AffectedGroups, ATickerThatChangesHandsIsRefinedOnBothSides) {
  const Date monday{2019y / 2 / 11};
  const Date friday{2019y / 2 / 15};
  const auto master = master_of({{"X", {monday, friday}}},
                                {action("X", Date{2019y / 2 / 13}, model::ActionType::kDelisting)});
  ASSERT_EQ(master.resolve("X", friday), 2);
  const CoverageMap known{{{Interval::k1m, 1, monday}, {.ticker = "X", .traded = 9}},
                          {{Interval::k1m, 1, friday}, {.ticker = "X", .traded = 9}}};
  const ChangedGroups nothing;
  const std::vector<SecurityAction> none;
  const auto out = affected_groups(
      {.changed = &nothing, .known = &known, .master = &master, .old_actions = &none, .new_actions = &none});
  EXPECT_EQ(out.minutes, (std::set<SilverKey>{{1, friday}, {2, friday}}));
}

TEST(Observations, FollowBronze) {
  const Date monday{2019y / 2 / 11};
  const CoverageMap known{{{Interval::k1m, 1, monday}, {.ticker = "A", .traded = 1}},
                          {{Interval::k1d, 1, monday}, {.ticker = "A", .traded = 1}},
                          {{Interval::k1m, 2, monday}, {.ticker = "B", .traded = 1}},
                          {{Interval::k1m, 3, monday}, {.ticker = "C", .traded = 1}}};
  const BronzeKey gone_a{"1m", "A", monday};
  const BronzeKey gone_b{"1m", "B", monday};
  const BronzeKey gone_c{"1m", "C", monday};
  const auto seen =
      observations(known, {.present = {{"1d", "D", monday}}, .removed = {gone_a, gone_b, gone_c}}, {gone_c});
  EXPECT_TRUE(seen.contains("A")) << "its daily bar is still there";
  EXPECT_FALSE(seen.contains("B"));
  EXPECT_TRUE(seen.contains("C")) << "other files hold rows of it";
  EXPECT_TRUE(seen.contains("D"));
}

}  // namespace
}  // namespace goldtape::lake
