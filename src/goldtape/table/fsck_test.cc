#include "goldtape/table/fsck.h"

#include <fstream>

#include <gtest/gtest.h>

#include "goldtape/table/location.h"
#include "goldtape/table/manifest_avro.h"
#include "goldtape/table/parquet_reader.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

class FsckTest : public test::LakeTest {
 protected:
  FsckTest() {
    create_bars();
    append({{"1m", "A", 18'000, 1, 1.5, 2}, {"1m", "B", 18'000, 2, 2.5, std::nullopt}});
  }
  std::string data_file() const { return *to_path(load_bars().data_files()->at(0).path); }
  std::string manifest() const {
    const Table table = load_bars();
    return *to_path(table.manifests(*table.metadata().current_snapshot())->at(0).path);
  }
  /// The checks that found something, orphans too.
  std::vector<std::string> found(bool deep = true) const {
    const auto report = fsck(*catalog_, {.deep = deep});
    EXPECT_TRUE(report.has_value()) << report.error().to_string();
    std::vector<std::string> checks;
    for (const FsckFinding& finding : report->findings) checks.push_back(finding.check);
    return checks;
  }
  void overwrite(const std::string& path, const std::string& bytes) const {
    ASSERT_TRUE(filesystem_->write(path, bytes, {.overwrite = true}));
  }
};

TEST_F(FsckTest, AWholeTableIsClean) {
  const auto report = fsck(*catalog_, {.deep = true});
  EXPECT_TRUE(report->findings.empty());
  EXPECT_EQ(report->rows, 2);
  EXPECT_EQ(report->data_files, 1);
  EXPECT_EQ(report->snapshots, 1);
}

TEST_F(FsckTest, FindsMissingAndCutFiles) {
  const std::string path = data_file();
  const std::string bytes = *filesystem_->read(path);
  overwrite(path, bytes.substr(0, bytes.size() - 1));
  EXPECT_EQ(found(false), std::vector<std::string>{"data_file"});
  ASSERT_TRUE(filesystem_->remove(path));
  EXPECT_EQ(found(false), std::vector<std::string>{"data_file"});
  EXPECT_EQ(read(load_bars()).error().code, 4025);
}

TEST_F(FsckTest, FindsADataFileThatWasReplacedByAnother) {
  const std::string path = data_file();
  const std::string bytes = *filesystem_->read(path);
  overwrite(path, std::string(bytes.size(), 'x'));
  EXPECT_EQ(found(false), std::vector<std::string>{"data_file"});
  // Same rows but one value, same size: only the deep check can see it.
  // (Checksums are numbers of variable length, so not every value gives a file of that size.)
  std::string other;
  for (int price = 9; price < 200 && other.size() != bytes.size(); ++price) {
    const std::string name = folder_ + "/other" + std::to_string(price);
    const auto rows = test::bars_table(
        {{"1m", "A", 18'001, 1, 1.5, 2}, {"1m", "B", 18'001, 2, static_cast<double>(price), {}}});
    ASSERT_TRUE(write_parquet(*filesystem_, name, load_bars().schema(), *rows, {}));
    other = *filesystem_->read(name);
  }
  ASSERT_EQ(other.size(), bytes.size());
  overwrite(path, other);
  EXPECT_TRUE(found(false).empty());
  const auto deep = found(true);
  EXPECT_GE(deep.size(), 3U);  // date and close out of bounds, the wrong partition
  EXPECT_EQ(deep[0], "bounds");
}

TEST_F(FsckTest, FindsABrokenManifestAndAMissingList) {
  const std::string path = manifest();
  std::string bytes = *filesystem_->read(path);
  bytes[bytes.size() - 20] = static_cast<char>(bytes[bytes.size() - 20] ^ 0x55);
  overwrite(path, bytes);
  EXPECT_EQ(found().at(0), "manifest");
  EXPECT_FALSE(read(load_bars()).has_value());
  ASSERT_TRUE(filesystem_->remove(*to_path(load_bars().metadata().current_snapshot()->manifest_list)));
  EXPECT_EQ(found().at(0), "manifest_list");
}

TEST_F(FsckTest, ABrokenMetadataFileIsAFindingOfItsTable) {
  overwrite(*to_path(load_bars().metadata_location()), "{");
  const auto fresh = open_catalog();
  const auto report = fsck(*fresh, {});
  ASSERT_EQ(report->findings.size(), 1U);
  EXPECT_EQ(report->findings[0].check, "metadata");
  EXPECT_FALSE(report->is_clean());
}

TEST_F(FsckTest, ListsOrphansWithoutCallingThemErrors) {
  overwrite(folder_ + "/bronze/bars/data/stray.parquet", "x");
  const auto report = fsck(*catalog_, {});
  ASSERT_EQ(report->findings.size(), 1U);
  EXPECT_EQ(report->findings[0].check, "orphan");
  EXPECT_TRUE(report->is_clean());
}

// ---- single files ----

TEST_F(FsckTest, MetricsOfAFooterAreThoseOfTheWriter) {
  const DataFile written = load_bars().data_files()->at(0);
  DataFile read_back = *parquet_metrics(filesystem_, data_file(), load_bars().schema());
  EXPECT_EQ(read_back.lower_bounds, written.lower_bounds);
  EXPECT_EQ(read_back.upper_bounds, written.upper_bounds);
  EXPECT_EQ(read_back.null_value_counts, written.null_value_counts);
  EXPECT_EQ(read_back.value_counts, written.value_counts);
  EXPECT_EQ(read_back.split_offsets, written.split_offsets);
  EXPECT_EQ(read_back.record_count, 2);
  EXPECT_EQ(std::get<arrow::Decimal128>(
                *from_bytes(*written.lower_bounds.find(6), load_bars().schema().find(6)->type)),
            arrow::Decimal128(2));
}

TEST_F(FsckTest, LongStringsHaveBoundsThatAreShortAndTrue) {
  const std::string long_name = "a very long ticker name é";
  append({{"1m", long_name, 18'000, 3, 1.0, 1}});
  const std::vector<DataFile> files = *load_bars().data_files();
  for (const DataFile& file : files) {
    const std::string& lower = *file.lower_bounds.find(2);
    const std::string& upper = *file.upper_bounds.find(2);
    EXPECT_LE(upper.size(), 16U);
    if (file.record_count == 1) {
      EXPECT_LT(lower, long_name);
      EXPECT_GT(upper, long_name);
    }
  }
  EXPECT_EQ(read_bars({.filter = equal_to("ticker", literal(long_name))}).size(), 1U);
  EXPECT_TRUE(found().empty());
}

TEST_F(FsckTest, RowGroupsAreSkippedByTheirStatistics) {
  std::vector<test::BarRow> rows;
  for (int i = 0; i < 300; ++i) rows.push_back({"1m", "A", 18'000, i, 1.0 * i, i});
  const std::string path = folder_ + "/grouped";
  ASSERT_TRUE(write_parquet(*filesystem_, path, load_bars().schema(), *test::bars_table(rows),
                            {.row_group_rows = 100}));
  const Schema schema = load_bars().schema();
  const auto filter = BoundExpression::bind(greater_equal("ts", std::int64_t{250}), schema);
  // The first row group's bytes are spoiled: who reads them sees it.
  std::string bytes = *filesystem_->read(path);
  for (std::size_t i = 4; i < 200; ++i) bytes[i] = static_cast<char>(~bytes[i]);
  overwrite(path, bytes);
  const auto some = read_parquet(
      filesystem_, {.path = path, .projection = schema, .table_schema = schema, .filter = *filter});
  ASSERT_TRUE(some.has_value()) << some.error().to_string();
  EXPECT_EQ((*some)->num_rows(), 50);
  const auto all =
      read_parquet(filesystem_, {.path = path, .projection = schema, .table_schema = schema, .filter = {}});
  EXPECT_EQ(all.error().code, 4025);
}

TEST_F(FsckTest, WrongRowsAreRefusedBeforeAFileIsMade) {
  DataWriter writer(load_bars());
  const auto rows = test::bars_table({{"1m", "A", 18'000, 1, 1.0, 1}});
  EXPECT_EQ(writer.write(*rows->RemoveColumn(0)).error().code, 4030);
  EXPECT_EQ(
      writer.write(*rows->RenameColumns({"interval", "ticker", "date", "ts", "close", "prize"})).error().code,
      4030);
  EXPECT_TRUE(writer.write(*rows->RemoveColumn(5)).has_value());  // Optional: NULL.
  writer.discard();
  EXPECT_EQ(read_bars().size(), 2U);
  EXPECT_TRUE(found().empty());
}

}  // namespace
}  // namespace goldtape::table
