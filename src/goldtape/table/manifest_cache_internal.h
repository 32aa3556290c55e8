// Manifest lists and manifests as they were read last. Not public.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table::internal {

/// Errors: io's, GT4022..GT4024.
[[nodiscard]] Result<std::shared_ptr<const std::vector<ManifestFile>>> load_manifest_list(
    io::FileSystem& filesystem, const std::string& location);

/// The live entries. Errors: io's, GT4022..GT4024.
[[nodiscard]] Result<std::shared_ptr<const std::vector<ManifestEntry>>> load_live_entries(
    io::FileSystem& filesystem, const ManifestFile& manifest, const TableMetadata& metadata);

}  // namespace goldtape::table::internal
