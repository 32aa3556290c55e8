// Tables from end to end: write, commit, read, prune, travel in time.
#include <gtest/gtest.h>

#include "goldtape/table/fsck.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

using test::BarRow;
using test::LakeTest;

const BarRow kA1{"1m", "AAPL", 18000, 100, 1.5, 15'000};
const BarRow kA2{"1m", "AAPL", 18001, 200, 2.5, std::nullopt};
const BarRow kB1{"1m", "BRK B/A", 18000, 100, 300.25, 3'002'500};
const BarRow kD1{"1d", "NA", 18000, 0, 7.0, -70'000};

class LakeEndToEnd : public LakeTest {
 protected:
  void expect_clean() const {
    const auto report = fsck_table(load_bars(), {.deep = true});
    ASSERT_TRUE(report.has_value()) << report.error().to_string();
    for (const FsckFinding& finding : report->findings)
      ADD_FAILURE() << finding.check << ": " << finding.message;
  }
};

TEST_F(LakeEndToEnd, ANewTableIsEmpty) {
  const Table table = create_bars();
  EXPECT_FALSE(table.current_snapshot_id().has_value());
  EXPECT_TRUE(read_bars().empty());
  EXPECT_EQ(count_rows(table), 0);
  EXPECT_EQ(catalog_->create_table({"bronze", "bars"}, test::bars_spec()).error().code, 4012);
  EXPECT_EQ(catalog_->load("bronze.bar").error().code, 4011);
  EXPECT_NE(catalog_->load("bronze.bar").error().message.find("bronze.bars"), std::string::npos);
}

TEST_F(LakeEndToEnd, WhatIsAppendedIsReadBack) {
  create_bars();
  append({kA2, kB1, kA1, kD1});
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kA2, kB1, kD1}));
  EXPECT_EQ(count_rows(load_bars()), 4);
  const auto files = load_bars().data_files();
  ASSERT_TRUE(files.has_value());
  EXPECT_EQ(files->size(), 3U);  // (1m, 18000), (1m, 18001), (1d, 18000)
  expect_clean();
}

TEST_F(LakeEndToEnd, TwoSpecsLiveInOneTableAndBothPrune) {
  create_bars();
  append({kA1, kB1});
  append({kA2}, 1);
  append({kD1}, 1);
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kA2, kB1, kD1}));
  const auto plan = plan_scan(load_bars(), {.filter = equal_to("date", literal("2019-04-14"))});
  ASSERT_TRUE(plan.has_value()) << plan.error().to_string();  // 18000 is 2019-04-14
  EXPECT_EQ(plan->stats.manifests_total, 3);
  EXPECT_EQ(plan->stats.manifests_read, 2);
  EXPECT_EQ(read_bars({.filter = equal_to("ticker", literal("AAPL"))}), (std::vector<BarRow>{kA1, kA2}));
  const auto by_ticker = plan_scan(load_bars(), {.filter = equal_to("ticker", literal("NA"))});
  EXPECT_EQ(by_ticker->stats.files_matched, 1);
  EXPECT_TRUE(by_ticker->tasks[0].residual.is_always_true());
  expect_clean();
}

TEST_F(LakeEndToEnd, PartitionPathsAreEncoded) {
  create_bars();
  append({kB1}, 1);
  const auto files = load_bars().data_files();
  EXPECT_NE(files->at(0).path.find("/data/interval=1m/ticker=BRK+B%2FA/date=2019-04-14/"), std::string::npos)
      << files->at(0).path;
}

TEST_F(LakeEndToEnd, FiltersReadOnlyMatchingRows) {
  create_bars();
  append({kA1, kA2, kB1, kD1});
  EXPECT_EQ(read_bars({.filter = greater("close", 2.0) && less_equal("close", 7.0)}),
            (std::vector<BarRow>{kA2, kD1}));
  EXPECT_EQ(read_bars({.filter = is_null("price")}), (std::vector<BarRow>{kA2}));
  EXPECT_EQ(read_bars({.filter = equal_to("price", literal("-7"))}), (std::vector<BarRow>{kD1}));
  EXPECT_EQ(read_bars({.filter = in("ticker", {literal("NA"), literal("BRK B/A"), literal("ZZZ")})}),
            (std::vector<BarRow>{kB1, kD1}));
  EXPECT_EQ(read_bars({.filter = !(equal_to("interval", literal("1m")) || is_null("price"))}),
            (std::vector<BarRow>{kD1}));
  EXPECT_EQ(read(load_bars(), {.filter = equal_to("tickr", literal("A"))}).error().code, 4031);
}

TEST_F(LakeEndToEnd, ProjectionKeepsTheOrderAskedForAndTheFilterColumnsOut) {
  create_bars();
  append({kA1, kB1});
  const auto rows =
      read(load_bars(), {.filter = equal_to("ticker", literal("AAPL")), .columns = {"price", "ts"}});
  ASSERT_TRUE(rows.has_value()) << rows.error().to_string();
  EXPECT_EQ((*rows)->schema()->field_names(), (std::vector<std::string>{"price", "ts"}));
  EXPECT_EQ((*rows)->num_rows(), 1);
}

TEST_F(LakeEndToEnd, TimeTravelByIdAndByTime) {
  create_bars();
  const Timestamp before = clock_->now() - std::chrono::seconds(1);
  const std::int64_t first = append({kA1});
  const Timestamp between = clock_->now() - std::chrono::milliseconds(1);
  append({kA2});
  EXPECT_EQ(read_bars({.snapshot_id = first}), (std::vector<BarRow>{kA1}));
  EXPECT_EQ(read_bars({.as_of = between}), (std::vector<BarRow>{kA1}));
  EXPECT_EQ(read_bars({.as_of = clock_->now()}), (std::vector<BarRow>{kA1, kA2}));
  EXPECT_EQ(read(load_bars(), {.as_of = before}).error().code, 4015);
  EXPECT_EQ(read(load_bars(), {.snapshot_id = 1}).error().code, 4015);
}

TEST_F(LakeEndToEnd, DeleteRewritesOnlyTheFilesThatMatchInPart) {
  create_bars();
  append({kA1, kB1, kD1});
  const Expression filter = equal_to("ticker", literal("AAPL"));
  const auto rewrite = plan_delete(load_bars(), filter);
  ASSERT_TRUE(rewrite.has_value()) << rewrite.error().to_string();
  EXPECT_EQ(rewrite->rows_deleted, 1);
  EXPECT_EQ(rewrite->removed.size(), 1U);
  EXPECT_EQ(rewrite->added.size(), 1U);
  Commit commit(*catalog_);
  commit.replace(load_bars(), rewrite->removed, rewrite->added, {.planned_from = filter});
  const auto result = commit.run();
  ASSERT_TRUE(result.has_value()) << result.error().to_string();
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kB1, kD1}));
  const Snapshot& snapshot = *result->tables[0].table.metadata().current_snapshot();
  EXPECT_EQ(snapshot.operation, "overwrite");
  EXPECT_EQ(snapshot.summary.at("total-records"), "2");
  EXPECT_EQ(snapshot.summary.at("deleted-records"), "2");
  EXPECT_EQ(snapshot.summary.at("added-records"), "1");
  expect_clean();
}

TEST_F(LakeEndToEnd, AWhollyMatchingFileIsDroppedWithoutReadingIt) {
  create_bars();
  append({kA1, kA2, kD1});
  const auto rewrite = plan_delete(load_bars(), equal_to("date", literal("2019-04-15")));
  EXPECT_EQ(rewrite->removed.size(), 1U);
  EXPECT_TRUE(rewrite->added.empty());
  Commit commit(*catalog_);
  commit.replace(load_bars(), rewrite->removed, rewrite->added);
  EXPECT_EQ(commit.run()->tables[0].table.metadata().current_snapshot()->operation, "delete");
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kD1}));
  expect_clean();
}

TEST_F(LakeEndToEnd, OverwriteByPartitionReplacesThosePartitionsOnly) {
  create_bars();
  append({kA1, kB1, kA2});
  BarRow changed = kA1;
  changed.close = 99.0;
  const auto rewrite = plan_overwrite_partitions(load_bars(), test::bars_table({changed}));
  ASSERT_TRUE(rewrite.has_value()) << rewrite.error().to_string();
  Commit commit(*catalog_);
  commit.replace(load_bars(), rewrite->removed, rewrite->added);
  ASSERT_TRUE(commit.run());
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{changed, kA2}));
  expect_clean();
}

TEST_F(LakeEndToEnd, RollbackMakesAnEarlierSnapshotCurrent) {
  create_bars();
  const std::int64_t first = append({kA1});
  append({kA2});
  Commit commit(*catalog_);
  commit.set_current_snapshot(load_bars(), first);
  ASSERT_TRUE(commit.run());
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1}));
  append({kB1});
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kB1}));
  EXPECT_EQ(load_bars().history().size(), 2U);
  expect_clean();
}

TEST_F(LakeEndToEnd, AnAddedColumnIsNullInOldFiles) {
  create_bars();
  const std::int64_t before = append({kA1});
  Commit commit(*catalog_);
  commit.add_column(load_bars(), "halted", {.id = TypeId::kBoolean}, "trading was halted");
  ASSERT_TRUE(commit.run());
  append({kB1});
  EXPECT_EQ(load_bars().schema().find("halted")->id, 7);
  const auto rows = read(load_bars(), {.columns = {"halted", "ticker"}});
  ASSERT_TRUE(rows.has_value()) << rows.error().to_string();
  EXPECT_EQ((*rows)->num_rows(), 2);
  EXPECT_EQ((*rows)->column(0)->null_count(), 2);
  EXPECT_EQ((*read(load_bars(), {.snapshot_id = before}))->num_columns(), 6);
  Commit again(*catalog_);
  again.add_column(load_bars(), "halted", {.id = TypeId::kBoolean}, "");
  EXPECT_EQ(again.run().error().code, 4030);
  expect_clean();
}

TEST_F(LakeEndToEnd, RenameAndDropAndRegister) {
  create_bars();
  append({kA1});
  ASSERT_TRUE(catalog_->rename_table({"bronze", "bars"}, {"old", "bars"}));
  EXPECT_EQ(catalog_->list_tables()->at(0).to_string(), "old.bars");
  const std::string location = catalog_->load("old.bars")->metadata_location();
  EXPECT_EQ(catalog_->drop_namespace("old").error().code, 4014);
  ASSERT_TRUE(catalog_->drop_table({"old", "bars"}));
  EXPECT_EQ(catalog_->drop_table({"old", "bars"}).error().code, 4011);
  ASSERT_TRUE(catalog_->drop_namespace("old"));
  ASSERT_TRUE(catalog_->register_table({"bronze", "bars"}, location));
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1}));
}

}  // namespace
}  // namespace goldtape::table
