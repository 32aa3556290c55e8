// A table's metadata for another place: Iceberg names files by absolute location, so a table that moves gets
// new metadata, manifest lists, manifests and delete files. Data files stay as they are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table {

struct Relocation {
  std::string from;  ///< Path of the old root, without a trailing slash.
  std::string to;    ///< Of the new one.
  /// The files lie at the new place already (they were moved by hand): all is read there.
  bool moved_already = false;

  /// A location below the old root as it is below the new one; any other as it is.
  [[nodiscard]] std::string moved(const std::string& location) const;
};

struct RelocatedTable {
  std::string metadata_location;
  TableMetadata metadata;
  std::int64_t files_outside = 0;  ///< Data files that lie elsewhere and are still named there.
};

/// Writes the manifests, lists and the metadata file under new names below the new place, durably. Every
/// snapshot is kept; the metadata log begins anew. After an error what was written is named by nothing.
/// Errors: those of relocate_deletes, GT4020..GT4024, io's.
[[nodiscard]] Result<RelocatedTable> relocate_table(const TableMetadata& metadata,
                                                    const std::string& metadata_location,
                                                    const Relocation& relocation,
                                                    const std::shared_ptr<io::FileSystem>& files);

}  // namespace goldtape::table
