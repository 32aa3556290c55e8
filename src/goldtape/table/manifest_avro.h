// Manifests and manifest lists as Avro, read by field id so that other writers' files are understood.
// Source: Iceberg table spec v2, "Manifests", "Manifest Lists", Appendix A.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/partition_spec.h"
#include "goldtape/table/schema.h"

namespace goldtape::table {

/// A manifest's bytes. `schema` also holds what `spec` is made from. All entries are of `spec`, and all are
/// data files or, with `deletes`, all delete files. Errors: GT4032, GT4022.
[[nodiscard]] Result<std::string> write_manifest(const Schema& schema, const PartitionSpec& spec,
                                                 const std::vector<ManifestEntry>& entries,
                                                 bool deletes = false);
/// A manifest's entries, sequence numbers and snapshot id inherited from its list entry. `specs` are the
/// table's. Errors: kDamaged GT4024 or GT4022, kUnsupported GT4021, GT4023; `where` is the manifest's path.
[[nodiscard]] Result<std::vector<ManifestEntry>> read_manifest(std::string_view bytes,
                                                               const ManifestFile& manifest,
                                                               const Schema& schema,
                                                               const std::vector<PartitionSpec>& specs);

/// A manifest list's bytes.
[[nodiscard]] Result<std::string> write_manifest_list(std::int64_t snapshot_id,
                                                      std::optional<std::int64_t> parent_snapshot_id,
                                                      std::int64_t sequence_number,
                                                      const std::vector<ManifestFile>& manifests);
/// Errors: kDamaged GT4024 or GT4022, kUnsupported GT4023.
[[nodiscard]] Result<std::vector<ManifestFile>> read_manifest_list(std::string_view bytes);

}  // namespace goldtape::table
