// Which of a table's metadata files is its state, when no catalog says so.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::lake {

struct MetadataChoice {
  std::string location;
  std::shared_ptr<const table::TableMetadata> metadata;
  std::int64_t candidates = 0;         ///< Metadata files in the folder.
  std::vector<std::string> set_aside;  ///< "FILE: why", newer ones that could not be taken.
};

/// The newest metadata file that is whole: it can be read, lies where it says, every snapshot's manifests can
/// be read and the current snapshot's files are there. Of several of one version (lost races) the one that a
/// later file followed, else the one written last. Newer by the number in its name. Errors: kDamaged GT5111
/// none is whole; io's.
[[nodiscard]] Result<MetadataChoice> choose_metadata(io::FileSystem& files, const std::string& folder);

}  // namespace goldtape::lake
