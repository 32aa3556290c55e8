// A table of the lake as a DuckDB view over the files of one snapshot. Not public.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/query/remote_files_internal.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/table.h"

namespace goldtape::query::internal {

class Engine;

/// Which state of the tables a session shows.
struct Moment {
  std::map<std::string, std::int64_t> snapshot_ids = {};  ///< By table, "silver.bars_1m".
  std::optional<Timestamp> as_of = {};                    ///< Of all other tables; absent: now.
};

/// Makes the view zone.name over exactly the files that the planner lists, columns matched by field id,
/// without the rows that delete files take out (they are looked up now, and kept in a table of the hidden
/// schema `deleted`). A table without rows at that moment is a view without rows; one whose snapshot of that
/// moment has expired is a view that says so when it is read. Requires: the schema is there. Errors: the
/// planner's, GT6001.
Status create_view(Engine& engine, const table::Table& table, const Moment& moment);

}  // namespace goldtape::query::internal
