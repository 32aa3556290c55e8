// A table's metadata file: TableMetadata under a location that is written once. Not public.
#pragma once

#include <memory>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/table.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table::internal {

struct MetadataFile {
  std::string path;
  std::string location;  ///< The same file as tables name it.
};

/// Errors: io's, GT4020, GT4021 (`where` is the file), GT4026 the location.
[[nodiscard]] Result<std::shared_ptr<const TableMetadata>> read_metadata_file(io::FileSystem& filesystem,
                                                                              const std::string& location);

/// Writes `metadata` durably as LOCATION/metadata/VERSION-UUID.metadata.json. After an error the file may be
/// there; nothing refers to it.
[[nodiscard]] Result<MetadataFile> write_metadata_file(io::FileSystem& filesystem,
                                                       const TableMetadata& metadata, int version);

/// What follows `base`: its file goes into the metadata log, the version is 2.
[[nodiscard]] TableMetadata with_log_entry(TableMetadata next, const Table& base);

/// "00004-uuid.metadata.json" -> 4; other names count as 0.
[[nodiscard]] int version_of(const std::string& metadata_location);

}  // namespace goldtape::table::internal
