#include "goldtape/table/rewrite.h"

#include <algorithm>
#include <set>
#include <string>

#include <arrow/array.h>
#include <arrow/compute/api_vector.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/delete_file.h"
#include "goldtape/table/delete_writer.h"
#include "goldtape/table/location.h"
#include "goldtape/table/scan.h"

namespace goldtape::table {
namespace {

// Rows of a batch that match, as one flag each.
Result<std::shared_ptr<arrow::BooleanArray>> matches(const ScanTask& task, const arrow::Table& rows) {
  GT_ASSIGN(const auto batch, internal::one_batch(rows));
  return task.residual.evaluate(*batch);
}

Status drop_file(const Table& table, const ScanTask& task, Rewrite& rewrite) {
  GT_ASSIGN(const auto gone, deleted_rows(table, task));
  rewrite.rows_deleted += task.file.record_count - static_cast<std::int64_t>(gone.size());
  rewrite.removed.push_back(task.file);
  return {};
}

// Takes a file out, and puts what is left of it back under its own spec.
Status rewrite_file(const Table& table, const ScanTask& task, Rewrite& rewrite) {
  GT_ASSIGN(const auto rows, read_task(table, task));
  GT_ASSIGN(const auto matched, matches(task, *rows));
  if (matched->true_count() == 0) return {};  // Nothing in it matched after all.
  std::vector<std::int64_t> kept;
  for (std::int64_t row = 0; row < rows->num_rows(); ++row) {
    if (!matched->Value(row)) kept.push_back(row);
  }
  rewrite.rows_deleted += matched->true_count();
  GT_ASSIGN(const auto batch, internal::one_batch(*rows));
  GT_ASSIGN(const auto left, internal::take_rows(*batch, kept));
  DataWriter writer(table, {.spec_id = task.file.spec_id, .parquet = {}});
  auto written = writer.write(arrow::Table::Make(rows->schema(), left->columns(), left->num_rows()));
  if (!written) {
    writer.discard();
    return std::unexpected<Error>(written.error());
  }
  rewrite.removed.push_back(task.file);
  rewrite.added.insert(rewrite.added.end(), written->begin(), written->end());
  return {};
}

// Says of a file which rows of it are gone.
Status mark_rows(const Table& table, const ScanTask& task, Rewrite& rewrite) {
  ScanTask whole = task;
  whole.deletes.clear();  // Places in the file are wanted, so all rows are looked at.
  GT_ASSIGN(const auto rows, read_task(table, whole));
  GT_ASSIGN(const auto matched, matches(task, *rows));
  GT_ASSIGN(const auto gone, deleted_rows(table, task));
  std::vector<std::int64_t> positions;
  for (std::int64_t row = 0; row < rows->num_rows(); ++row) {
    if (matched->Value(row) && !std::binary_search(gone.begin(), gone.end(), row)) positions.push_back(row);
  }
  if (positions.empty()) return {};
  rewrite.rows_deleted += static_cast<std::int64_t>(positions.size());
  GT_ASSIGN(DataFile file, write_position_deletes(table, task.file, positions));
  rewrite.added.push_back(std::move(file));
  return {};
}

Status delete_from(const Table& table, const ScanTask& task, DeleteMode mode, Rewrite& rewrite) {
  if (task.residual.is_always_true()) return drop_file(table, task, rewrite);
  return mode == DeleteMode::kMergeOnRead ? mark_rows(table, task, rewrite)
                                          : rewrite_file(table, task, rewrite);
}

Status add_rows(const Table& table, const std::shared_ptr<arrow::Table>& rows,
                const DataWriterOptions& options, Rewrite& rewrite) {
  DataWriter writer(table, options);
  auto written = writer.write(rows);
  if (!written) {
    writer.discard();
    discard(table, rewrite);
    return std::unexpected<Error>(written.error());
  }
  rewrite.added.insert(rewrite.added.end(), written->begin(), written->end());
  return {};
}

}  // namespace

Result<Rewrite> plan_delete(const Table& table, const Expression& filter, DeleteMode mode) {
  GT_ASSIGN(const ScanPlan plan, plan_scan(table, {.filter = filter}));
  Rewrite rewrite;
  for (const ScanTask& task : plan.tasks) {
    Status done = delete_from(table, task, mode, rewrite);
    if (!done) {
      discard(table, rewrite);
      return std::unexpected<Error>(done.error());
    }
  }
  return rewrite;
}

Result<Rewrite> plan_overwrite(const Table& table, const Expression& filter,
                               const std::shared_ptr<arrow::Table>& rows, const DataWriterOptions& options) {
  GT_ASSIGN(Rewrite rewrite, plan_delete(table, filter));
  GT_RETURN_IF_ERROR(add_rows(table, rows, options, rewrite));
  return rewrite;
}

Result<Rewrite> plan_overwrite_partitions(const Table& table, const std::shared_ptr<arrow::Table>& rows,
                                          const DataWriterOptions& options) {
  Rewrite rewrite;
  GT_RETURN_IF_ERROR(add_rows(table, rows, options, rewrite));
  const PartitionSpec& spec =
      *table.metadata().find_spec(options.spec_id.value_or(table.metadata().default_spec_id));
  std::set<std::string> partitions;
  for (const DataFile& file : rewrite.added) partitions.insert(spec.path(file.partition, table.schema()));
  const auto drop_covered = [&]() -> Status {
    GT_ASSIGN(const ScanPlan plan, plan_scan(table, {}));
    for (const ScanTask& task : plan.tasks) {
      const bool covered = task.file.spec_id == spec.spec_id &&
                           partitions.contains(spec.path(task.file.partition, table.schema()));
      if (covered) GT_RETURN_IF_ERROR(drop_file(table, task, rewrite));
    }
    return {};
  };
  if (const Status dropped = drop_covered(); !dropped) {
    discard(table, rewrite);
    return std::unexpected<Error>(dropped.error());
  }
  return rewrite;
}

Result<std::vector<DataFile>> spent_deletes(const Table& table, const std::vector<DataFile>& removed) {
  std::vector<DataFile> spent;
  GT_ASSIGN(const DeleteFiles deletes, live_deletes(table));
  if (deletes.empty()) return spent;
  std::set<std::string> gone;
  for (const DataFile& file : removed) gone.insert(normalise_location(file.path));
  GT_ASSIGN(const ScanPlan plan, plan_scan(table, {}));
  std::set<std::string> needed;
  for (const ScanTask& task : plan.tasks) {
    if (gone.contains(normalise_location(task.file.path))) continue;
    for (const auto& file : task.deletes) needed.insert(file->path());
  }
  for (const auto& file : deletes) {
    const bool kept = needed.contains(file->path()) || gone.contains(normalise_location(file->file().path));
    if (!kept) spent.push_back(file->file());
  }
  return spent;
}

void discard(const Table& table, const Rewrite& rewrite) {
  for (const DataFile& file : rewrite.added) {
    // What cannot be removed stays as an orphan, which fsck lists.
    if (auto path = to_path(file.path)) (void)table.filesystem().remove(*path);
  }
}

}  // namespace goldtape::table
