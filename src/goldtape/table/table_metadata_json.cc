#include "goldtape/table/table_metadata_json.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "goldtape/table/json_internal.h"
#include "goldtape/table/table_metadata_parts_internal.h"

namespace goldtape::table {
namespace {

using internal::JsonNode;
using Writable = nlohmann::ordered_json;

constexpr std::int32_t kNewestFormat = 2;
constexpr std::int32_t kFirstPartitionFieldId = 1000;

// ---- reading ----

std::vector<Field> read_struct_fields(const JsonNode& node);

Type read_type(const JsonNode& node) {
  if (node.is_string()) {
    auto type = parse_primitive_type(node.text());
    if (!type) throw internal::JsonFault{type.error()};
    return *type;
  }
  const std::string kind = node.at("type").text();
  Type type;
  if (kind == "struct") {
    type.id = TypeId::kStruct;
    type.fields = read_struct_fields(node);
  } else if (kind == "list") {
    type.id = TypeId::kList;
    type.fields = {{.id = node.at("element-id").int32(),
                    .name = "element",
                    .type = read_type(node.at("element")),
                    .required = node.at("element-required").boolean(),
                    .doc = {}}};
  } else if (kind == "map") {
    type.id = TypeId::kMap;
    type.fields = {{.id = node.at("key-id").int32(),
                    .name = "key",
                    .type = read_type(node.at("key")),
                    .required = true,
                    .doc = {}},
                   {.id = node.at("value-id").int32(),
                    .name = "value",
                    .type = read_type(node.at("value")),
                    .required = node.at("value-required").boolean(),
                    .doc = {}}};
  } else {
    throw internal::JsonFault{
        {ErrorKind::kUnsupported, 4021,
         fmt::format("the type '{}' is not one of Iceberg's format version 2", kind.substr(0, 100))}};
  }
  return type;
}

std::vector<Field> read_struct_fields(const JsonNode& node) {
  std::vector<Field> fields;
  node.at("fields").each([&](const JsonNode& item) {
    Field& field = fields.emplace_back();
    field.id = item.at("id").int32();
    field.name = item.at("name").text();
    field.required = item.at("required").boolean();
    field.type = read_type(item.at("type"));
    if (auto doc = item.find("doc")) field.doc = doc->text();
  });
  return fields;
}

Schema read_schema(const JsonNode& node) {
  Schema schema;
  if (auto id = node.find("schema-id")) schema.schema_id = id->int32();
  schema.fields = read_struct_fields(node);
  if (auto ids = node.find("identifier-field-ids")) {
    ids->each([&](const JsonNode& id) { schema.identifier_field_ids.push_back(id.int32()); });
  }
  return schema;
}

Transform read_transform(const JsonNode& node) {
  auto transform = parse_transform(node.text());
  if (!transform) throw internal::JsonFault{transform.error()};
  return *transform;
}

std::vector<PartitionField> read_partition_fields(const JsonNode& node) {
  std::vector<PartitionField> fields;
  node.each([&](const JsonNode& item) {
    PartitionField& field = fields.emplace_back();
    field.source_id = item.at("source-id").int32();
    // Format 1 did not record the ids: they count up from 1000.
    const auto id = item.find("field-id");
    field.field_id = id ? id->int32() : kFirstPartitionFieldId + static_cast<std::int32_t>(fields.size()) - 1;
    field.name = item.at("name").text();
    field.transform = read_transform(item.at("transform"));
  });
  return fields;
}

SortOrder read_sort_order(const JsonNode& node) {
  SortOrder order{.order_id = node.at("order-id").int32(), .fields = {}};
  node.at("fields").each([&](const JsonNode& item) {
    SortField& field = order.fields.emplace_back();
    field.source_id = item.at("source-id").int32();
    field.transform = read_transform(item.at("transform"));
    field.descending = item.at("direction").text() == "desc";
    field.nulls_first = item.at("null-order").text() == "nulls-first";
  });
  return order;
}

Snapshot read_snapshot(const JsonNode& node) {
  Snapshot snapshot;
  snapshot.snapshot_id = node.at("snapshot-id").int64();
  if (auto parent = node.find("parent-snapshot-id")) snapshot.parent_snapshot_id = parent->int64();
  if (auto sequence = node.find("sequence-number")) snapshot.sequence_number = sequence->int64();
  snapshot.timestamp_ms = node.at("timestamp-ms").int64();
  if (!node.find("manifest-list") && node.find("manifests")) {
    throw internal::JsonFault{
        {ErrorKind::kUnsupported, 4021,
         "snapshots of format version 1 that name their manifests inline are not read"}};
  }
  snapshot.manifest_list = node.at("manifest-list").text();
  if (auto summary = node.find("summary")) {
    snapshot.summary = summary->texts();
    snapshot.operation = snapshot.summary["operation"];
    snapshot.summary.erase("operation");
  }
  if (auto schema = node.find("schema-id")) snapshot.schema_id = schema->int32();
  return snapshot;
}

SnapshotRef read_ref(const JsonNode& node) {
  SnapshotRef ref;
  ref.snapshot_id = node.at("snapshot-id").int64();
  ref.is_tag = node.at("type").text() == "tag";
  if (auto keep = node.find("min-snapshots-to-keep")) ref.min_snapshots_to_keep = keep->int32();
  if (auto age = node.find("max-snapshot-age-ms")) ref.max_snapshot_age_ms = age->int64();
  if (auto age = node.find("max-ref-age-ms")) ref.max_ref_age_ms = age->int64();
  return ref;
}

void read_schemas(const JsonNode& root, TableMetadata& m) {
  if (auto schemas = root.find("schemas")) {
    schemas->each([&](const JsonNode& item) { m.schemas.push_back(read_schema(item)); });
    m.current_schema_id = root.at("current-schema-id").int32();
  } else {
    m.schemas.push_back(read_schema(root.at("schema")));
    m.current_schema_id = m.schemas[0].schema_id;
  }
  m.last_column_id = root.at("last-column-id").int32();
}

void read_specs(const JsonNode& root, TableMetadata& m) {
  if (auto specs = root.find("partition-specs")) {
    specs->each([&](const JsonNode& item) {
      m.partition_specs.push_back(
          {.spec_id = item.at("spec-id").int32(), .fields = read_partition_fields(item.at("fields"))});
    });
    m.default_spec_id = root.at("default-spec-id").int32();
  } else {
    m.partition_specs.push_back({.spec_id = 0, .fields = read_partition_fields(root.at("partition-spec"))});
  }
  std::int32_t highest = kFirstPartitionFieldId - 1;
  for (const PartitionSpec& spec : m.partition_specs) {
    for (const PartitionField& field : spec.fields) highest = std::max(highest, field.field_id);
  }
  const auto last = root.find("last-partition-id");
  m.last_partition_id = last ? std::max(last->int32(), highest) : highest;
  if (auto orders = root.find("sort-orders")) {
    orders->each([&](const JsonNode& item) { m.sort_orders.push_back(read_sort_order(item)); });
    m.default_sort_order_id = root.at("default-sort-order-id").int32();
  } else {
    m.sort_orders.emplace_back();
  }
}

void read_snapshots(const JsonNode& root, TableMetadata& m) {
  if (auto snapshots = root.find("snapshots")) {
    snapshots->each([&](const JsonNode& item) { m.snapshots.push_back(read_snapshot(item)); });
  }
  // Some writers store -1 where there is no snapshot.
  if (auto current = root.find("current-snapshot-id"); current && current->int64() >= 0) {
    m.current_snapshot_id = current->int64();
  }
  if (auto log = root.find("snapshot-log")) {
    log->each([&](const JsonNode& item) {
      m.snapshot_log.push_back({item.at("timestamp-ms").int64(), item.at("snapshot-id").int64()});
    });
  }
  if (auto log = root.find("metadata-log")) {
    log->each([&](const JsonNode& item) {
      m.metadata_log.push_back({item.at("timestamp-ms").int64(), item.at("metadata-file").text()});
    });
  }
  if (auto refs = root.find("refs")) {
    refs->each_member([&](const std::string& name, const JsonNode& item) { m.refs[name] = read_ref(item); });
  }
  if (m.current_snapshot_id && !m.refs.contains("main")) m.refs["main"].snapshot_id = *m.current_snapshot_id;
}

TableMetadata read_metadata(const JsonNode& root) {
  TableMetadata m;
  const std::int32_t version = root.at("format-version").int32();
  if (version < 1 || version > kNewestFormat) {
    throw internal::JsonFault{
        {ErrorKind::kUnsupported, 4021,
         fmt::format("Iceberg format version {} is not supported (1 and 2 are)", version)}};
  }
  if (auto uuid = root.find("table-uuid")) m.table_uuid = uuid->text();
  m.location = root.at("location").text();
  while (m.location.size() > 1 && m.location.ends_with('/')) m.location.pop_back();
  if (auto sequence = root.find("last-sequence-number")) m.last_sequence_number = sequence->int64();
  m.last_updated_ms = root.at("last-updated-ms").int64();
  read_schemas(root, m);
  read_specs(root, m);
  read_snapshots(root, m);
  if (auto properties = root.find("properties")) m.properties = properties->texts();
  if (auto statistics = root.find("statistics")) m.statistics_json = statistics->dump();
  if (auto statistics = root.find("partition-statistics")) m.partition_statistics_json = statistics->dump();
  return m;
}

// ---- writing ----

Writable type_json(const Type& type);

Writable fields_json(const std::vector<Field>& fields) {
  Writable array = Writable::array();
  for (const Field& field : fields) {
    Writable& item = array.emplace_back();
    item["id"] = field.id;
    item["name"] = field.name;
    item["required"] = field.required;
    item["type"] = type_json(field.type);
    if (!field.doc.empty()) item["doc"] = field.doc;
  }
  return array;
}

Writable type_json(const Type& type) {
  if (type.is_primitive()) return to_string(type);
  Writable json;
  if (type.id == TypeId::kStruct) {
    json["type"] = "struct";
    json["fields"] = fields_json(type.fields);
  } else if (type.id == TypeId::kList) {
    const Field& element = type.fields.at(0);
    json["type"] = "list";
    json["element-id"] = element.id;
    json["element"] = type_json(element.type);
    json["element-required"] = element.required;
  } else {
    const Field& key = type.fields.at(0);
    const Field& value = type.fields.at(1);
    json["type"] = "map";
    json["key-id"] = key.id;
    json["key"] = type_json(key.type);
    json["value-id"] = value.id;
    json["value"] = type_json(value.type);
    json["value-required"] = value.required;
  }
  return json;
}

Writable schema_json(const Schema& schema) {
  Writable json;
  json["type"] = "struct";
  json["schema-id"] = schema.schema_id;
  json["fields"] = fields_json(schema.fields);
  if (!schema.identifier_field_ids.empty()) json["identifier-field-ids"] = schema.identifier_field_ids;
  return json;
}

Writable partition_fields_json(const PartitionSpec& spec) {
  Writable array = Writable::array();
  for (const PartitionField& field : spec.fields) {
    array.push_back({{"source-id", field.source_id},
                     {"field-id", field.field_id},
                     {"name", field.name},
                     {"transform", to_string(field.transform)}});
  }
  return array;
}

Writable sort_order_json(const SortOrder& order) {
  Writable fields = Writable::array();
  for (const SortField& field : order.fields) {
    fields.push_back({{"transform", to_string(field.transform)},
                      {"source-id", field.source_id},
                      {"direction", field.descending ? "desc" : "asc"},
                      {"null-order", field.nulls_first ? "nulls-first" : "nulls-last"}});
  }
  return {{"order-id", order.order_id}, {"fields", std::move(fields)}};
}

Writable snapshot_json(const Snapshot& snapshot) {
  Writable json;
  json["sequence-number"] = snapshot.sequence_number;
  json["snapshot-id"] = snapshot.snapshot_id;
  if (snapshot.parent_snapshot_id) json["parent-snapshot-id"] = *snapshot.parent_snapshot_id;
  json["timestamp-ms"] = snapshot.timestamp_ms;
  Writable summary;
  summary["operation"] = snapshot.operation;
  for (const auto& [key, value] : snapshot.summary) summary[key] = value;
  json["summary"] = std::move(summary);
  json["manifest-list"] = snapshot.manifest_list;
  if (snapshot.schema_id) json["schema-id"] = *snapshot.schema_id;
  return json;
}

Writable refs_json(const std::map<std::string, SnapshotRef>& refs) {
  Writable json = Writable::object();
  for (const auto& [name, ref] : refs) {
    Writable& item = json[name];
    item["snapshot-id"] = ref.snapshot_id;
    item["type"] = ref.is_tag ? "tag" : "branch";
    if (ref.min_snapshots_to_keep) item["min-snapshots-to-keep"] = *ref.min_snapshots_to_keep;
    if (ref.max_snapshot_age_ms) item["max-snapshot-age-ms"] = *ref.max_snapshot_age_ms;
    if (ref.max_ref_age_ms) item["max-ref-age-ms"] = *ref.max_ref_age_ms;
  }
  return json;
}

template <typename Items, typename F>
Writable array_json(const Items& items, F&& to) {
  Writable array = Writable::array();
  for (const auto& item : items) array.push_back(to(item));
  return array;
}

std::string dump(const Writable& json) {
  // Texts that are not UTF-8 (they cannot be stored as JSON) get the replacement character.
  return json.dump(-1, ' ', false, Writable::error_handler_t::replace);
}

}  // namespace

Result<TableMetadata> parse_table_metadata(std::string_view json) {
  GT_ASSIGN(TableMetadata metadata, internal::read_json(json, read_metadata));
  GT_RETURN_IF_ERROR(check(metadata));
  return metadata;
}

Result<Schema> parse_schema(std::string_view json) { return internal::read_json(json, read_schema); }

std::string to_json(const Schema& schema) { return dump(schema_json(schema)); }
std::string fields_to_json(const PartitionSpec& spec) { return dump(partition_fields_json(spec)); }

std::string to_json(const TableMetadata& m) {
  Writable json;
  json["format-version"] = m.format_version;
  json["table-uuid"] = m.table_uuid;
  json["location"] = m.location;
  json["last-sequence-number"] = m.last_sequence_number;
  json["last-updated-ms"] = m.last_updated_ms;
  json["last-column-id"] = m.last_column_id;
  json["current-schema-id"] = m.current_schema_id;
  json["schemas"] = array_json(m.schemas, schema_json);
  json["default-spec-id"] = m.default_spec_id;
  json["partition-specs"] = array_json(m.partition_specs, [](const PartitionSpec& spec) {
    return Writable{{"spec-id", spec.spec_id}, {"fields", partition_fields_json(spec)}};
  });
  json["last-partition-id"] = m.last_partition_id;
  json["default-sort-order-id"] = m.default_sort_order_id;
  json["sort-orders"] = array_json(m.sort_orders, sort_order_json);
  json["properties"] = Writable::object();
  for (const auto& [key, value] : m.properties) json["properties"][key] = value;
  if (m.current_snapshot_id) json["current-snapshot-id"] = *m.current_snapshot_id;
  json["refs"] = refs_json(m.refs);
  json["snapshots"] = array_json(m.snapshots, snapshot_json);
  json["snapshot-log"] = array_json(m.snapshot_log, [](const SnapshotLogEntry& entry) {
    return Writable{{"timestamp-ms", entry.timestamp_ms}, {"snapshot-id", entry.snapshot_id}};
  });
  json["metadata-log"] = array_json(m.metadata_log, [](const MetadataLogEntry& entry) {
    return Writable{{"timestamp-ms", entry.timestamp_ms}, {"metadata-file", entry.metadata_file}};
  });
  const auto kept = [](const std::string& text) {
    return text.empty() ? Writable::array() : Writable::parse(text);
  };
  json["statistics"] = kept(m.statistics_json);
  json["partition-statistics"] = kept(m.partition_statistics_json);
  return dump(json);
}

namespace internal {

Schema schema_from(const JsonNode& node) { return read_schema(node); }

PartitionSpec spec_from(const JsonNode& node) {
  PartitionSpec spec;
  if (auto id = node.find("spec-id")) spec.spec_id = id->int32();
  spec.fields = read_partition_fields(node.at("fields"));
  std::size_t i = 0;
  node.at("fields").each([&](const JsonNode& item) {
    if (!item.find("field-id")) spec.fields[i].field_id = 0;
    ++i;
  });
  return spec;
}

SortOrder sort_order_from(const JsonNode& node) { return read_sort_order(node); }
Snapshot snapshot_from(const JsonNode& node) { return read_snapshot(node); }
SnapshotRef ref_from(const JsonNode& node) { return read_ref(node); }

Writable json_of(const Schema& schema) { return schema_json(schema); }
Writable json_of(const PartitionSpec& spec) {
  return {{"spec-id", spec.spec_id}, {"fields", partition_fields_json(spec)}};
}
Writable json_of(const SortOrder& order) { return sort_order_json(order); }
Writable json_of(const Snapshot& snapshot) { return snapshot_json(snapshot); }
Writable json_of(const SnapshotRef& ref) { return refs_json({{"ref", ref}}).at("ref"); }

}  // namespace internal

}  // namespace goldtape::table
