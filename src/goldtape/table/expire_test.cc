#include "goldtape/table/expire.h"

#include <gtest/gtest.h>

#include "goldtape/table/location.h"
#include "goldtape/table/reachable.h"
#include "goldtape/table/refs.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

constexpr std::int64_t kNever = std::int64_t{1} << 50;

SnapshotRef branch(std::int64_t id, std::optional<std::int32_t> min_snapshots = {}) {
  SnapshotRef ref;
  ref.snapshot_id = id;
  ref.min_snapshots_to_keep = min_snapshots;
  return ref;
}
SnapshotRef tag(std::int64_t id, std::optional<std::int64_t> max_age_ms = {}) {
  SnapshotRef ref;
  ref.snapshot_id = id;
  ref.is_tag = true;
  ref.max_ref_age_ms = max_age_ms;
  return ref;
}

/// A line of snapshots 1..n, a second apart.
TableMetadata line(int n) {
  TableMetadata m;
  for (int i = 1; i <= n; ++i) {
    Snapshot snapshot;
    snapshot.snapshot_id = i;
    snapshot.timestamp_ms = i * 1000;
    if (i > 1) snapshot.parent_snapshot_id = i - 1;
    m.snapshots.push_back(snapshot);
    m.snapshot_log.push_back({i * 1000, i});
  }
  m.current_snapshot_id = n;
  m.refs["main"] = branch(n);
  return m;
}

TEST(ExpirePlanTest, AgeAndNumberEachKeep) {
  const TableMetadata m = line(5);
  EXPECT_EQ(plan_expire(m, {.max_age_ms = 0, .min_snapshots = 1}, 10'000).snapshots,
            (std::vector<std::int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(plan_expire(m, {.max_age_ms = 0, .min_snapshots = 3}, 10'000).snapshots,
            (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(plan_expire(m, {.max_age_ms = 7'500, .min_snapshots = 1}, 10'000).snapshots,
            (std::vector<std::int64_t>{1, 2}));
  EXPECT_TRUE(plan_expire(m, {.max_age_ms = kNever}, 10'000).empty());
}

TEST(ExpirePlanTest, TheCurrentSnapshotStaysWhateverIsAsked) {
  TableMetadata m = line(1);
  EXPECT_TRUE(plan_expire(m, {.max_age_ms = 0, .min_snapshots = 0}, 10'000).empty());
  m.refs.clear();
  EXPECT_TRUE(plan_expire(m, {.max_age_ms = 0, .min_snapshots = 0}, 10'000).empty());
}

TEST(ExpirePlanTest, TagsBranchesAndPinsKeepTheirSnapshots) {
  TableMetadata m = line(5);
  m.refs["tagged"] = tag(1);
  m.refs["work"] = branch(3, 2);
  EXPECT_EQ(plan_expire(m, {.max_age_ms = 0}, 10'000).snapshots, (std::vector<std::int64_t>{4}));
  EXPECT_EQ(plan_expire(line(5), {.max_age_ms = 0, .pinned = {2}}, 10'000).snapshots,
            (std::vector<std::int64_t>{1, 3, 4}));
}

TEST(ExpirePlanTest, ARefPastItsOwnAgeGoesWithItsSnapshot) {
  TableMetadata m = line(3);
  m.refs["old"] = tag(1, 8'000);
  m.refs["new"] = tag(2, 8'500);
  const ExpirePlan plan = plan_expire(m, {.max_age_ms = 0}, 10'000);
  EXPECT_EQ(plan.refs, (std::vector<std::string>{"old"}));
  EXPECT_EQ(plan.snapshots, (std::vector<std::int64_t>{1}));
}

TEST(ExpirePlanTest, WhatARollbackLeftBehindGoesByAge) {
  TableMetadata m = line(3);
  m.current_snapshot_id = 2;
  m.refs["main"].snapshot_id = 2;
  EXPECT_TRUE(plan_expire(m, {.max_age_ms = 8'500, .min_snapshots = 2}, 10'000).empty());
  EXPECT_EQ(plan_expire(m, {.max_age_ms = 7'000, .min_snapshots = 2}, 10'000).snapshots,
            (std::vector<std::int64_t>{3}));
}

TEST(ExpirePlanTest, TheLogLosesWhatLiesBeforeAHole) {
  TableMetadata m = line(4);
  m.refs["kept"] = tag(1);
  m.metadata_log = {{1, "a"}, {2, "b"}, {3, "c"}};
  m.statistics_json =
      R"([{"snapshot-id":2,"statistics-path":"p2"},{"snapshot-id":4,"statistics-path":"p4"}])";
  const ExpirePlan plan = plan_expire(m, {.max_age_ms = 0, .min_snapshots = 2, .metadata_files = 2}, 10'000);
  EXPECT_EQ(plan.snapshots, (std::vector<std::int64_t>{2}));
  EXPECT_EQ(plan.metadata_files, (std::vector<std::string>{"a", "b"}));
  apply(plan, m);
  EXPECT_EQ(m.snapshots.size(), 3U);
  ASSERT_EQ(m.snapshot_log.size(), 2U);
  EXPECT_EQ(m.snapshot_log[0].snapshot_id, 3);
  EXPECT_EQ(m.metadata_log.size(), 1U);
  EXPECT_EQ(statistics_files(m), (std::vector<std::string>{"p4"}));
  // What was current before the hole is not known any more, and never taken for an empty table.
  EXPECT_EQ(m.snapshot_as_of(from_micros(1'500'000)).error().code, 5104);
  EXPECT_EQ((*m.snapshot_as_of(from_micros(3'500'000)))->snapshot_id, 3);
}

class RefsTest : public test::LakeTest {
 protected:
  RefsTest() {
    create_bars();
    first_ = append({{"1m", "A", 18'000, 1, 1.5, 2}});
    second_ = append({{"1m", "B", 18'000, 2, 2.5, 3}});
  }
  Status put(const std::string& name, SnapshotRef ref, bool replace = false) const {
    Commit commit(*catalog_);
    set_ref(commit, load_bars(), name, ref, replace);
    const auto done = commit.run();
    return done ? Status{} : std::unexpected(done.error());
  }
  std::int64_t first_ = 0;
  std::int64_t second_ = 0;
};

TEST_F(RefsTest, ATagNamesASnapshotUntilItIsDropped) {
  ASSERT_TRUE(put("close", tag(first_)));
  EXPECT_EQ(find_ref(load_bars().metadata(), "close", "t")->snapshot_id, first_);
  EXPECT_EQ(load_bars().current_snapshot_id(), second_);
  Commit commit(*catalog_);
  drop_ref(commit, load_bars(), "close");
  ASSERT_TRUE(commit.run());
  const auto gone = find_ref(load_bars().metadata(), "close", "t");
  EXPECT_EQ(gone.error().code, 5102);
}

TEST_F(RefsTest, RefusesWhatWouldSurprise) {
  ASSERT_TRUE(put("close", tag(first_)));
  EXPECT_EQ(put("close", tag(second_)).error().code, 5103);
  EXPECT_TRUE(put("close", tag(second_), true));
  EXPECT_EQ(put("main", branch(first_)).error().code, 5101);
  EXPECT_EQ(put("other", tag(7)).error().code, 4015);
  for (const char* name : {"", "12", "2024-01-01", "a/b", "a b", "-x", "x'y"}) {
    EXPECT_EQ(put(name, tag(first_)).error().code, 5101) << name;
  }
}

TEST_F(RefsTest, ReachableFilesAreThoseOfEverySnapshotByAnySpelling) {
  const Table bars = load_bars();
  const auto files = reachable_files(bars.metadata_location(), bars.metadata(), *filesystem_);
  ASSERT_TRUE(files) << files.error().to_string();
  std::map<FileRole, int> roles;
  for (const auto& [normal, file] : files->files()) ++roles[file.role];
  EXPECT_EQ(roles[FileRole::kData], 2);
  EXPECT_EQ(roles[FileRole::kManifestList], 2);
  EXPECT_EQ(roles[FileRole::kMetadata], 3);
  const std::string path = *to_path(bars.data_files()->at(0).path);
  for (const std::string& form : {path, "file:" + path, "file://" + path, "file://localhost" + path}) {
    EXPECT_TRUE(files->contains(form)) << form;
  }
  EXPECT_FALSE(files->contains(path + "x"));
  ASSERT_TRUE(filesystem_->remove(*to_path(bars.metadata().snapshots[0].manifest_list)));
  EXPECT_FALSE(reachable_files(bars.metadata_location(), bars.metadata(), *filesystem_));
}

}  // namespace
}  // namespace goldtape::table
