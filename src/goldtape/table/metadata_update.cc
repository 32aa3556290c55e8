#include "goldtape/table/metadata_update.h"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace goldtape::table {
namespace {

constexpr const char* kMain = "main";

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::kUsage, 4302, std::move(message));
}

std::int64_t in_ms(Timestamp instant) {
  return std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
}

template <typename Items, typename Id>
std::int32_t highest(const Items& items, Id&& id_of) {
  std::int32_t highest = -1;
  for (const auto& item : items) highest = std::max(highest, id_of(item));
  return highest;
}

/// A list of JSON objects with a "snapshot-id" each, as the metadata keep statistics.
nlohmann::json statistics_of(const std::string& text) {
  nlohmann::json all = nlohmann::json::parse(text, nullptr, false);
  return all.is_array() ? all : nlohmann::json::array();
}

void erase_statistics(std::string& text, std::int64_t snapshot_id) {
  if (text.empty()) return;
  nlohmann::json kept = nlohmann::json::array();
  for (const auto& item : statistics_of(text)) {
    if (item.is_object() && item.value("snapshot-id", nlohmann::json()) == snapshot_id) continue;
    kept.push_back(item);
  }
  text = kept.empty() ? std::string() : kept.dump();
}

/// Applies updates to metadata, remembering what "the last added" is.
class Builder {
 public:
  // Never before what is there already, whatever the clock says: Iceberg's readers refuse such a table.
  Builder(TableMetadata metadata, Timestamp now)
      : m_(std::move(metadata)), now_ms_(std::max(in_ms(now), m_.last_updated_ms)) {
    m_.last_updated_ms = now_ms_;
  }

  Status operator()(const AssignUuid& update) {
    if (!m_.table_uuid.empty() && m_.table_uuid != update.uuid) return refuse("a table's uuid cannot change");
    m_.table_uuid = update.uuid;
    return {};
  }

  Status operator()(const UpgradeFormatVersion& update) {
    if (update.version > 2) {
      return fail(ErrorKind::kUnsupported, 4021,
                  fmt::format("Iceberg format version {} is not supported (1 and 2 are)", update.version));
    }
    if (update.version < m_.format_version && !m_.schemas.empty()) {
      return refuse(fmt::format("a table of format version {} cannot become one of {}", m_.format_version,
                                update.version));
    }
    return {};  // What we write is version 2.
  }

  Status operator()(const AddSchema& update) {
    const auto same = std::find_if(m_.schemas.begin(), m_.schemas.end(), [&](const Schema& schema) {
      return schema.same_fields(update.schema) &&
             schema.identifier_field_ids == update.schema.identifier_field_ids;
    });
    if (same != m_.schemas.end()) {
      last_schema_ = same->schema_id;
      return {};
    }
    last_schema_ = highest(m_.schemas, [](const Schema& schema) { return schema.schema_id; }) + 1;
    m_.schemas.push_back(update.schema);
    m_.schemas.back().schema_id = *last_schema_;
    m_.last_column_id = std::max(m_.last_column_id, update.schema.highest_field_id());
    return {};
  }

  Status operator()(const SetCurrentSchema& update) {
    GT_ASSIGN(const std::int32_t id, resolve(update.schema_id, last_schema_, "schema"));
    if (m_.find_schema(id) == nullptr) return refuse(fmt::format("there is no schema {}", id));
    m_.current_schema_id = id;
    return {};
  }

  Status operator()(const RemoveSchemas& update) {
    for (const std::int32_t id : update.schema_ids) {
      if (id == m_.current_schema_id)
        return refuse(fmt::format("schema {} is the current one and stays", id));
      std::erase_if(m_.schemas, [&](const Schema& schema) { return schema.schema_id == id; });
    }
    return {};
  }

  Status operator()(const AddPartitionSpec& update) {
    PartitionSpec spec = update.spec;
    for (PartitionField& field : spec.fields) {
      if (field.field_id == 0) field.field_id = field_id_of(field);
      m_.last_partition_id = std::max(m_.last_partition_id, field.field_id);
    }
    const auto same = std::find_if(m_.partition_specs.begin(), m_.partition_specs.end(),
                                   [&](const PartitionSpec& other) { return other.same_fields(spec); });
    if (same != m_.partition_specs.end()) {
      last_spec_ = same->spec_id;
      return {};
    }
    if (const Schema* schema = m_.find_schema(m_.current_schema_id)) {
      for (const PartitionField& field : spec.fields) {
        if (schema->find(field.source_id) != nullptr || field.transform.kind == TransformKind::kVoid)
          continue;
        return refuse(fmt::format("the partition field '{}' is of the field {}, which is not there",
                                  field.name, field.source_id));
      }
      auto type = spec.partition_type(*schema);
      if (!type) return refuse(type.error().message);
    }
    last_spec_ = highest(m_.partition_specs, [](const PartitionSpec& other) { return other.spec_id; }) + 1;
    spec.spec_id = *last_spec_;
    m_.partition_specs.push_back(std::move(spec));
    return {};
  }

  Status operator()(const SetDefaultSpec& update) {
    GT_ASSIGN(const std::int32_t id, resolve(update.spec_id, last_spec_, "partition spec"));
    if (m_.find_spec(id) == nullptr) return refuse(fmt::format("there is no partition spec {}", id));
    m_.default_spec_id = id;
    return {};
  }

  Status operator()(const RemovePartitionSpecs& update) {
    for (const std::int32_t id : update.spec_ids) {
      if (id == m_.default_spec_id)
        return refuse(fmt::format("partition spec {} is the default and stays", id));
      std::erase_if(m_.partition_specs, [&](const PartitionSpec& spec) { return spec.spec_id == id; });
    }
    return {};
  }

  Status operator()(const AddSortOrder& update) {
    const auto same = std::find_if(m_.sort_orders.begin(), m_.sort_orders.end(), [&](const SortOrder& order) {
      return order.fields == update.order.fields;
    });
    if (same != m_.sort_orders.end()) {
      last_order_ = same->order_id;
      return {};
    }
    const std::int32_t next =
        highest(m_.sort_orders, [](const SortOrder& order) { return order.order_id; }) + 1;
    last_order_ = update.order.fields.empty() ? 0 : std::max(next, 1);  // 0 is "unsorted" for ever.
    m_.sort_orders.push_back({.order_id = *last_order_, .fields = update.order.fields});
    return {};
  }

  Status operator()(const SetDefaultSortOrder& update) {
    GT_ASSIGN(const std::int32_t id, resolve(update.order_id, last_order_, "sort order"));
    const bool known = std::any_of(m_.sort_orders.begin(), m_.sort_orders.end(),
                                   [&](const SortOrder& order) { return order.order_id == id; });
    if (!known) return refuse(fmt::format("there is no sort order {}", id));
    m_.default_sort_order_id = id;
    return {};
  }

  Status operator()(const AddSnapshot& update) {
    const Snapshot& snapshot = update.snapshot;
    if (m_.find_snapshot(snapshot.snapshot_id) != nullptr) {
      return refuse(fmt::format("there is a snapshot {} already", snapshot.snapshot_id));
    }
    if (snapshot.parent_snapshot_id && snapshot.sequence_number <= m_.last_sequence_number) {
      return fail(ErrorKind::kConflict, 4301,
                  fmt::format("the snapshot's sequence number {} does not follow the table's, {}",
                              snapshot.sequence_number, m_.last_sequence_number));
    }
    m_.last_sequence_number = std::max(m_.last_sequence_number, snapshot.sequence_number);
    m_.last_updated_ms = std::max(m_.last_updated_ms, snapshot.timestamp_ms);
    m_.snapshots.push_back(snapshot);
    added_snapshots_.push_back(snapshot.snapshot_id);
    return {};
  }

  Status operator()(const SetSnapshotRef& update) {
    const Snapshot* snapshot = m_.find_snapshot(update.ref.snapshot_id);
    if (snapshot == nullptr)
      return refuse(
          fmt::format("there is no snapshot {} for the ref '{}'", update.ref.snapshot_id, update.name));
    if (update.name == kMain) {
      if (update.ref.is_tag) return refuse("'main' is a branch and cannot be a tag");
      const bool moved = m_.current_snapshot_id != update.ref.snapshot_id;
      m_.current_snapshot_id = update.ref.snapshot_id;
      const bool is_new = std::find(added_snapshots_.begin(), added_snapshots_.end(),
                                    update.ref.snapshot_id) != added_snapshots_.end();
      if (moved)
        m_.snapshot_log.push_back({is_new ? snapshot->timestamp_ms : now_ms_, update.ref.snapshot_id});
    }
    m_.refs[update.name] = update.ref;
    return {};
  }

  Status operator()(const RemoveSnapshotRef& update) {
    m_.refs.erase(update.name);
    if (update.name == kMain) {
      m_.current_snapshot_id.reset();
      m_.snapshot_log.clear();
    }
    return {};
  }

  Status operator()(const RemoveSnapshots& update) {
    for (const std::int64_t id : update.snapshot_ids) {
      if (id == m_.current_snapshot_id)
        return refuse(fmt::format("snapshot {} is the current one and stays", id));
      std::erase_if(m_.snapshots, [&](const Snapshot& snapshot) { return snapshot.snapshot_id == id; });
      std::erase_if(m_.refs, [&](const auto& ref) { return ref.second.snapshot_id == id; });
      erase_statistics(m_.statistics_json, id);
      erase_statistics(m_.partition_statistics_json, id);
    }
    // What was current before a moment that is forgotten cannot be told any more (spec, "snapshot-log").
    std::vector<SnapshotLogEntry> log;
    for (const SnapshotLogEntry& entry : m_.snapshot_log) {
      if (m_.find_snapshot(entry.snapshot_id) != nullptr) {
        log.push_back(entry);
      } else {
        log.clear();
      }
    }
    m_.snapshot_log = std::move(log);
    return {};
  }

  Status operator()(const SetLocation& update) {
    m_.location = update.location;
    while (m_.location.size() > 1 && m_.location.ends_with('/')) m_.location.pop_back();
    return {};
  }

  Status operator()(const SetProperties& update) {
    for (const auto& [key, value] : update.properties) m_.properties[key] = value;
    return {};
  }

  Status operator()(const RemoveProperties& update) {
    for (const std::string& key : update.keys) m_.properties.erase(key);
    return {};
  }

  Status operator()(const SetStatistics& update) {
    std::string& text = update.of_partitions ? m_.partition_statistics_json : m_.statistics_json;
    erase_statistics(text, update.snapshot_id);
    nlohmann::json all = statistics_of(text);
    all.push_back(nlohmann::json::parse(update.json, nullptr, false));
    text = all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return {};
  }

  Status operator()(const RemoveStatistics& update) {
    erase_statistics(update.of_partitions ? m_.partition_statistics_json : m_.statistics_json,
                     update.snapshot_id);
    return {};
  }

  TableMetadata take() {
    if (m_.sort_orders.empty()) m_.sort_orders.emplace_back();
    if (m_.partition_specs.empty()) m_.partition_specs.emplace_back();
    return std::move(m_);
  }

 private:
  static Result<std::int32_t> resolve(std::int32_t id, std::optional<std::int32_t> last, const char* what) {
    if (id != kLastAdded) return id;
    if (last) return *last;
    return refuse(fmt::format("the {} that was added last is named, but none was added", what));
  }

  /// Equal fields of two specs share an id.
  std::int32_t field_id_of(const PartitionField& field) {
    for (const PartitionSpec& spec : m_.partition_specs) {
      for (const PartitionField& other : spec.fields) {
        if (other.source_id == field.source_id && other.transform == field.transform) return other.field_id;
      }
    }
    return ++m_.last_partition_id;
  }

  TableMetadata m_;
  std::int64_t now_ms_;
  std::optional<std::int32_t> last_schema_;
  std::optional<std::int32_t> last_spec_;
  std::optional<std::int32_t> last_order_;
  std::vector<std::int64_t> added_snapshots_;
};

std::string shown(std::optional<std::int64_t> id) { return id ? fmt::format("{}", *id) : "none"; }

void assign_ids(std::vector<Field>& fields, std::int32_t& next, std::map<std::int32_t, std::int32_t>& ids) {
  for (Field& field : fields) {
    ids.try_emplace(field.id, next);
    field.id = next++;
  }
  for (Field& field : fields) assign_ids(field.type.fields, next, ids);
}

}  // namespace

Status check(const Requirement& requirement, const TableMetadata* base) {
  const auto conflict = [](std::string message) {
    return fail(ErrorKind::kConflict, 4301, "requirement failed: " + std::move(message));
  };
  if (requirement.kind == Requirement::Kind::kCreate) {
    return base == nullptr ? Status() : conflict("the table exists already");
  }
  if (base == nullptr) return conflict("the table does not exist");
  const auto same = [&](const char* what, std::optional<std::int64_t> there) -> Status {
    if (there == requirement.id) return {};
    return conflict(fmt::format("{} is {}, expected {}", what, shown(there), shown(requirement.id)));
  };
  switch (requirement.kind) {
    case Requirement::Kind::kCreate: return {};
    case Requirement::Kind::kTableUuid:
      if (base->table_uuid == requirement.text) return {};
      return conflict(fmt::format("the table's uuid is {}, expected {}", base->table_uuid, requirement.text));
    case Requirement::Kind::kRefSnapshotId: {
      const auto ref = base->refs.find(requirement.text);
      return same(fmt::format("the snapshot of '{}'", requirement.text).c_str(),
                  ref == base->refs.end() ? std::nullopt : std::optional(ref->second.snapshot_id));
    }
    case Requirement::Kind::kLastAssignedFieldId: return same("the last field id", base->last_column_id);
    case Requirement::Kind::kCurrentSchemaId: return same("the current schema", base->current_schema_id);
    case Requirement::Kind::kLastAssignedPartitionId:
      return same("the last partition field id", base->last_partition_id);
    case Requirement::Kind::kDefaultSpecId: return same("the default partition spec", base->default_spec_id);
    case Requirement::Kind::kDefaultSortOrderId:
      return same("the default sort order", base->default_sort_order_id);
  }
  return {};
}

TableMetadata empty_metadata() { return {}; }

Result<TableMetadata> apply(const TableMetadata& base, const std::vector<MetadataUpdate>& updates,
                            Timestamp now) {
  Builder builder(base, now);
  for (const MetadataUpdate& update : updates) GT_RETURN_IF_ERROR(std::visit(builder, update));
  TableMetadata next = builder.take();
  GT_RETURN_IF_ERROR(check(next));
  return next;
}

std::vector<Requirement> requirements_for(const TableMetadata& base,
                                          const std::vector<MetadataUpdate>& updates) {
  using Kind = Requirement::Kind;
  const auto any = [&]<typename Update>(std::type_identity<Update>) {
    return std::any_of(updates.begin(), updates.end(),
                       [](const MetadataUpdate& update) { return std::holds_alternative<Update>(update); });
  };
  std::set<std::string> refs{kMain};
  for (const MetadataUpdate& update : updates) {
    if (const auto* set = std::get_if<SetSnapshotRef>(&update)) refs.insert(set->name);
    if (const auto* removed = std::get_if<RemoveSnapshotRef>(&update)) refs.insert(removed->name);
  }
  if (any(std::type_identity<RemoveSnapshots>())) {  // Their refs go with them.
    for (const auto& [name, ref] : base.refs) refs.insert(name);
  }
  std::vector<Requirement> requirements{{.kind = Kind::kTableUuid, .text = base.table_uuid}};
  for (const std::string& name : refs) {
    const auto at = base.refs.find(name);
    auto id = at == base.refs.end() ? std::nullopt : std::optional(at->second.snapshot_id);
    if (name == kMain) id = base.current_snapshot_id;
    requirements.push_back({.kind = Kind::kRefSnapshotId, .text = name, .id = id});
  }
  requirements.push_back({.kind = Kind::kCurrentSchemaId, .id = base.current_schema_id});
  requirements.push_back({.kind = Kind::kDefaultSpecId, .id = base.default_spec_id});
  requirements.push_back({.kind = Kind::kDefaultSortOrderId, .id = base.default_sort_order_id});
  if (any(std::type_identity<AddSchema>()))
    requirements.push_back({.kind = Kind::kLastAssignedFieldId, .id = base.last_column_id});
  if (any(std::type_identity<AddPartitionSpec>()))
    requirements.push_back({.kind = Kind::kLastAssignedPartitionId, .id = base.last_partition_id});
  return requirements;
}

Result<TableSpec> with_fresh_ids(TableSpec spec) {
  std::int32_t next = 1;
  std::map<std::int32_t, std::int32_t> ids;
  assign_ids(spec.schema.fields, next, ids);
  const auto rename = [&](std::int32_t& id) -> Status {
    const auto at = ids.find(id);
    if (at == ids.end()) return refuse(fmt::format("there is no field {} in the schema", id));
    id = at->second;
    return {};
  };
  for (std::int32_t& id : spec.schema.identifier_field_ids) GT_RETURN_IF_ERROR(rename(id));
  for (PartitionSpec& partition : spec.specs) {
    for (PartitionField& field : partition.fields) GT_RETURN_IF_ERROR(rename(field.source_id));
  }
  for (SortField& field : spec.sort_order.fields) GT_RETURN_IF_ERROR(rename(field.source_id));
  return spec;
}

}  // namespace goldtape::table
