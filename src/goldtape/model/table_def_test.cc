#include "goldtape/model/table_def.h"

#include <set>

#include <arrow/api.h>
#include <gtest/gtest.h>

namespace goldtape::model {
namespace {

TEST(Tables, NamesFieldIdsAndReferencesAreSound) {
  std::set<std::string> names;
  for (const TableDef& def : tables()) {
    EXPECT_TRUE(names.insert(def.qualified_name()).second) << def.qualified_name();
    EXPECT_FALSE(def.doc.empty()) << def.qualified_name();
    std::set<std::int32_t> ids;
    std::set<std::string> columns;
    for (const Column& column : def.columns) {
      const std::string name = def.qualified_name() + "." + column.name;
      EXPECT_GT(column.field_id, 0) << name;
      EXPECT_TRUE(ids.insert(column.field_id).second) << name;
      EXPECT_TRUE(columns.insert(column.name).second) << name;
      EXPECT_FALSE(column.doc.empty()) << name;
    }
    for (const auto& spec : def.specs) {
      for (const PartitionField& field : spec)
        EXPECT_GE(def.find(field.column), 0) << def.name << field.column;
    }
    for (const std::string& column : def.sort_columns) EXPECT_GE(def.find(column), 0) << def.name << column;
  }
  EXPECT_TRUE(names.contains("bronze.bars"));
  EXPECT_TRUE(names.contains("silver.bars_1m"));
}

TEST(FindTable, FindsByQualifiedNameOrNamesTheNearest) {
  EXPECT_EQ(find_table("bronze.bars").value()->name, "bars");
  const auto missing = find_table("bronze.bar");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(missing.error().to_string(),
            "GT1120: there is no table 'bronze.bar'; did you mean 'bronze.bars'? (bronze.bar)");
  EXPECT_EQ(find_table("bronze.bars").value()->find("no_such_column"), -1);
}

TEST(ArrowSchema, CarriesTypesNullabilityAndFieldIds) {
  const TableDef def{.zone = "test",
                     .name = "all_types",
                     .doc = "",
                     .columns = {{1, "b", {TypeId::kBoolean}, true, "", "", ""},
                                 {2, "i", {TypeId::kInt32}, false, "", "", ""},
                                 {3, "l", {TypeId::kInt64}, false, "", "", ""},
                                 {4, "d", {TypeId::kFloat64}, false, "", "", ""},
                                 {5, "p", kPrice, false, "", "", ""},
                                 {6, "day", {TypeId::kDate}, false, "", "", ""},
                                 {7, "ts", {TypeId::kTimestampTz}, true, "", "", ""},
                                 {9, "s", {TypeId::kString}, true, "", "", ""}},
                     .specs = {},
                     .sort_columns = {}};
  const auto schema = arrow_schema(def);
  EXPECT_EQ(schema->ToString(false),
            "b: bool not null\ni: int32\nl: int64\nd: double\np: decimal128(18, 4)\nday: date32[day]\n"
            "ts: timestamp[us, tz=UTC] not null\ns: string not null");
  EXPECT_EQ(schema->field(7)->metadata()->Get("PARQUET:field_id").ValueOrDie(), "9");
}

}  // namespace
}  // namespace goldtape::model
