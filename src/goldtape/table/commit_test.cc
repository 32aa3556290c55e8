// Commits against other writers and against failing disks.
#include "goldtape/table/commit.h"

#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "goldtape/io/faulty_filesystem.h"
#include "goldtape/store/load_audit.h"
#include "goldtape/store/schema.h"
#include "goldtape/table/fsck.h"
#include "goldtape/table/location.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

using test::BarRow;

BarRow bar(int i) { return {"1m", "T" + std::to_string(i % 7), 18'000 + i % 3, i, 1.0 + i, i}; }

class CommitTest : public test::LakeTest {
 protected:
  std::vector<DataFile> write(const Table& table, const std::vector<BarRow>& rows) const {
    DataWriter writer(table);
    auto files = writer.write(test::bars_table(rows));
    EXPECT_TRUE(files.has_value()) << files.error().to_string();
    return *files;
  }
  std::set<std::string> files_on_disk() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ + "/bronze")) {
      if (entry.is_regular_file()) names.insert(entry.path());
    }
    return names;
  }
};

TEST_F(CommitTest, SeveralTablesAndOpsRowsChangeTogetherOrNotAtAll) {
  const Table bars = create_bars();
  const Table other = *catalog_->create_table({"bronze", "other"}, test::bars_spec());
  const auto run = [&](bool ops_fail) {
    Commit commit(*catalog_);
    commit.append(bars, write(bars, {bar(1)}));
    commit.append(other, write(other, {bar(2)}));
    commit.with_ops([&](store::Transaction& transaction, const CommitResult& result) -> Status {
      EXPECT_EQ(result.tables.size(), 2U);
      GT_RETURN_IF_ERROR(
          store::set_meta(transaction, "snapshot", std::to_string(*result.snapshot_id({"bronze", "bars"}))));
      if (ops_fail) return fail(ErrorKind::kGateFailed, 3001, "the gate said no");
      return {};
    });
    return commit.run();
  };
  const auto before = files_on_disk();
  EXPECT_EQ(run(true).error().code, 3001);
  EXPECT_EQ(load_bars().metadata_location(), bars.metadata_location());
  EXPECT_EQ(*store::get_meta(*catalog_->database(), "snapshot"), std::nullopt);
  for (const std::string& file : files_on_disk()) {
    EXPECT_TRUE(before.contains(file) || file.ends_with(".parquet")) << "left behind: " << file;
  }
  const auto done = run(false);
  ASSERT_TRUE(done.has_value()) << done.error().to_string();
  EXPECT_EQ(count_rows(load_bars()), 1);
  EXPECT_EQ(count_rows(*catalog_->load("bronze.other")), 1);
  EXPECT_EQ(*store::get_meta(*catalog_->database(), "snapshot"),
            std::to_string(*load_bars().current_snapshot_id()));
}

TEST_F(CommitTest, NothingToChangeMakesNoSnapshot) {
  const Table bars = create_bars();
  Commit commit(*catalog_);
  commit.append(bars, {});
  bool ops_ran = false;
  commit.with_ops([&](store::Transaction&, const CommitResult& result) -> Status {
    ops_ran = true;
    EXPECT_FALSE(result.tables.at(0).snapshot_id.has_value());
    return {};
  });
  ASSERT_TRUE(commit.run());
  EXPECT_TRUE(ops_ran);
  EXPECT_EQ(load_bars().metadata_location(), bars.metadata_location());
}

TEST_F(CommitTest, AnAppendPlannedEarlierIsRebased) {
  const Table stale = create_bars();
  const auto files = write(stale, {bar(1)});
  append({bar(2)});
  Commit commit(*catalog_);
  commit.append(stale, files);
  const auto result = commit.run();
  ASSERT_TRUE(result.has_value()) << result.error().to_string();
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{bar(1), bar(2)}));
  EXPECT_EQ(load_bars().metadata().last_sequence_number, 2);
}

TEST_F(CommitTest, WhatWasPlannedFromChangedRowsIsAConflict) {
  create_bars();
  append({bar(1)});
  const Table stale = load_bars();
  const auto files = write(stale, {bar(8)});
  append({bar(2)});
  const auto commit_with = [&](const Expression& planned_from) {
    Commit commit(*catalog_);
    commit.append(stale, files, {.planned_from = planned_from});
    return commit.run();
  };
  const auto refused = commit_with(equal_to("ticker", literal("T2")));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, 4010);
  EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(commit_with(equal_to("ticker", literal("T5"))));  // Bounds of what was added say T2 only.
}

TEST_F(CommitTest, AFileCanBeReplacedOnlyOnce) {
  create_bars();
  append({bar(1), bar(8)});
  const Table stale = load_bars();
  const Rewrite rewrite = *plan_delete(stale, equal_to("ts", std::int64_t{1}));
  for (const bool first : {true, false}) {
    Commit commit(*catalog_);
    commit.replace(stale, rewrite.removed, rewrite.added);
    const auto result = commit.run();
    EXPECT_EQ(result.has_value(), first);
    EXPECT_EQ(first ? 0 : result.error().code, first ? 0 : 4010);
  }
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{bar(8)}));
}

TEST_F(CommitTest, ARollbackIsNotRebased) {
  create_bars();
  const std::int64_t first = append({bar(1)});
  const Table stale = load_bars();
  append({bar(2)});
  Commit commit(*catalog_);
  commit.set_current_snapshot(stale, first);
  EXPECT_EQ(commit.run().error().code, 4010);
}

TEST_F(CommitTest, ConcurrentWritersLoseNoRowAndKeepHistoryLinear) {
  create_bars();
  constexpr int kThreads = 4;
  constexpr int kCommits = 8;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      // A connection each, as separate processes would have.
      const auto catalog = open_catalog();
      for (int i = 0; i < kCommits; ++i) {
        const Table table = *catalog->load("bronze.bars");
        DataWriter writer(table);
        const auto files = writer.write(test::bars_table({bar(t * kCommits + i)}));
        Commit commit(*catalog);
        commit.append(table, *files);
        const auto result = commit.run();
        EXPECT_TRUE(result.has_value()) << result.error().to_string();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto rows = read_bars();
  EXPECT_EQ(rows.size(), static_cast<std::size_t>(kThreads * kCommits));
  std::set<std::int64_t> distinct;
  for (const BarRow& row : rows) distinct.insert(row.ts);
  EXPECT_EQ(distinct.size(), rows.size());
  EXPECT_EQ(load_bars().history().size(), rows.size());
  const auto report = fsck_table(load_bars(), {.deep = true});
  EXPECT_TRUE(report->findings.empty());  // No orphans: lost tries took their files back.
}

TEST_F(CommitTest, ManySmallCommitsHaveTheirManifestsMerged) {
  create_bars();
  const Table table = load_bars();
  for (int i = 0; i < 105; ++i) {
    Commit commit(*catalog_);
    commit.append(load_bars(), write(table, {bar(i)}));
    ASSERT_TRUE(commit.run());
  }
  const auto manifests = load_bars().manifests(*load_bars().metadata().current_snapshot());
  EXPECT_LT(manifests->size(), 20U);
  EXPECT_EQ(read_bars().size(), 105U);
  EXPECT_TRUE(fsck_table(load_bars(), {})->is_clean());
}

TEST_F(CommitTest, AClockThatJumpsBackKeepsTheLogInOrder) {
  create_bars();
  append({bar(1)});
  clock_->set(from_micros(1'000'000));
  append({bar(2)});
  const auto& log = load_bars().metadata().snapshot_log;
  EXPECT_GE(log[1].timestamp_ms, log[0].timestamp_ms);
}

// Every writing step of a commit fails in each way; afterwards the old state or the new one is there.
class CommitFaultTest : public CommitTest, public ::testing::WithParamInterface<io::FaultKind> {};

TEST_P(CommitFaultTest, AFailedStepLeavesTheOldStateOrTheNew) {
  create_bars();
  append({bar(1), bar(2)});
  const std::vector<BarRow> old_rows = read_bars();
  const std::vector<BarRow> new_rows = {bar(2), bar(5)};
  const auto attempt = [&](const std::shared_ptr<io::FileSystem>& filesystem) -> Status {
    const auto catalog = open_catalog(filesystem);
    GT_ASSIGN(const Table table, catalog->load("bronze.bars"));
    const Expression gone = equal_to("ts", std::int64_t{1});
    GT_ASSIGN(const Rewrite rewrite, plan_overwrite(table, gone, test::bars_table({bar(5)})));
    Commit commit(*catalog);
    commit.replace(table, rewrite.removed, rewrite.added, {.planned_from = gone});
    auto result = commit.run();
    if (result) return {};
    discard(table, rewrite);
    return std::unexpected<Error>(result.error());
  };
  bool succeeded = false;
  for (std::uint64_t step = 1; !succeeded; ++step) {
    ASSERT_LT(step, 200U) << "the fault never lay behind the last step";
    const auto faulty =
        std::make_shared<io::FaultyFileSystem>(filesystem_, io::Fault{GetParam(), step, false, ""});
    const Status done = attempt(faulty);
    succeeded = done.has_value();
    const std::vector<BarRow> rows = read_bars();
    EXPECT_EQ(rows, succeeded ? new_rows : old_rows) << "after step " << step;
    const auto report = fsck_table(load_bars(), {.deep = true});
    ASSERT_TRUE(report.has_value());
    EXPECT_TRUE(report->is_clean()) << "after step " << step << ": " << report->findings[0].message;
    EXPECT_TRUE(succeeded || faulty->steps() >= step);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, CommitFaultTest,
                         ::testing::Values(io::FaultKind::kNoSpace, io::FaultKind::kIoError,
                                           io::FaultKind::kIoErrorAfter));

TEST_F(CommitTest, ADatabaseThatRefusesLeavesTheTableAsItWas) {
  const Table bars = create_bars();
  const auto held = store::Database::open(place_.where());
  auto blocker = (*held)->begin();
  ASSERT_TRUE(blocker->execute("UPDATE iceberg_tables SET iceberg_type = 'TABLE'"));
  auto impatient = store::Database::open(place_.where(), {.busy_timeout_ms = 10});
  SqlCatalog catalog({*impatient, filesystem_, clock_, folder_});
  Commit commit(catalog);
  const auto files = write(bars, {bar(1)});
  commit.append(bars, files);
  const auto before = files_on_disk();
  EXPECT_EQ(commit.run().error().code, 4002);
  EXPECT_EQ(files_on_disk(), before);
}

}  // namespace
}  // namespace goldtape::table
