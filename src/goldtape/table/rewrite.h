// Changes of rows: what to remove and what to add so that rows are deleted or replaced. Copy-on-write, or
// merge-on-read where asked for. The result is handed to Commit::replace.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/expression.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/table.h"

namespace goldtape::table {

/// Files out, files in, delete files among them; `added` are on disk already.
struct Rewrite {
  std::vector<DataFile> removed;
  std::vector<DataFile> added;
  std::int64_t rows_deleted = 0;  ///< Live ones.

  [[nodiscard]] bool empty() const { return removed.empty() && added.empty(); }
};

/// How rows are taken out of a file that keeps others.
enum class DeleteMode : std::uint8_t {
  kCopyOnWrite,  ///< The file is written anew without them.
  kMergeOnRead,  ///< A position delete file says which they are; readers leave them out.
};

/// Deletes the rows that match: files that match wholly are dropped, others are rewritten without the
/// rows, under their own spec, or get a position delete file. Commit it with `planned_from = filter`.
[[nodiscard]] Result<Rewrite> plan_delete(const Table& table, const Expression& filter,
                                          DeleteMode mode = DeleteMode::kCopyOnWrite);

/// Replaces the rows that match `filter` by `rows` (which may be empty).
[[nodiscard]] Result<Rewrite> plan_overwrite(const Table& table, const Expression& filter,
                                             const std::shared_ptr<arrow::Table>& rows,
                                             const DataWriterOptions& options = {});

/// Replaces whole partitions: those, of the spec written to, in which `rows` has rows. Files of other
/// specs are left alone.
[[nodiscard]] Result<Rewrite> plan_overwrite_partitions(const Table& table,
                                                        const std::shared_ptr<arrow::Table>& rows,
                                                        const DataWriterOptions& options = {});

/// The live delete files that would have nothing to delete once `removed` are gone, and are not in `removed`
/// themselves. A commit that removes files removes them too.
[[nodiscard]] Result<std::vector<DataFile>> spent_deletes(const Table& table,
                                                          const std::vector<DataFile>& removed);

/// Removes the files that a plan added; for a commit that failed.
void discard(const Table& table, const Rewrite& rewrite);

}  // namespace goldtape::table
