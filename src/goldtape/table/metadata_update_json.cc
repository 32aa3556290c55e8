#include <array>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/metadata_update_json_internal.h"
#include "goldtape/table/table_metadata_parts_internal.h"

namespace goldtape::table::internal {
namespace {

using Writable = nlohmann::ordered_json;

[[noreturn]] void unknown(const char* what, const std::string& name) {
  throw JsonFault{{ErrorKind::kUnsupported, 4304,
                   fmt::format("the {} '{}' is not supported", what, name.substr(0, 100)), ""}};
}

template <typename T, typename Get>
std::vector<T> list(const JsonNode& node, Get&& get) {
  std::vector<T> items;
  node.each([&](const JsonNode& item) { items.push_back(get(item)); });
  return items;
}

std::int32_t as_int32(const JsonNode& node) { return node.int32(); }
std::int64_t as_int64(const JsonNode& node) { return node.int64(); }
std::string as_text(const JsonNode& node) { return node.text(); }

AddSnapshot add_snapshot(const JsonNode& node) {
  for (const char* later : {"first-row-id", "added-rows", "key-id"}) {
    if (!node.find(later)) continue;
    throw JsonFault{
        {ErrorKind::kUnsupported, 4021,
         fmt::format("a snapshot with '{}' is of Iceberg format version 3, which is not supported", later),
         ""}};
  }
  return {snapshot_from(node)};
}

struct NamedUpdate {
  const char* action;
  MetadataUpdate (*read)(const JsonNode& node);
};

constexpr std::array kUpdates{
    NamedUpdate{"assign-uuid",
                [](const JsonNode& n) -> MetadataUpdate { return AssignUuid{n.at("uuid").text()}; }},
    NamedUpdate{"upgrade-format-version",
                [](const JsonNode& n) -> MetadataUpdate {
                  return UpgradeFormatVersion{n.at("format-version").int32()};
                }},
    NamedUpdate{"add-schema",
                [](const JsonNode& n) -> MetadataUpdate { return AddSchema{schema_from(n.at("schema"))}; }},
    NamedUpdate{
        "set-current-schema",
        [](const JsonNode& n) -> MetadataUpdate { return SetCurrentSchema{n.at("schema-id").int32()}; }},
    NamedUpdate{"remove-schemas",
                [](const JsonNode& n) -> MetadataUpdate {
                  return RemoveSchemas{list<std::int32_t>(n.at("schema-ids"), as_int32)};
                }},
    NamedUpdate{
        "add-spec",
        [](const JsonNode& n) -> MetadataUpdate { return AddPartitionSpec{spec_from(n.at("spec"))}; }},
    NamedUpdate{"set-default-spec",
                [](const JsonNode& n) -> MetadataUpdate { return SetDefaultSpec{n.at("spec-id").int32()}; }},
    NamedUpdate{"remove-partition-specs",
                [](const JsonNode& n) -> MetadataUpdate {
                  return RemovePartitionSpecs{list<std::int32_t>(n.at("spec-ids"), as_int32)};
                }},
    NamedUpdate{"add-sort-order",
                [](const JsonNode& n) -> MetadataUpdate {
                  return AddSortOrder{sort_order_from(n.at("sort-order"))};
                }},
    NamedUpdate{"set-default-sort-order",
                [](const JsonNode& n) -> MetadataUpdate {
                  return SetDefaultSortOrder{n.at("sort-order-id").int32()};
                }},
    NamedUpdate{"add-snapshot",
                [](const JsonNode& n) -> MetadataUpdate { return add_snapshot(n.at("snapshot")); }},
    NamedUpdate{"set-snapshot-ref",
                [](const JsonNode& n) -> MetadataUpdate {
                  return SetSnapshotRef{n.at("ref-name").text(), ref_from(n)};
                }},
    NamedUpdate{
        "remove-snapshot-ref",
        [](const JsonNode& n) -> MetadataUpdate { return RemoveSnapshotRef{n.at("ref-name").text()}; }},
    NamedUpdate{"remove-snapshots",
                [](const JsonNode& n) -> MetadataUpdate {
                  return RemoveSnapshots{list<std::int64_t>(n.at("snapshot-ids"), as_int64)};
                }},
    NamedUpdate{"set-location",
                [](const JsonNode& n) -> MetadataUpdate { return SetLocation{n.at("location").text()}; }},
    NamedUpdate{"set-properties",
                [](const JsonNode& n) -> MetadataUpdate { return SetProperties{n.at("updates").texts()}; }},
    NamedUpdate{"remove-properties",
                [](const JsonNode& n) -> MetadataUpdate {
                  return RemoveProperties{list<std::string>(n.at("removals"), as_text)};
                }},
    NamedUpdate{"set-statistics",
                [](const JsonNode& n) -> MetadataUpdate {
                  const JsonNode statistics = n.at("statistics");
                  return SetStatistics{statistics.at("snapshot-id").int64(), statistics.dump(), false};
                }},
    NamedUpdate{"set-partition-statistics",
                [](const JsonNode& n) -> MetadataUpdate {
                  const JsonNode statistics = n.at("partition-statistics");
                  return SetStatistics{statistics.at("snapshot-id").int64(), statistics.dump(), true};
                }},
    NamedUpdate{"remove-statistics",
                [](const JsonNode& n) -> MetadataUpdate {
                  return RemoveStatistics{n.at("snapshot-id").int64(), false};
                }},
    NamedUpdate{"remove-partition-statistics",
                [](const JsonNode& n) -> MetadataUpdate {
                  return RemoveStatistics{n.at("snapshot-id").int64(), true};
                }},
};

struct NamedRequirement {
  Requirement::Kind kind;
  const char* type;
  const char* member;
};

constexpr std::array kRequirements{
    NamedRequirement{Requirement::Kind::kCreate, "assert-create", nullptr},
    NamedRequirement{Requirement::Kind::kTableUuid, "assert-table-uuid", "uuid"},
    NamedRequirement{Requirement::Kind::kRefSnapshotId, "assert-ref-snapshot-id", "snapshot-id"},
    NamedRequirement{Requirement::Kind::kLastAssignedFieldId, "assert-last-assigned-field-id",
                     "last-assigned-field-id"},
    NamedRequirement{Requirement::Kind::kCurrentSchemaId, "assert-current-schema-id", "current-schema-id"},
    NamedRequirement{Requirement::Kind::kLastAssignedPartitionId, "assert-last-assigned-partition-id",
                     "last-assigned-partition-id"},
    NamedRequirement{Requirement::Kind::kDefaultSpecId, "assert-default-spec-id", "default-spec-id"},
    NamedRequirement{Requirement::Kind::kDefaultSortOrderId, "assert-default-sort-order-id",
                     "default-sort-order-id"},
};

Writable action(const char* name, Writable members) {
  Writable json{{"action", name}};
  json.update(members);
  return json;
}

/// What each update looks like.
struct Writer {
  Writable operator()(const AssignUuid& u) const { return action("assign-uuid", {{"uuid", u.uuid}}); }
  Writable operator()(const UpgradeFormatVersion& u) const {
    return action("upgrade-format-version", {{"format-version", u.version}});
  }
  Writable operator()(const AddSchema& u) const {
    return action("add-schema",
                  {{"schema", json_of(u.schema)}, {"last-column-id", u.schema.highest_field_id()}});
  }
  Writable operator()(const SetCurrentSchema& u) const {
    return action("set-current-schema", {{"schema-id", u.schema_id}});
  }
  Writable operator()(const RemoveSchemas& u) const {
    return action("remove-schemas", {{"schema-ids", u.schema_ids}});
  }
  Writable operator()(const AddPartitionSpec& u) const {
    return action("add-spec", {{"spec", json_of(u.spec)}});
  }
  Writable operator()(const SetDefaultSpec& u) const {
    return action("set-default-spec", {{"spec-id", u.spec_id}});
  }
  Writable operator()(const RemovePartitionSpecs& u) const {
    return action("remove-partition-specs", {{"spec-ids", u.spec_ids}});
  }
  Writable operator()(const AddSortOrder& u) const {
    return action("add-sort-order", {{"sort-order", json_of(u.order)}});
  }
  Writable operator()(const SetDefaultSortOrder& u) const {
    return action("set-default-sort-order", {{"sort-order-id", u.order_id}});
  }
  Writable operator()(const AddSnapshot& u) const {
    return action("add-snapshot", {{"snapshot", json_of(u.snapshot)}});
  }
  Writable operator()(const SetSnapshotRef& u) const {
    Writable json = action("set-snapshot-ref", {{"ref-name", u.name}});
    json.update(json_of(u.ref));
    return json;
  }
  Writable operator()(const RemoveSnapshotRef& u) const {
    return action("remove-snapshot-ref", {{"ref-name", u.name}});
  }
  Writable operator()(const RemoveSnapshots& u) const {
    return action("remove-snapshots", {{"snapshot-ids", u.snapshot_ids}});
  }
  Writable operator()(const SetLocation& u) const {
    return action("set-location", {{"location", u.location}});
  }
  Writable operator()(const SetProperties& u) const {
    return action("set-properties", {{"updates", u.properties}});
  }
  Writable operator()(const RemoveProperties& u) const {
    return action("remove-properties", {{"removals", u.keys}});
  }
  Writable operator()(const SetStatistics& u) const {
    const Writable statistics = Writable::parse(u.json, nullptr, false);
    if (u.of_partitions) return action("set-partition-statistics", {{"partition-statistics", statistics}});
    return action("set-statistics", {{"snapshot-id", u.snapshot_id}, {"statistics", statistics}});
  }
  Writable operator()(const RemoveStatistics& u) const {
    return action(u.of_partitions ? "remove-partition-statistics" : "remove-statistics",
                  {{"snapshot-id", u.snapshot_id}});
  }
};

}  // namespace

MetadataUpdate update_from(const JsonNode& node) {
  const std::string name = node.at("action").text();
  for (const NamedUpdate& update : kUpdates) {
    if (name == update.action) return update.read(node);
  }
  unknown("update", name);
}

Requirement requirement_from(const JsonNode& node) {
  const std::string type = node.at("type").text();
  for (const NamedRequirement& known : kRequirements) {
    if (type != known.type) continue;
    Requirement requirement{.kind = known.kind, .text = {}, .id = {}};
    if (known.kind == Requirement::Kind::kTableUuid) {
      requirement.text = node.at(known.member).text();
    } else if (known.kind == Requirement::Kind::kRefSnapshotId) {
      requirement.text = node.at("ref").text();
      if (auto id = node.find(known.member)) requirement.id = id->int64();
    } else if (known.member != nullptr) {
      requirement.id = node.at(known.member).int64();
    }
    return requirement;
  }
  unknown("requirement", type);
}

Writable json_of(const MetadataUpdate& update) { return std::visit(Writer{}, update); }

Writable json_of(const Requirement& requirement) {
  for (const NamedRequirement& known : kRequirements) {
    if (known.kind != requirement.kind) continue;
    Writable json{{"type", known.type}};
    if (known.kind == Requirement::Kind::kRefSnapshotId) json["ref"] = requirement.text;
    if (known.kind == Requirement::Kind::kTableUuid) {
      json[known.member] = requirement.text;
    } else if (known.member != nullptr) {
      json[known.member] = requirement.id ? Writable(*requirement.id) : Writable();
    }
    return json;
  }
  return {};
}

}  // namespace goldtape::table::internal
