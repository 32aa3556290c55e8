// The state of a table: schemas, specs, snapshots. Knows nothing of JSON (table_metadata_json.h does).
// Source: Iceberg table spec v2, "Table Metadata".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/table/partition_spec.h"
#include "goldtape/table/schema.h"
#include "goldtape/table/snapshot.h"
#include "goldtape/table/sort_order.h"

namespace goldtape::table {

struct MetadataLogEntry {
  std::int64_t timestamp_ms = 0;
  std::string metadata_file;
  bool operator==(const MetadataLogEntry&) const = default;
};

/// A value; immutable once it is shared by a Table.
struct TableMetadata {
  std::int32_t format_version = 2;
  std::string table_uuid;
  std::string location;  ///< As stored, without a trailing slash.
  std::int64_t last_sequence_number = 0;
  std::int64_t last_updated_ms = 0;
  std::int32_t last_column_id = 0;
  std::vector<Schema> schemas;
  std::int32_t current_schema_id = 0;
  std::vector<PartitionSpec> partition_specs;
  std::int32_t default_spec_id = 0;
  std::int32_t last_partition_id = 999;
  std::map<std::string, std::string> properties;
  std::optional<std::int64_t> current_snapshot_id;
  std::vector<Snapshot> snapshots;  ///< Oldest first.
  std::vector<SnapshotLogEntry> snapshot_log;
  std::vector<MetadataLogEntry> metadata_log;
  std::vector<SortOrder> sort_orders;
  std::int32_t default_sort_order_id = 0;
  std::map<std::string, SnapshotRef> refs;
  std::string statistics_json;            ///< "statistics" as it came, kept for others; empty for none.
  std::string partition_statistics_json;  ///< Likewise.

  /// Requires: the metadata is valid (check). The current schema, the default spec, the default order.
  [[nodiscard]] const Schema& schema() const;
  [[nodiscard]] const PartitionSpec& default_spec() const;
  [[nodiscard]] const SortOrder& default_sort_order() const;

  /// Null when there is none.
  [[nodiscard]] const Schema* find_schema(std::int32_t schema_id) const;
  [[nodiscard]] const PartitionSpec* find_spec(std::int32_t spec_id) const;
  [[nodiscard]] const Snapshot* find_snapshot(std::int64_t snapshot_id) const;
  /// Null for a table without rows yet.
  [[nodiscard]] const Snapshot* current_snapshot() const;
  /// The snapshot that was current at an instant, by the snapshot log. Errors: kNotFound GT4015, with the
  /// first instant that can be asked for; kNotFound GT5104 what was current then has expired.
  [[nodiscard]] Result<const Snapshot*> snapshot_as_of(Timestamp instant) const;
  /// The schema a snapshot was written with (the current one when it does not say).
  [[nodiscard]] const Schema& schema_of_snapshot(const Snapshot& snapshot) const;
  /// The current schema, and behind its columns those of older schemas that it has no more: partition specs
  /// of before are made from them.
  [[nodiscard]] Schema schema_with_dropped() const;
  /// A spec with these fields, or null. `columns` are names: {"interval", "date"}.
  [[nodiscard]] const PartitionSpec* find_spec_by_columns(const std::vector<std::string>& columns) const;
};

/// Ids resolve, defaults exist, ids are unique. Errors: kDamaged GT4020.
Status check(const TableMetadata& metadata);

/// What a new table starts with.
struct TableSpec {
  Schema schema;
  std::vector<PartitionSpec> specs;  ///< Field ids are assigned from 1000 when 0; the first is the default.
  SortOrder sort_order;
  std::map<std::string, std::string> properties;
};

/// The spec of a table of the lake. Errors: GT4032 for a transform that does not fit its column.
[[nodiscard]] Result<TableSpec> table_spec_of(const model::TableDef& def);

/// Metadata of a table without snapshots. Errors: GT4030, GT4032.
[[nodiscard]] Result<TableMetadata> new_metadata(const TableSpec& spec, std::string location, Timestamp now);

}  // namespace goldtape::table
