#include "goldtape/lake/row_rewrite.h"

#include <set>
#include <tuple>
#include <utility>

#include <arrow/api.h>

#include "goldtape/lake/arrow_rows.h"
#include "goldtape/table/data_writer.h"

namespace goldtape::lake {

namespace {

using PartitionKey = std::pair<std::int32_t, std::string>;

struct Partition {
  std::vector<std::shared_ptr<arrow::Table>> parts;
};

PartitionKey partition_of(const table::Table& table, const table::DataFile& file) {
  const table::PartitionSpec* spec = table.metadata().find_spec(file.spec_id);
  return {file.spec_id, spec == nullptr ? std::string() : spec->path(file.partition, table.schema())};
}

/// Which rows stay, as runs [first, last).
Result<std::vector<std::pair<std::int64_t, std::int64_t>>> kept_runs(const arrow::Table& rows,
                                                                     const RowEdit& edit,
                                                                     const RowKeys& removed) {
  GT_ASSIGN(const auto columns, ColumnsOf::open(rows));
  GT_ASSIGN(const auto* source, columns.get<arrow::StringArray>("source"));
  GT_ASSIGN(const auto* interval, columns.get<arrow::StringArray>("interval"));
  GT_ASSIGN(const auto* ticker, columns.get<arrow::StringArray>("ticker"));
  GT_ASSIGN(const auto* ts, columns.get<arrow::TimestampArray>("ts"));
  const std::string_view wanted_interval = model::to_string(edit.interval);
  std::vector<std::pair<std::int64_t, std::int64_t>> runs;
  for (std::int64_t i = 0; i < rows.num_rows(); ++i) {
    if (source->GetView(i) == edit.source && interval->GetView(i) == wanted_interval) {
      const std::uint32_t* number = edit.tickers->find(ticker->GetView(i));
      if (number != nullptr && removed.contains({*number, ts->Value(i)})) continue;
    }
    if (runs.empty() || runs.back().second != i) {
      runs.emplace_back(i, i + 1);
    } else {
      runs.back().second = i + 1;
    }
  }
  return runs;
}

Result<std::shared_ptr<arrow::Table>> kept_rows(const std::shared_ptr<arrow::Table>& rows,
                                                const RowEdit& edit, const RowKeys* removed) {
  if (removed == nullptr) return rows;
  GT_ASSIGN(const auto runs, kept_runs(*rows, edit, *removed));
  std::vector<std::shared_ptr<arrow::Table>> slices;
  slices.reserve(runs.size());
  for (const auto& [first, last] : runs) slices.push_back(rows->Slice(first, last - first));
  if (slices.empty()) return rows->Slice(0, 0);
  auto kept = arrow::ConcatenateTables(slices);
  if (!kept.ok()) return fail(ErrorKind::kInternal, 5023, kept.status().ToString());
  return std::move(kept).ValueUnsafe();
}

Status write_partition(const table::Table& table, const PartitionKey& key, const Partition& partition,
                       table::Rewrite& out) {
  auto rows = arrow::ConcatenateTables(partition.parts);
  if (!rows.ok()) return fail(ErrorKind::kInternal, 5023, rows.status().ToString());
  table::DataWriter writer(table, {.spec_id = key.first, .sorted = true});
  auto files = writer.write(*rows);
  if (!files) {
    writer.discard();
    return std::unexpected(files.error());
  }
  for (table::DataFile& file : *files) out.added.push_back(std::move(file));
  return {};
}

}  // namespace

Result<table::Rewrite> write_edit(const table::Table& table, const RowEdit& edit) {
  std::map<PartitionKey, Partition> partitions;
  for (const NewRows& rows : edit.added) {
    partitions[{rows.spec_id, rows.partition}].parts.push_back(rows.rows);
  }
  table::Rewrite out;
  std::map<PartitionKey, Partition> rewritten;
  for (std::size_t i = 0; i < edit.plan->tasks.size(); ++i) {
    const table::ScanTask& task = edit.plan->tasks[i];
    const PartitionKey key = partition_of(table, task.file);
    const auto removed = edit.removed.find(i);
    const bool touched = removed != edit.removed.end();
    if (!touched && !(task.file.record_count < kSmallFileRows && partitions.contains(key))) continue;
    GT_ASSIGN(const auto rows, table::read_task(table, task));
    GT_ASSIGN(auto kept, kept_rows(rows, edit, touched ? &removed->second : nullptr));
    out.removed.push_back(task.file);
    out.rows_deleted += rows->num_rows() - kept->num_rows();
    if (kept->num_rows() > 0) rewritten[key].parts.push_back(std::move(kept));
  }
  for (auto& [key, partition] : rewritten) {
    for (auto& part : partition.parts) partitions[key].parts.push_back(std::move(part));
  }
  for (const auto& [key, partition] : partitions) {
    if (auto written = write_partition(table, key, partition, out); !written) {
      table::discard(table, out);
      return std::unexpected(written.error());
    }
  }
  return out;
}

}  // namespace goldtape::lake
