#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/lake/delta_log_internal.h"
#include "goldtape/table/location.h"

namespace goldtape::lake::internal {

namespace {

using nlohmann::json;
using table::TypeId;

constexpr const char* kUuidKey = "goldtape.table-uuid";

std::unexpected<Error> unsupported(const table::Table& table, std::string what) {
  return fail(ErrorKind::kUnsupported, 5131, "Delta Lake cannot show this table: " + std::move(what),
              table.name().to_string());
}

/// Empty for a type that Delta lacks.
std::string delta_type(const table::Type& type) {
  switch (type.id) {
    case TypeId::kBoolean: return "boolean";
    case TypeId::kInt: return "integer";
    case TypeId::kLong: return "long";
    case TypeId::kFloat: return "float";
    case TypeId::kDouble: return "double";
    case TypeId::kDecimal: return fmt::format("decimal({},{})", type.precision, type.scale);
    case TypeId::kDate: return "date";
    case TypeId::kTimestamp: return "timestamp_ntz";
    case TypeId::kTimestampTz: return "timestamp";
    case TypeId::kString: return "string";
    case TypeId::kBinary: return "binary";
    default: return {};
  }
}

/// Columns that every partition spec has as they are; others cannot be Delta's partition columns.
std::vector<std::string> partition_columns(const table::Table& table) {
  std::vector<std::string> columns;
  for (const table::Field& field : table.schema().fields) {
    const bool everywhere = std::ranges::all_of(table.metadata().partition_specs, [&](const auto& spec) {
      return std::ranges::any_of(spec.fields, [&](const auto& part) {
        return part.source_id == field.id && part.transform.kind == table::TransformKind::kIdentity;
      });
    });
    if (everywhere) columns.push_back(field.name);
  }
  return columns;
}

std::string instant(std::int64_t us, bool zoned) {
  const auto text = format_timestamp(from_micros(us - ((us % 1'000'000) + 1'000'000) % 1'000'000));
  return fmt::format("{}.{:06}{}", text.substr(0, text.size() - 1),
                     ((us % 1'000'000) + 1'000'000) % 1'000'000, zoned ? "Z" : "");
}

/// A bound as JSON, or nothing where JSON has no such number.
std::optional<std::string> bound_text(const std::string& bytes, const table::Type& type) {
  const auto value = table::from_bytes(bytes, type);
  if (!value || table::holds_null(*value)) return std::nullopt;
  switch (type.id) {
    case TypeId::kFloat:
    case TypeId::kDouble: {
      const double number = type.id == TypeId::kFloat && std::holds_alternative<float>(*value)
                                ? static_cast<double>(std::get<float>(*value))
                                : std::get<double>(*value);
      if (!std::isfinite(number)) return std::nullopt;
      return json(number).dump();
    }
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return json(instant(std::get<std::int64_t>(*value), type.id == TypeId::kTimestampTz)).dump();
    case TypeId::kDate:
    case TypeId::kString:
      return json(table::to_string(*value, type)).dump(-1, ' ', false, json::error_handler_t::replace);
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDecimal: return table::to_string(*value, type);
    default: return std::nullopt;  // Delta keeps none of booleans and binaries.
  }
}

void put(std::string& object, const std::string& name, const std::string& value) {
  object += fmt::format("{}{}:{}", object.empty() ? "" : ",", json(name).dump(), value);
}

std::string stats_of(const table::Table& table, const DeltaShape& shape, const table::DataFile& file) {
  std::string least;
  std::string greatest;
  std::string nulls;
  for (const table::Field& field : table.schema().fields) {
    if (std::ranges::find(shape.partition_columns, field.name) != shape.partition_columns.end()) continue;
    const std::string* lower = file.lower_bounds.find(field.id);
    const std::string* upper = file.upper_bounds.find(field.id);
    const auto low = lower == nullptr ? std::nullopt : bound_text(*lower, field.type);
    const auto high = upper == nullptr ? std::nullopt : bound_text(*upper, field.type);
    if (low && high) {
      put(least, field.name, *low);
      put(greatest, field.name, *high);
    }
    if (const std::int64_t* count = file.null_value_counts.find(field.id))
      put(nulls, field.name, std::to_string(*count));
  }
  return fmt::format(R"({{"numRecords":{},"minValues":{{{}}},"maxValues":{{{}}},"nullCount":{{{}}}}})",
                     file.record_count, least, greatest, nulls);
}

json partition_values(const table::Table& table, const DeltaShape& shape, const table::DataFile& file) {
  json values = json::object();
  const table::PartitionSpec* spec = table.metadata().find_spec(file.spec_id);
  for (std::size_t i = 0; spec != nullptr && i < spec->fields.size(); ++i) {
    const table::Field* source = table.schema().find(spec->fields[i].source_id);
    if (source == nullptr || spec->fields[i].transform.kind != table::TransformKind::kIdentity ||
        std::ranges::find(shape.partition_columns, source->name) == shape.partition_columns.end()) {
      continue;
    }
    const table::Literal& value = file.partition[i];
    values[source->name] = table::holds_null(value) ? json() : json(table::to_string(value, source->type));
  }
  return values;
}

void replay_metadata(const json& meta, DeltaState& state) {
  state.shape.schema_string = meta.value("schemaString", "");
  state.shape.partition_columns = meta.value("partitionColumns", std::vector<std::string>{});
  const json configuration = meta.value("configuration", json::object());
  state.table_uuid = configuration.value(kUuidKey, "");
}

void replay_action(const json& action, DeltaState& state) {
  if (action.contains("metaData")) replay_metadata(action["metaData"], state);
  if (action.contains("protocol"))
    state.shape.needs_timestamp_ntz = action["protocol"].value("minReaderVersion", 1) >= 3;
  if (action.contains("add"))
    state.files[action["add"].at("path").get<std::string>()] = action["add"].value("size", std::int64_t{0});
  if (action.contains("remove")) state.files.erase(action["remove"].at("path").get<std::string>());
  if (action.contains("commitInfo"))
    state.foreign = state.foreign || action["commitInfo"].value("engineInfo", "") != kDeltaEngine;
}

}  // namespace

Result<DeltaShape> delta_shape(const table::Table& table) {
  DeltaShape shape;
  shape.partition_columns = partition_columns(table);
  json fields = json::array();
  for (const table::Field& field : table.schema().fields) {
    const std::string type = delta_type(field.type);
    if (type.empty())
      return unsupported(table,
                         fmt::format("column {} is of type {}", field.name, table::to_string(field.type)));
    for (const table::Schema& earlier : table.metadata().schemas) {
      const table::Field* by_id = earlier.find(field.id);
      const table::Field* by_name = earlier.find(std::string_view(field.name));
      if ((by_id != nullptr && by_id->name != field.name) || (by_name != nullptr && by_name->id != field.id))
        return unsupported(table, fmt::format("column {} was renamed or made anew", field.name));
    }
    shape.needs_timestamp_ntz = shape.needs_timestamp_ntz || field.type.id == TypeId::kTimestamp;
    json metadata = json::object();
    if (!field.doc.empty()) metadata["comment"] = field.doc;
    fields.push_back(
        {{"name", field.name}, {"type", type}, {"nullable", !field.required}, {"metadata", metadata}});
  }
  shape.schema_string = json{{"type", "struct"}, {"fields", fields}}.dump();
  return shape;
}

Result<std::string> delta_path(const table::Table& table, const table::DataFile& file) {
  const std::string root = table::normalise_location(table.metadata().location) + "/";
  const std::string path = table::normalise_location(file.path);
  if (!path.starts_with(root)) return unsupported(table, "a file lies outside its folder: " + file.path);
  std::string out;
  for (const char c : path.substr(root.size())) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-_.~/=").contains(c);
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Status replay_delta(const std::string& json_lines, const std::string& where, DeltaState& state) {
  std::string_view rest = json_lines;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty()) continue;
    try {
      replay_action(json::parse(line), state);
    } catch (const json::exception& error) {
      return fail(ErrorKind::kDamaged, 5132, fmt::format("the Delta log cannot be read: {}", error.what()),
                  where);
    }
  }
  return {};
}

std::string protocol_action(const DeltaShape& shape) {
  if (!shape.needs_timestamp_ntz) return R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})";
  return R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["timestampNtz"],)"
         R"("writerFeatures":["timestampNtz"]}})";
}

std::string metadata_action(const table::Table& table, const DeltaShape& shape) {
  return json{{"metaData",
               {{"id", table.metadata().table_uuid},
                {"name", table.name().to_string()},
                {"format", {{"provider", "parquet"}, {"options", json::object()}}},
                {"schemaString", shape.schema_string},
                {"partitionColumns", shape.partition_columns},
                {"configuration", {{kUuidKey, table.metadata().table_uuid}}},
                {"createdTime", table.metadata().last_updated_ms}}}}
      .dump();
}

std::string add_action(const table::Table& table, const DeltaShape& shape, const table::DataFile& file,
                       const std::string& path, std::int64_t modified_ms) {
  return json{{"add",
               {{"path", path},
                {"partitionValues", partition_values(table, shape, file)},
                {"size", file.file_size_bytes},
                {"modificationTime", modified_ms},
                {"dataChange", true},
                {"stats", stats_of(table, shape, file)}}}}
      .dump();
}

std::string remove_action(const std::string& path, std::int64_t size, std::int64_t now_ms) {
  return json{
      {"remove", {{"path", path}, {"deletionTimestamp", now_ms}, {"dataChange", true}, {"size", size}}}}
      .dump();
}

std::string commit_action(std::int64_t snapshot_id, std::int64_t now_ms) {
  return json{{"commitInfo",
               {{"timestamp", now_ms},
                {"operation", "WRITE"},
                {"operationParameters", {{"mode", "Overwrite"}}},
                {"engineInfo", kDeltaEngine},
                {"goldtape.snapshot-id", std::to_string(snapshot_id)}}}}
      .dump();
}

}  // namespace goldtape::lake::internal
