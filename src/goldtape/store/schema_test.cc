#include "goldtape/store/schema.h"

#include <thread>

#include <gtest/gtest.h>

#include "goldtape/store/store_test_backend.h"

namespace goldtape::store {
namespace {

class SchemaTest : public test::BackendTest {
 protected:
  [[nodiscard]] std::string file() const { return place_.where(); }
};

TEST_P(SchemaTest, ANewFileIsBroughtToTheCurrentVersionOnce) {
  auto database = Database::open(file());
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(schema_version(**database), kSchemaVersion);
  EXPECT_TRUE(migrate(**database));
  EXPECT_TRUE(Database::open(file()));
}

TEST_P(SchemaTest, TheCatalogTablesHaveTheStandardColumns) {
  auto database = Database::open(file());
  const auto columns = [&](const std::string& table) {
    return (*database)->query("SELECT * FROM " + table + " LIMIT 0")->columns;
  };
  EXPECT_EQ(columns("iceberg_tables"),
            (std::vector<std::string>{"catalog_name", "table_namespace", "table_name", "metadata_location",
                                      "previous_metadata_location", "iceberg_type"}));
  EXPECT_EQ(columns("iceberg_namespace_properties"),
            (std::vector<std::string>{"catalog_name", "namespace", "property_key", "property_value"}));
}

TEST_P(SchemaTest, ANewerVersionIsRefusedAndLeftAlone) {
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

TEST_P(SchemaTest, TakesInACatalogThatAnotherProgramMade) {
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

TEST_P(SchemaTest, MetaIsSetAndReplaced) {
  auto database = Database::open(file());
  EXPECT_EQ(*get_meta(**database, "lake_id"), std::nullopt);
  for (const char* value : {"a", "b"}) {
    auto transaction = (*database)->begin();
    ASSERT_TRUE(set_meta(*transaction, "lake_id", value));
    ASSERT_TRUE(transaction->commit());
    EXPECT_EQ(*get_meta(**database, "lake_id"), value);
  }
}

TEST_P(SchemaTest, ManyProcessesMayOpenANewDatabaseAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto opened = Database::open(file());
      EXPECT_TRUE(opened.has_value()) << opened.error().to_string();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(schema_version(**Database::open(file())), kSchemaVersion);
}

INSTANTIATE_BACKENDS(SchemaTest);

}  // namespace
}  // namespace goldtape::store
