#include "goldtape/lake/refine.h"

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "goldtape/lake/tiny_test_market.h"
#include "goldtape/store/quality_result.h"

namespace goldtape::lake {
namespace {

using model::Fill;
using model::Interval;
using namespace std::chrono_literals;

const Date kMonday{2019y / 2 / 11};
const Date kTuesday{2019y / 2 / 12};

model::CorporateAction action(std::string ticker, Date ex_date, model::ActionType type, double value,
                              std::string new_ticker = {}) {
  model::CorporateAction out;
  out.ticker = std::move(ticker);
  out.ex_date = ex_date;
  out.type = type;
  out.value = value;
  out.new_ticker = std::move(new_ticker);
  return out;
}

RefineReport refined(TinyMarket& market) {
  GT_TEST_ASSIGN(auto report, refine(market.lake(), market.options()));
  return report;
}

std::vector<model::Bar> session_bars(const std::string& ticker, Date date, int first, int last,
                                     double close) {
  std::vector<model::Bar> bars;
  for (int minute = first; minute < last; ++minute)
    bars.push_back(minute_bar(ticker, date, minute, close + minute));
  return bars;
}

TEST(Refine, AnEmptyLakeStaysEmpty) {
  TinyMarket market;
  const RefineReport report = refined(market);
  EXPECT_TRUE(report.snapshots.empty());
  EXPECT_TRUE(refined(market).up_to_date);
}

TEST(Refine, MakesTheGridAndTheCoverage) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, session_bars("SPY", kMonday, 0, 390, 270));
  market.put_bars("a", Interval::k1m,
                  {minute_bar("PPLT", kMonday, 10, 74.5), minute_bar("PPLT", kMonday, 12, 75)});
  const RefineReport report = refined(market);
  EXPECT_EQ(report.minute_groups, 2);
  EXPECT_EQ(report.new_securities, 2);
  EXPECT_TRUE(report.snapshots.contains("silver.bars_1m"));
  const auto rows = market.minutes();
  ASSERT_EQ(rows.size(), 780U);
  EXPECT_EQ(rows[0].security_id, 1);
  EXPECT_EQ(market.names.tickers[rows[0].ticker], "PPLT");
  EXPECT_EQ(rows[9].fill, Fill::kNone);
  EXPECT_EQ(rows[10].close, 745000);
  EXPECT_EQ(rows[11].fill, Fill::kFilled);
  EXPECT_EQ(rows[390].fill, Fill::kTraded);
  EXPECT_EQ(market.texts("silver.coverage"),
            (std::vector<std::string>{"1|PPLT|1m|2019-02-11|complete|390|2|378|10|0|",
                                      "2|SPY|1m|2019-02-11|complete|390|390|0|0|0|"}));
}

TEST(Refine, RunAgainChangesNothing) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, session_bars("SPY", kMonday, 0, 390, 270));
  market.put_bars("a", Interval::k1d, {day_bar("SPY", kMonday, 270)});
  refined(market);
  const auto before = market.snapshots();
  const RefineReport again = refined(market);
  EXPECT_TRUE(again.up_to_date);
  EXPECT_EQ(market.snapshots(), before);
}

TEST(Refine, OnlyTheChangedGroupsAreRefinedAgain) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, session_bars("SPY", kMonday, 0, 390, 270));
  market.put_bars("a", Interval::k1m, session_bars("QQQ", kMonday, 0, 390, 170));
  refined(market);
  const auto before = market.minutes();
  market.put_bars("a", Interval::k1m, session_bars("SPY", kTuesday, 0, 100, 271));
  const RefineReport report = refined(market);
  EXPECT_EQ(report.minute_groups, 1);
  EXPECT_EQ(report.new_securities, 0);
  const auto after = market.minutes();
  ASSERT_EQ(after.size(), before.size() + 390);
  EXPECT_TRUE(std::ranges::includes(after, before, [](const SilverMinute& a, const SilverMinute& b) {
    return std::pair{a.security_id, a.ts_us} < std::pair{b.security_id, b.ts_us};
  }));
}

TEST(Refine, RowsThatOnlyMoveBetweenFilesMakeNoSnapshot) {
  TinyMarket market;
  const auto bars = session_bars("SPY", kMonday, 0, 390, 270);
  market.put_bars("a", Interval::k1m, bars);
  refined(market);
  const auto before = market.snapshots();
  market.remove_bars(table::equal_to("ticker", table::literal("SPY")));
  market.put_bars("a", Interval::k1m, bars, true);
  const RefineReport report = refined(market);
  EXPECT_FALSE(report.up_to_date);
  EXPECT_EQ(report.minute_groups, 0);
  EXPECT_TRUE(report.snapshots.empty());
  auto after = market.snapshots();
  after["bronze.bars"] = before.at("bronze.bars");
  EXPECT_EQ(after, before);
  EXPECT_TRUE(refined(market).up_to_date);
}

TEST(Refine, WhatBronzeLosesSilverLoses) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, session_bars("SPY", kMonday, 0, 390, 270));
  market.put_bars("a", Interval::k1m, session_bars("SPY", kTuesday, 0, 390, 271));
  market.put_bars("a", Interval::k1d, {day_bar("SPY", kMonday, 270), day_bar("SPY", kTuesday, 271)});
  refined(market);
  market.remove_bars(table::equal_to("date", table::literal(kTuesday)));
  refined(market);
  EXPECT_EQ(market.minutes().size(), 390U);
  EXPECT_EQ(market.days().size(), 1U);
  EXPECT_EQ(market.texts("silver.coverage").size(), 2U);
}

TEST(Refine, TwoSourcesByPreference) {
  TinyMarket market;
  market.put_bars("alpha", Interval::k1m,
                  {minute_bar("SPY", kMonday, 0, 10), minute_bar("SPY", kMonday, 1, 11)});
  market.put_bars("beta", Interval::k1m,
                  {minute_bar("SPY", kMonday, 0, 20), minute_bar("SPY", kMonday, 2, 22)});
  refined(market);
  EXPECT_EQ(market.minutes()[0].close, 100000) << "by name";
  EXPECT_EQ(market.minutes()[2].flags, model::kFlagSecondarySource);
  market.preferred = {"beta"};
  const RefineReport report = refined(market);
  EXPECT_FALSE(report.up_to_date) << "other settings";
  EXPECT_EQ(market.minutes()[0].close, 200000);
  EXPECT_EQ(market.minutes()[1].flags, model::kFlagSecondarySource);
}

TEST(Refine, PreAndPostMarketStayInBronze) {
  TinyMarket market;
  model::Bar early = minute_bar("SPY", kMonday, -30, 10);
  early.session = model::SessionPart::kPre;
  market.put_bars("a", Interval::k1m, {early});
  refined(market);
  ASSERT_EQ(market.minutes().size(), 390U);
  EXPECT_EQ(market.texts("silver.coverage"),
            (std::vector<std::string>{"1|SPY|1m|2019-02-11|no_trade|390|0|0|390|0|"}));
}

TEST(Refine, ALaterSplitChangesFactorsOfItsSecurityOnly) {
  TinyMarket market;
  const Date before{2015y / 7 / 13};
  const Date on{2015y / 7 / 15};
  market.put_bars("a", Interval::k1d,
                  {day_bar("NFLX", before, 707.61), day_bar("NFLX", on, 98.13),
                   day_bar("AAPL", before, 125.66), day_bar("AAPL", on, 126.82)});
  refined(market);
  EXPECT_EQ(market.days()[2].split_factor, 1);
  market.put_actions({action("NFLX", on, model::ActionType::kSplit, 7)});
  const RefineReport report = refined(market);
  EXPECT_EQ(report.day_groups, 2) << "both days of NFLX, for their basis might have been split-adjusted";
  const auto days = market.days();
  ASSERT_EQ(days.size(), 4U);
  EXPECT_EQ(days[0].adj_close, 125.66) << "AAPL";
  EXPECT_DOUBLE_EQ(days[2].split_factor, 1.0 / 7);
  EXPECT_NEAR(days[2].adj_close, 101.087143, 1e-6);
  EXPECT_EQ(days[2].close, 7076100) << "prices stay raw";
  EXPECT_EQ(days[3].adj_close, 98.13);
  ASSERT_EQ(market.actions().size(), 1U);
  EXPECT_DOUBLE_EQ(*market.actions()[0].adjustment_factor, 1.0 / 7);
}

TEST(Refine, SpinOffRenameAndDelistingOfSummer2015) {
  TinyMarket market;
  const auto day = [](unsigned d) { return Date{2015y / 7 / std::chrono::day{d}}; };
  market.put_bars(
      "a", Interval::k1d,
      {day_bar("EBAY", day(17), 66.289998), day_bar("EBAY", day(20), 28.57),
       day_bar("PYPL", day(17), 38.389999), day_bar("PYPL", day(20), 40.470001),
       day_bar("KRFT", day(2), 88.19), day_bar("KHC", day(6), 72.96), day_bar("DTV", day(24), 93.55)});
  market.put_actions({action("EBAY", day(20), model::ActionType::kSpinOff, 1, "PYPL"),
                      action("KRFT", day(6), model::ActionType::kRename, 1, "KHC"),
                      action("KRFT", day(6), model::ActionType::kCashDividend, 16.5),
                      action("DTV", day(27), model::ActionType::kDelisting, 0),
                      action("NONE", day(27), model::ActionType::kDelisting, 0)});
  const RefineReport report = refined(market);
  EXPECT_EQ(report.securities, 4) << "EBAY, PYPL, KRFT = KHC, DTV";
  EXPECT_EQ(report.actions_unresolved, 1);
  const auto history = market.texts("reference.ticker_history");
  EXPECT_EQ(history, (std::vector<std::string>{
                         "1|KHC|2015-07-06|null|rename|", "1|KRFT|2015-07-02|2015-07-06|first_seen|",
                         "2|EBAY|2015-07-17|null|first_seen|", "3|PYPL|2015-07-17|null|spin_off|",
                         "4|DTV|2015-07-24|2015-07-27|first_seen|"}));
  const auto days = market.days();
  ASSERT_EQ(days.size(), 7U);
  EXPECT_NEAR(days[0].dividend_factor, 1 - 16.5 / 88.19, 1e-12) << "KRFT before the special dividend";
  EXPECT_NEAR(days[2].adj_close, 27.899831, 2e-4) << "as Yahoo restated EBAY";
  EXPECT_EQ(market.texts("reference.securities")[3],
            "4|null|null|null|null|null|null|null|2015-07-24|2015-07-27|delisting|delisted|");
}

TEST(Refine, FlagsAndCountsVendorHoles) {
  TinyMarket market;
  for (const char* ticker : {"AAPL", "AMZN", "MSFT", "MU", "QQQ", "SPY", "JPM"}) {
    auto bars = session_bars(ticker, kMonday, 0, 390, 100);
    const std::string name = ticker;
    if (name != "SPY" && name != "JPM") bars.erase(bars.begin() + 301);
    market.put_bars("a", Interval::k1m, bars);
  }
  market.put_bars("a", Interval::k1m, {minute_bar("PPLT", kMonday, 0, 75)});
  const RefineReport report = refined(market);
  std::int64_t flagged = 0;
  for (const SilverMinute& row : market.minutes()) {
    if ((row.flags & model::kFlagVendorHole) == 0) continue;
    ++flagged;
    EXPECT_EQ(row.minute, 301);
    EXPECT_EQ(row.fill, Fill::kFilled);
    EXPECT_NE(market.names.tickers[row.ticker], "PPLT") << "a thin ticker lacks most minutes";
  }
  EXPECT_EQ(flagged, 5);
  ASSERT_EQ(report.quality.size(), 1U);
  EXPECT_EQ(report.quality[0].find("vendor_hole")->failed, 1);
  const auto coverage = market.texts("silver.coverage");
  EXPECT_EQ(std::ranges::count_if(coverage,
                                  [](const std::string& row) {
                                    return row.find("vendor_hole|390|389|1|0|1|") != std::string::npos;
                                  }),
            5);
  GT_TEST_ASSIGN(const auto recorded, store::list_quality_results(market.lake().database(), "test"));
  EXPECT_TRUE(std::ranges::any_of(recorded, [](const store::QualityResult& row) {
    return row.table == "silver.bars_1m" && row.rule == "vendor_hole" && row.outcome == "failed" &&
           row.snapshot_id;
  }));
}

TEST(Refine, AHoleThatIsFilledLaterLosesItsFlagEverywhere) {
  TinyMarket market;
  for (const char* ticker : {"A", "B", "C", "D", "E"}) {
    auto bars = session_bars(ticker, kMonday, 0, 390, 100);
    bars.erase(bars.begin() + 7);
    market.put_bars("a", Interval::k1m, bars);
  }
  refined(market);
  market.put_bars("a", Interval::k1m, {minute_bar("A", kMonday, 7, 107)});
  refined(market);
  EXPECT_TRUE(std::ranges::all_of(market.minutes(), [](const SilverMinute& row) { return row.flags == 0; }));
}

TEST(Refine, InPiecesAsInOne) {
  TinyMarket whole;
  TinyMarket pieces;
  const auto refine_both = [&] {
    refined(whole);
    PipelineOptions options = pieces.options();
    options.refine_rows = 800;  // Two sessions.
    GT_TEST_ASSIGN(const auto report, refine(pieces.lake(), options));
  };
  const auto put = [&](const std::vector<model::Bar>& bars) {
    whole.put_bars("a", Interval::k1m, bars);
    pieces.put_bars("a", Interval::k1m, bars);
  };
  const auto expect_same = [&] {
    EXPECT_EQ(pieces.texts("silver.bars_1m"), whole.texts("silver.bars_1m"));
    EXPECT_EQ(pieces.texts("silver.coverage"), whole.texts("silver.coverage"));
    EXPECT_EQ(pieces.texts("quarantine.rows").size(), whole.texts("quarantine.rows").size());
  };
  for (const char* ticker : {"A", "B", "C", "D", "E"}) put(session_bars(ticker, kMonday, 0, 390, 100));
  put({minute_bar("SUNDAY", kMonday - std::chrono::days(1), 3, 100)});  // Refused: the exchange was closed.
  refine_both();
  expect_same();
  for (const char* ticker : {"A", "B", "C", "D", "E"}) {
    auto bars = session_bars(ticker, kTuesday, 0, 390, 100);
    bars.erase(bars.begin() + 7);
    put(bars);
  }
  refine_both();
  EXPECT_TRUE(std::ranges::any_of(
      pieces.minutes(), [](const SilverMinute& row) { return (row.flags & model::kFlagVendorHole) != 0; }));
  expect_same();
  put({minute_bar("A", kTuesday, 7, 107)});  // The hole is gone, in the pieces of the others too.
  refine_both();
  EXPECT_TRUE(std::ranges::all_of(pieces.minutes(), [](const SilverMinute& row) { return row.flags == 0; }));
  expect_same();
}

TEST(Refine, RefusedBarsGoToQuarantineOnce) {
  TinyMarket market;
  model::Bar off_grid = minute_bar("SPY", kMonday, 3, 10);
  off_grid.ts += 30s;
  market.put_bars("a", Interval::k1m, {minute_bar("SPY", kMonday, 0, 10), off_grid});
  EXPECT_EQ(refined(market).rows_quarantined, 1);
  const auto rows = market.texts("quarantine.rows", {"row_json", "quarantined_at"});
  EXPECT_EQ(rows, (std::vector<std::string>{"silver.bars_1m|on_grid|between two minutes|a|1m|SPY|2019-02-11 "
                                            "14:33:30.000000Z|2019-02-11|null|load-of-a|"}));
  market.put_bars("a", Interval::k1m, {minute_bar("SPY", kMonday, 5, 10)});
  refined(market);
  EXPECT_EQ(market.texts("quarantine.rows").size(), 1U) << "refined again, refused again, told once";
  market.remove_bars(table::equal_to("ts", table::literal(off_grid.ts)));
  refined(market);
  EXPECT_TRUE(market.texts("quarantine.rows").empty());
}

TEST(Refine, TheGateStopsAndChangesNothing) {
  TinyMarket market;
  model::Bar insane = minute_bar("SPY", kMonday, 0, 10);
  insane.low = 10.4;
  insane.open = 10.2;
  market.put_bars("a", Interval::k1m, {insane});
  const auto before = market.snapshots();
  const auto report = refine(market.lake(), market.options());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::kGateFailed);
  EXPECT_NE(report.error().message.find("silver.bars_1m: ohlc_sane failed for 1 of"), std::string::npos)
      << report.error().message;
  EXPECT_EQ(market.snapshots(), before);
  GT_TEST_ASSIGN(const auto recorded, store::list_quality_results(market.lake().database(), "test"));
  EXPECT_TRUE(std::ranges::any_of(
      recorded, [](const auto& row) { return row.rule == "ohlc_sane" && row.outcome == "failed"; }));

  PipelineOptions lenient = market.options();
  lenient.on_critical = quality::OnCritical::kQuarantine;
  GT_TEST_ASSIGN(const auto passed, refine(market.lake(), lenient));
  EXPECT_GT(passed.rows_quarantined, 0);
  EXPECT_TRUE(market.minutes().empty());
}

TEST(Refine, ASessionThatLastsIsFinishedWhenItHasEnded) {
  const calendar::Session* session = calendar::xnys().find_session(kMonday);
  TinyMarket market(session->open + 60min);
  market.put_bars("a", Interval::k1m, session_bars("SPY", kMonday, 0, 50, 270));
  refined(market);
  EXPECT_EQ(market.minutes().size(), 50U);
  EXPECT_TRUE(refined(market).up_to_date);
  market.clock->set(session->close);
  EXPECT_FALSE(refined(market).up_to_date);
  EXPECT_EQ(market.minutes().size(), 390U);
  EXPECT_TRUE(refined(market).up_to_date);
}

TEST(Refine, AfterARollbackSilverIsMadeAgain) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, session_bars("SPY", kMonday, 0, 390, 270));
  refined(market);
  const auto first = market.table("silver.bars_1m");
  market.put_bars("a", Interval::k1m, session_bars("SPY", kTuesday, 0, 390, 271));
  refined(market);
  const auto expected = market.minutes();
  table::Commit commit(market.lake().catalog());
  commit.set_current_snapshot(market.table("silver.bars_1m"), *first.current_snapshot_id());
  GT_TEST_ASSIGN(const auto done, commit.run());
  ASSERT_EQ(market.minutes().size(), 390U);
  EXPECT_FALSE(refined(market).up_to_date);
  EXPECT_EQ(market.minutes(), expected);
}

/// A market small enough to be refined many times.
struct Batch {
  bool wide;
  std::vector<model::Bar> minutes, days;
};

std::vector<Batch> arbitrary_batches() {
  static const std::vector<std::string> kTickers{"A", "B", "C"};
  static const std::vector<Date> kDates{Date{2015y / 7 / 2}, Date{2015y / 7 / 6}, Date{2015y / 8 / 3}};
  std::set<std::tuple<std::string, Date, int>> used;
  std::vector<Batch> batches(4);
  for (Batch& batch : batches) {
    batch.wide = *rc::gen::arbitrary<bool>();
    for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
      const auto ticker = *rc::gen::elementOf(kTickers);
      const auto date = *rc::gen::elementOf(kDates);
      const int minute = *rc::gen::inRange(-1, 4);
      const double close = *rc::gen::inRange(10, 20);
      if (!used.insert({ticker, date, minute}).second) continue;
      if (minute < 0) {
        batch.days.push_back(day_bar(ticker, date, close));
      } else {
        batch.minutes.push_back(minute_bar(ticker, date, minute, close));
      }
    }
  }
  return batches;
}

std::vector<model::CorporateAction> market_actions() {
  return {action("A", Date{2015y / 7 / 6}, model::ActionType::kSplit, 2),
          action("B", Date{2015y / 7 / 6}, model::ActionType::kCashDividend, 1),
          action("C", Date{2015y / 7 / 7}, model::ActionType::kDelisting, 0)};
}

void put(TinyMarket& market, const Batch& batch) {
  if (!batch.minutes.empty()) market.put_bars("a", Interval::k1m, batch.minutes, batch.wide);
  if (!batch.days.empty()) market.put_bars("a", Interval::k1d, batch.days, batch.wide);
}

/// Rows by ticker instead of id: ids are given in the order of arrival.
std::vector<std::string> silver_of(const TinyMarket& market) {
  std::vector<std::string> out;
  for (const char* name : {"silver.bars_1m", "silver.bars_1d", "silver.coverage"}) {
    for (std::string& row : market.texts(name, {"security_id"})) out.push_back(name + (": " + row));
  }
  return out;
}

TEST(Refine, InOneGoOrBitByBitSilverIsTheSame) {
  // Each case makes two lakes and refines them five times, with every file synced.
  ::setenv("RC_PARAMS", "max_success=6", 0);
  EXPECT_TRUE(rc::check([] {
    const std::vector<Batch> batches = arbitrary_batches();
    const auto actions_at = *rc::gen::inRange<std::size_t>(0, batches.size());
    TinyMarket at_once;
    for (const Batch& batch : batches) put(at_once, batch);
    at_once.put_actions(market_actions());
    refined(at_once);
    TinyMarket bit_by_bit;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      put(bit_by_bit, batches[i]);
      if (i == actions_at) bit_by_bit.put_actions(market_actions());
      refined(bit_by_bit);
    }
    RC_ASSERT(silver_of(at_once) == silver_of(bit_by_bit));
  }));
}

}  // namespace
}  // namespace goldtape::lake
