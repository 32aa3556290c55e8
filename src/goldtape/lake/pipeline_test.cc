#include "goldtape/lake/pipeline.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "goldtape/lake/tiny_test_market.h"
#include "goldtape/lake/value_ranges.h"
#include "goldtape/store/quality_result.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {
namespace {

using model::Interval;
using namespace std::chrono_literals;

const Date kMonday{2019y / 2 / 11};
const Date kTuesday{2019y / 2 / 12};

/// Two tickers, two sessions, a file for each, and their daily bars.
void fill(TinyMarket& market) {
  for (const char* ticker : {"QQQ", "SPY"}) {
    for (Date date : {kMonday, kTuesday}) {
      std::vector<model::Bar> bars;
      for (int minute = 0; minute < 390; minute += 3)
        bars.push_back(minute_bar(ticker, date, minute, 100 + minute));
      market.put_bars("a", Interval::k1m, bars);
      market.put_bars("a", Interval::k1d, {day_bar(ticker, date, 100)});
    }
  }
}

TEST(Pipeline, RunsAllStepsAndThenNone) {
  TinyMarket market;
  fill(market);
  GT_TEST_ASSIGN(const auto first, run_pipeline(market.lake(), market.options()));
  EXPECT_FALSE(first.up_to_date());
  EXPECT_EQ(first.refine.minute_groups, 4);
  EXPECT_EQ(first.features.securities_computed, 4) << "two securities, minutes and days";
  const auto before = market.snapshots();
  GT_TEST_ASSIGN(const auto again, run_pipeline(market.lake(), market.options()));
  EXPECT_TRUE(again.up_to_date());
  EXPECT_EQ(market.snapshots(), before);
}

TEST(Pipeline, TellsWhereItStands) {
  TinyMarket market;
  fill(market);
  PipelineOptions options = market.options();
  std::vector<std::string> steps;
  options.progress = [&](const StepProgress& progress) {
    EXPECT_LE(progress.done, progress.total);
    if (steps.empty() || steps.back() != progress.step) steps.emplace_back(progress.step);
  };
  GT_TEST_ASSIGN(const auto report, run_pipeline(market.lake(), options));
  EXPECT_EQ(steps, (std::vector<std::string>{"find changes", "refine minutes", "refine days", "write days",
                                             "commit", "features 1m", "features 1d", "commit"}));
}

TEST(Compact, RowsStayAndNoStepRunsAgain) {
  TinyMarket market;
  fill(market);
  GT_TEST_ASSIGN(const auto refined, run_pipeline(market.lake(), market.options()));
  const auto bronze = market.texts("bronze.bars");
  const auto silver = market.texts("silver.bars_1m");
  GT_TEST_ASSIGN(const auto report, compact(market.lake(), market.options()));
  ASSERT_TRUE(report.tables.contains("bronze.bars"));
  EXPECT_EQ(report.tables.at("bronze.bars").files_before, 8);
  EXPECT_EQ(report.tables.at("bronze.bars").files_after, 3) << "two days of minutes, one year of days";
  EXPECT_EQ(report.tables.at("bronze.bars").rows, std::ssize(bronze));
  EXPECT_EQ(market.texts("bronze.bars"), bronze);
  EXPECT_EQ(market.texts("silver.bars_1m"), silver);
  EXPECT_EQ(market.table("bronze.bars").metadata().current_snapshot()->operation, "replace");
  GT_TEST_ASSIGN(const auto again, compact(market.lake(), market.options()));
  EXPECT_TRUE(again.tables.empty());
  GT_TEST_ASSIGN(const auto rerun, run_pipeline(market.lake(), market.options()));
  EXPECT_TRUE(rerun.up_to_date());
}

TEST(Compact, CutsLargePartitionsIntoFilesThatShareNoSecurity) {
  TinyMarket market;
  fill(market);
  GT_TEST_ASSIGN(const auto refined, run_pipeline(market.lake(), market.options()));
  const auto bronze = market.texts("bronze.bars");
  const auto silver = market.texts("silver.bars_1m");
  PipelineOptions options = market.options();
  options.compact_rows = 200;  // A day of bronze has 260 bars, a security 780 minutes in a month of silver.
  GT_TEST_ASSIGN(const auto report, compact(market.lake(), options));
  EXPECT_EQ(report.tables.at("bronze.bars").files_after, 5) << "a file a ticker and day, one year of days";
  EXPECT_EQ(report.tables.at("bronze.bars").rows, std::ssize(bronze));
  EXPECT_EQ(market.texts("bronze.bars"), bronze);
  EXPECT_EQ(market.texts("silver.bars_1m"), silver);
  for (const char* name : {"bronze.bars", "silver.bars_1m"}) {
    const auto table = market.table(name);
    GT_TEST_ASSIGN(const auto plan, table::plan_scan(table, {}));
    std::map<std::string, std::vector<table::ScanTask>> partitions;
    for (const auto& task : plan.tasks) partitions[task.path.substr(0, task.path.rfind('/'))].push_back(task);
    for (const auto& [partition, tasks] : partitions)
      EXPECT_TRUE(values_are_apart(*security_column(table), tasks)) << partition;
  }
  GT_TEST_ASSIGN(const auto again, compact(market.lake(), options));
  EXPECT_TRUE(again.tables.empty());
  GT_TEST_ASSIGN(const auto whole, compact(market.lake(), market.options()));
  EXPECT_EQ(whole.tables.at("bronze.bars").files_after, 2) << "and back into one a day";
  EXPECT_EQ(market.texts("bronze.bars"), bronze);
}

TEST(Compact, AppliesDeleteFilesAndLeavesNone) {
  TinyMarket market;
  fill(market);
  const table::Table bars = market.table("bronze.bars");
  const auto gone = table::less("close", 150.0) && table::equal_to("interval", table::literal("1m"));
  GT_TEST_ASSIGN(const auto rewrite, table::plan_delete(bars, gone, table::DeleteMode::kMergeOnRead));
  table::Commit commit(market.lake().catalog());
  commit.replace(bars, rewrite.removed, rewrite.added);
  GT_TEST_ASSIGN(const auto done, commit.run());
  GT_TEST_ASSIGN(const auto deletes, table::live_deletes(market.table("bronze.bars")));
  ASSERT_EQ(deletes.size(), 4U);
  GT_TEST_ASSIGN(const auto rows, table::count_rows(market.table("bronze.bars")));
  EXPECT_EQ(table::count_rows(bars).value() - rows, rewrite.rows_deleted);

  for (const std::int64_t compact_rows : {std::int64_t{100}, std::int64_t{1'000'000}}) {
    PipelineOptions options = market.options();
    options.compact_rows = compact_rows;
    GT_TEST_ASSIGN(const auto report, compact(market.lake(), options));
    GT_TEST_ASSIGN(const auto left, table::live_deletes(market.table("bronze.bars")));
    EXPECT_TRUE(left.empty());
    EXPECT_EQ(table::count_rows(market.table("bronze.bars")), rows);
  }
}

TEST(Compact, LeavesADayThatLasts) {
  TinyMarket market(calendar::xnys().find_session(kTuesday)->close - 1h);
  fill(market);
  GT_TEST_ASSIGN(const auto report, compact(market.lake(), market.options()));
  EXPECT_EQ(report.tables.at("bronze.bars").files_before, 6) << "Monday's minutes and the days";
}

TEST(CheckQuality, PassesAndIsRecorded) {
  TinyMarket market;
  fill(market);
  GT_TEST_ASSIGN(const auto refined, run_pipeline(market.lake(), market.options()));
  PipelineOptions options = market.options();
  options.run_id = "check";
  GT_TEST_ASSIGN(const auto report, check_quality(market.lake(), options));
  for (const quality::Report& table : report.reports) EXPECT_TRUE(table.passed()) << to_text(table);
  ASSERT_EQ(report.reports.size(), 3U);
  EXPECT_EQ(report.reports[0].rows, 4 * 130 + 4);
  EXPECT_EQ(report.reports[1].rows, 4 * 390);
  GT_TEST_ASSIGN(const auto recorded, store::list_quality_results(market.lake().database(), "check"));
  EXPECT_EQ(recorded.size(), quality::expectations("bronze.bars").size() +
                                 quality::expectations("silver.bars_1m").size() +
                                 quality::expectations("silver.bars_1d").size());
  EXPECT_TRUE(std::ranges::all_of(recorded, [](const auto& row) { return row.snapshot_id.has_value(); }));
  EXPECT_TRUE(report.recorded);
  GT_TEST_ASSIGN(const auto again, check_quality(market.lake(), options));
  EXPECT_FALSE(again.recorded) << "the same tables, the same outcomes";
  EXPECT_EQ(again.reports.size(), report.reports.size());
}

TEST(CheckQuality, FindsWhatWasPutPastTheGate) {
  TinyMarket market;
  fill(market);
  model::Bar bad = minute_bar("BAD", kMonday, 0, 10);
  bad.volume = -5;
  market.put_bars("a", Interval::k1m, {bad});
  GT_TEST_ASSIGN(const auto report, check_quality(market.lake(), market.options()));
  EXPECT_FALSE(report.critical_passed());
  const quality::Outcome* outcome = report.reports[0].find("volume_not_negative");
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->failed, 1);
  EXPECT_EQ(outcome->offenders[0].key, "BAD 2019-02-11T14:30:00Z");
}

}  // namespace
}  // namespace goldtape::lake
