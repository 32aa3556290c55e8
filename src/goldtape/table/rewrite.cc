#include "goldtape/table/rewrite.h"

#include <set>
#include <string>

#include <arrow/array.h>
#include <arrow/compute/api_vector.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/parquet_reader.h"
#include "goldtape/table/scan.h"

namespace goldtape::table {
namespace {

// The rows of a file that do not match.
Result<std::shared_ptr<arrow::Table>> survivors(const Table& table, const ScanTask& task,
                                                const Schema& schema) {
  GT_ASSIGN(const auto rows,
            read_parquet(table.shared_filesystem(),
                         {.path = task.path, .projection = schema, .table_schema = schema, .filter = {}}));
  GT_ASSIGN(const auto batch, internal::one_batch(*rows));
  GT_ASSIGN(const auto matched, task.residual.evaluate(*batch));
  std::vector<std::int64_t> kept;
  for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
    if (!matched->Value(row)) kept.push_back(row);
  }
  GT_ASSIGN(const auto ordered, internal::take_rows(*batch, kept));
  return arrow::Table::Make(rows->schema(), ordered->columns(), ordered->num_rows());
}

// Takes a file out, and puts what is left of it back under its own spec.
Status rewrite_file(const Table& table, const ScanTask& task, const Schema& schema, Rewrite& rewrite) {
  if (task.residual.is_always_true()) {
    rewrite.rows_deleted += task.file.record_count;
    rewrite.removed.push_back(task.file);
    return {};
  }
  GT_ASSIGN(const auto kept, survivors(table, task, schema));
  if (kept->num_rows() == task.file.record_count) return {};  // Nothing in it matched after all.
  rewrite.rows_deleted += task.file.record_count - kept->num_rows();
  DataWriter writer(table, {.spec_id = task.file.spec_id, .parquet = {}});
  auto written = writer.write(kept);
  if (!written) {
    writer.discard();
    return std::unexpected<Error>(written.error());
  }
  rewrite.removed.push_back(task.file);
  rewrite.added.insert(rewrite.added.end(), written->begin(), written->end());
  return {};
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

Result<Rewrite> plan_delete(const Table& table, const Expression& filter) {
  GT_ASSIGN(const ScanPlan plan, plan_scan(table, {.filter = filter}));
  Rewrite rewrite;
  for (const ScanTask& task : plan.tasks) {
    Status done = rewrite_file(table, task, plan.table_schema, rewrite);
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
  auto files = table.data_files();
  if (!files) {
    discard(table, rewrite);
    return std::unexpected<Error>(files.error());
  }
  for (DataFile& file : *files) {
    const bool covered =
        file.spec_id == spec.spec_id && partitions.contains(spec.path(file.partition, table.schema()));
    if (!covered) continue;
    rewrite.rows_deleted += file.record_count;
    rewrite.removed.push_back(std::move(file));
  }
  return rewrite;
}

void discard(const Table& table, const Rewrite& rewrite) {
  for (const DataFile& file : rewrite.added) {
    // What cannot be removed stays as an orphan, which fsck lists.
    if (auto path = to_path(file.path)) (void)table.filesystem().remove(*path);
  }
}

}  // namespace goldtape::table
