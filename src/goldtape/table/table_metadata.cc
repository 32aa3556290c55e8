#include "goldtape/table/table_metadata.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "goldtape/model/table_def.h"
#include "goldtape/table/location.h"

namespace goldtape::table {
namespace {

constexpr std::int32_t kFirstPartitionFieldId = 1000;

std::unexpected<Error> damaged(std::string message) {
  return fail(ErrorKind::kDamaged, 4020, "table metadata: " + std::move(message));
}

template <typename Items, typename Get>
bool has_duplicates(const Items& items, Get&& id_of) {
  std::set<std::int64_t> seen;
  for (const auto& item : items) {
    if (!seen.insert(id_of(item)).second) return true;
  }
  return false;
}

void collect_ids(const std::vector<Field>& fields, std::vector<std::int32_t>& ids) {
  for (const Field& field : fields) {
    ids.push_back(field.id);
    collect_ids(field.type.fields, ids);
  }
}

Status check_schema(const Schema& schema) {
  std::vector<std::int32_t> ids;
  collect_ids(schema.fields, ids);
  if (has_duplicates(ids, [](std::int32_t id) { return id; })) {
    return fail(ErrorKind::kUsage, 4030, fmt::format("schema {} uses a field id twice", schema.schema_id));
  }
  std::set<std::string_view> names;
  for (const Field& field : schema.fields) {
    if (!names.insert(field.name).second) {
      return fail(ErrorKind::kUsage, 4030,
                  fmt::format("schema {} has two columns named '{}'", schema.schema_id, field.name));
    }
  }
  return {};
}

}  // namespace

const Schema& TableMetadata::schema() const { return *find_schema(current_schema_id); }
const PartitionSpec& TableMetadata::default_spec() const { return *find_spec(default_spec_id); }

const SortOrder& TableMetadata::default_sort_order() const {
  static const SortOrder kUnsorted;
  auto at = std::find_if(sort_orders.begin(), sort_orders.end(),
                         [&](const SortOrder& order) { return order.order_id == default_sort_order_id; });
  return at == sort_orders.end() ? kUnsorted : *at;
}

const Schema* TableMetadata::find_schema(std::int32_t schema_id) const {
  auto at =
      std::find_if(schemas.begin(), schemas.end(), [&](const Schema& s) { return s.schema_id == schema_id; });
  return at == schemas.end() ? nullptr : &*at;
}

const PartitionSpec* TableMetadata::find_spec(std::int32_t spec_id) const {
  auto at = std::find_if(partition_specs.begin(), partition_specs.end(),
                         [&](const PartitionSpec& spec) { return spec.spec_id == spec_id; });
  return at == partition_specs.end() ? nullptr : &*at;
}

const Snapshot* TableMetadata::find_snapshot(std::int64_t snapshot_id) const {
  // The newest ones are asked for most.
  auto at = std::find_if(snapshots.rbegin(), snapshots.rend(),
                         [&](const Snapshot& snapshot) { return snapshot.snapshot_id == snapshot_id; });
  return at == snapshots.rend() ? nullptr : &*at;
}

const Snapshot* TableMetadata::current_snapshot() const {
  return current_snapshot_id ? find_snapshot(*current_snapshot_id) : nullptr;
}

Result<const Snapshot*> TableMetadata::snapshot_as_of(Timestamp instant) const {
  const std::int64_t ms = std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
  for (auto entry = snapshot_log.rbegin(); entry != snapshot_log.rend(); ++entry) {
    if (entry->timestamp_ms > ms) continue;
    if (const Snapshot* snapshot = find_snapshot(entry->snapshot_id)) return snapshot;
    return fail(ErrorKind::kNotFound, 5104,
                fmt::format("the snapshot that was current at {} has expired", format_timestamp(instant)),
                location);
  }
  if (snapshot_log.empty())
    return fail(ErrorKind::kNotFound, 4015, "the table has no snapshot yet", location);
  const Timestamp first{std::chrono::milliseconds(snapshot_log.front().timestamp_ms)};
  const Snapshot* oldest = find_snapshot(snapshot_log.front().snapshot_id);
  if (oldest != nullptr && oldest->parent_snapshot_id) {
    return fail(ErrorKind::kNotFound, 5104,
                fmt::format("the snapshot that was current at {} has expired; the oldest kept is of {}",
                            format_timestamp(instant), format_timestamp(first)),
                location);
  }
  return fail(ErrorKind::kNotFound, 4015,
              fmt::format("the table had no snapshot at {}; its first is of {}", format_timestamp(instant),
                          format_timestamp(first)),
              location);
}

const Schema& TableMetadata::schema_of_snapshot(const Snapshot& snapshot) const {
  const Schema* found = snapshot.schema_id ? find_schema(*snapshot.schema_id) : nullptr;
  return found == nullptr ? schema() : *found;
}

Schema TableMetadata::schema_with_dropped() const {
  Schema whole = schema();
  for (auto older = schemas.rbegin(); older != schemas.rend(); ++older) {
    for (const Field& field : older->fields) {
      if (whole.find(field.id) == nullptr) whole.fields.push_back(field);
    }
  }
  return whole;
}

const PartitionSpec* TableMetadata::find_spec_by_columns(const std::vector<std::string>& columns) const {
  for (const PartitionSpec& spec : partition_specs) {
    const bool same = std::equal(spec.fields.begin(), spec.fields.end(), columns.begin(), columns.end(),
                                 [&](const PartitionField& field, const std::string& column) {
                                   const Field* source = schema().find(field.source_id);
                                   return source != nullptr && source->name == column;
                                 });
    if (same) return &spec;
  }
  return nullptr;
}

Status check(const TableMetadata& m) {
  if (m.schemas.empty() || m.find_schema(m.current_schema_id) == nullptr) return damaged("no current schema");
  if (m.find_spec(m.default_spec_id) == nullptr) return damaged("no default partition spec");
  if (m.location.empty()) return damaged("no location");
  if (has_duplicates(m.schemas, [](const Schema& s) { return s.schema_id; }) ||
      has_duplicates(m.partition_specs, [](const PartitionSpec& s) { return s.spec_id; }) ||
      has_duplicates(m.sort_orders, [](const SortOrder& s) { return s.order_id; }) ||
      has_duplicates(m.snapshots, [](const Snapshot& s) { return s.snapshot_id; })) {
    return damaged("an id of a schema, spec, sort order or snapshot stands there twice");
  }
  for (const Schema& schema : m.schemas) {
    Status checked = check_schema(schema);
    if (!checked) return damaged(checked.error().message);
  }
  if (m.current_snapshot_id && m.current_snapshot() == nullptr) {
    return damaged(fmt::format("the current snapshot {} is missing", *m.current_snapshot_id));
  }
  for (const auto& [name, ref] : m.refs) {
    if (m.find_snapshot(ref.snapshot_id) == nullptr) {
      return damaged(
          fmt::format("the ref '{}' names the snapshot {}, which is missing", name, ref.snapshot_id));
    }
  }
  return {};
}

Result<TableSpec> table_spec_of(const model::TableDef& def) {
  TableSpec result;
  result.schema = table::schema_of(def);
  const auto source_of = [&](const std::string& column) -> Result<const Field*> {
    const Field* field = result.schema.find(column);
    if (field != nullptr) return field;
    return fail(ErrorKind::kUsage, 4030, fmt::format("there is no column '{}'", column),
                def.qualified_name());
  };
  for (const auto& fields : def.specs) {
    PartitionSpec& spec = result.specs.emplace_back();
    spec.spec_id = static_cast<std::int32_t>(result.specs.size()) - 1;
    for (const model::PartitionField& field : fields) {
      GT_ASSIGN(const Field* source, source_of(field.column));
      GT_ASSIGN(Transform transform, parse_transform(field.transform));
      spec.fields.push_back(
          {.source_id = source->id, .field_id = 0, .name = field.name, .transform = transform});
    }
  }
  if (!def.sort_columns.empty()) result.sort_order.order_id = 1;
  for (const std::string& column : def.sort_columns) {
    GT_ASSIGN(const Field* source, source_of(column));
    result.sort_order.fields.push_back({.source_id = source->id, .transform = {}});
  }
  if (!def.doc.empty()) result.properties["comment"] = def.doc;
  // ADR 0004: what is kept for ever is packed tighter, what is read most is decoded faster.
  const bool kept_for_ever = def.zone == "bronze" || def.zone == "quarantine";
  result.properties["write.parquet.compression-codec"] = kept_for_ever ? "zstd" : "snappy";
  result.properties["write.parquet.page-row-limit"] = kept_for_ever ? "20000" : "1024";
  return result;
}

Result<TableMetadata> new_metadata(const TableSpec& spec, std::string location, Timestamp now) {
  TableMetadata m;
  m.table_uuid = new_uuid();
  m.location = std::move(location);
  m.last_updated_ms = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  GT_RETURN_IF_ERROR(check_schema(spec.schema));
  m.schemas = {spec.schema};
  m.schemas[0].schema_id = 0;
  m.last_column_id = spec.schema.highest_field_id();
  m.partition_specs = spec.specs;
  if (m.partition_specs.empty()) m.partition_specs.emplace_back();
  std::int32_t next_id = kFirstPartitionFieldId;
  std::map<std::pair<std::int32_t, std::string>, std::int32_t> ids;  // Equal fields of two specs share an id.
  for (std::size_t i = 0; i < m.partition_specs.size(); ++i) {
    PartitionSpec& partition = m.partition_specs[i];
    partition.spec_id = static_cast<std::int32_t>(i);
    for (PartitionField& field : partition.fields) {
      auto [at, is_new] = ids.try_emplace({field.source_id, to_string(field.transform)}, next_id);
      if (is_new) ++next_id;
      field.field_id = at->second;
    }
    GT_RETURN_IF_ERROR(partition.partition_type(m.schemas[0]));
  }
  m.last_partition_id = next_id - 1;
  m.sort_orders.emplace_back();
  if (!spec.sort_order.fields.empty()) {
    m.sort_orders.push_back(spec.sort_order);
    m.sort_orders.back().order_id = 1;
    m.default_sort_order_id = 1;
  }
  m.properties = spec.properties;
  return m;
}

}  // namespace goldtape::table
