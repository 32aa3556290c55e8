#include "goldtape/table/scan.h"

#include <algorithm>
#include <numeric>

#include <arrow/compute/cast.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/io/s3_options.h"
#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/manifest_cache_internal.h"
#include "goldtape/table/page_scan_internal.h"
#include "goldtape/table/parquet_reader.h"
#include "goldtape/table/work_sharing_internal.h"

namespace goldtape::table {
namespace {

Result<const Snapshot*> find_snapshot(const Table& table, const ScanOptions& options) {
  const TableMetadata& metadata = table.metadata();
  if (options.snapshot_id && options.as_of) {
    return fail(ErrorKind::kUsage, 4031, "a scan is of a snapshot or as of a time, not both");
  }
  if (options.as_of) return metadata.snapshot_as_of(*options.as_of);
  if (!options.snapshot_id) return metadata.current_snapshot();
  const Snapshot* snapshot = metadata.find_snapshot(*options.snapshot_id);
  if (snapshot != nullptr) return snapshot;
  return fail(ErrorKind::kNotFound, 4015, fmt::format("there is no snapshot {}", *options.snapshot_id),
              table.name().to_string());
}

Result<Schema> project(const Schema& schema, const std::vector<std::string>& columns) {
  if (columns.empty()) return schema;
  Schema projected{.schema_id = schema.schema_id, .fields = {}, .identifier_field_ids = {}};
  for (const std::string& column : columns) {
    const Field* field = schema.find(column);
    if (field == nullptr) {
      std::vector<std::string_view> names;
      for (const Field& candidate : schema.fields) names.emplace_back(candidate.name);
      return fail(ErrorKind::kUsage, 4031,
                  fmt::format("there is no column '{}'{}", column, did_you_mean(column, names)));
    }
    projected.fields.push_back(*field);
  }
  return projected;
}

Result<const PartitionSpec*> spec_of(const Table& table, const ManifestFile& manifest) {
  const PartitionSpec* spec = table.metadata().find_spec(manifest.spec_id);
  if (spec != nullptr) return spec;
  return fail(ErrorKind::kDamaged, 4024, fmt::format("there is no partition spec {}", manifest.spec_id),
              manifest.path);
}

bool has_live_files(const ManifestFile& manifest) {
  return manifest.added_files_count + manifest.existing_files_count > 0;
}

Result<DeleteIndex> read_deletes(const Table& table, const std::vector<ManifestFile>& manifests,
                                 const BoundExpression& filter) {
  DeleteIndex index;
  // After the spec was changed, DuckDB says of deletes in files of the old one that they are of the new one.
  const bool one_spec = table.metadata().partition_specs.size() == 1;
  for (const ManifestFile& manifest : manifests) {
    if (!manifest.deletes || !has_live_files(manifest)) continue;
    GT_ASSIGN(const PartitionSpec* spec, spec_of(table, manifest));
    if (one_spec && !filter.may_match(manifest, *spec)) continue;
    GT_ASSIGN(auto entries, table.live_entries(manifest));
    for (ManifestEntry& entry : entries) {
      GT_RETURN_IF_ERROR(index.add(std::move(entry), *spec, table.metadata()));
    }
  }
  return index;
}

// What one manifest adds to a plan.
struct ManifestTasks {
  std::vector<ScanTask> tasks;
  std::int64_t files_seen = 0;
};

Status add_tasks(const Table& table, const ManifestFile& manifest, const BoundExpression& filter,
                 const DeleteIndex& deletes, ManifestTasks& out) {
  GT_ASSIGN(const PartitionSpec* spec, spec_of(table, manifest));
  GT_ASSIGN(const auto entries, internal::load_live_entries(table.filesystem(), manifest, table.metadata()));
  out.files_seen = std::ssize(*entries);
  for (const ManifestEntry& entry : *entries) {
    if (!filter.may_match(entry.file, *spec)) continue;
    if (entry.file.format != "PARQUET" && entry.file.format != "parquet") {
      return fail(ErrorKind::kUnsupported, 4033,
                  fmt::format("data files of format {} are not read", entry.file.format), entry.file.path);
    }
    ScanTask& task = out.tasks.emplace_back();
    GT_ASSIGN(task.path, to_path(entry.file.path));
    if (!filter.must_match(entry.file, *spec)) task.residual = filter;
    task.sequence_number = entry.sequence_number.value_or(0);
    if (!deletes.empty()) task.deletes = deletes.find(entry.file, task.sequence_number, table.metadata());
    task.file = entry.file;
  }
  return {};
}

// Positions, not tasks: these are large.
std::vector<ScanTask> in_order_of_path(std::vector<ManifestTasks> parts) {
  std::vector<ScanTask*> order;
  for (ManifestTasks& part : parts) {
    for (ScanTask& task : part.tasks) order.push_back(&task);
  }
  std::sort(order.begin(), order.end(),
            [](const ScanTask* a, const ScanTask* b) { return a->path < b->path; });
  std::vector<ScanTask> tasks;
  tasks.reserve(order.size());
  for (ScanTask* task : order) tasks.push_back(std::move(*task));
  return tasks;
}

Status find_tasks(const Table& table, const std::vector<ManifestFile>& manifests,
                  const BoundExpression& filter, const DeleteIndex& deletes, ScanPlan& plan) {
  std::vector<const ManifestFile*> wanted;
  for (const ManifestFile& manifest : manifests) {
    if (manifest.deletes) continue;
    GT_ASSIGN(const PartitionSpec* spec, spec_of(table, manifest));
    if (filter.may_match(manifest, *spec)) wanted.push_back(&manifest);
  }
  std::vector<ManifestTasks> parts(wanted.size());
  const auto add = [&](std::size_t i) { return add_tasks(table, *wanted[i], filter, deletes, parts[i]); };
  const bool remote = !wanted.empty() && io::is_s3_path(wanted.front()->path);
  // Few entries are looked through before another thread is awake.
  constexpr std::int64_t kFilesAlone = 256;
  std::int64_t files = 0;
  for (const ManifestFile* manifest : wanted)
    files += manifest->added_files_count + manifest->existing_files_count;
  GT_RETURN_IF_ERROR(remote ? internal::share_waiting(parts.size(), add)
                            : internal::share_work(parts.size(), files <= kFilesAlone ? 1 : 0, add));
  plan.stats.manifests_read = std::ssize(wanted);
  for (const ManifestTasks& part : parts) plan.stats.files_seen += part.files_seen;
  plan.tasks = in_order_of_path(std::move(parts));
  plan.stats.files_matched = std::ssize(plan.tasks);
  return {};
}

Result<std::shared_ptr<const RowDeletes>> load_deletes(const Table& table, const ScanTask& task) {
  if (task.deletes.empty()) return std::shared_ptr<const RowDeletes>{};
  return RowDeletes::load(table.shared_filesystem(), table.metadata(), task.file.path, task.deletes);
}

// Where a filter or few columns are asked for, only the pages that matter are read; null when a file does not
// allow that.
Result<std::shared_ptr<arrow::Table>> read_by_pages(const Table& table, const ScanPlan& plan) {
  internal::PageScan scan{.projection = plan.schema,
                          .table_schema = plan.table_schema,
                          .decimals_as_doubles = plan.decimals_as_doubles,
                          .files = {}};
  bool filtered = plan.decimals_as_doubles;
  for (const ScanTask& task : plan.tasks) {
    GT_ASSIGN(const auto deletes, load_deletes(table, task));
    if (deletes != nullptr && !deletes->by_position_only()) return std::shared_ptr<arrow::Table>{};
    filtered = filtered || !task.residual.is_always_true();
    scan.files.push_back({task.path, task.file.file_size_bytes, task.residual,
                          deletes == nullptr ? std::vector<std::int64_t>{} : deletes->positions()});
  }
  if (!filtered || plan.tasks.empty()) return std::shared_ptr<arrow::Table>{};
  return internal::read_pages(table.filesystem(), scan);
}

std::shared_ptr<arrow::Schema> arrow_schema(const ScanPlan& plan) {
  auto schema = to_arrow(plan.schema);
  if (!plan.decimals_as_doubles) return schema;
  arrow::FieldVector fields = schema->fields();
  for (auto& field : fields) {
    if (field->type()->id() == arrow::Type::DECIMAL128) field = field->WithType(arrow::float64());
  }
  return arrow::schema(std::move(fields));
}

// Decimals as a plan wants them.
Result<std::shared_ptr<arrow::Table>> as_asked(const ScanPlan& plan, std::shared_ptr<arrow::Table> rows) {
  if (!plan.decimals_as_doubles) return rows;
  for (int i = 0; i < rows->num_columns(); ++i) {
    if (rows->field(i)->type()->id() != arrow::Type::DECIMAL128) continue;
    auto doubles = arrow::compute::Cast(rows->column(i), arrow::float64());
    if (!doubles.ok()) return internal::arrow_error(doubles.status(), ErrorKind::kInternal, 4035, "");
    auto changed = rows->SetColumn(i, rows->field(i)->WithType(arrow::float64()), doubles->chunked_array());
    if (!changed.ok()) return internal::arrow_error(changed.status(), ErrorKind::kInternal, 4035, "");
    rows = *std::move(changed);
  }
  return rows;
}

Result<std::shared_ptr<arrow::Table>> read_planned(const Table& table, const ScanPlan& plan,
                                                   const ScanTask& task) {
  GT_ASSIGN(
      auto rows,
      read_task(table, task,
                {.projection = plan.schema, .table_schema = plan.table_schema, .filter = task.residual}));
  return as_asked(plan, std::move(rows));
}

class ScanReader final : public arrow::RecordBatchReader {
 public:
  ScanReader(Table table, ScanPlan plan)
      : table_(std::move(table)), plan_(std::move(plan)), schema_(arrow_schema(plan_)) {}

  [[nodiscard]] std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    *batch = nullptr;
    while (true) {
      if (batches_ != nullptr) {
        ARROW_RETURN_NOT_OK(batches_->ReadNext(batch));
        if (*batch != nullptr) return arrow::Status::OK();
      }
      if (next_ == plan_.tasks.size()) return arrow::Status::OK();
      auto table = read_planned(table_, plan_, plan_.tasks[next_++]);
      if (!table) return arrow::Status::IOError(table.error().to_string());
      file_ = *std::move(table);
      batches_ = std::make_unique<arrow::TableBatchReader>(*file_);
    }
  }

 private:
  Table table_;
  ScanPlan plan_;
  std::shared_ptr<arrow::Schema> schema_;
  std::size_t next_ = 0;
  std::shared_ptr<arrow::Table> file_;
  std::unique_ptr<arrow::TableBatchReader> batches_;
};

}  // namespace

Result<ScanPlan> plan_scan(const Table& table, const ScanOptions& options) {
  GT_ASSIGN(const Snapshot* snapshot, find_snapshot(table, options));
  ScanPlan plan;
  plan.decimals_as_doubles = options.decimals_as_doubles;
  const bool travels = options.snapshot_id || options.as_of;
  plan.table_schema =
      travels && snapshot != nullptr ? table.metadata().schema_of_snapshot(*snapshot) : table.schema();
  GT_ASSIGN(plan.schema, project(plan.table_schema, options.columns));
  GT_ASSIGN(const BoundExpression filter, BoundExpression::bind(options.filter, plan.table_schema));
  if (snapshot == nullptr) return plan;
  plan.snapshot_id = snapshot->snapshot_id;
  if (filter.is_always_false()) return plan;
  GT_ASSIGN(const auto manifests, table.manifests(*snapshot));
  plan.stats.manifests_total = static_cast<std::int64_t>(manifests.size());
  GT_ASSIGN(const DeleteIndex deletes, read_deletes(table, manifests, filter));
  GT_RETURN_IF_ERROR(find_tasks(table, manifests, filter, deletes, plan));
  return plan;
}

Result<std::shared_ptr<arrow::Table>> read_task(const Table& table, const ScanTask& task,
                                                const TaskRead& what) {
  GT_ASSIGN(auto deletes, load_deletes(table, task));
  return read_parquet(table.shared_filesystem(), {.path = task.path,
                                                  .projection = what.projection,
                                                  .table_schema = what.table_schema,
                                                  .filter = what.filter,
                                                  .deletes = std::move(deletes)});
}

Result<std::shared_ptr<arrow::Table>> read_task(const Table& table, const ScanTask& task) {
  return read_task(table, task, {.projection = table.schema(), .table_schema = table.schema()});
}

Result<PlacedRows> read_placed(const Table& table, const ScanTask& task, const TaskRead& what) {
  GT_ASSIGN(auto deletes, load_deletes(table, task));
  PlacedRows placed;
  GT_ASSIGN(placed.rows, read_parquet(table.shared_filesystem(), {.path = task.path,
                                                                  .projection = what.projection,
                                                                  .table_schema = what.table_schema,
                                                                  .filter = what.filter,
                                                                  .deletes = std::move(deletes),
                                                                  .places = &placed.places}));
  return placed;
}

Result<DeleteFiles> live_deletes(const Table& table) {
  const Snapshot* snapshot = table.metadata().current_snapshot();
  if (snapshot == nullptr) return DeleteFiles{};
  GT_ASSIGN(const auto manifests, table.manifests(*snapshot));
  GT_ASSIGN(const DeleteIndex index, read_deletes(table, manifests, BoundExpression{}));
  return index.all();
}

Result<std::vector<std::int64_t>> deleted_rows(const Table& table, const ScanTask& task) {
  GT_ASSIGN(const auto deletes, load_deletes(table, task));
  if (deletes == nullptr) return std::vector<std::int64_t>{};
  const Schema keys{.schema_id = 0, .fields = deletes->columns(), .identifier_field_ids = {}};
  GT_ASSIGN(const auto rows,
            read_parquet(table.shared_filesystem(),
                         {.path = task.path, .projection = keys, .table_schema = keys, .filter = {}}));
  GT_ASSIGN(const auto batch, internal::one_batch(*rows));
  std::vector<std::int64_t> positions(static_cast<std::size_t>(rows->num_rows()));
  std::iota(positions.begin(), positions.end(), 0);
  GT_ASSIGN(const std::vector<bool> kept, deletes->kept(*batch, positions));
  std::erase_if(positions, [&](std::int64_t row) { return kept[static_cast<std::size_t>(row)]; });
  return positions;
}

Result<std::shared_ptr<arrow::RecordBatchReader>> open_reader(const Table& table, ScanPlan plan) {
  return std::make_shared<ScanReader>(table, std::move(plan));
}

Result<std::shared_ptr<arrow::Table>> read(const Table& table, const ScanPlan& plan) {
  GT_ASSIGN(auto by_pages, read_by_pages(table, plan));
  if (by_pages != nullptr) return by_pages;
  std::vector<std::shared_ptr<arrow::Table>> parts;
  for (const ScanTask& task : plan.tasks) {
    GT_ASSIGN(auto part, read_planned(table, plan, task));
    parts.push_back(std::move(part));
  }
  if (parts.empty()) {
    auto empty = arrow::Table::MakeEmpty(arrow_schema(plan));
    if (!empty.ok()) return internal::arrow_error(empty.status(), ErrorKind::kInternal, 4035, "");
    return *empty;
  }
  auto whole = arrow::ConcatenateTables(parts);
  if (!whole.ok()) return internal::arrow_error(whole.status(), ErrorKind::kInternal, 4035, "");
  return *whole;
}

Result<std::shared_ptr<arrow::Table>> read(const Table& table, const ScanOptions& options) {
  GT_ASSIGN(const ScanPlan plan, plan_scan(table, options));
  return read(table, plan);
}

Result<std::int64_t> count_rows(const Table& table, std::optional<std::int64_t> snapshot_id) {
  GT_ASSIGN(const ScanPlan plan,
            plan_scan(table, {.filter = {}, .columns = {}, .snapshot_id = snapshot_id, .as_of = {}}));
  std::int64_t rows = 0;
  for (const ScanTask& task : plan.tasks) {
    rows += task.file.record_count;
    if (task.deletes.empty()) continue;
    GT_ASSIGN(const auto deleted, deleted_rows(table, task));
    rows -= static_cast<std::int64_t>(deleted.size());
  }
  return rows;
}

}  // namespace goldtape::table
