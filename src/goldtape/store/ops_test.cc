#include <gtest/gtest.h>

#include "goldtape/store/load_audit.h"
#include "goldtape/store/quality_result.h"
#include "goldtape/store/repair.h"
#include "goldtape/store/run_record.h"
#include "goldtape/store/store_test_backend.h"

namespace goldtape::store {
namespace {

using std::chrono::microseconds;

class OpsTest : public test::BackendTest {
 protected:
  template <typename F>
  void change(F&& f) {
    auto transaction = database_->begin();
    Status done = f(*transaction);
    ASSERT_TRUE(done) << done.error().to_string();
    ASSERT_TRUE(transaction->commit());
  }

  std::shared_ptr<Database> database_ = open();
};

LoadAudit sample_load(const std::string& id, std::int64_t requested_us) {
  LoadAudit load;
  load.load_id = id;
  load.run_id = "run-1";
  load.source = "files";
  load.dataset = "bars";
  load.ticker = "NA";
  load.interval = "1m";
  load.range_start = from_micros(1);
  load.requested_at = from_micros(requested_us);
  load.status = "landed";
  load.rows_fetched = 1;
  load.rows_inserted = 2;
  load.rows_updated = 3;
  load.rows_unchanged = 4;
  load.duplicates_removed = 5;
  load.rows_quarantined = 6;
  load.bytes = 7;
  load.attempts = 8;
  load.error = "none yet";
  load.request = "{}";
  load.observed_at = from_micros(1'550'000'000'123'456);
  load.raw_path = "raw/x";
  load.content_sha256 = "ab";
  return load;
}

TEST_P(OpsTest, ALoadComesBackAsItWasPut) {
  LoadAudit load = sample_load("L1", 10);
  change([&](Transaction& t) { return put_load(t, load); });
  auto found = find_load(*database_, "L1");
  ASSERT_TRUE(found && found->has_value());
  const LoadAudit& back = **found;
  EXPECT_EQ(back.ticker, "NA");
  EXPECT_EQ(back.range_start, load.range_start);
  EXPECT_FALSE(back.range_end.has_value());
  EXPECT_FALSE(back.finished_at.has_value());
  EXPECT_FALSE(back.http_status.has_value());
  EXPECT_EQ(back.observed_at, load.observed_at);
  EXPECT_EQ(
      back.rows_fetched + 10 * back.rows_inserted + 100 * back.rows_updated + 1000 * back.rows_unchanged,
      4321);
  EXPECT_EQ(back.duplicates_removed + 10 * back.rows_quarantined + 100 * back.bytes + 1000 * back.attempts,
            8765);
  EXPECT_EQ(back.error, "none yet");
  EXPECT_EQ(*find_load(*database_, "L2"), std::nullopt);
}

TEST_P(OpsTest, PuttingALoadAgainReplacesIt) {
  LoadAudit load = sample_load("L1", 10);
  change([&](Transaction& t) { return put_load(t, load); });
  load.status = "loaded";
  load.snapshot_id = 42;
  load.http_status = 200;
  load.finished_at = from_micros(99);
  change([&](Transaction& t) { return put_load(t, load); });
  auto loads = list_loads(*database_);
  ASSERT_EQ(loads->size(), 1U);
  EXPECT_EQ((*loads)[0].snapshot_id, 42);
  EXPECT_EQ((*loads)[0].http_status, 200);
  EXPECT_EQ((*loads)[0].finished_at, from_micros(99));
}

TEST_P(OpsTest, LoadsAreListedOldestFirstWithinASecondToo) {
  change([&](Transaction& t) { return put_load(t, sample_load("late", 1'000'500)); });
  change([&](Transaction& t) { return put_load(t, sample_load("early", 1'000'000)); });
  auto loads = list_loads(*database_, "landed");
  ASSERT_EQ(loads->size(), 2U);
  EXPECT_EQ((*loads)[0].load_id, "early");
  EXPECT_TRUE(list_loads(*database_, "failed")->empty());
}

TEST_P(OpsTest, QualityResultsAreListedNewestFirst) {
  QualityResult result{.run_id = "r1",
                       .load_id = "L1",
                       .at = from_micros(5),
                       .layer = "bronze",
                       .table = "bronze.bars",
                       .rule = "ohlc",
                       .severity = "critical",
                       .outcome = "failed",
                       .checked = 10,
                       .failed = 2,
                       .message = "low > open",
                       .offenders = "[1]",
                       .snapshot_id = 7};
  QualityResult later = result;
  later.run_id = "r2";
  later.load_id.reset();
  later.snapshot_id.reset();
  later.at = from_micros(6);
  change([&](Transaction& t) { return add_quality_results(t, {result, later}); });
  auto all = list_quality_results(*database_);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].run_id, "r2");
  EXPECT_FALSE((*all)[0].load_id.has_value());
  EXPECT_EQ((*all)[1].load_id, "L1");
  EXPECT_EQ((*all)[1].failed, 2);
  EXPECT_EQ((*all)[1].snapshot_id, 7);
  EXPECT_EQ(list_quality_results(*database_, "r1")->size(), 1U);
  EXPECT_EQ(list_quality_results(*database_, {}, 1)->size(), 1U);
}

TEST_P(OpsTest, RunsAndRepairsComeBack) {
  change([&](Transaction& t) {
    return put_run(t, {.run_id = "r",
                       .command = "ingest",
                       .started_at = from_micros(1),
                       .finished_at = {},
                       .status = "running",
                       .error = ""});
  });
  change([&](Transaction& t) {
    return put_run(t, {.run_id = "r",
                       .command = "ingest",
                       .started_at = from_micros(1),
                       .finished_at = from_micros(2),
                       .status = "failed",
                       .error = "disk"});
  });
  auto runs = list_runs(*database_);
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ((*runs)[0].error, "disk");
  EXPECT_EQ((*runs)[0].finished_at, from_micros(2));

  Repair repair{.repair_id = "p",
                .run_id = "r",
                .at = from_micros(3),
                .table = "silver.bars_1d",
                .security_id = 9,
                .row_key = "{}",
                .column = "close",
                .rule = "x100",
                .reason = "why",
                .evidence = "[]",
                .old_value = 100.0,
                .new_value = {},
                .status = "applied"};
  change([&](Transaction& t) { return put_repair(t, repair); });
  auto repairs = list_repairs(*database_, "silver.bars_1d");
  ASSERT_EQ(repairs->size(), 1U);
  EXPECT_EQ((*repairs)[0].old_value, 100.0);
  EXPECT_FALSE((*repairs)[0].new_value.has_value());
  EXPECT_TRUE(list_repairs(*database_, "silver.other")->empty());
}

INSTANTIATE_BACKENDS(OpsTest);

}  // namespace
}  // namespace goldtape::store
