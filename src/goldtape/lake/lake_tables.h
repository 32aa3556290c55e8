// The tables that a lake starts with.
#pragma once

#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/catalog.h"

namespace goldtape::lake {

/// Makes those of all_tables() (gold_tables.h) that are not there yet; their names. Errors: the catalog's, io's.
[[nodiscard]] Result<std::vector<std::string>> create_missing_tables(table::Catalog& catalog);

}  // namespace goldtape::lake
