// Schema and partition evolution: what may change, and that files of before are read right afterwards.
#include "goldtape/table/schema_change.h"

#include <map>

#include <arrow/io/memory.h>
#include <arrow/json/api.h>
#include <gtest/gtest.h>

#include "goldtape/table/fsck.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

Type primitive(TypeId id) { return {.id = id}; }

Field field(std::int32_t id, const char* name, Type type) {
  return {.id = id, .name = name, .type = std::move(type), .required = false, .doc = ""};
}

/// trades: id, lot, fee, price, venue<name, lot>, fills[<size>].
Schema trades_schema() {
  Type venue{.id = TypeId::kStruct};
  venue.fields = {field(6, "name", primitive(TypeId::kString)), field(7, "lot", primitive(TypeId::kInt))};
  Type fill{.id = TypeId::kStruct};
  fill.fields = {field(10, "size", primitive(TypeId::kInt))};
  Type fills{.id = TypeId::kList};
  fills.fields = {field(9, "element", fill)};
  Schema schema;
  schema.fields = {field(1, "id", primitive(TypeId::kLong)),
                   field(2, "lot", primitive(TypeId::kInt)),
                   field(3, "fee", primitive(TypeId::kFloat)),
                   field(4, "price", {.id = TypeId::kDecimal, .precision = 9, .scale = 2}),
                   field(5, "venue", venue),
                   field(8, "fills", fills)};
  return schema;
}

Result<Schema> changed(const SchemaChange& change) {
  std::int32_t last = 10;
  return change.apply(trades_schema(), last);
}

std::vector<std::string> names(const Schema& schema) {
  std::vector<std::string> all;
  for (const Field& column : schema.fields) all.push_back(column.name);
  return all;
}

TEST(SchemaChange, KeepsIdsWhateverIsRenamedMovedOrDropped) {
  const auto schema = changed(SchemaChange()
                                  .rename("lot", "size")
                                  .move_first("price")
                                  .move_after("id", "fee")
                                  .drop("venue.lot")
                                  .add("lot", primitive(TypeId::kString))
                                  .add("venue.lot", primitive(TypeId::kLong)));
  ASSERT_TRUE(schema.has_value()) << schema.error().to_string();
  EXPECT_EQ(names(*schema),
            (std::vector<std::string>{"price", "size", "fee", "id", "venue", "fills", "lot"}));
  EXPECT_EQ(schema->find("size")->id, 2);
  EXPECT_EQ(schema->find("lot")->id, 11);
  EXPECT_EQ(schema->find_path("venue.lot")->id, 12);
}

TEST(SchemaChange, WidensOnlyWhatIsWider) {
  EXPECT_TRUE(changed(SchemaChange().widen("lot", primitive(TypeId::kLong))));
  EXPECT_TRUE(changed(SchemaChange().widen("fee", primitive(TypeId::kDouble))));
  EXPECT_TRUE(changed(SchemaChange().widen("price", {.id = TypeId::kDecimal, .precision = 18, .scale = 2})));
  EXPECT_TRUE(changed(SchemaChange().widen("fills.element.size", primitive(TypeId::kLong))));
  EXPECT_EQ(changed(SchemaChange().widen("id", primitive(TypeId::kInt))).error().code, 4404);
  EXPECT_EQ(changed(SchemaChange().widen("lot", primitive(TypeId::kDouble))).error().code, 4404);
  EXPECT_EQ(changed(SchemaChange().widen("price", {.id = TypeId::kDecimal, .precision = 18, .scale = 4}))
                .error()
                .code,
            4404);
}

TEST(SchemaChange, RefusesWhatTheFormatDoesNotAllow) {
  EXPECT_EQ(changed(SchemaChange().drop("lots")).error().code, 4403);
  EXPECT_NE(changed(SchemaChange().drop("lots")).error().message.find("lot"), std::string::npos);
  EXPECT_EQ(changed(SchemaChange().rename("lot", "fee")).error().code, 4030);
  EXPECT_EQ(changed(SchemaChange().add("venue.name", primitive(TypeId::kInt))).error().code, 4030);
  EXPECT_EQ(changed(SchemaChange().add("fills.more", primitive(TypeId::kInt))).error().code, 4404);
  EXPECT_EQ(changed(SchemaChange().drop("fills.element")).error().code, 4404);
  EXPECT_EQ(changed(SchemaChange().move_after("lot", "nothing")).error().code, 4403);
}

class EvolutionTest : public test::LakeTest {
 protected:
  Table load() const { return *catalog_->load("test.trades"); }

  void create(std::vector<PartitionSpec> specs = {}) const {
    TableSpec spec;
    spec.schema = trades_schema();
    spec.specs = std::move(specs);
    ASSERT_TRUE(catalog_->create_table({"test", "trades"}, spec));
  }

  void evolve(const SchemaChange& change) const {
    Commit commit(*catalog_);
    commit.change_schema(load(), change);
    const auto result = commit.run();
    ASSERT_TRUE(result.has_value()) << result.error().to_string();
  }

  /// Rows from JSON lines, of the columns that the table has now.
  void append(const std::string& lines) const {
    arrow::json::ParseOptions parse;
    parse.explicit_schema = to_arrow(load().schema());
    parse.unexpected_field_behavior = arrow::json::UnexpectedFieldBehavior::Error;
    const auto input = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(lines));
    const auto reader = *arrow::json::TableReader::Make(arrow::default_memory_pool(), input,
                                                        arrow::json::ReadOptions::Defaults(), parse);
    const auto rows = reader->Read();
    ASSERT_TRUE(rows.ok()) << rows.status().ToString();
    DataWriter writer(load());
    auto files = writer.write(*rows);
    ASSERT_TRUE(files.has_value()) << files.error().to_string();
    Commit commit(*catalog_);
    commit.append(load(), *files);
    const auto result = commit.run();
    ASSERT_TRUE(result.has_value()) << result.error().to_string();
    clock_->advance(std::chrono::seconds(1));
  }

  /// A column's values by ascending id, one text each.
  [[nodiscard]] std::vector<std::string> column(const std::string& name) const {
    const auto rows = read(load(), {.columns = {"id", name}});
    EXPECT_TRUE(rows.has_value()) << rows.error().to_string();
    if (!rows) return {};
    const auto batch = *(*rows)->CombineChunksToBatch();
    EXPECT_TRUE(batch->ValidateFull().ok());
    std::map<std::int64_t, std::string> values;
    for (std::int64_t i = 0; i < batch->num_rows(); ++i) {
      values[static_cast<const arrow::Int64Array&>(*batch->column(0)).Value(i)] =
          (*batch->column(1)->GetScalar(i))->ToString();
    }
    std::vector<std::string> ordered;
    for (const auto& [id, value] : values) ordered.push_back(value);
    return ordered;
  }

  void expect_clean() const {
    const auto report = fsck_table(load(), {.deep = true});
    ASSERT_TRUE(report.has_value()) << report.error().to_string();
    for (const FsckFinding& finding : report->findings)
      ADD_FAILURE() << finding.check << ": " << finding.message;
  }
};

using Texts = std::vector<std::string>;

const char* const kFirst =
    R"({"id":1,"lot":7,"fee":0.5,"price":"12.50","venue":{"name":"N","lot":100},"fills":[{"size":1},{"size":2}]}
{"id":2,"lot":null,"fee":0.25,"price":null,"venue":null,"fills":null})";

TEST_F(EvolutionTest, OldFilesAreReadUnderNewNamesTypesAndOrders) {
  create();
  append(kFirst);
  evolve(SchemaChange()
             .rename("lot", "size")
             .widen("size", primitive(TypeId::kLong))
             .widen("fee", primitive(TypeId::kDouble))
             .widen("price", {.id = TypeId::kDecimal, .precision = 18, .scale = 2})
             .move_first("price")
             .add("lot", primitive(TypeId::kString)));
  append(R"({"id":3,"size":5000000000,"fee":0.1,"price":"1234567890.25","lot":"odd"})");
  EXPECT_EQ(column("size"), (Texts{"7", "null", "5000000000"}));
  EXPECT_EQ(column("fee"), (Texts{"0.5", "0.25", "0.1"}));
  EXPECT_EQ(column("price"), (Texts{"12.50", "null", "1234567890.25"}));
  EXPECT_EQ(column("lot"), (Texts{"null", "null", "odd"}));
  EXPECT_EQ((*read(load()))->schema()->field(0)->name(), "price");
  EXPECT_EQ((*read(load(), {.filter = equal_to("size", std::int64_t{7})}))->num_rows(), 1);
  EXPECT_EQ((*read(load(), {.filter = is_null("lot")}))->num_rows(), 2);
  expect_clean();
}

TEST_F(EvolutionTest, ADroppedColumnAddedAgainIsAnother) {
  create();
  append(kFirst);
  evolve(SchemaChange().drop("lot"));
  evolve(SchemaChange().add("lot", primitive(TypeId::kInt)));
  append(R"({"id":3,"lot":9})");
  EXPECT_EQ(column("lot"), (Texts{"null", "null", "9"}));
  expect_clean();
}

TEST_F(EvolutionTest, FieldsOfStructsAndListsAreMatchedById) {
  create();
  append(kFirst);
  const auto before = column("venue");
  evolve(SchemaChange()
             .rename("venue.name", "code")
             .drop("venue.lot")
             .add("venue.lot", primitive(TypeId::kString))
             .add("venue.country", primitive(TypeId::kString))
             .widen("fills.element.size", primitive(TypeId::kLong))
             .add("fills.element.price", primitive(TypeId::kDouble)));
  append(R"({"id":3,"venue":{"code":"Q","lot":"x","country":"US"},"fills":[{"size":3,"price":1.5}]})");
  const Texts venues = column("venue");
  ASSERT_EQ(venues.size(), 3U);
  EXPECT_NE(venues[0].find("code:string = N,"), std::string::npos) << venues[0];
  EXPECT_NE(venues[0].find("lot:string = null"), std::string::npos) << venues[0];
  EXPECT_EQ(venues[1], "null");
  EXPECT_NE(venues[2].find("country:string = US"), std::string::npos) << venues[2];
  const Texts fills = column("fills");
  EXPECT_NE(fills[0].find("size:int64 = 2, price:double = null"), std::string::npos) << fills[0];
  EXPECT_EQ(fills[1], "null");
  expect_clean();
}

TEST_F(EvolutionTest, AStructOfWhichNothingIsLeftKeepsItsNulls) {
  create();
  append(kFirst);
  evolve(SchemaChange().add("venue.code", primitive(TypeId::kString)).drop("venue.name").drop("venue.lot"));
  const Texts venues = column("venue");
  EXPECT_NE(venues[0], "null");
  EXPECT_EQ(venues[1], "null");
}

TEST_F(EvolutionTest, OlderSnapshotsKeepTheirSchema) {
  create();
  append(kFirst);
  const auto first = *load().current_snapshot_id();
  evolve(SchemaChange().rename("lot", "size"));
  append(R"({"id":3,"size":5})");
  EXPECT_NE((*read(load(), {.snapshot_id = first}))->GetColumnByName("lot"), nullptr);
  EXPECT_NE((*read(load()))->GetColumnByName("size"), nullptr);
}

TEST_F(EvolutionTest, ASchemaOfBeforeIsTakenUpAgain) {
  create();
  evolve(SchemaChange().rename("lot", "size"));
  evolve(SchemaChange().rename("size", "lot"));
  EXPECT_EQ(load().metadata().schemas.size(), 2U);
  EXPECT_EQ(load().metadata().current_schema_id, 0);
}

TEST_F(EvolutionTest, WhatTheTableIsPartitionedByCannotBeDroppedBeforeTheSpecIsChanged) {
  const Transform identity;
  create({{.spec_id = 0, .fields = {{.source_id = 2, .field_id = 0, .name = "lot", .transform = identity}}}});
  append(kFirst);
  Commit early(*catalog_);
  early.change_schema(load(), SchemaChange().drop("lot"));
  EXPECT_EQ(early.run().error().code, 4404);
  Commit commit(*catalog_);
  commit.add_spec(load(), {}, true);
  commit.change_schema(load(), SchemaChange().drop("lot"));
  ASSERT_TRUE(commit.run());
  append(R"({"id":3,"fee":2.5})");
  EXPECT_EQ(column("fee"), (Texts{"0.5", "0.25", "2.5"}));
  // The old manifest, whose partitions are of the dropped column, is rewritten when a file of it goes.
  const auto plan = plan_scan(load(), {});
  Commit remove(*catalog_);
  remove.replace(load(), {plan->tasks[0].file}, {});
  ASSERT_TRUE(remove.run());
  EXPECT_EQ(plan_scan(load(), {})->tasks.size(), 2U);
  EXPECT_TRUE(fsck_table(load(), {.deep = false})->is_clean());
}

}  // namespace
}  // namespace goldtape::table
