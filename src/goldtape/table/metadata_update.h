// Changes to a table's metadata, one by one, and what must hold for them to be made: the words in which the
// REST catalog's commit is put, and the rules by which metadata follow from them.
// Source: Iceberg REST catalog API v1, TableUpdate and TableRequirement; the table spec v2.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table {

/// Stands for "the one that was added last" where an update names a schema, spec or sort order.
inline constexpr std::int32_t kLastAdded = -1;

struct AssignUuid {
  std::string uuid;
};
struct UpgradeFormatVersion {
  std::int32_t version = 2;
};
struct AddSchema {
  Schema schema;  ///< Its id is the table's to give.
};
struct SetCurrentSchema {
  std::int32_t schema_id = kLastAdded;
};
struct RemoveSchemas {
  std::vector<std::int32_t> schema_ids;
};
struct AddPartitionSpec {
  PartitionSpec spec;  ///< Its id is the table's to give, and field ids that are 0.
};
struct SetDefaultSpec {
  std::int32_t spec_id = kLastAdded;
};
struct RemovePartitionSpecs {
  std::vector<std::int32_t> spec_ids;
};
struct AddSortOrder {
  SortOrder order;  ///< Its id is the table's to give.
};
struct SetDefaultSortOrder {
  std::int32_t order_id = kLastAdded;
};
struct AddSnapshot {
  Snapshot snapshot;
};
struct SetSnapshotRef {
  std::string name;
  SnapshotRef ref;
};
struct RemoveSnapshotRef {
  std::string name;
};
struct RemoveSnapshots {
  std::vector<std::int64_t> snapshot_ids;
};
struct SetLocation {
  std::string location;
};
struct SetProperties {
  std::map<std::string, std::string> properties;
};
struct RemoveProperties {
  std::vector<std::string> keys;
};
/// Puffin statistics, or those of partitions, of a snapshot: kept for others as they came.
struct SetStatistics {
  std::int64_t snapshot_id = 0;
  std::string json;
  bool of_partitions = false;
};
struct RemoveStatistics {
  std::int64_t snapshot_id = 0;
  bool of_partitions = false;
};

using MetadataUpdate =
    std::variant<AssignUuid, UpgradeFormatVersion, AddSchema, SetCurrentSchema, RemoveSchemas,
                 AddPartitionSpec, SetDefaultSpec, RemovePartitionSpecs, AddSortOrder, SetDefaultSortOrder,
                 AddSnapshot, SetSnapshotRef, RemoveSnapshotRef, RemoveSnapshots, SetLocation, SetProperties,
                 RemoveProperties, SetStatistics, RemoveStatistics>;

/// What must hold before the updates: the members that are set.
struct Requirement {
  enum class Kind : std::uint8_t {
    kCreate,               ///< There is no such table.
    kTableUuid,            ///< `text`
    kRefSnapshotId,        ///< `text` is the ref; `id` absent: there is no such ref.
    kLastAssignedFieldId,  ///< `id`, here and below
    kCurrentSchemaId,
    kLastAssignedPartitionId,
    kDefaultSpecId,
    kDefaultSortOrderId,
  };
  Kind kind = Kind::kCreate;
  std::string text = {};
  std::optional<std::int64_t> id = {};
  bool operator==(const Requirement&) const = default;
};

/// Errors: kConflict GT4301, which requirement does not hold and what is there instead. `base` is null for a
/// table that does not exist.
[[nodiscard]] Status check(const Requirement& requirement, const TableMetadata* base);

/// Metadata without anything, as the updates that create a table start from.
[[nodiscard]] TableMetadata empty_metadata();

/// The metadata that follow from `base` by the updates, in their order, checked. `now` becomes the time of
/// the last update unless a snapshot was added, whose time it then is.
/// Errors: kUsage GT4302 an update that the base does not allow (which, why); kUnsupported GT4021 a format
/// version beyond 2; kDamaged GT4020 what comes out is not valid.
[[nodiscard]] Result<TableMetadata> apply(const TableMetadata& base,
                                          const std::vector<MetadataUpdate>& updates, Timestamp now);

/// The updates that lead from `base` to `next`. The metadata log and the times are the catalog's own and not
/// told. Errors: kUsage GT4302 a change that no update can express.
[[nodiscard]] Result<std::vector<MetadataUpdate>> updates_between(const TableMetadata& base,
                                                                  const TableMetadata& next);
/// What must still be as in `base` for the updates to mean what they meant there: the table, the branch
/// "main", schema, spec and order by which rows were written, and what the updates themselves touch.
[[nodiscard]] std::vector<Requirement> requirements_for(const TableMetadata& base,
                                                        const std::vector<MetadataUpdate>& updates);

/// The same table with field ids counted from 1 as its creator must (a client's own may be anything):
/// first a struct's fields, then what is inside each. Specs, sort order and identifier fields follow.
/// Errors: kUsage GT4302 a spec, order or identifier that names no field of the schema.
[[nodiscard]] Result<TableSpec> with_fresh_ids(TableSpec spec);

}  // namespace goldtape::table
