// Where the files of a lake's tables may lie.
#pragma once

#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::lake {

/// Whether somebody else's catalog says where tables lie; they are then seldom below the lake's warehouse.
[[nodiscard]] bool has_foreign_catalog(const Lake& lake);

/// Folders (or s3:// prefixes), each with a slash at its end: the warehouse, and under a foreign catalog that
/// of each table too. Errors: the catalog's; kUnsupported GT4026 a location that cannot be read.
[[nodiscard]] Result<std::vector<std::string>> data_folders(const Lake& lake);

}  // namespace goldtape::lake
