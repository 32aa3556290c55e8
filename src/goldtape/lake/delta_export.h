// A Delta Lake log over a table's own Parquet files: readers of Delta see the table, and nothing is copied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::lake {

struct DeltaExport {
  std::string path;          ///< The folder that Delta readers open.
  std::int64_t version = 0;  ///< Of the Delta table.
  std::int64_t files_added = 0;
  std::int64_t files_removed = 0;
  std::int64_t files = 0;  ///< Live.
  std::int64_t rows = 0;
  std::optional<std::int64_t> snapshot_id;  ///< The snapshot it shows; absent for a table without rows.
  bool changed = false;                     ///< False: the log showed it already.
};

/// Writes FOLDER/_delta_log; FOLDER/data becomes a link to the table's data, for Delta's readers know only
/// relative paths. Called again after new snapshots it adds one version with the files that came and went.
/// Partition columns are those that every spec of the table has unchanged; statistics are the table's own.
/// Reads the lake only. The folder must not lie in the lake, where its files would be orphans.
/// Errors: kNotFound GT4011; kUnsupported GT5131 a type or a renamed column that Delta cannot show, delete
/// files; kDamaged GT5132 a log that cannot be read; kUsage GT5133 a folder of another table, or one that
/// another program writes, or one in the lake; kConflict GT5134 another export was first; io's.
[[nodiscard]] Result<DeltaExport> export_delta(const Lake& lake, const std::string& table,
                                               const std::string& folder);

}  // namespace goldtape::lake
