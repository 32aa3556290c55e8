// The distinct texts of a column of a data file, without its rows.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/schema.h"

namespace goldtape::table {

/// What the dictionary pages of a string column list, a text once a row group; `path` is local. All its texts
/// are among them, and may be others that no row has (any more). Absent where the file does not list all:
/// written without dictionaries, or without field ids.
/// Errors: kDamaged GT4025, io's.
[[nodiscard]] Result<std::optional<std::vector<std::string>>> listed_texts(
    const std::shared_ptr<io::FileSystem>& filesystem, const std::string& path, const Field& field);

}  // namespace goldtape::table
