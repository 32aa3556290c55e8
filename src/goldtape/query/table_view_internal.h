// A table of the lake as a DuckDB view over the files of one snapshot. Not public.
#pragma once

#include <optional>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/table.h"

namespace goldtape::query::internal {

/// Which state of the tables a session shows.
struct Moment {
  std::optional<std::int64_t> snapshot_id;  ///< Of the one table `table_name`.
  std::string table_name;
  std::optional<Timestamp> as_of;  ///< Of all other tables; absent: now.
};

/// `CREATE VIEW zone.name AS ...` over exactly the files that the planner lists, columns matched by field id.
/// A table without rows at that moment is a view without rows. Errors: the planner's.
[[nodiscard]] Result<std::string> create_view_sql(const table::Table& table, const Moment& moment);

}  // namespace goldtape::query::internal
