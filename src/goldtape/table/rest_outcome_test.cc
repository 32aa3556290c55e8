// What a table tells about a commit whose answer was lost.
#include <gtest/gtest.h>

#include "goldtape/table/rest_catalog_internal.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

using internal::Outcome;
using internal::outcome_of;

Snapshot snapshot(std::int64_t id, std::int64_t sequence) {
  return {.snapshot_id = id,
          .parent_snapshot_id = {},
          .sequence_number = sequence,
          .timestamp_ms = 1'700'000'000'000 + sequence,
          .manifest_list = "file:///l/snap.avro",
          .operation = "append",
          .summary = {},
          .schema_id = 0};
}

TableMetadata with(TableMetadata metadata, Snapshot added) {
  metadata.last_sequence_number = added.sequence_number;
  metadata.last_updated_ms = added.timestamp_ms;
  metadata.current_snapshot_id = added.snapshot_id;
  metadata.refs["main"].snapshot_id = added.snapshot_id;
  metadata.snapshots.push_back(std::move(added));
  return metadata;
}

/// As a catalog shows it that keeps the history itself.
TableMetadata newest_alone(TableMetadata metadata) {
  metadata.snapshots.erase(metadata.snapshots.begin(), metadata.snapshots.end() - 1);
  return metadata;
}

class Outcomes : public test::LakeTest {
 protected:
  Outcomes() {
    const Table made = create_bars();
    base_ = with(made.metadata(), snapshot(1, 1));
    ours_ = with(base_, snapshot(2, 2));
    update_.emplace(TableUpdate{Table(made.name(), made.metadata_location(),
                                      std::make_shared<const TableMetadata>(base_), made.shared_filesystem()),
                                ours_});
  }
  [[nodiscard]] Outcome after(const TableMetadata& now) const { return outcome_of(*update_, now); }

  TableMetadata base_;
  TableMetadata ours_;
  std::optional<TableUpdate> update_;
};

TEST_F(Outcomes, OurSnapshotTellsThatItTookPlace) {
  EXPECT_EQ(after(ours_), Outcome::kDone);
  EXPECT_EQ(after(with(ours_, snapshot(3, 3))), Outcome::kDone);
  EXPECT_EQ(after(newest_alone(ours_)), Outcome::kDone);
}

TEST_F(Outcomes, ATableAsItWasTellsNothing) { EXPECT_EQ(after(base_), Outcome::kUnknown); }

TEST_F(Outcomes, AnothersCommitInItsPlaceTellsThatItIsLost) {
  EXPECT_EQ(after(with(base_, snapshot(7, 2))), Outcome::kLost);
  EXPECT_EQ(after(with(with(base_, snapshot(7, 2)), snapshot(8, 3))), Outcome::kLost);
  // Only the one commit since is to be seen, and it is not ours.
  EXPECT_EQ(after(newest_alone(with(base_, snapshot(7, 2)))), Outcome::kLost);
}

TEST_F(Outcomes, WhereCommitsSinceAreMissingOursMayBeAmongThem) {
  EXPECT_EQ(after(newest_alone(with(ours_, snapshot(7, 3)))), Outcome::kForgotten);
  EXPECT_EQ(after(newest_alone(with(with(base_, snapshot(7, 2)), snapshot(8, 3)))), Outcome::kForgotten);
}

TEST_F(Outcomes, AnotherTableOfTheNameIsALoss) {
  TableMetadata other = ours_;
  other.table_uuid = "00000000-0000-4000-8000-000000000000";
  EXPECT_EQ(after(other), Outcome::kLost);
}

}  // namespace
}  // namespace goldtape::table
