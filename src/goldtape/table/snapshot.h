// Snapshots: the states of a table. Source: Iceberg table spec v2, "Snapshots".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "goldtape/base/time.h"

namespace goldtape::table {

/// Key and value texts of a snapshot's summary. "operation" stands apart.
using Summary = std::map<std::string, std::string>;

/// The spec's summary keys that we read and write.
namespace summary_key {
inline constexpr const char* kAddedDataFiles = "added-data-files";
inline constexpr const char* kDeletedDataFiles = "deleted-data-files";
inline constexpr const char* kAddedRecords = "added-records";
inline constexpr const char* kDeletedRecords = "deleted-records";
inline constexpr const char* kAddedFilesSize = "added-files-size";
inline constexpr const char* kRemovedFilesSize = "removed-files-size";
inline constexpr const char* kTotalRecords = "total-records";
inline constexpr const char* kTotalDataFiles = "total-data-files";
inline constexpr const char* kTotalFilesSize = "total-files-size";
inline constexpr const char* kAddedDeleteFiles = "added-delete-files";
inline constexpr const char* kRemovedDeleteFiles = "removed-delete-files";
inline constexpr const char* kTotalDeleteFiles = "total-delete-files";
inline constexpr const char* kTotalPositionDeletes = "total-position-deletes";
inline constexpr const char* kTotalEqualityDeletes = "total-equality-deletes";
inline constexpr const char* kLoadId = "goldtape.load-id";  ///< The load that made the snapshot.
}  // namespace summary_key

/// What a snapshot did to the table's rows.
enum class Operation : std::uint8_t {
  kAppend,     ///< Only added files.
  kReplace,    ///< Other files, the same rows (compaction).
  kOverwrite,  ///< Rows added and removed.
  kDelete,     ///< Only removed rows.
};
[[nodiscard]] std::string_view to_string(Operation operation);

struct Snapshot {
  std::int64_t snapshot_id = 0;
  std::optional<std::int64_t> parent_snapshot_id;
  std::int64_t sequence_number = 0;
  std::int64_t timestamp_ms = 0;
  std::string manifest_list;  ///< Location as stored.
  std::string operation;      ///< append | replace | overwrite | delete
  Summary summary;
  std::optional<std::int32_t> schema_id;
  bool operator==(const Snapshot&) const = default;
};

struct SnapshotLogEntry {
  std::int64_t timestamp_ms = 0;
  std::int64_t snapshot_id = 0;
  bool operator==(const SnapshotLogEntry&) const = default;
};

/// A named reference: "main" and other branches, tags.
struct SnapshotRef {
  std::int64_t snapshot_id = 0;
  bool is_tag = false;
  std::optional<std::int32_t> min_snapshots_to_keep;
  std::optional<std::int64_t> max_snapshot_age_ms;
  std::optional<std::int64_t> max_ref_age_ms;
  bool operator==(const SnapshotRef&) const = default;
};

}  // namespace goldtape::table
