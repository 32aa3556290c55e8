// Compaction: fewer, larger files with the same rows.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/pipeline_options.h"

namespace goldtape::lake {

struct CompactTable {
  std::int64_t files_before = 0, files_after = 0;  ///< Of the partitions that were rewritten.
  std::int64_t bytes_before = 0, bytes_after = 0;
  std::int64_t rows = 0;
  std::int64_t snapshot_id = 0;
};

struct CompactReport {
  std::map<std::string, CompactTable> tables;  ///< Those that were changed.
  std::chrono::milliseconds elapsed{0};
};

/// Bronze: minutes of days that have ended become one file a day, days one file a year, in the wide specs and
/// sorted. Silver and gold: a partition of several files becomes one, sorted. A partition of more than
/// `compact_rows` becomes several files that share no security, worked off one after
/// the other. What is so already is left alone. Each table gets one `replace` snapshot, and the steps after
/// it see no change. Takes the writer lock. Errors: kConflict GT5010, GT4010; kDamaged GT4025; kInternal
/// GT5210 when the rows before and after differ (nothing is committed then); those of store and table.
[[nodiscard]] Result<CompactReport> compact(const Lake& lake, const PipelineOptions& options);

}  // namespace goldtape::lake
