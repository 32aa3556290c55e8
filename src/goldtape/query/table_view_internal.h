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

/// Which state of the tables a session shows.
struct Moment {
  std::map<std::string, std::int64_t> snapshot_ids = {};  ///< By table, "silver.bars_1m".
  std::optional<Timestamp> as_of = {};                    ///< Of all other tables; absent: now.
};

struct TableView {
  std::string sql;
  std::vector<RemoteFile> remote_files;  ///< Those of the view that lie on S3.
};

/// `CREATE VIEW zone.name AS ...` over exactly the files that the planner lists, columns matched by field id.
/// A table without rows at that moment is a view without rows; one whose snapshot of that moment has expired
/// is a view that says so when it is read. Errors: the planner's.
[[nodiscard]] Result<TableView> create_view_sql(const table::Table& table, const Moment& moment);

}  // namespace goldtape::query::internal
