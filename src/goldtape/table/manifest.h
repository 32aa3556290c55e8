// Data files with their metrics, manifest entries and manifest list entries.
// Source: Iceberg table spec v2, "Manifests", "Manifest Lists".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "goldtape/table/literal.h"
#include "goldtape/table/partition_spec.h"

namespace goldtape::table {

/// A small map from field id, sorted by id.
template <typename T>
class FieldMap {
 public:
  using Entry = std::pair<std::int32_t, T>;

  void set(std::int32_t field_id, T value) {
    auto at = lower(field_id);
    if (at != entries_.end() && at->first == field_id) {
      at->second = std::move(value);
    } else {
      entries_.insert(at, {field_id, std::move(value)});
    }
  }
  /// Null when there is none.
  [[nodiscard]] const T* find(std::int32_t field_id) const {
    auto at = const_cast<FieldMap*>(this)->lower(field_id);
    return at != entries_.end() && at->first == field_id ? &at->second : nullptr;
  }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  bool operator==(const FieldMap&) const = default;

 private:
  typename std::vector<Entry>::iterator lower(std::int32_t field_id) {
    auto at = entries_.begin();
    while (at != entries_.end() && at->first < field_id) ++at;
    return at;
  }
  std::vector<Entry> entries_;
};

enum class FileContent : std::uint8_t { kData = 0, kPositionDeletes = 1, kEqualityDeletes = 2 };

/// A file of a table with what scans prune by.
struct DataFile {
  FileContent content = FileContent::kData;
  std::string path;  ///< Location as stored: "file:///lake/bronze/bars/data/...".
  std::string format = "PARQUET";
  std::int32_t spec_id = 0;
  PartitionTuple partition;
  std::int64_t record_count = 0;
  std::int64_t file_size_bytes = 0;
  FieldMap<std::int64_t> column_sizes;  ///< Compressed bytes.
  FieldMap<std::int64_t> value_counts;  ///< NULLs included.
  FieldMap<std::int64_t> null_value_counts;
  FieldMap<std::int64_t> nan_value_counts;
  FieldMap<std::string> lower_bounds;  ///< Appendix D bytes; strings cut to 16 code points.
  FieldMap<std::string> upper_bounds;  ///< The same; a cut string is raised to stay an upper bound.
  std::string key_metadata;
  std::vector<std::int64_t> split_offsets;  ///< Offsets of the row groups.
  std::vector<std::int32_t> equality_ids;   ///< Equality deletes: the fields compared.
  std::optional<std::int32_t> sort_order_id;
  std::string referenced_data_file;  ///< Position deletes: the one data file they are about; else empty.
  bool operator==(const DataFile&) const = default;
};

enum class EntryStatus : std::uint8_t { kExisting = 0, kAdded = 1, kDeleted = 2 };

struct ManifestEntry {
  EntryStatus status = EntryStatus::kAdded;
  std::optional<std::int64_t> snapshot_id;           ///< Absent: inherited from the manifest.
  std::optional<std::int64_t> sequence_number;       ///< Absent: inherited.
  std::optional<std::int64_t> file_sequence_number;  ///< Absent: inherited.
  DataFile file;
  bool operator==(const ManifestEntry&) const = default;
};

/// What a manifest list says of one partition field in a manifest.
struct FieldSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<std::string> lower_bound;  ///< Appendix D bytes.
  std::optional<std::string> upper_bound;
  bool operator==(const FieldSummary&) const = default;
};

/// An entry of a manifest list.
struct ManifestFile {
  std::string path;
  std::int64_t length = 0;
  std::int32_t spec_id = 0;
  bool deletes = false;  ///< Content 1: it lists delete files.
  std::int64_t sequence_number = 0;
  std::int64_t min_sequence_number = 0;
  std::int64_t added_snapshot_id = 0;
  std::int32_t added_files_count = 0;
  std::int32_t existing_files_count = 0;
  std::int32_t deleted_files_count = 0;
  std::int64_t added_rows_count = 0;
  std::int64_t existing_rows_count = 0;
  std::int64_t deleted_rows_count = 0;
  std::vector<FieldSummary> partitions;  ///< One a field of the spec, or empty when not recorded.
  std::string key_metadata;
  bool operator==(const ManifestFile&) const = default;
};

}  // namespace goldtape::table
