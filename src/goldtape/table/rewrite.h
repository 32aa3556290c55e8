// Copy-on-write changes: what to remove and what to add so that rows are deleted or replaced.
// The result is handed to Commit::replace.
#pragma once

#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/expression.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/table.h"

namespace goldtape::table {

/// Files out, files in; `added` are on disk already.
struct Rewrite {
  std::vector<DataFile> removed;
  std::vector<DataFile> added;
  std::int64_t rows_deleted = 0;

  [[nodiscard]] bool empty() const { return removed.empty() && added.empty(); }
};

/// Deletes the rows that match: files that match wholly are dropped, others are rewritten without the
/// rows, under their own spec. Commit it with `planned_from = filter`.
[[nodiscard]] Result<Rewrite> plan_delete(const Table& table, const Expression& filter);

/// Replaces the rows that match `filter` by `rows` (which may be empty).
[[nodiscard]] Result<Rewrite> plan_overwrite(const Table& table, const Expression& filter,
                                             const std::shared_ptr<arrow::Table>& rows,
                                             const DataWriterOptions& options = {});

/// Replaces whole partitions: those, of the spec written to, in which `rows` has rows. Files of other
/// specs are left alone.
[[nodiscard]] Result<Rewrite> plan_overwrite_partitions(const Table& table,
                                                        const std::shared_ptr<arrow::Table>& rows,
                                                        const DataWriterOptions& options = {});

/// Removes the files that a plan added; for a commit that failed.
void discard(const Table& table, const Rewrite& rewrite);

}  // namespace goldtape::table
