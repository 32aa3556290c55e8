// What a manifest list says of a manifest. Not public.
#pragma once

#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/partition_spec.h"
#include "goldtape/table/schema.h"

namespace goldtape::table::internal {

/// Counts, partition bounds and least sequence number (int64's greatest when no entry has one).
[[nodiscard]] Result<ManifestFile> summarise_manifest(const Schema& schema, const PartitionSpec& spec,
                                                      const std::vector<ManifestEntry>& entries);

/// False only when, by the partition bounds, the manifest holds none of these files.
[[nodiscard]] bool may_hold_any(const Schema& schema, const PartitionSpec& spec, const ManifestFile& manifest,
                                const std::vector<DataFile>& files);

}  // namespace goldtape::table::internal
