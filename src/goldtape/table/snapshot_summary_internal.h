// The counts in a snapshot's summary. Not public. Source: Iceberg table spec v2, Appendix F.
#pragma once

#include <vector>

#include "goldtape/table/manifest.h"
#include "goldtape/table/snapshot.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table::internal {

/// What a snapshot changed, and what it consists of.
struct SnapshotContent {
  const std::vector<DataFile>& added;
  const std::vector<DataFile>& removed;
  const std::vector<ManifestFile>& manifests;
};

/// `summary` with added, deleted and total counts. `metadata` is that of before, the parent is its current
/// snapshot; totals that the parent does not say are left out.
[[nodiscard]] Summary summarise(const TableMetadata& metadata, Summary summary,
                                const SnapshotContent& content);

}  // namespace goldtape::table::internal
