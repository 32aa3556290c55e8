// The bundled real data, from files to bronze.

#include <gtest/gtest.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/lake_fixture_internal.h"
#include "goldtape/provider/files/client.h"

namespace goldtape::ingest::testing {
namespace {

namespace files = provider::files;

Result<IngestReport> import(const TestLake& test, const files::ImportOptions& options) {
  const lake::Lake lake = test.open();
  auto filesystem = io::local_filesystem();
  GT_ASSIGN(const files::ImportPlan plan, files::plan_import(*filesystem, options));
  provider::Registry providers;
  GT_RETURN_IF_ERROR(providers.add(std::make_shared<files::FilesProvider>(filesystem, plan.root)));
  IngestOptions run;
  run.calendar = &calendar::xnys();
  return ingest(lake, providers, {.requests = plan.requests}, run);
}

files::ImportOptions options_for(const std::string& folder, model::Interval interval,
                                 const std::string& dialect) {
  files::ImportOptions options;
  options.path = "samples/" + folder;
  options.interval = interval;
  options.dialect = dialect;
  return options;
}

files::ImportOptions minutes() { return options_for("minute", model::Interval::k1m, "eqker"); }

TEST(Samples, MinuteBarsLoadAndLoadingAgainChangesNothing) {
  TestLake test;
  test.clock->set(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
  const auto report = import(test, minutes());
  ASSERT_TRUE(report) << report.error().to_string();
  ASSERT_FALSE(report->worst()) << report->worst()->to_string();
  EXPECT_EQ(report->loads.size(), 24U);
  EXPECT_EQ(report->totals().rows_inserted, 43'164);
  EXPECT_EQ(test.count("bronze.bars"), 43'164);
  const auto snapshots = test.snapshots();
  const auto again = import(test, minutes());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->totals().rows_fetched, 0);
  EXPECT_EQ(test.snapshots(), snapshots);
  EXPECT_EQ(test.damage(), "");
}

TEST(Samples, RestatedDailyBarsAreRevisions) {
  TestLake test;
  test.clock->set(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
  const auto report = import(test, options_for("daily", model::Interval::k1d, "pystock"));
  ASSERT_TRUE(report) << report.error().to_string();
  ASSERT_FALSE(report->worst()) << report->worst()->to_string();
  const LoadOutcome totals = report->totals();
  EXPECT_EQ(totals.rows_fetched, 935);
  EXPECT_EQ(totals.rows_inserted, 496);
  EXPECT_EQ(totals.rows_updated, 47);
  EXPECT_EQ(test.count("bronze.bars"), 496);
  EXPECT_EQ(test.count("bronze.revisions"), 47);
  EXPECT_EQ(test.damage(), "");
}

TEST(Samples, CorporateActionsLoadOnce) {
  TestLake test;
  test.clock->set(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
  files::ImportOptions options = options_for("actions", model::Interval::k1d, "default");
  options.dataset = "actions";
  const auto report = import(test, options);
  ASSERT_TRUE(report) << report.error().to_string();
  ASSERT_FALSE(report->worst()) << report->worst()->to_string();
  EXPECT_EQ(report->totals().rows_inserted, 13);
  EXPECT_EQ(test.count("bronze.corporate_actions"), 13);
  const auto snapshots = test.snapshots();
  ASSERT_TRUE(import(test, options));
  EXPECT_EQ(test.snapshots(), snapshots);
  EXPECT_EQ(test.damage(), "");
}

}  // namespace
}  // namespace goldtape::ingest::testing
