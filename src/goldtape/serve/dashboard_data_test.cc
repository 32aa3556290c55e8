#include "goldtape/serve/dashboard_data.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace goldtape::serve {
namespace {

class DashboardData : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ =
        std::filesystem::path(::testing::TempDir()) /
        ("dashboard_data_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(path_);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::filesystem::path path_;
};

// Every statement runs against the tables as `init` makes them: a column that is not there fails here.
TEST_F(DashboardData, AnEmptyLakeGivesADocumentWithoutSymbols) {
  ASSERT_TRUE(lake::Lake::create(path_.string()).has_value());
  const auto lake = lake::Lake::open(path_.string());
  ASSERT_TRUE(lake.has_value()) << lake.error().to_string();
  const auto session = query::Session::open(*lake);
  ASSERT_TRUE(session.has_value()) << session.error().to_string();
  const auto json = dashboard_json(
      **session, {.lake_name = "caf\xe9 <x>", .program = "goldtape 0.1.0", .generated_at = from_micros(0)});
  ASSERT_TRUE(json.has_value()) << json.error().to_string();
  const auto document = nlohmann::json::parse(*json);
  EXPECT_EQ(document["format"], "goldtape-dashboard");
  EXPECT_EQ(document["lake"]["name"], "caf\xef\xbf\xbd <x>") << "what is not UTF-8 is replaced";
  EXPECT_EQ(document["lake"]["generated_at"], "1970-01-01T00:00:00Z");
  EXPECT_TRUE(document["symbols"].empty());
  EXPECT_EQ(document["scope"]["symbols_total"], 0);
  EXPECT_EQ(document["scope"]["first_symbol"], nullptr);
  EXPECT_TRUE(document["coverage"]["rows"].empty());
  EXPECT_TRUE(document["volatility_by_hour"]["ticker"].empty());
  EXPECT_TRUE(document["load_audit"]["rows"].empty());
  EXPECT_FALSE(document["load_audit"]["columns"].empty());
}

}  // namespace
}  // namespace goldtape::serve
