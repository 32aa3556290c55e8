// Delete files: which rows they take out, by the spec's sequence numbers, and what writers do about them.
#include <filesystem>

#include <gtest/gtest.h>

#include "goldtape/table/delete_file.h"
#include "goldtape/table/delete_writer.h"
#include "goldtape/table/fsck.h"
#include "goldtape/table/location.h"
#include "goldtape/table/parquet_writer.h"
#include "goldtape/table/relocate.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

using test::BarRow;

const BarRow kA1{"1m", "AAPL", 18000, 100, 1.5, 15'000};
const BarRow kA2{"1m", "AAPL", 18000, 200, 2.5, std::nullopt};
const BarRow kA3{"1m", "AAPL", 18000, 300, 3.5, 35'000};
const BarRow kB1{"1m", "BRK", 18000, 100, 300.25, 3'002'500};
const BarRow kC1{"1m", "AAPL", 18001, 400, 4.5, std::nullopt};

class DeleteTest : public test::LakeTest {
 protected:
  DeleteTest() { create_bars(); }

  void commit(const Rewrite& rewrite, ChangeOptions options = {}) const {
    Commit commit(*catalog_);
    commit.replace(load_bars(), rewrite.removed, rewrite.added, std::move(options));
    const auto result = commit.run();
    ASSERT_TRUE(result.has_value()) << result.error().to_string();
    clock_->advance(std::chrono::seconds(1));
  }

  void delete_rows(const Expression& filter, DeleteMode mode = DeleteMode::kMergeOnRead) const {
    const auto rewrite = plan_delete(load_bars(), filter, mode);
    ASSERT_TRUE(rewrite.has_value()) << rewrite.error().to_string();
    commit(*rewrite, {.planned_from = filter});
  }

  /// Commits an equality delete of the rows' values in some columns, of one partition.
  void delete_equal(const std::vector<BarRow>& rows, const std::vector<int>& columns,
                    PartitionTuple partition, std::int32_t spec_id = 0) const {
    const Table table = load_bars();
    const auto whole = test::bars_table(rows);
    Schema keys;
    DataFile description;
    arrow::ChunkedArrayVector values;
    for (const int i : columns) {
      keys.fields.push_back(table.schema().fields[static_cast<std::size_t>(i)]);
      description.equality_ids.push_back(keys.fields.back().id);
      values.push_back(whole->column(i));
    }
    const std::string path = folder_ + "/bronze/bars/data/" + new_uuid() + ".parquet";
    auto file = write_parquet(*filesystem_, path, keys, *arrow::Table::Make(to_arrow(keys), values));
    ASSERT_TRUE(file.has_value()) << file.error().to_string();
    file->content = FileContent::kEqualityDeletes;
    file->equality_ids = description.equality_ids;
    file->spec_id = spec_id;
    file->partition = std::move(partition);
    Commit commit(*catalog_);
    commit.append(table, {*file});
    const auto result = commit.run();
    ASSERT_TRUE(result.has_value()) << result.error().to_string();
    clock_->advance(std::chrono::seconds(1));
  }

  [[nodiscard]] std::size_t live_delete_files() const { return live_deletes(load_bars())->size(); }

  void expect_clean(std::int64_t rows) const {
    const auto report = fsck_table(load_bars(), {.deep = true});
    ASSERT_TRUE(report.has_value()) << report.error().to_string();
    for (const FsckFinding& finding : report->findings)
      if (finding.is_error) ADD_FAILURE() << finding.check << ": " << finding.message;
    EXPECT_EQ(report->rows, rows);
    EXPECT_EQ(count_rows(load_bars()), rows);
  }
};

const PartitionTuple kDay{std::string("1m"), std::int32_t{18000}};

TEST_F(DeleteTest, PositionDeletesTakeRowsOut) {
  append({kA1, kA2, kA3, kB1});
  append({kC1});
  delete_rows(equal_to("ts", std::int64_t{200}));
  EXPECT_EQ(live_delete_files(), 1U);
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kA3, kC1, kB1}));
  EXPECT_EQ(read_bars({.filter = equal_to("ticker", literal("AAPL"))}), (std::vector<BarRow>{kA1, kA3, kC1}));
  EXPECT_TRUE(read_bars({.filter = equal_to("ts", std::int64_t{200})}).empty());
  expect_clean(4);
  const Snapshot& snapshot = *load_bars().metadata().current_snapshot();
  EXPECT_EQ(snapshot.operation, "delete");
  EXPECT_EQ(snapshot.summary.at("total-delete-files"), "1");
  EXPECT_EQ(snapshot.summary.at("total-position-deletes"), "1");
  EXPECT_EQ(snapshot.summary.at("total-records"), "5");
}

// As DuckDB writes them once the spec was changed: of the new spec, with the values of another partition.
TEST_F(DeleteTest, PositionDeletesThatNameTheirFileApplyWhateverPartitionTheyClaim) {
  append({kA1, kA2, kB1});
  append({kC1});
  const auto plan = plan_scan(load_bars(), {.filter = equal_to("date", literal(from_days(18'000)))});
  ASSERT_EQ(plan->tasks.size(), 1U);
  auto deletes = write_position_deletes(load_bars(), plan->tasks[0].file, {1});
  ASSERT_TRUE(deletes.has_value()) << deletes.error().to_string();
  const std::string path = deletes->referenced_data_file;
  ASSERT_FALSE(path.empty());
  deletes->referenced_data_file.clear();
  deletes->lower_bounds = {};
  deletes->upper_bounds = {};
  deletes->lower_bounds.set(2147483646, path);  // _file
  deletes->upper_bounds.set(2147483646, path);
  deletes->spec_id = 1;
  deletes->partition = {std::string("1m"), std::string("ZZZ"), std::int32_t{18'001}};
  commit({.removed = {}, .added = {*deletes}});
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kC1, kB1}));
  EXPECT_EQ(read_bars({.filter = equal_to("date", literal(from_days(18'000)))}),
            (std::vector<BarRow>{kA1, kB1}));
  expect_clean(3);
  delete_rows(equal_to("ticker", literal("BRK")), DeleteMode::kCopyOnWrite);
  EXPECT_EQ(live_delete_files(), 0U) << "it goes with its file";
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kC1}));
}

TEST_F(DeleteTest, ASecondDeleteOfTheSameRowCountsOnce) {
  append({kA1, kA2, kA3});
  delete_rows(equal_to("ts", std::int64_t{200}));
  const auto again = plan_delete(load_bars(), less_equal("ts", std::int64_t{200}), DeleteMode::kMergeOnRead);
  EXPECT_EQ(again->rows_deleted, 1);
  commit(*again);
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA3}));
  expect_clean(1);
}

TEST_F(DeleteTest, EqualityDeletesTakeOutOnlyOlderRowsOfTheirPartition) {
  append({kA1, kA2, kB1, kC1});
  delete_equal({kA1, kA2}, {1, 3}, kDay);  // ticker, ts
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kC1, kB1}));
  append({kA1});  // Put in again: the delete is older.
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kC1, kB1}));
  expect_clean(3);
}

TEST_F(DeleteTest, EqualityDeletesCompareNullWithNull) {
  append({kA1, kA2, kA3, kC1});
  delete_equal({kA2}, {5}, kDay);  // price IS NULL, of that day only
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kA3, kC1}));
  expect_clean(3);
}

TEST_F(DeleteTest, AnEqualityDeleteOfAnUnpartitionedSpecIsOfAllPartitions) {
  append({kA1, kA2, kB1, kC1});
  Commit evolve(*catalog_);
  evolve.add_spec(load_bars(), {}, false);
  ASSERT_TRUE(evolve.run());
  delete_equal({kA1}, {1}, {}, 2);
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kB1}));
  expect_clean(1);
}

TEST_F(DeleteTest, DeletesOfAColumnThatIsNotReadStillApply) {
  append({kA1, kA2, kB1});
  delete_equal({kB1}, {1}, kDay);
  const auto rows = read(load_bars(), {.columns = {"close"}});
  ASSERT_TRUE(rows.has_value()) << rows.error().to_string();
  EXPECT_EQ((*rows)->num_rows(), 2);
  EXPECT_EQ((*rows)->num_columns(), 1);
}

TEST_F(DeleteTest, OlderSnapshotsAreReadWithoutLaterDeletes) {
  const std::int64_t before = append({kA1, kA2});
  delete_rows(equal_to("ts", std::int64_t{200}));
  EXPECT_EQ(read_bars({.snapshot_id = before}), (std::vector<BarRow>{kA1, kA2}));
}

TEST_F(DeleteTest, RewritingAFileAppliesItsDeletesAndRemovesThem) {
  append({kA1, kA2, kA3, kB1});
  append({kC1});
  delete_rows(equal_to("ts", std::int64_t{200}));
  delete_equal({kB1}, {1}, kDay);
  EXPECT_EQ(live_delete_files(), 2U);
  delete_rows(equal_to("ts", std::int64_t{300}), DeleteMode::kCopyOnWrite);
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kC1}));
  EXPECT_EQ(live_delete_files(), 0U);
  expect_clean(2);
  const Snapshot& snapshot = *load_bars().metadata().current_snapshot();
  EXPECT_EQ(snapshot.summary.at("removed-delete-files"), "2");
  EXPECT_EQ(snapshot.summary.at("total-position-deletes"), "0");
  EXPECT_EQ(snapshot.summary.at("total-equality-deletes"), "0");
}

TEST_F(DeleteTest, DroppingAFileCountsItsLiveRows) {
  append({kA1, kA2, kA3});
  delete_rows(equal_to("ts", std::int64_t{200}));
  const auto rewrite = plan_delete(load_bars(), equal_to("date", literal(from_days(18000))));
  EXPECT_EQ(rewrite->rows_deleted, 2);
  commit(*rewrite);
  EXPECT_EQ(live_delete_files(), 0U);
  expect_clean(0);
}

TEST_F(DeleteTest, AFileThatGotDeletesMeanwhileIsNotReplaced) {
  append({kA1, kA2, kA3});
  const Table stale = load_bars();
  const auto rewrite = plan_delete(stale, equal_to("ts", std::int64_t{100}));
  delete_rows(equal_to("ts", std::int64_t{300}));
  Commit late(*catalog_);
  late.replace(stale, rewrite->removed, rewrite->added);
  EXPECT_EQ(late.run().error().code, 4010);
  EXPECT_EQ(read_bars(), (std::vector<BarRow>{kA1, kA2}));
}

TEST_F(DeleteTest, ADeleteFileThatIsDamagedIsAnErrorThatNamesIt) {
  append({kA1, kA2});
  delete_rows(equal_to("ts", std::int64_t{200}));
  const std::string path = live_deletes(load_bars())->at(0)->path();
  ASSERT_TRUE(filesystem_->remove(path));
  const auto rows = read(load_bars());
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code, 4025);
  EXPECT_EQ(rows.error().where, path);
  EXPECT_FALSE(fsck_table(load_bars())->is_clean());
}

TEST_F(DeleteTest, DeletionVectorsAreRefusedByName) {
  append({kA1, kA2});
  DataFile vector = load_bars().data_files()->at(0);
  vector.content = FileContent::kPositionDeletes;
  vector.format = "PUFFIN";
  vector.path += ".puffin";
  Commit commit(*catalog_);
  commit.append(load_bars(), {vector});
  ASSERT_TRUE(commit.run());
  const auto rows = read(load_bars());
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code, 4401);
  EXPECT_NE(rows.error().message.find("deletion vectors"), std::string::npos);
}

/// What a table says of itself at another place, all of it copied there but what relocate_table writes.
TEST_F(DeleteTest, ATableIsMovedWithItsDeleteFiles) {
  namespace fs = std::filesystem;
  append({kA1, kA2, kA3, kB1});
  append({kC1});
  delete_rows(equal_to("ts", std::int64_t{200}));
  delete_equal({kB1}, {1, 3}, kDay);
  const auto before = read_bars();
  ASSERT_EQ(before, (std::vector<BarRow>{kA1, kA3, kC1}));
  const std::string there = folder_ + "-moved";
  fs::create_directories(there + "/bronze/bars/data");
  const auto data = plan_scan(load_bars(), {});
  for (const ScanTask& task : data->tasks) {
    const std::string path = *to_path(task.file.path);
    const std::string target = there + path.substr(folder_.size());
    fs::create_directories(fs::path(target).parent_path());
    fs::copy_file(path, target);
  }
  const Table table = load_bars();
  const Relocation relocation{.from = folder_, .to = there};
  const auto moved = relocate_table(table.metadata(), table.metadata_location(), relocation, filesystem_);
  ASSERT_TRUE(moved.has_value()) << moved.error().to_string();
  EXPECT_EQ(moved->files_outside, 0);
  fs::rename(folder_ + "/bronze", folder_ + "/away");  // Nothing may lead there.
  const Table at_the_new_place(table.name(), moved->metadata_location,
                               std::make_shared<const TableMetadata>(moved->metadata), filesystem_);
  const auto rows = table::read(at_the_new_place, ScanOptions{});
  ASSERT_TRUE(rows.has_value()) << rows.error().to_string();
  EXPECT_EQ(test::bar_rows(**rows), before);
  const auto report = fsck_table(at_the_new_place, {.deep = true});
  EXPECT_TRUE(report->is_clean());
  fs::remove_all(there);
}

TEST_F(DeleteTest, ATableThatWasMovedByHandIsPutRightWithItsDeleteFiles) {
  namespace fs = std::filesystem;
  append({kA1, kA2, kA3, kB1});
  delete_rows(equal_to("ts", std::int64_t{200}));
  const auto before = read_bars();
  const Table table = load_bars();
  const std::string there = folder_ + "-moved";
  fs::create_directories(there);
  fs::rename(folder_ + "/bronze", there + "/bronze");
  const Relocation relocation{.from = folder_, .to = there, .moved_already = true};
  for (int again = 0; again < 2; ++again) {  // As after a kill before the pointers were set.
    const auto moved = relocate_table(table.metadata(), table.metadata_location(), relocation, filesystem_);
    ASSERT_TRUE(moved.has_value()) << moved.error().to_string();
    const Table put_right(table.name(), moved->metadata_location,
                          std::make_shared<const TableMetadata>(moved->metadata), filesystem_);
    EXPECT_EQ(test::bar_rows(**table::read(put_right, ScanOptions{})), before);
  }
  fs::remove_all(there);
}

}  // namespace
}  // namespace goldtape::table
