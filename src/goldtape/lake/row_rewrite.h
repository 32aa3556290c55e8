// Copy-on-write of rows: the files that hold rows to be replaced are written again without them, small files
// of a partition that gets new rows are written together with these.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/table.h"

namespace goldtape::lake {

/// Files of fewer rows are joined with new rows of their partition; larger ones wait for compaction.
inline constexpr std::int64_t kSmallFileRows = 8'192;

/// Rows for one partition of one spec, with the table's columns.
struct NewRows {
  std::int32_t spec_id = 0;
  table::PartitionTuple partition;
  std::shared_ptr<arrow::Table> rows;
};

/// What to do to a table. Views are borrowed for the call. Files are named by their index in the plan.
struct RowEdit {
  const table::ScanPlan* plan = nullptr;                     ///< All files concerned; read with all columns.
  std::map<std::size_t, std::vector<std::int64_t>> removed;  ///< Places in the file, each once.
  std::vector<NewRows> added;
  /// Files whose rows are at hand: all of them, by place. Others are read.
  std::map<std::size_t, std::shared_ptr<arrow::Table>> at_hand;
};

/// Writes the files, several at a time. After an error nothing that it wrote is left. Errors: io's, the
/// table's.
[[nodiscard]] Result<table::Rewrite> write_edit(const table::Table& table, const RowEdit& edit);

}  // namespace goldtape::lake
