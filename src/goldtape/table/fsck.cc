#include "goldtape/table/fsck.h"

#include <algorithm>
#include <map>
#include <set>

#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/table.h>
#include <fmt/format.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/manifest_avro.h"
#include "goldtape/table/parquet_check_internal.h"
#include "goldtape/table/parquet_reader.h"
#include "goldtape/table/reachable.h"
#include "goldtape/table/scan.h"

namespace goldtape::table {
namespace {

class TableCheck {
 public:
  TableCheck(const Table& table, const FsckOptions& options) : table_(table), options_(options) {}

  Result<FsckReport> run() {
    report_.tables = 1;
    refer(table_.metadata_location());
    const TableMetadata& metadata = table_.metadata();
    for (const MetadataLogEntry& entry : metadata.metadata_log) refer(entry.metadata_file);
    for (const std::string& file : statistics_files(metadata)) refer(file);
    for (const Snapshot& snapshot : metadata.snapshots) {
      const bool current = metadata.current_snapshot_id == snapshot.snapshot_id;
      if (options_.all_snapshots || current) GT_RETURN_IF_ERROR(check_snapshot(snapshot, current));
    }
    GT_RETURN_IF_ERROR(check_log());
    // Without a walk through all snapshots it is not known what is referred to.
    if (options_.all_snapshots) GT_RETURN_IF_ERROR(list_orphans());
    return std::move(report_);
  }

 private:
  void find(bool is_error, const char* check, const std::string& location, std::string message) {
    report_.findings.push_back({is_error, check, table_.name().to_string(), location, std::move(message)});
  }
  void refer(const std::string& location) { referred_.insert(normalise_location(location)); }

  /// Reads a file; a missing one is a finding and gives no value.
  Result<std::optional<std::string>> read(const std::string& location, const char* check) {
    auto path = to_path(location);
    if (!path) {
      find(true, check, location, path.error().message);
      return std::optional<std::string>{};
    }
    auto bytes = table_.filesystem().read(*path);
    if (bytes) return std::optional<std::string>{*std::move(bytes)};
    if (bytes.error().kind != ErrorKind::kNotFound) return std::unexpected<Error>(bytes.error());
    find(true, check, location, "the file is missing");
    return std::optional<std::string>{};
  }

  /// Earlier metadata files are for rolling back by hand; one that is gone is worth knowing, no more.
  Status check_log() {
    for (const MetadataLogEntry& entry : table_.metadata().metadata_log) {
      const auto path = to_path(entry.metadata_file);
      if (!path) continue;
      const auto info = table_.filesystem().info(*path);
      if (info) continue;
      if (info.error().kind != ErrorKind::kNotFound) return std::unexpected<Error>(info.error());
      find(false, "metadata_log", entry.metadata_file, "an earlier metadata file is gone");
    }
    return {};
  }

  Status check_snapshot(const Snapshot& snapshot, bool current) {
    ++report_.snapshots;
    refer(snapshot.manifest_list);
    GT_ASSIGN(const auto bytes, read(snapshot.manifest_list, "manifest_list"));
    if (!bytes) return {};
    const auto manifests = read_manifest_list(*bytes);
    if (!manifests) {
      find(true, "manifest_list", snapshot.manifest_list, manifests.error().message);
      return {};
    }
    std::int64_t rows = 0;
    for (const ManifestFile& manifest : *manifests) {
      GT_RETURN_IF_ERROR(check_manifest(manifest));
      if (!manifest.deletes) rows += manifest.added_rows_count + manifest.existing_rows_count;
    }
    const auto total = snapshot.summary.find(summary_key::kTotalRecords);
    if (total != snapshot.summary.end() && total->second != std::to_string(rows)) {
      find(true, "row_count", snapshot.manifest_list,
           fmt::format("the snapshot's summary says {} rows, its manifests {}", total->second, rows));
    }
    if (current) report_.rows = rows;
    return current ? check_deletes(rows) : Status{};
  }

  /// Rows that delete files take out of the current snapshot, and whether they can be read at all.
  Status check_deletes(std::int64_t rows) {
    const auto deletes = live_deletes(table_);
    // What is wrong with manifests has been found already.
    if (!deletes || deletes->empty()) return {};
    const auto live = count_rows(table_);
    if (!live) {
      if (live.error().kind == ErrorKind::kIo) return std::unexpected<Error>(live.error());
      find(true, "deletes", live.error().where, live.error().message);
      return {};
    }
    report_.rows = std::min(rows, *live);
    return {};
  }

  Status check_manifest(const ManifestFile& manifest) {
    if (!referred_.insert(normalise_location(manifest.path)).second)
      return {};  // Seen with another snapshot.
    ++report_.manifests;
    GT_ASSIGN(const auto bytes, read(manifest.path, "manifest"));
    if (!bytes) return {};
    if (static_cast<std::int64_t>(bytes->size()) != manifest.length) {
      find(true, "manifest", manifest.path,
           fmt::format("the file has {} bytes, its list says {}", bytes->size(), manifest.length));
    }
    const auto entries = read_manifest(*bytes, manifest, table_.metadata().schema_with_dropped(),
                                       table_.metadata().partition_specs);
    if (!entries) {
      find(true, "manifest", manifest.path, entries.error().message);
      return {};
    }
    std::int64_t live_files = 0;
    std::int64_t live_rows = 0;
    for (const ManifestEntry& entry : *entries) {
      // A file that a snapshot removed may be gone; those that still hold it are checked by theirs.
      if (entry.status == EntryStatus::kDeleted) continue;
      ++live_files;
      live_rows += entry.file.record_count;
      GT_RETURN_IF_ERROR(check_file(entry.file));
    }
    if (live_files != manifest.added_files_count + manifest.existing_files_count ||
        live_rows != manifest.added_rows_count + manifest.existing_rows_count) {
      find(true, "row_count", manifest.path,
           fmt::format("the manifest holds {} files and {} rows, its list says otherwise", live_files,
                       live_rows));
    }
    return {};
  }

  Status check_file(const DataFile& file) {
    if (!referred_.insert(normalise_location(file.path)).second) return {};
    ++report_.data_files;
    const auto path = to_path(file.path);
    if (!path) {
      find(true, "data_file", file.path, path.error().message);
      return {};
    }
    const auto info = table_.filesystem().info(*path);
    if (!info) {
      if (info.error().kind != ErrorKind::kNotFound) return std::unexpected<Error>(info.error());
      find(true, "data_file", file.path, "the file is missing");
      return {};
    }
    if (static_cast<std::int64_t>(info->size_bytes) != file.file_size_bytes) {
      find(
          true, "data_file", file.path,
          fmt::format("the file has {} bytes, its manifest says {}", info->size_bytes, file.file_size_bytes));
      return {};
    }
    if (file.format != "PARQUET") return {};
    const bool by_position = file.content == FileContent::kPositionDeletes;
    const auto footer = parquet_metrics(table_.shared_filesystem(), *path,
                                        by_position ? position_delete_schema() : table_.schema());
    if (!footer) {
      find(true, "data_file", file.path, footer.error().message);
      return {};
    }
    if (footer->record_count != file.record_count) {
      find(
          true, "row_count", file.path,
          fmt::format("the file has {} rows, its manifest says {}", footer->record_count, file.record_count));
    }
    check_claims(file, *footer);
    return options_.deep && file.content == FileContent::kData ? check_rows(file, *path) : Status{};
  }

  /// What the manifest says of the file besides its rows, against the file's own footer.
  void check_claims(const DataFile& file, const DataFile& footer) {
    for (const auto& [id, count] : file.value_counts.entries()) {
      const std::int64_t* own = footer.value_counts.find(id);
      if (own != nullptr && *own != count) {
        find(true, "bounds", file.path,
             fmt::format("field {}: {} values, the manifest says {}", id, *own, count));
      }
    }
    if (!file.split_offsets.empty() && file.split_offsets != footer.split_offsets)
      find(true, "data_file", file.path, "its row groups do not begin where the manifest says");
  }

  Status check_rows(const DataFile& file, const std::string& path) {
    const Schema& schema = table_.schema();
    const auto rows =
        read_parquet(table_.shared_filesystem(),
                     {.path = path, .projection = schema, .table_schema = schema, .filter = {}});
    if (!rows) {
      find(true, "data_file", file.path, rows.error().message);
      return {};
    }
    if ((*rows)->num_rows() != file.record_count) {
      find(true, "row_count", file.path,
           fmt::format("{} rows were read, the manifest says {}", (*rows)->num_rows(), file.record_count));
    }
    for (std::size_t i = 0; i < schema.fields.size(); ++i) {
      if (schema.fields[i].type.is_primitive()) {
        check_column(file, schema.fields[i], *(*rows)->column(static_cast<int>(i)));
      }
    }
    check_partition(file, **rows);
    check_order(file, **rows);
    for (std::string& fault : internal::check_pages(table_.shared_filesystem(), path))
      find(true, "pages", file.path, std::move(fault));
    return {};
  }

  void check_column(const DataFile& file, const Field& field, const arrow::ChunkedArray& column) {
    const std::int64_t* nulls = file.null_value_counts.find(field.id);
    if (nulls != nullptr && *nulls != column.null_count()) {
      find(true, "bounds", file.path,
           fmt::format("column {}: {} NULLs, the manifest says {}", field.name, column.null_count(), *nulls));
    }
    const std::string* lower = file.lower_bounds.find(field.id);
    const std::string* upper = file.upper_bounds.find(field.id);
    if (lower == nullptr && upper == nullptr) return;
    const auto low = lower == nullptr ? Result<Literal>(Literal{}) : from_bytes(*lower, field.type);
    const auto high = upper == nullptr ? Result<Literal>(Literal{}) : from_bytes(*upper, field.type);
    if (!low || !high) {
      find(true, "bounds", file.path, fmt::format("column {}: a bound cannot be read", field.name));
      return;
    }
    for (const auto& chunk : column.chunks()) {
      for (std::int64_t row = 0; row < chunk->length(); ++row) {
        const Literal value = internal::literal_at(*chunk, row);
        // Bounds leave NaN out.
        if (holds_null(value) || compare(value, value) != 0 || is_nan(value)) continue;
        const bool below = !holds_null(*low) && compare(value, *low) < 0;
        const bool above = !holds_null(*high) && compare(value, *high) > 0;
        if (!below && !above) continue;
        find(true, "bounds", file.path,
             fmt::format("column {}: the value {} lies outside the bounds in the manifest", field.name,
                         to_string(value, field.type)));
        return;
      }
    }
  }

  static bool is_nan(const Literal& value) {
    const auto* f = std::get_if<float>(&value);
    const auto* d = std::get_if<double>(&value);
    return (f != nullptr && *f != *f) || (d != nullptr && *d != *d);
  }

  /// Rows of a file that claims the table's sort order stand in it. Only orders of plain columns, ascending.
  void check_order(const DataFile& file, const arrow::Table& rows) {
    const SortOrder& order = table_.metadata().default_sort_order();
    if (!file.sort_order_id || *file.sort_order_id == 0 || *file.sort_order_id != order.order_id) return;
    const auto batch = internal::one_batch(rows);
    if (!batch) return;
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const SortField& field : order.fields) {
      const Field* source = table_.schema().find(field.source_id);
      if (source == nullptr || field.descending || field.transform.kind != TransformKind::kIdentity) return;
      columns.push_back((*batch)->GetColumnByName(source->name));
    }
    for (std::int64_t row = 1; row < (*batch)->num_rows(); ++row) {
      for (const auto& column : columns) {
        const Literal before = internal::literal_at(*column, row - 1);
        const Literal value = internal::literal_at(*column, row);
        if (holds_null(before) || holds_null(value)) break;
        const auto compared = compare(before, value);
        if (compared < 0) break;
        if (compared == 0) continue;
        find(true, "order", file.path, fmt::format("row {} is not in the table's sort order", row));
        return;
      }
    }
  }

  void check_partition(const DataFile& file, const arrow::Table& rows) {
    const PartitionSpec* spec = table_.metadata().find_spec(file.spec_id);
    for (std::size_t i = 0; spec != nullptr && i < spec->fields.size() && i < file.partition.size(); ++i) {
      const Field* source = table_.schema().find(spec->fields[i].source_id);
      const auto column = source == nullptr ? nullptr : rows.GetColumnByName(source->name);
      if (column == nullptr || spec->fields[i].transform.kind == TransformKind::kVoid) continue;
      for (const auto& chunk : column->chunks()) {
        for (std::int64_t row = 0; row < chunk->length(); ++row) {
          const Literal value =
              apply(spec->fields[i].transform, internal::literal_at(*chunk, row), source->type);
          if (equal(value, file.partition[i])) continue;
          find(
              true, "bounds", file.path,
              fmt::format("row {} does not belong to the file's partition by {}", row, spec->fields[i].name));
          return;
        }
      }
    }
  }

  Status list_orphans() {
    GT_ASSIGN(const std::string root, to_path(table_.metadata().location));
    auto files = table_.filesystem().list(root, true);
    if (!files && files.error().kind == ErrorKind::kNotFound) return {};
    GT_RETURN_IF_ERROR(files);
    for (const io::FileInfo& file : *files) {
      if (file.is_directory || referred_.contains(normalise_location(file.path))) continue;
      find(false, "orphan", file.path, "nothing refers to this file");
    }
    return {};
  }

  const Table& table_;
  FsckOptions options_;
  FsckReport report_;
  std::set<std::string> referred_;
};

}  // namespace

bool FsckReport::is_clean() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const FsckFinding& finding) { return finding.is_error; });
}

Result<FsckReport> fsck_table(const Table& table, const FsckOptions& options) {
  return TableCheck(table, options).run();
}

Result<FsckReport> fsck(const Catalog& catalog, const FsckOptions& options) {
  FsckReport total;
  GT_ASSIGN(const auto names, catalog.list_tables());
  for (const TableName& name : names) {
    const auto table = catalog.load(name);
    if (!table) {
      ++total.tables;
      total.findings.push_back(
          {true, "metadata", name.to_string(), table.error().where, table.error().message});
      continue;
    }
    GT_ASSIGN(FsckReport report, fsck_table(*table, options));
    total.tables += report.tables;
    total.snapshots += report.snapshots;
    total.manifests += report.manifests;
    total.data_files += report.data_files;
    total.rows += report.rows;
    std::move(report.findings.begin(), report.findings.end(), std::back_inserter(total.findings));
  }
  return total;
}

}  // namespace goldtape::table
