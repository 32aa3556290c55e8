#include "goldtape/lake/upgrade.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "goldtape/lake/gold_tables.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/scan.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::lake {
namespace {

constexpr const char* kActions = "bronze.corporate_actions";

class UpgradeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = Lake::create(folder_ / "lake");
    ASSERT_TRUE(made) << made.error().to_string();
    auto lake = Lake::open(folder_ / "lake");
    ASSERT_TRUE(lake) << lake.error().to_string();
    lake_.emplace(*std::move(lake));
  }

  /// The table as programs made it that did not know the last `columns` of its columns.
  void make_old(const std::string& name, std::size_t columns) {
    model::TableDef def = **find_table(name);
    def.columns.resize(def.columns.size() - columns);
    const table::TableName parsed{def.zone, def.name};
    ASSERT_TRUE(lake_->catalog().drop_table(parsed));
    const auto made = lake_->catalog().create_table(def);
    ASSERT_TRUE(made) << made.error().to_string();
  }

  testing::TemporaryDirectory folder_;
  std::optional<Lake> lake_;
};

TEST_F(UpgradeTest, ALakeOfTodayNeedsNothing) {
  const auto plan = plan_upgrade(*lake_);
  ASSERT_TRUE(plan) << plan.error().to_string();
  EXPECT_TRUE(plan->empty());
}

TEST_F(UpgradeTest, AColumnThatCameLaterIsAddedUnderItsOwnId) {
  make_old(kActions, 1);
  const auto plan = plan_upgrade(*lake_);
  ASSERT_TRUE(plan) << plan.error().to_string();
  ASSERT_EQ(plan->columns.size(), 1U);
  EXPECT_EQ(plan->columns[0].table, kActions);
  EXPECT_EQ(plan->columns[0].column, "basis_as_of");
  EXPECT_EQ(plan->columns[0].type, "date");
  EXPECT_TRUE(plan->tables.empty());
  EXPECT_EQ(lake_->catalog().load(kActions)->schema().find("basis_as_of"), nullptr)
      << "a plan changes nothing";

  const auto done = upgrade(*lake_);
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(done->columns.size(), 1U);
  const auto table = lake_->catalog().load(kActions);
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->schema().same_fields(table::schema_of(**find_table(kActions))));
  EXPECT_TRUE(plan_upgrade(*lake_)->empty());
}

TEST_F(UpgradeTest, AnAgeThatNeverWasIsRefusedBeforeAnythingIsDone) {
  make_old(kActions, 2);  // Without load_id, which every row must have.
  ASSERT_TRUE(lake_->catalog().drop_table({"bronze", "revisions"}));
  const auto done = upgrade(*lake_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, 5141);
  EXPECT_FALSE(*lake_->catalog().exists({"bronze", "revisions"}));
}

TEST_F(UpgradeTest, ATableThatIsMissingIsMade) {
  ASSERT_TRUE(lake_->catalog().drop_table({"bronze", "revisions"}));
  const auto done = upgrade(*lake_);
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(done->tables, std::vector<std::string>{"bronze.revisions"});
  EXPECT_TRUE(*lake_->catalog().exists({"bronze", "revisions"}));
}

TEST_F(UpgradeTest, AColumnOfSomebodyElseInItsPlaceIsNotTakenForOurs) {
  make_old(kActions, 1);
  const auto table = lake_->catalog().load(kActions);
  ASSERT_TRUE(table);
  table::Commit commit(lake_->catalog());
  commit.add_column(*table, "my_notes", {.id = table::TypeId::kString}, "");
  ASSERT_TRUE(commit.run());
  const auto plan = plan_upgrade(*lake_);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, 5141);
  EXPECT_NE(plan.error().message.find("basis_as_of"), std::string::npos);
}

}  // namespace
}  // namespace goldtape::lake
