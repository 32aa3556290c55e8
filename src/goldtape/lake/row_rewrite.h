// Replaces rows of files. Copy-on-write: a file is written anew without them, together with what is new in
// its partition and with small files of it. Merge-on-read, for few rows of a large file: a position delete
// file says which they are, and what is new comes in a file of its own.
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

/// For which files merge-on-read is chosen. ADR 23 has the measurements.
struct MergeOnRead {
  std::int64_t file_rows = 0;  ///< Of so many rows on,
  double deleted_share = 0;    ///< as long as no more of them are deleted then, those of before included.
};
/// What a table's property `write.merge.mode`, the one of Iceberg's engines, says: "copy-on-write" (never),
/// "merge-on-read" (files of any size, until half of the rows are deleted); else by size.
[[nodiscard]] MergeOnRead merge_on_read(const table::TableMetadata& metadata);

/// Rows for one partition of one spec, with the table's columns: either those of `rows`, in any order, or
/// those of `sorted`, by the table's order, which are made only when they are written; their strings may be
/// dictionaries.
struct NewRows {
  std::int32_t spec_id = 0;
  table::PartitionTuple partition;
  std::shared_ptr<arrow::Table> rows = {};
  table::RowSource sorted = {};
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
