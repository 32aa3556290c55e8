// Scans: which files of a snapshot can hold the rows asked for, and reading them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/table/delete_file.h"
#include "goldtape/table/expression.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/table.h"

namespace goldtape::table {

struct ScanOptions {
  Expression filter = {};                        ///< Default: all rows.
  std::vector<std::string> columns = {};         ///< In this order; empty: all.
  std::optional<std::int64_t> snapshot_id = {};  ///< Absent: the current one.
  std::optional<Timestamp> as_of = {};           ///< The snapshot current then. Not with snapshot_id.
  bool decimals_as_doubles = false;              ///< Each the double nearest to it; exact to 15 digits.
};

/// A file to read, and what is left of the filter for its rows.
struct ScanTask {
  DataFile file;
  std::string path;                  ///< Local path of the file.
  BoundExpression residual;          ///< Always true when every row matches.
  std::int64_t sequence_number = 0;  ///< Of its data.
  DeleteFiles deletes;               ///< Those that may take rows out of it.
};

struct ScanStats {
  std::int64_t manifests_total = 0;
  std::int64_t manifests_read = 0;
  std::int64_t files_seen = 0;  ///< Entries of the manifests read.
  std::int64_t files_matched = 0;
};

struct ScanPlan {
  ScanPlan() = default;  // Not an aggregate: read(table, {...}) means options.

  std::optional<std::int64_t> snapshot_id;  ///< Absent for a table without rows.
  Schema schema;                            ///< Of the result: the projected columns, current names.
  Schema table_schema;                      ///< The whole schema that the filter is bound to.
  bool decimals_as_doubles = false;         ///< Then the result's decimals have Arrow's type double.
  std::vector<ScanTask> tasks;              ///< Sorted by path.
  ScanStats stats;
};

/// Errors: kNotFound GT4015 no such snapshot, GT4031 columns and filter, kUnsupported GT4033 and GT4401 files
/// of other formats, io's, GT4022..GT4024.
[[nodiscard]] Result<ScanPlan> plan_scan(const Table& table, const ScanOptions& options = {});

/// Rows of a plan, file by file, in the files' own order. Columns that a file lacks are NULL. The reader
/// keeps the file system alive; it is not thread safe. Its errors carry "GT4025 ..." in arrow::Status.
[[nodiscard]] Result<std::shared_ptr<arrow::RecordBatchReader>> open_reader(const Table& table,
                                                                            ScanPlan plan);

/// What to read of a task's rows. What delete files take out is left out.
struct TaskRead {
  Schema projection;
  Schema table_schema;          ///< What the filter is bound to.
  BoundExpression filter = {};  ///< Not the task's own: say `task.residual` to use it.
};
/// The rows of one task. Errors: as `read`; kDamaged GT4402 a delete file that is not what it should be.
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> read_task(const Table& table, const ScanTask& task,
                                                              const TaskRead& what);
/// All rows of one task, as the table's schema has them now.
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> read_task(const Table& table, const ScanTask& task);
/// Rows of a task, and where in the file they are, counted from 0: ascending, one a row.
struct PlacedRows {
  std::shared_ptr<arrow::Table> rows;
  std::vector<std::int64_t> places;
};
/// Those of the row groups that may match: rows that do not match are among them. Errors: as read_task.
[[nodiscard]] Result<PlacedRows> read_placed(const Table& table, const ScanTask& task, const TaskRead& what);
/// All live delete files of the current snapshot.
[[nodiscard]] Result<DeleteFiles> live_deletes(const Table& table);
/// Places, counted from 0 in the file, of the rows that delete files take out of a task; ascending.
[[nodiscard]] Result<std::vector<std::int64_t>> deleted_rows(const Table& table, const ScanTask& task);

/// All rows at once. Errors: also kDamaged GT4025, a data file that is missing, cut or not what it was.
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> read(const Table& table, const ScanOptions& options = {});
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> read(const Table& table, const ScanPlan& plan);

/// Live rows of a snapshot: by its metadata alone, but for data files that have deletes, which are read.
[[nodiscard]] Result<std::int64_t> count_rows(const Table& table,
                                              std::optional<std::int64_t> snapshot_id = {});

}  // namespace goldtape::table
