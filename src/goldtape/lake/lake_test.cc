#include "goldtape/lake/lake.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "goldtape/model/table_def.h"
#include "goldtape/store/schema.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {
namespace {

class LakeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::canonical(::testing::TempDir()) /
              (std::string("lake_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

TEST_F(LakeTest, CreatesOnceAndSaysWhatIsThere) {
  const auto made = Lake::create(path("lake"));
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_TRUE(made->lake_created);
  EXPECT_TRUE(made->calendar_filled);
  EXPECT_GE(made->tables_created.size(), model::tables().size());
  const auto again = Lake::create(path("lake"));
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_FALSE(again->lake_created);
  EXPECT_FALSE(again->calendar_filled);
  EXPECT_TRUE(again->tables_created.empty());
}

TEST_F(LakeTest, OpensWithItsTablesAndCalendar) {
  ASSERT_TRUE(Lake::create(path("lake")));
  const auto lake = Lake::open(path("lake"));
  ASSERT_TRUE(lake) << lake.error().to_string();
  EXPECT_FALSE(lake->read_only());
  EXPECT_EQ(lake->path("raw"), path("lake/raw"));
  const auto calendar = lake->catalog().load("reference.calendar");
  ASSERT_TRUE(calendar);
  EXPECT_GT(table::count_rows(*calendar).value_or(0), 11'000);
}

TEST_F(LakeTest, NoFolderIsNotFound) {
  const auto lake = Lake::open(path("nowhere"));
  ASSERT_FALSE(lake);
  EXPECT_EQ(lake.error().code, 5001);
  EXPECT_NE(lake.error().message.find("init"), std::string::npos);
}

TEST_F(LakeTest, AFolderThatIsNoLakeSaysHowToMakeOne) {
  const auto lake = Lake::open(folder_.string());
  ASSERT_FALSE(lake);
  EXPECT_EQ(lake.error().code, 5002);
  EXPECT_EQ(exit_code(lake.error().kind), 2);
  EXPECT_NE(lake.error().message.find("init"), std::string::npos);
}

TEST_F(LakeTest, AFolderWithOtherThingsIsLeftAlone) {
  std::ofstream(folder_ / "thesis.txt") << "words";
  const auto made = Lake::create(folder_.string());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, 5004);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "catalog.db"));
}

TEST_F(LakeTest, ALakeOfANewerVersionIsRefusedWithBothVersions) {
  ASSERT_TRUE(Lake::create(path("lake")));
  {
    const auto database = store::Database::open(path("lake/catalog.db"));
    ASSERT_TRUE(database);
    auto transaction = (*database)->begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(store::set_meta(*transaction, "lake_version", "7"));
    ASSERT_TRUE(transaction->commit());
  }
  const auto lake = Lake::open(path("lake"));
  ASSERT_FALSE(lake);
  EXPECT_EQ(lake.error().code, 5003);
  EXPECT_NE(lake.error().message.find("version 7"), std::string::npos);
  EXPECT_NE(lake.error().message.find(std::to_string(kLakeVersion)), std::string::npos);
  const auto made = Lake::create(path("lake"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, 5003);
}

TEST_F(LakeTest, AMovedLakeIsRefusedWithItsOldPlace) {
  ASSERT_TRUE(Lake::create(path("lake")));
  std::filesystem::rename(path("lake"), path("other"));
  const auto lake = Lake::open(path("other"));
  ASSERT_FALSE(lake);
  EXPECT_EQ(lake.error().code, 5006);
  EXPECT_NE(lake.error().message.find(path("lake")), std::string::npos);
}

TEST_F(LakeTest, AMovedLakeOpensThroughALinkFromItsOldPlace) {
  ASSERT_TRUE(Lake::create(path("lake")));
  std::filesystem::rename(path("lake"), path("other"));
  std::filesystem::create_directory_symlink(path("other"), path("lake"));
  EXPECT_TRUE(Lake::open(path("other")));
  EXPECT_TRUE(Lake::open(path("lake")));
}

TEST_F(LakeTest, MakingThatWasCutShortIsCompletedByInit) {
  ASSERT_TRUE(Lake::create(path("lake")));
  {
    const auto database = store::Database::open(path("lake/catalog.db"));
    ASSERT_TRUE(database);
    ASSERT_TRUE(
        (*database)->execute("DELETE FROM meta WHERE key LIKE 'lake_%' OR key = 'warehouse_location'"));
    ASSERT_TRUE((*database)->execute("DELETE FROM iceberg_tables WHERE table_name = 'revisions'"));
  }
  const auto lake = Lake::open(path("lake"));
  ASSERT_FALSE(lake);
  EXPECT_EQ(lake.error().code, 5002);
  const auto made = Lake::create(path("lake"));
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(made->tables_created, std::vector<std::string>{"bronze.revisions"});
  EXPECT_TRUE(Lake::open(path("lake")));
}

}  // namespace
}  // namespace goldtape::lake
