// Which snapshots of a table expire, by age, number and refs. Pure: the files are reachable.h's matter.
// Source: Iceberg table spec v2, "Snapshot Retention Policy".
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "goldtape/table/table_metadata.h"

namespace goldtape::table {

/// A ref's own min_snapshots_to_keep and max_snapshot_age_ms stand above these.
struct ExpirePolicy {
  std::int64_t max_age_ms = 0;         ///< Younger snapshots stay.
  std::int32_t min_snapshots = 1;      ///< So many of each branch stay, whatever their age; 1 at least.
  std::size_t metadata_files = 100;    ///< So many earlier metadata files stay.
  std::set<std::int64_t> pinned = {};  ///< Snapshots that something outside the table still needs.
};

/// What goes.
struct ExpirePlan {
  std::vector<std::int64_t> snapshots;      ///< Oldest first.
  std::vector<std::string> refs;            ///< Tags and branches past their own max_ref_age_ms.
  std::vector<std::string> metadata_files;  ///< Locations of earlier metadata files, oldest first.

  [[nodiscard]] bool empty() const { return snapshots.empty() && refs.empty() && metadata_files.empty(); }
};

/// The current snapshot, tagged ones and heads of branches always stay; so do the ancestors that a branch
/// keeps by age or number, whatever is younger than max_age_ms though no ref reaches it (a rollback left it),
/// and pinned ones.
[[nodiscard]] ExpirePlan plan_expire(const TableMetadata& metadata, const ExpirePolicy& policy,
                                     std::int64_t now_ms);

/// Takes it out of the metadata. The snapshot log loses what lies before a lost snapshot, so that it never
/// has holes; statistics files of lost snapshots are forgotten.
void apply(const ExpirePlan& plan, TableMetadata& metadata);

}  // namespace goldtape::table
