// The folders of a lake that hold tables, found by what lies in them and not by the catalog.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"

namespace goldtape::lake {

/// ROOT/NAMESPACE/TABLE, sorted: those with a metadata/*.metadata.json, at any depth. Errors: io's.
[[nodiscard]] Result<std::vector<std::string>> table_folders(io::FileSystem& files, std::string_view root);

}  // namespace goldtape::lake
