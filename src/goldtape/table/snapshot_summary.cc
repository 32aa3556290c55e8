#include <charconv>
#include <optional>
#include <set>

#include "goldtape/table/snapshot_summary_internal.h"
#include "goldtape/table/writer_mark.h"

namespace goldtape::table::internal {
namespace {

std::optional<std::int64_t> number_in(const Summary& summary, const char* key) {
  const auto at = summary.find(key);
  if (at == summary.end()) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(at->second.data(), at->second.data() + at->second.size(), number);
  if (error != std::errc{} || end != at->second.data() + at->second.size()) return std::nullopt;
  return number;
}

// Files, rows and bytes of one side of a change.
struct Totals {
  std::int64_t data_files = 0;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::int64_t position_files = 0;
  std::int64_t position_deletes = 0;
  std::int64_t equality_files = 0;
  std::int64_t equality_deletes = 0;

  explicit Totals(const std::vector<DataFile>& files) {
    for (const DataFile& file : files) {
      bytes += file.file_size_bytes;
      const bool data = file.content == FileContent::kData;
      const bool by_position = file.content == FileContent::kPositionDeletes;
      (data ? data_files : by_position ? position_files : equality_files) += 1;
      (data ? rows : by_position ? position_deletes : equality_deletes) += file.record_count;
    }
  }
};

struct Keys {
  const char* data_files;
  const char* rows;
  const char* bytes;
  const char* delete_files;
  const char* position_files;
  const char* position_deletes;
  const char* equality_files;
  const char* equality_deletes;
};

constexpr Keys kAdded = {summary_key::kAddedDataFiles,  summary_key::kAddedRecords,
                         summary_key::kAddedFilesSize,  summary_key::kAddedDeleteFiles,
                         "added-position-delete-files", "added-position-deletes",
                         "added-equality-delete-files", "added-equality-deletes"};
constexpr Keys kRemoved = {summary_key::kDeletedDataFiles,  summary_key::kDeletedRecords,
                           summary_key::kRemovedFilesSize,  summary_key::kRemovedDeleteFiles,
                           "removed-position-delete-files", "removed-position-deletes",
                           "removed-equality-delete-files", "removed-equality-deletes"};

void put(Summary& summary, const Totals& totals, const Keys& keys) {
  const auto set = [&](const char* key, std::int64_t value) {
    if (value > 0) summary[key] = std::to_string(value);
  };
  set(keys.data_files, totals.data_files);
  if (totals.data_files > 0) summary[keys.rows] = std::to_string(totals.rows);
  set(keys.delete_files, totals.position_files + totals.equality_files);
  set(keys.position_files, totals.position_files);
  set(keys.position_deletes, totals.position_deletes);
  set(keys.equality_files, totals.equality_files);
  set(keys.equality_deletes, totals.equality_deletes);
  set(keys.bytes, totals.bytes);
}

}  // namespace

Summary summarise(const TableMetadata& metadata, Summary summary, const SnapshotContent& content) {
  summary.emplace(summary_key::kWriter, summary_key::kWriterName);
  const Totals added(content.added);
  const Totals removed(content.removed);
  put(summary, added, kAdded);
  put(summary, removed, kRemoved);
  std::set<std::string> partitions;
  for (const auto* files : {&content.added, &content.removed}) {
    for (const DataFile& file : *files) {
      const PartitionSpec* spec = metadata.find_spec(file.spec_id);
      if (spec != nullptr) partitions.insert(spec->path(file.partition, metadata.schema()));
    }
  }
  summary["changed-partition-count"] = std::to_string(partitions.size());
  std::int64_t files = 0;
  std::int64_t rows = 0;
  std::int64_t delete_files = 0;
  for (const ManifestFile& manifest : content.manifests) {
    const std::int32_t live = manifest.added_files_count + manifest.existing_files_count;
    (manifest.deletes ? delete_files : files) += live;
    if (!manifest.deletes) rows += manifest.added_rows_count + manifest.existing_rows_count;
  }
  summary[summary_key::kTotalDataFiles] = std::to_string(files);
  summary[summary_key::kTotalRecords] = std::to_string(rows);
  summary[summary_key::kTotalDeleteFiles] = std::to_string(delete_files);
  const Snapshot* parent = metadata.current_snapshot();
  const auto carry = [&](const char* key, std::int64_t change) {
    const auto before = parent == nullptr ? std::optional<std::int64_t>(0) : number_in(parent->summary, key);
    if (before) summary[key] = std::to_string(*before + change);
  };
  carry(summary_key::kTotalFilesSize, added.bytes - removed.bytes);
  carry(summary_key::kTotalPositionDeletes, added.position_deletes - removed.position_deletes);
  carry(summary_key::kTotalEqualityDeletes, added.equality_deletes - removed.equality_deletes);
  return summary;
}

}  // namespace goldtape::table::internal
