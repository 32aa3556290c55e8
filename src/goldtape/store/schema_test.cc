#include "goldtape/store/schema.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>

namespace goldtape::store {
namespace {

class SchemaTest : public ::testing::Test {
 protected:
  SchemaTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "goldtape-store-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~SchemaTest() override { std::filesystem::remove_all(folder_); }
  std::string file() const { return (folder_ / "lake.db").string(); }
  std::filesystem::path folder_;
};

TEST_F(SchemaTest, ANewFileIsBroughtToTheCurrentVersionOnce) {
  auto database = Database::open(file());
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(schema_version(**database), kSchemaVersion);
  EXPECT_TRUE(migrate(**database));
  EXPECT_TRUE(Database::open(file()));
}

TEST_F(SchemaTest, TheCatalogTablesHaveTheStandardColumns) {
  auto database = Database::open(file());
  auto columns = (*database)->query("SELECT group_concat(name) FROM pragma_table_info('iceberg_tables')");
  EXPECT_EQ(
      text_of(columns->rows[0][0]),
      "catalog_name,table_namespace,table_name,metadata_location,previous_metadata_location,iceberg_type");
  columns =
      (*database)->query("SELECT group_concat(name) FROM pragma_table_info('iceberg_namespace_properties')");
  EXPECT_EQ(text_of(columns->rows[0][0]), "catalog_name,namespace,property_key,property_value");
}

TEST_F(SchemaTest, ANewerVersionIsRefusedAndLeftAlone) {
  {
    auto database = Database::open(file());
    auto transaction = (*database)->begin();
    ASSERT_TRUE(set_meta(*transaction, "schema_version", std::to_string(kSchemaVersion + 1)));
    ASSERT_TRUE(transaction->commit());
  }
  auto opened = Database::open(file());
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, 4004);
  EXPECT_EQ(opened.error().kind, ErrorKind::kUnsupported);
  EXPECT_NE(opened.error().message.find("newer goldtape"), std::string::npos);
}

TEST_F(SchemaTest, TakesInACatalogThatAnotherProgramMade) {
  {
    auto database = Database::open(file());
    for (const char* table : {"meta", "load_audit", "quality_results", "runs", "repairs"}) {
      ASSERT_TRUE((*database)->execute(std::string("DROP TABLE ") + table));
    }
    ASSERT_TRUE((*database)->execute("ALTER TABLE iceberg_tables DROP COLUMN iceberg_type"));
    ASSERT_TRUE((*database)->execute("INSERT INTO iceberg_tables VALUES ('goldtape', 'a', 't', 'm', NULL)"));
  }
  auto database = Database::open(file());
  ASSERT_TRUE(database.has_value()) << database.error().to_string();
  EXPECT_EQ((*database)->query("SELECT iceberg_type FROM iceberg_tables")->rows.size(), 1U);
}

TEST_F(SchemaTest, MetaIsSetAndReplaced) {
  auto database = Database::open(file());
  EXPECT_EQ(*get_meta(**database, "lake_id"), std::nullopt);
  for (const char* value : {"a", "b"}) {
    auto transaction = (*database)->begin();
    ASSERT_TRUE(set_meta(*transaction, "lake_id", value));
    ASSERT_TRUE(transaction->commit());
    EXPECT_EQ(*get_meta(**database, "lake_id"), value);
  }
}

}  // namespace
}  // namespace goldtape::store
