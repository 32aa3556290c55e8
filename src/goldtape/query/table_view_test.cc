// SQL sees the rows that the table's reader sees.
#include <gtest/gtest.h>

#include "goldtape/query/engine_internal.h"
#include "goldtape/query/table_view_internal.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::query::internal {
namespace {

using table::test::BarRow;

const BarRow kA1{"1m", "AAPL", 18000, 100, 1.5, 15'000};
const BarRow kA2{"1m", "AAPL", 18000, 200, 2.5, std::nullopt};
const BarRow kB1{"1m", "BRK", 18001, 100, 300.25, 3'002'500};

class TableViewTest : public table::test::LakeTest {
 protected:
  /// The rows that SQL sees, as the table's own readers give them.
  std::vector<BarRow> sql_rows(const Moment& moment = {}) const {
    return table::test::bar_rows(*sql_table("*", moment));
  }

  std::shared_ptr<arrow::Table> sql_table(const std::string& columns, const Moment& moment = {}) const {
    auto engine = Engine::open({.allowed_directories = {folder_ + "/"}, .threads = 2});
    EXPECT_TRUE(engine) << engine.error().to_string();
    EXPECT_TRUE((*engine)->run("CREATE SCHEMA bronze"));
    const auto made = create_view(**engine, load_bars(), moment);
    EXPECT_TRUE(made) << made.error().to_string();
    EXPECT_TRUE((*engine)->lock());
    const auto reader = (*engine)->stream("SELECT " + columns + " FROM bronze.bars ORDER BY ts");
    EXPECT_TRUE(reader) << reader.error().to_string();
    return *(*reader)->ToTable();
  }

  /// A column by ascending ts, one text each.
  std::vector<std::string> sql_texts(const std::string& expression) const {
    const auto batch = *sql_table(expression)->CombineChunksToBatch();
    std::vector<std::string> texts;
    for (std::int64_t i = 0; i < batch->num_rows(); ++i) {
      texts.push_back((*batch->column(0)->GetScalar(i))->ToString());
    }
    return texts;
  }

  void delete_by_position(const table::Expression& filter) const {
    const auto rewrite = table::plan_delete(load_bars(), filter, table::DeleteMode::kMergeOnRead);
    ASSERT_TRUE(rewrite.has_value()) << rewrite.error().to_string();
    table::Commit commit(*catalog_);
    commit.replace(load_bars(), rewrite->removed, rewrite->added);
    ASSERT_TRUE(commit.run());
  }

  void evolve(const table::SchemaChange& change) const {
    table::Commit commit(*catalog_);
    commit.change_schema(load_bars(), change);
    const auto result = commit.run();
    ASSERT_TRUE(result.has_value()) << result.error().to_string();
  }

  /// A row of another day whose only other values are those of one struct of two texts.
  void append_with_venue(std::int64_t ts, const std::string& first, const std::string& second) const {
    const auto bars = table::test::bars_table({{"1m", "Z", 18002, ts, 9.0, std::nullopt}});
    const auto schema = to_arrow(load_bars().schema());
    const auto& type = schema->GetFieldByName("venue")->type();
    arrow::StringBuilder one;
    arrow::StringBuilder two;
    ASSERT_TRUE(one.Append(first).ok() && two.Append(second).ok());
    const auto venue =
        std::make_shared<arrow::StructArray>(type, 1, arrow::ArrayVector{*one.Finish(), *two.Finish()});
    const auto rows = *bars->AddColumn(bars->num_columns(), schema->GetFieldByName("venue"),
                                       std::make_shared<arrow::ChunkedArray>(venue));
    table::DataWriter writer(load_bars());
    auto files = writer.write(rows);
    ASSERT_TRUE(files.has_value()) << files.error().to_string();
    table::Commit commit(*catalog_);
    commit.append(load_bars(), *files);
    ASSERT_TRUE(commit.run());
  }
};

TEST_F(TableViewTest, ATableWithoutRowsIsAnEmptyView) {
  create_bars();
  EXPECT_TRUE(sql_rows().empty());
}

TEST_F(TableViewTest, LeavesOutWhatDeleteFilesTakeOut) {
  create_bars();
  const std::int64_t before = append({kA1, kA2});
  append({kB1});
  delete_by_position(table::equal_to("ts", std::int64_t{200}));
  EXPECT_EQ(sql_rows(), (std::vector<BarRow>{kA1, kB1}));
  EXPECT_EQ(sql_rows(), read_bars());
  EXPECT_EQ(sql_rows({.snapshot_ids = {{"bronze.bars", before}}}), (std::vector<BarRow>{kA1, kA2}));
}

using Texts = std::vector<std::string>;

TEST_F(TableViewTest, AColumnOfTheNameOfAPlaceDoesNotHideDeletes) {
  create_bars();
  append({kA1, kA2});
  evolve(table::SchemaChange().rename("ticker", "Filename"));
  delete_by_position(table::equal_to("ts", std::int64_t{200}));
  EXPECT_EQ(sql_texts("epoch_us(ts)"), (Texts{"100"}));
}

TEST_F(TableViewTest, OldFilesAreSeenUnderNewNamesAndTypes) {
  create_bars();
  append({kA1});
  evolve(table::SchemaChange()
             .rename("close", "last")
             .add("close", {.id = table::TypeId::kString})
             .drop("price")
             .move_first("last"));
  EXPECT_EQ(sql_texts("last"), (Texts{"1.5"}));
  EXPECT_EQ(sql_texts("close"), (Texts{"null"}));
  EXPECT_EQ(sql_table("*")->num_columns(), 6);
  EXPECT_EQ(sql_table("*")->schema()->field(0)->name(), "last");
}

TEST_F(TableViewTest, FieldsInStructsAreSeenUnderNewNames) {
  create_bars();
  table::Type venue{.id = table::TypeId::kStruct};
  venue.fields = {
      {.id = 0, .name = "name", .type = {.id = table::TypeId::kString}, .required = false, .doc = ""},
      {.id = 0, .name = "city", .type = {.id = table::TypeId::kString}, .required = false, .doc = ""}};
  evolve(table::SchemaChange().add("venue", venue));
  append_with_venue(100, "N", "New York");
  EXPECT_EQ(sql_texts("venue.name"), (Texts{"N"}));
  evolve(table::SchemaChange().rename("venue.name", "code").rename("venue.city", "name"));
  append_with_venue(200, "Q", "Newark");
  EXPECT_EQ(sql_texts("venue.code"), (Texts{"N", "Q"}));
  EXPECT_EQ(sql_texts("venue.name"), (Texts{"New York", "Newark"}));
}

}  // namespace
}  // namespace goldtape::query::internal
