// What other programs commit past the gates is noticed, recorded and gated.
#include "goldtape/lake/foreign.h"

#include <gtest/gtest.h>

#include "goldtape/lake/features.h"
#include "goldtape/lake/quality_run.h"
#include "goldtape/lake/refine.h"
#include "goldtape/lake/tiny_test_market.h"
#include "goldtape/store/load_audit.h"
#include "goldtape/store/quality_result.h"

namespace goldtape::lake {
namespace {

using model::Interval;

const Date kMonday{std::chrono::year{2019} / 2 / 11};
const Date kTuesday{std::chrono::year{2019} / 2 / 12};

std::vector<model::Bar> bars_of(Date date, double close) {
  std::vector<model::Bar> bars;
  for (int minute = 0; minute < 390; ++minute) bars.push_back(minute_bar("SPY", date, minute, close));
  return bars;
}

/// The table's newest snapshot as another program's: its rows stay, the summary says who made it.
void pass_off_as_foreign(TinyMarket& market, const std::string& name) {
  const table::Table table = market.table(name);
  table::TableUpdate update{table, table.metadata()};
  update.next.snapshots.back().summary = {{"engine-name", "Sparkle"}, {"added-records", "390"}};
  GT_TEST_ASSIGN(const auto done, market.lake().catalog().commit({update}, {}));
}

std::vector<store::LoadAudit> foreign_loads(const TinyMarket& market) {
  GT_TEST_ASSIGN(auto loads, store::list_loads(market.lake().database()));
  std::erase_if(loads, [](const store::LoadAudit& load) { return load.source != kForeignSource; });
  return loads;
}

TEST(Foreign, OurOwnCommitsAreNotForeign) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, bars_of(kMonday, 270));
  GT_TEST_ASSIGN(const auto refined, refine(market.lake(), market.options()));
  GT_TEST_ASSIGN(const auto made, features(market.lake(), market.options()));
  GT_TEST_ASSIGN(const auto report, examine_foreign_commits(market.lake(), market.options()));
  EXPECT_TRUE(report.commits.empty());
  EXPECT_TRUE(foreign_loads(market).empty());
}

TEST(Foreign, GoodRowsPassAndAreRecordedOnce) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, bars_of(kMonday, 270));
  pass_off_as_foreign(market, "bronze.bars");
  for (int i = 0; i < 2; ++i) {
    GT_TEST_ASSIGN(const auto refined, refine(market.lake(), market.options()));
  }
  const auto loads = foreign_loads(market);
  ASSERT_EQ(loads.size(), 1U);
  EXPECT_EQ(loads[0].status, "loaded");
  EXPECT_EQ(loads[0].dataset, "bronze.bars");
  EXPECT_EQ(loads[0].rows_inserted, 390);
  EXPECT_EQ(loads[0].snapshot_id, market.table("bronze.bars").current_snapshot_id());
  EXPECT_EQ(market.minutes().size(), 390U);
}

TEST(Foreign, BadRowsStopThePromotionUntilTheyAreTakenBack) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, bars_of(kMonday, 270));
  GT_TEST_ASSIGN(const auto first, refine(market.lake(), market.options()));
  const auto good = market.table("bronze.bars").current_snapshot_id();
  market.put_bars("a", Interval::k1m, bars_of(kTuesday, -1));
  pass_off_as_foreign(market, "bronze.bars");
  for (int i = 0; i < 2; ++i) {
    const auto refused = refine(market.lake(), market.options());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, 4210);
    EXPECT_EQ(exit_code(refused.error().kind), 3);
    EXPECT_NE(refused.error().message.find("Sparkle"), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find(std::to_string(*good)), std::string::npos);
    EXPECT_EQ(features(market.lake(), market.options()).error().code, 4210);
    ASSERT_EQ(foreign_loads(market).size(), 1U);
    EXPECT_EQ(foreign_loads(market)[0].status, "refused");
    EXPECT_FALSE(foreign_loads(market)[0].error.empty());
    EXPECT_EQ(market.minutes().size(), 390U);
  }
  table::Commit back(market.lake().catalog());
  back.set_current_snapshot(market.table("bronze.bars"), *good);
  GT_TEST_ASSIGN(const auto done, back.run());
  EXPECT_TRUE(refine(market.lake(), market.options()));
}

TEST(Foreign, OnlyTheDatesThatChangedAreChecked) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, bars_of(kMonday, 270));
  market.put_bars("a", Interval::k1m, bars_of(kTuesday, 271));
  pass_off_as_foreign(market, "bronze.bars");
  GT_TEST_ASSIGN(const auto report, examine_foreign_commits(market.lake(), market.options()));
  ASSERT_EQ(report.reports.size(), 1U);
  EXPECT_EQ(report.reports[0].rows, 390);
}

TEST(Foreign, SilverThatAnotherProgramChangedIsGatedToo) {
  TinyMarket market;
  market.put_bars("a", Interval::k1m, bars_of(kMonday, 270));
  GT_TEST_ASSIGN(const auto refined, refine(market.lake(), market.options()));
  pass_off_as_foreign(market, "silver.bars_1m");
  GT_TEST_ASSIGN(const auto quality, check_quality(market.lake(), market.options()));
  ASSERT_EQ(foreign_loads(market).size(), 1U);
  EXPECT_EQ(foreign_loads(market)[0].dataset, "silver.bars_1m");
}

}  // namespace
}  // namespace goldtape::lake
