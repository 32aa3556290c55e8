// Finding stored rows by key, and writing files anew without them.
#include "goldtape/lake/row_rewrite.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <arrow/api.h>
#include <arrow/compute/api_vector.h>
#include <gtest/gtest.h>

#include "goldtape/lake/arrow_rows.h"
#include "goldtape/lake/bar_keys.h"
#include "goldtape/lake/tiny_test_market.h"
#include "goldtape/table/delete_writer.h"
#include "goldtape/table/fsck.h"
#include "goldtape/table/location.h"

namespace goldtape::lake {
namespace {

using model::Interval;
using namespace std::chrono_literals;

const Date kMonday{2018y / 11 / 19};
constexpr int kMinutes = 90;

/// One file a source, of two tickers.
void fill(TinyMarket& market, const std::vector<std::string>& sources = {"a", "b"}) {
  std::vector<model::Bar> bars;
  for (const char* ticker : {"QQQ", "SPY"}) {
    for (int minute = 0; minute < kMinutes; ++minute)
      bars.push_back(minute_bar(ticker, kMonday, minute, 100 + minute));
  }
  for (const std::string& source : sources) market.put_bars(source, Interval::k1m, bars, true);
}

struct Looker {
  explicit Looker(const table::Table& bars) : table(bars), plan(*table::plan_scan(bars)) {}

  /// Looks for minutes of tickers in the file that holds a source's rows.
  StoredRows look(std::string_view source, const std::vector<std::pair<std::string, int>>& wanted) {
    for (const auto& [ticker, minute] : wanted) {
      const auto ts = to_micros(minute_bar(ticker, kMonday, minute, 1).ts);
      keys.add({tickers.intern(ticker), ts});
    }
    keys.finish();
    for (file = 0; file < plan.tasks.size(); ++file) {
      const StoredQuery query{.schema = table.schema(),
                              .filter = {},
                              .source = source,
                              .interval = "1m",
                              .tickers = &tickers,
                              .keys = &keys};
      GT_TEST_ASSIGN(auto found, find_stored(table, plan.tasks[file], query));
      if (found.found->num_rows() > 0) return found;
    }
    return {};
  }

  table::Table table;
  table::ScanPlan plan;
  Names tickers;
  BarKeys keys;
  std::size_t file = 0;
};

std::vector<double> closes(const arrow::Table& rows) {
  GT_TEST_ASSIGN(const auto columns, ColumnsOf::open(rows));
  GT_TEST_ASSIGN(const auto* close, columns.get<arrow::DoubleArray>("close"));
  std::vector<double> out;
  for (std::int64_t i = 0; i < rows.num_rows(); ++i) out.push_back(close->Value(i));
  return out;
}

void commit(const TinyMarket& market, const table::Table& bars, const table::Rewrite& rewrite) {
  table::Commit commit(market.lake().catalog());
  commit.replace(bars, rewrite.removed, rewrite.added);
  GT_TEST_ASSIGN(const auto done, commit.run());
}

TEST(BarKeys, KeepEachTimeOnce) {
  BarKeys keys;
  for (const std::int64_t ts : {7, 3, 7, 5}) keys.add({2, ts});
  keys.finish();
  EXPECT_EQ(keys.times(2), (std::vector<std::int64_t>{3, 5, 7}));
  EXPECT_TRUE(keys.times(0).empty());
  EXPECT_TRUE(keys.times(9).empty());
  EXPECT_TRUE(keys.contains({2, 5}));
  EXPECT_FALSE(keys.contains({2, 4}));
  EXPECT_FALSE(keys.contains({1, 5}));
}

TEST(FindStored, FindsRowsOfOneSourceByKey) {
  TinyMarket market;
  fill(market);
  Looker looker(market.table("bronze.bars"));
  const StoredRows rows = looker.look("b", {{"SPY", 3}, {"QQQ", 89}, {"SPY", 0}, {"SPY", 200}, {"IWM", 3}});
  EXPECT_EQ(rows.places, (std::vector<std::int64_t>{89, 90, 93}));
  EXPECT_EQ(closes(*rows.found), (std::vector<double>{189, 100, 103}));
  ASSERT_NE(rows.whole, nullptr);
  EXPECT_EQ(rows.whole->num_rows(), 2 * kMinutes);
}

TEST(FindStored, ReadsNoRowOfAFileWithoutTheTickers) {
  TinyMarket market;
  fill(market);
  Looker looker(market.table("bronze.bars"));
  (void)looker.look("a", {{"IWM", 3}});
  for (const table::ScanTask& task : looker.plan.tasks) {
    const StoredQuery query{.schema = looker.table.schema(),
                            .filter = {},
                            .source = "a",
                            .interval = "1m",
                            .tickers = &looker.tickers,
                            .keys = &looker.keys};
    GT_TEST_ASSIGN(const auto rows, find_stored(looker.table, task, query));
    EXPECT_EQ(rows.found->num_rows(), 0);
    EXPECT_TRUE(rows.found->schema()->Equals(*table::to_arrow(looker.table.schema())));
    EXPECT_EQ(rows.whole, nullptr);
  }
}

TEST(FindStored, PlacesCountRowsThatAreDeleted) {
  TinyMarket market;
  fill(market);
  const table::Table bars = market.table("bronze.bars");
  table::Rewrite rewrite;
  GT_TEST_ASSIGN(const auto plan, table::plan_scan(bars));
  for (const table::ScanTask& task : plan.tasks) {
    GT_TEST_ASSIGN(rewrite.added.emplace_back(), table::write_position_deletes(bars, task.file, {0, 1, 89}));
  }
  commit(market, bars, rewrite);
  Looker looker(market.table("bronze.bars"));
  const StoredRows rows = looker.look("a", {{"SPY", 3}, {"QQQ", 89}, {"QQQ", 2}});
  EXPECT_EQ(rows.places, (std::vector<std::int64_t>{2, 93}));
  EXPECT_EQ(closes(*rows.found), (std::vector<double>{102, 103}));
  EXPECT_EQ(rows.whole, nullptr) << "the rows at hand are not all of the file's";
}

TEST(FindStored, AFileNeedNotBeSorted) {
  TinyMarket market;
  fill(market);
  const table::Table bars = market.table("bronze.bars");
  GT_TEST_ASSIGN(const auto plan, table::plan_scan(bars));
  GT_TEST_ASSIGN(const auto rows, table::read_task(bars, plan.tasks[0]));
  std::vector<std::int64_t> shuffled(static_cast<std::size_t>(rows->num_rows()));
  std::iota(shuffled.begin(), shuffled.end(), 0);
  std::ranges::shuffle(shuffled, std::mt19937(11));
  const table::DataFile& file = plan.tasks[0].file;
  table::DataWriter writer(bars, {.spec_id = file.spec_id, .sorted = false});
  table::Rewrite rewrite;
  GT_TEST_ASSIGN(rewrite.added, writer.write_partition(rows, file.partition, shuffled));
  for (const table::ScanTask& task : plan.tasks) rewrite.removed.push_back(task.file);
  commit(market, bars, rewrite);
  Looker looker(market.table("bronze.bars"));
  for (const char* source : {"a", "b"}) {
    const StoredRows found = looker.look(source, {{"SPY", 3}, {"QQQ", 89}, {"QQQ", 2}, {"SPY", 89}});
    if (found.found == nullptr) continue;  // The file left has the rows of one source.
    EXPECT_EQ(found.places.size(), 4U);
    for (std::size_t i = 0; i < found.places.size(); ++i) {
      const auto number = shuffled[static_cast<std::size_t>(found.places[i])];
      EXPECT_EQ(closes(*found.found)[i], 100 + static_cast<double>(number % kMinutes));
    }
  }
}

TEST(WriteEdit, LeavesOutWhatIsRemovedAndKeepsTheOrder) {
  for (const bool at_hand : {false, true}) {
    TinyMarket market;
    fill(market);
    const auto before = market.texts("bronze.bars");
    Looker looker(market.table("bronze.bars"));
    const StoredRows found = looker.look("a", {{"SPY", 3}, {"QQQ", 89}, {"QQQ", 2}});
    RowEdit edit;
    edit.plan = &looker.plan;
    edit.removed[looker.file] = {found.places[2], found.places[0], found.places[1]};
    edit.added.push_back({.spec_id = looker.plan.tasks[0].file.spec_id,
                          .partition = looker.plan.tasks[0].file.partition,
                          .rows = found.found});
    if (at_hand) edit.at_hand[looker.file] = found.whole;
    GT_TEST_ASSIGN(const auto rewrite, write_edit(looker.table, edit));
    EXPECT_EQ(rewrite.rows_deleted, 3);
    EXPECT_EQ(rewrite.removed.size(), 2U) << "the small file beside it is written together with it";
    ASSERT_EQ(rewrite.added.size(), 1U);
    commit(market, looker.table, rewrite);
    EXPECT_EQ(market.texts("bronze.bars"), before);
    const table::Table bars = market.table("bronze.bars");
    GT_TEST_ASSIGN(const auto plan, table::plan_scan(bars));
    GT_TEST_ASSIGN(const auto rows, table::read_task(bars, plan.tasks[0]));
    std::vector<double> expected;
    for (int row = 0; row < 4 * kMinutes; ++row) expected.push_back(100 + row % kMinutes);
    EXPECT_EQ(closes(*rows), expected);
  }
}

/// Texts as numbers into the distinct ones.
std::shared_ptr<arrow::Table> with_dictionaries(std::shared_ptr<arrow::Table> rows) {
  for (int i = 0; i < rows->num_columns(); ++i) {
    if (rows->column(i)->type()->id() != arrow::Type::STRING) continue;
    const auto coded = arrow::compute::DictionaryEncode(rows->column(i)).ValueOrDie().chunked_array();
    rows = rows->SetColumn(i, rows->schema()->field(i)->WithType(coded->type()), coded).ValueOrDie();
  }
  return rows;
}

TEST(WriteEdit, SortedRowsWithDictionariesAreTheSameRows) {
  for (const bool joined : {false, true}) {
    TinyMarket market;
    fill(market);
    const auto before = market.texts("bronze.bars");
    Looker looker(market.table("bronze.bars"));
    const table::DataFile& file = looker.plan.tasks[looker.file].file;
    GT_TEST_ASSIGN(const auto rows, table::read_task(looker.table, looker.plan.tasks[looker.file]));
    RowEdit edit;
    edit.plan = &looker.plan;
    edit.removed[looker.file].resize(static_cast<std::size_t>(file.record_count));
    std::iota(edit.removed[looker.file].begin(), edit.removed[looker.file].end(), 0);
    // Into its own partition, where files are written anew with it, or where it is alone.
    table::PartitionTuple partition = file.partition;
    if (!joined) partition.back() = table::literal(from_days(12'345));
    const auto coded = with_dictionaries(rows);
    edit.added.push_back({.spec_id = file.spec_id,
                          .partition = partition,
                          .sorted = {.rows = coded->num_rows(), .take = [&](auto first, auto count) {
                                       return Result<std::shared_ptr<arrow::Table>>(
                                           coded->Slice(first, count));
                                     }}});
    GT_TEST_ASSIGN(const auto rewrite, write_edit(looker.table, edit));
    commit(market, looker.table, rewrite);
    EXPECT_EQ(market.texts("bronze.bars"), before);
  }
}

TEST(WriteEdit, AFileThatLosesAllItsRowsGoes) {
  TinyMarket market;
  fill(market);
  Looker looker(market.table("bronze.bars"));
  RowEdit edit;
  edit.plan = &looker.plan;
  edit.removed[1].resize(2 * kMinutes);
  std::iota(edit.removed[1].begin(), edit.removed[1].end(), 0);
  GT_TEST_ASSIGN(const auto rewrite, write_edit(looker.table, edit));
  EXPECT_EQ(rewrite.rows_deleted, 2 * kMinutes);
  EXPECT_EQ(rewrite.removed.size(), 1U);
  EXPECT_TRUE(rewrite.added.empty());
}

/// Replaces rows of the largest file by themselves; what the edit did.
table::Rewrite replace_rows(const TinyMarket& market, const std::vector<std::int64_t>& places) {
  Looker looker(market.table("bronze.bars"));
  std::size_t file = 0;
  for (std::size_t i = 0; i < looker.plan.tasks.size(); ++i) {
    if (looker.plan.tasks[i].file.record_count > looker.plan.tasks[file].file.record_count) file = i;
  }
  GT_TEST_ASSIGN(const auto rows, table::read_placed(looker.table, looker.plan.tasks[file],
                                                     {.projection = looker.table.schema(),
                                                      .table_schema = looker.table.schema()}));
  RowEdit edit;
  edit.plan = &looker.plan;
  edit.removed[file] = places;
  std::vector<std::shared_ptr<arrow::Table>> taken;
  for (const std::int64_t place : places) {
    const auto at = std::ranges::find(rows.places, place) - rows.places.begin();
    taken.push_back(rows.rows->Slice(at, 1));
  }
  const table::DataFile& changed = looker.plan.tasks[file].file;
  edit.added.push_back(
      {.spec_id = changed.spec_id, .partition = changed.partition, .rows = *arrow::ConcatenateTables(taken)});
  GT_TEST_ASSIGN(auto rewrite, write_edit(looker.table, edit));
  commit(market, looker.table, rewrite);
  return rewrite;
}

void set_mode(const TinyMarket& market, const std::string& mode) {
  table::Commit commit(market.lake().catalog());
  commit.set_properties(market.table("bronze.bars"), {{"write.merge.mode", mode}});
  GT_TEST_ASSIGN(const auto done, commit.run());
}

TEST(MergeOnRead, IsForFewRowsOfLargeFiles) {
  TinyMarket market;
  const auto rule = [&] { return merge_on_read(market.table("bronze.bars").metadata()); };
  EXPECT_GT(rule().file_rows, kSmallFileRows);
  EXPECT_LT(rule().deleted_share, 0.1);
  set_mode(market, "merge-on-read");
  EXPECT_EQ(rule().file_rows, 0);
  set_mode(market, "copy-on-write");
  EXPECT_EQ(rule().deleted_share, 0);
}

TEST(MergeOnRead, KeepsOneDeleteFileAFileAndWritesItAnewInTheEnd) {
  TinyMarket market;
  fill(market, {"a"});
  const auto before = market.texts("bronze.bars");
  set_mode(market, "merge-on-read");
  std::int64_t deleted = 0;
  for (const std::vector<std::int64_t>& places :
       {std::vector<std::int64_t>{5, 9}, {0, 170}, {11}, {60, 61, 62}}) {
    const auto rewrite = replace_rows(market, places);
    deleted += std::ssize(places);
    EXPECT_EQ(rewrite.rows_deleted, std::ssize(places));
    EXPECT_EQ(market.texts("bronze.bars"), before);
    GT_TEST_ASSIGN(const auto deletes, table::live_deletes(market.table("bronze.bars")));
    ASSERT_EQ(deletes.size(), 1U);
    EXPECT_EQ(deletes[0]->file().record_count, deleted);
  }
  std::vector<std::int64_t> many(kMinutes - 7);
  std::iota(many.begin(), many.end(), 63);
  replace_rows(market, many);
  EXPECT_EQ(market.texts("bronze.bars"), before);
  GT_TEST_ASSIGN(const auto deletes, table::live_deletes(market.table("bronze.bars")));
  EXPECT_TRUE(deletes.empty()) << "more than half of the file's rows were deleted";
  GT_TEST_ASSIGN(const auto report, table::fsck_table(market.table("bronze.bars"), {.deep = true}));
  for (const table::FsckFinding& finding : report.findings) EXPECT_FALSE(finding.is_error) << finding.message;
}

TEST(MergeOnRead, LeavesTheDeletesOfOthers) {
  TinyMarket market;
  fill(market, {"a"});
  set_mode(market, "merge-on-read");
  const table::Table bars = market.table("bronze.bars");
  GT_TEST_ASSIGN(const auto plan, table::plan_scan(bars));
  table::Rewrite rewrite;
  GT_TEST_ASSIGN(rewrite.added.emplace_back(), table::write_position_deletes(bars, plan.tasks[0].file, {3}));
  rewrite.added.back().referenced_data_file.clear();  // As Spark leaves it out.
  commit(market, bars, rewrite);
  const auto before = market.texts("bronze.bars");
  replace_rows(market, {4});
  EXPECT_EQ(market.texts("bronze.bars"), before);
  GT_TEST_ASSIGN(const auto deletes, table::live_deletes(market.table("bronze.bars")));
  EXPECT_EQ(deletes.size(), 2U);
}

/// Runs of any number and length, sorted or not, come out in the table's order.
TEST(WritePartition, SortsRuns) {
  TinyMarket market;
  fill(market);
  const table::Table bars = market.table("bronze.bars");
  GT_TEST_ASSIGN(const auto plan, table::plan_scan(bars));
  GT_TEST_ASSIGN(const auto rows, table::read_task(bars, plan.tasks[0]));
  const auto expected = closes(*rows);
  std::mt19937 random(5);
  for (const std::ptrdiff_t run : {1, 2, 7, 45, 60, 90, 180}) {
    std::vector<std::int64_t> numbers(expected.size());
    std::iota(numbers.begin(), numbers.end(), 0);
    std::ranges::shuffle(numbers, random);
    for (auto at = numbers.begin(); at < numbers.end(); at += std::min(run, numbers.end() - at))
      std::sort(at, at + std::min(run, numbers.end() - at));
    const table::DataFile& file = plan.tasks[0].file;
    table::DataWriter writer(bars, {.spec_id = file.spec_id});
    GT_TEST_ASSIGN(const auto files, writer.write_partition(rows, file.partition, numbers));
    ASSERT_EQ(files.size(), 1U);
    table::ScanTask task = plan.tasks[0];
    task.file = files[0];
    GT_TEST_ASSIGN(task.path, table::to_path(files[0].path));
    GT_TEST_ASSIGN(const auto written, table::read_task(bars, task));
    EXPECT_EQ(closes(*written), expected) << run;
  }
}

}  // namespace
}  // namespace goldtape::lake
